"""Make hand-ins out of a released notebook and the author's: the reference, known mistakes, half-done work."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable

from course_tools.notebooks.cells import Cell, Notebook
from course_tools.records import Mistake, RightVariant


class NoSuchText(ValueError):
    """A replacement that does not fit the reference any more; the message names it."""


def answered(released: Notebook, solved: Notebook, *, only: Collection[str] | None = None) -> Notebook:
    """A copy of the released notebook with the author's answers in its solution cells.

    only  grade_ids of the solution cells to fill; None fills all
    """
    answers = {grade_id(cell): cell["source"] for cell in solved["cells"] if is_answer(cell)}
    made = copy.deepcopy(released)
    for cell in made["cells"]:
        name = grade_id(cell)
        if is_answer(cell) and name in answers and (only is None or name in only):
            cell["source"] = answers[name]
    return made


def changed(notebook: Notebook, edits: Iterable[Mistake | RightVariant]) -> Notebook:
    """A copy with each exact replacement made in its solution cell.

    Raises NoSuchText when a cell is missing or the text does not occur exactly once in it.
    """
    made = copy.deepcopy(notebook)
    cells = {grade_id(cell): cell for cell in made["cells"] if is_answer(cell)}
    for edit in edits:
        if edit.cell not in cells:
            raise NoSuchText(f"{edit.name}: there is no solution cell {edit.cell}")
        found = cells[edit.cell]["source"].count(edit.before)
        if found != 1:
            raise NoSuchText(f"{edit.name}: its text occurs {found} times in {edit.cell}, not once")
        cells[edit.cell]["source"] = cells[edit.cell]["source"].replace(edit.before, edit.after)
    return made


def is_answer(cell: Cell) -> bool:
    """Whether a student writes in this cell."""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def grade_id(cell: Cell) -> str:
    """The cell's grade_id, "" when it has none."""
    found: str = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return found
