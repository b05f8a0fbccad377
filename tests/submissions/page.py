"""Writes docs/reference/hostile.md from the cases: `python tests/submissions/page.py`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "reference" / "hostile.md"
GROUPS = {
    "H": ("Honest but noisy: keeps every mark", 16),
    "A": ("Forging the verdict", 20),
    "B": ("Reading secrets", 10),
    "C": ("Right marks without the work", 10),
    "D": ("Breaking the machine or the neighbour", 15),
    "E": ("Failures of the platform", 11),
    "F": ("Unlucky hand-ins", 12),
    "X": ("Further attacks, on no list", 0),
}
ROWS = [f"{letter}{number}" for letter, (_, most) in GROUPS.items() for number in range(1, most + 1)]
HEAD = """# What grading survives

Every line below is a file in `tests/submissions/cases/` or a test that is named, run with every change of the
code: through the real sandbox and the real examiner, with the exact points demanded. *Contained* means: exactly
the points the work deserves; nothing of the hidden checks in anything the student can open; no harm to
submissions graded at the same time; a message in plain words; and the batch goes on.

**{kinds} of {rows} kinds of trouble are contained, shown by {cases} submissions and {tests} further tests; {honest}
honest but strange submissions lost no mark.** What is not done is said at the end.

This page is made by `tests/submissions/page.py`; a test compares it with the cases.
"""


def elsewhere() -> dict[str, dict[str, str | list[str]]]:
    """What elsewhere.toml says, by row."""
    return tomllib.loads((HERE / "elsewhere.toml").read_text(encoding="utf-8"))


def tests(entry: dict[str, str | list[str]]) -> list[str]:
    """The tests an entry names, one or a list of them."""
    named = entry.get("test", [])
    return [named] if isinstance(named, str) else named


def page() -> str:
    """The whole page."""
    sys.path.insert(0, str(HERE))
    from case import load_all

    cases, others = list(load_all().values()), elsewhere()
    held = [row for row in ROWS if any(one.row == row for one in cases) or "test" in others.get(row, {})]
    contained = [row for row in held if "not_done" not in others.get(row, {})]
    lines = [
        HEAD.format(
            kinds=len(contained),
            rows=len(ROWS),
            cases=len(cases),
            tests=len({test for one in others.values() for test in tests(one)}),
            honest=sum(one.honest for one in cases),
        )
    ]
    for letter, (title, _) in GROUPS.items():
        lines += [f"## {title}", "", "| kind | submission or test | what it does |", "|---|---|---|"]
        rows = [
            (one.row, f"`{one.name}`", one.story.replace("|", "\\|")) for one in cases if one.row[0] == letter
        ]
        rows += [
            (row, f"`{test.split('::')[0]}`", test.split("::test_")[1].replace("_", " "))
            for row, one in others.items()
            for test in tests(one)
            if row[0] == letter
        ]
        rows.sort(key=lambda row: (int(row[0][1:] or 0), row[1]))
        lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    lines += ["## Not done, or in part", ""]
    lines += [f"- **{row}** {one['not_done']}" for row, one in others.items() if "not_done" in one]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
