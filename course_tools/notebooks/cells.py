"""What a cell is to the course: the questions everybody asks of its metadata, answered in one place."""

from __future__ import annotations

import re
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]

CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def marks(cell: Cell) -> dict[str, Any]:
    """The cell's nbgrader metadata; empty when it has none or when it is no object."""
    found = cell["metadata"].get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell: Cell) -> str:
    """The name nbgrader knows the cell by, "" when it has none."""
    found = marks(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def is_marked(cell: Cell) -> bool:
    """Whether the cell is one of the course's own: graded, to be answered, locked or a manual task."""
    ours = marks(cell)
    return any(ours.get(flag) is True for flag in ("grade", "solution", "locked", "task"))


def is_answer(cell: Cell) -> bool:
    """Whether its text is the student's to write; everything else of the course's own is restored."""
    return marks(cell).get("solution") is True


def is_graded(cell: Cell) -> bool:
    """Whether it carries points, by a test or by a person."""
    ours = marks(cell)
    return ours.get("grade") is True or ours.get("task") is True


def is_test(cell: Cell) -> bool:
    """Whether it is a graded test cell."""
    return cell["cell_type"] == "code" and is_graded(cell) and not is_answer(cell)


def label(cell: Cell) -> str:
    """What to call the cell in a message or a comment: its grade_id, if that is a proper name, else its id."""
    name = grade_id(cell)
    return name if CELL_ID.fullmatch(name) else str(cell["id"])


def course_data(cell: Cell) -> dict[str, Any]:
    """Our own metadata of the cell: task, needs, weights; empty when there is none."""
    found = cell["metadata"].get("course")
    return found if isinstance(found, dict) else {}


def first_line(source: str) -> str:
    """The first line that is not blank, stripped; "" for an empty cell."""
    return next((line.strip() for line in source.split("\n") if line.strip()), "")
