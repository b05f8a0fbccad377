"""A further module in course.toml, written as text so that its comments and its order stay."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from course_tools.course import CATALOGUE, Course
from course_tools.files import UserError

TABLE = re.compile(r"^\[\[modules\]\]\s*(#.*)?$")
ANY_TABLE = re.compile(r"^\[")
NUMBER = re.compile(r"^\s*number\s*=\s*[\"'](\d\d)[\"']")


def with_entry(text: str, entry: str, number: str) -> str:
    """The catalogue's text with the entry at the place its number gives it.

    entry  one [[modules]] table as text, ending in a newline

    Raises UserError when the outcome would not be the old course and one module more.
    """
    lines = text.splitlines(keepends=True)
    place = _place([line.rstrip("\r\n") for line in lines], number)
    before, after = "".join(lines[:place]), "".join(lines[place:])
    if before.strip() and not before.endswith("\n\n"):
        before += "\n" if before.endswith("\n") else "\n\n"
    made = f"{before}{entry}" + (f"\n{after.lstrip()}" if after.strip() else "")
    _prove(text, made, number)
    return made


def _place(lines: list[str], number: str) -> int:
    """The line in front of which the entry belongs; a comment above a table belongs to that table."""
    last = None
    for index, line in enumerate(lines):
        if not TABLE.match(line):
            continue
        end = next((i for i in range(index + 1, len(lines)) if ANY_TABLE.match(lines[i])), len(lines))
        found = next((match[1] for one in lines[index:end] if (match := NUMBER.match(one))), "")
        if found > number:
            return _above(lines, index)
        last = end
    if last is None or last == len(lines):
        return len(lines)
    # Between two tables: a sub-table of the last module would otherwise become the new one's.
    while last < len(lines) and re.match(r"^\[modules\.", lines[last]):
        last = next((i for i in range(last + 1, len(lines)) if ANY_TABLE.match(lines[i])), len(lines))
    return last if last == len(lines) else _above(lines, last)


def _above(lines: list[str], index: int) -> int:
    while index > 0 and lines[index - 1].startswith("#"):
        index -= 1
    return index


def _prove(before: str, after: str, number: str) -> None:
    was, now = _read(before), _read(after)
    others = tuple(one for one in now.modules if one.number != number)
    if others != was.modules or len(now.modules) != len(was.modules) + 1 or now.milestones != was.milestones:
        raise UserError(
            f"{CATALOGUE} is written in a way this command does not understand; nothing was changed.\n"
            "Add the module's [[modules]] table by hand at the end of the file."
        )


def _read(text: str) -> Course:
    with tempfile.TemporaryDirectory(prefix="tito-catalogue-") as folder:
        (Path(folder) / CATALOGUE).write_text(text, encoding="utf-8")
        return Course.load(Path(folder))
