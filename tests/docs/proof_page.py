"""docs/reference/proof.md, made by running the commands it shows: `python tests/docs/proof_page.py` (minutes)."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "proof.md"
CHECK = ("author", "check", "--all", "--repeat", "20")
STRENGTH = ("author", "strength", "--all")
BANK = (*STRENGTH, "--no-mutants")
HEAD = """\
# What the course proves of its modules

Made by `python tests/docs/proof_page.py`, which runs the commands below; a test compares what needs no running.
What is asked, gate by gate: [write a module](../tutorials/write.md). How mutants are made: [strength](strength.md).
"""


def main() -> None:
    """Run everything and write the page."""
    checked, strength, bank = (_run(*words) for words in (CHECK, STRENGTH, BANK))
    PAGE.write_text(text(checked, strength, bank), encoding="utf-8")


def text(checked: dict[str, Any], strength: dict[str, Any], bank: dict[str, Any]) -> str:
    """The page from the three answers, each with the time its command took under "wall"."""
    from benchmarks.measure import machine

    return "\n".join(
        [
            HEAD,
            f"Measured on {datetime.date.today()}: {machine()}, {checked['modules'][0]['sandbox']}.",
            "",
            _title(CHECK, checked),
            "",
            *_table(
                (
                    "module",
                    "points",
                    "graded cells",
                    "checks",
                    "mistakes",
                    "noticed",
                    "notebooks",
                    "findings",
                ),
                (_checked(one) for one in checked["modules"]),
            ),
            "",
            "Checks are visible + hidden. With fresh seeds, as `--repeat 20` asks:",
            "",
            *_table(
                ("module", "what was asked again"),
                ((one["module"], _seen(one, "other draws")) for one in checked["modules"]),
            ),
            "",
            _title(STRENGTH, strength),
            "",
            *_table(
                ("module", "mistakes", "right", "mutants", "caught", "equivalent", "score", "weakest task"),
                (_strong(one) for one in strength["modules"]),
            ),
            "",
            "By task:",
            "",
            *_table(
                ("task", "mistakes", "right", "mutants", "caught", "equivalent", "score"),
                (_task(task) for one in strength["modules"] for task in one["tasks"]),
            ),
            "",
            _title(BANK, bank),
            "",
            f"{sum(task['mistakes'] for one in bank['modules'] for task in one['tasks'])} known mistakes and "
            f"{sum(task['right'] for one in bank['modules'] for task in one['tasks'])} other right solutions.",
            "",
        ]
    )


def _run(*words: str) -> dict[str, Any]:
    started = time.perf_counter()
    done = subprocess.run(
        [Path(sys.executable).parent / "tito", *words, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer | {"wall": time.perf_counter() - started}


def _title(words: Sequence[str], answer: dict[str, Any]) -> str:
    return f"## `tito {' '.join(words)}`: {answer['wall']:.0f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _checked(one: dict[str, Any]) -> tuple[str, ...]:
    tasks = one["tasks"]
    checks = f"{sum(task['visible'] for task in tasks)} + {sum(task['hidden'] for task in tasks)}"
    counts = (sum(task[name] for task in tasks) for name in ("mistakes", "noticed"))
    points = f"{sum(task['points'] for task in tasks):g}"
    rest = (one["notebooks_graded"], len(one["findings"]))
    return (one["module"], points, str(len(tasks)), checks, *map(str, (*counts, *rest)))


def _seen(one: dict[str, Any], what: str) -> str:
    return next(gate["seen"] for gate in one["gates"] if what in gate["name"])


def _strong(one: dict[str, Any]) -> tuple[str, ...]:
    tasks = one["tasks"]
    total = {
        name: sum(task[name] for task in tasks)
        for name in ("mistakes", "mistakes_caught", "right", "right_kept", "mutants", "caught", "equivalent")
    }
    worst = min(tasks, key=lambda task: task["score"])
    last = f"{worst['task']} {worst['score']:.1%}" if worst["score"] < 1 else "none"
    return (one["module"], *_task({"task": "", "score": one["score"], **total})[1:], last)


def _task(task: dict[str, Any]) -> tuple[str, ...]:
    return (
        task["task"],
        f"{task['mistakes_caught']} of {task['mistakes']}",
        f"{task['right_kept']} of {task['right']}",
        str(task["mutants"]),
        str(task["caught"]),
        str(task["equivalent"]),
        f"{task['score']:.1%}",
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
