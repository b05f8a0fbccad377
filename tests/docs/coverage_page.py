"""docs/reference/coverage.md, made from coverage.toml and source/: `python tests/docs/coverage_page.py`."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "reference" / "coverage.toml"
PAGE = DATA.with_suffix(".md")
HEAD = """\
# What is covered

Every item the course answers for, and the one task it is at home in. Made from `coverage.toml` and the cells of
`source/` by `python tests/docs/coverage_page.py`; a test compares. *Done* means: the graded cell of that name exists
in the module's text. *Open* means it does not. A task without rows is there because the course begins at the first
array.
"""
# The opening line of a percent-text cell carries its metadata as JSON behind "name=".
CELL = re.compile(r"^# %%.*? nbgrader=(\{.*?\})(?: course=(\{.*\}))?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Graded:
    """A graded cell of a module's text."""

    grade_id: str
    task: str
    points: int
    manual: bool


def data() -> dict[str, Any]:
    """coverage.toml."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def graded(root: Path = ROOT) -> dict[str, list[Graded]]:
    """Graded cells by the numbers of the modules that have a text, in order."""
    found = {}
    for path in sorted((root / "source").glob("[0-9][0-9]_*/[0-9][0-9]_*.py")):
        cells = []
        for own, course in CELL.findall(path.read_text(encoding="utf-8")):
            marks, more = json.loads(own), json.loads(course or "{}")
            if marks["grade"]:
                cells.append(
                    Graded(marks["grade_id"], more.get("task", ""), marks["points"], marks["solution"])
                )
        found[path.parent.name[:2]] = cells
    return found


def text() -> str:
    """The whole page."""
    known = data()
    cells = {one.task: one for module in graded().values() for one in module}
    places = {row: task for task in known["tasks"] for row in task.get("covers", {})}
    waiting = {row: task for task in known["open"] for row in task["rows"]}
    done = sum(task["task"] in cells for task in places.values())
    every = sum(part["rows"] for part in known["parts"].values())
    parts = [HEAD, f"{done} of {every} rows are done.\n"]
    for letter, part in known["parts"].items():
        rows = [row for row in places if row.startswith(f"{letter}-")]
        later = [row for row in waiting if row.startswith(f"{letter}-")]
        parts.append(f"## {letter}: {part['title']}\n")
        parts.append(f"{part['rows']} rows: {len(rows)} in modules 01 to 09, {len(later)} in later ones.\n")
        if rows:
            parts.append(_table(["row", "what", "module", "task", "graded cell", "state"]))
            for row in sorted(rows, key=_in_order):
                task = places[row]
                cell = cells.get(task["task"])
                parts.append(
                    _row(row, task["covers"][row], task["task"][:2], _named(task), _cell(cell), _state(cell))
                )
            parts.append("")
    parts.append("## Tasks of modules 01 to 09\n")
    parts.append(_table(["task", "points", "graded by", "graded cell", "rows", "state"]))
    for task in known["tasks"]:
        cell = cells.get(task["task"])
        by = "a person" if ".Q" in task["task"] else "checks"
        rows = ", ".join(sorted(task.get("covers", {}), key=_in_order)) or "-"
        parts.append(_row(_named(task), str(task["points"]), by, _cell(cell), rows, _state(cell)))
    parts.append("\n## Open, in later modules\n")
    parts.append(_table(["task", "rows"]))
    parts += [_row(_named(task), ", ".join(task["rows"])) for task in known["open"]]
    return "\n".join(parts) + "\n"


def _named(task: dict[str, Any]) -> str:
    return f"{task['task']} {task['title']}"


def _cell(cell: Graded | None) -> str:
    return f"`{cell.grade_id}`" if cell else "-"


def _state(cell: Graded | None) -> str:
    return "done" if cell else "open"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(header: list[str]) -> str:
    return f"{_row(*header)}\n{'|'.join(['', *['---'] * len(header), ''])}"


def _in_order(row: str) -> tuple[Any, ...]:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", row))


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
