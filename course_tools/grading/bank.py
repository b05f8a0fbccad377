"""The bank of a module: known wrong solutions, known other right ones, and the notebooks they make."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.course import Course, Module
from course_tools.grading.checks import BrokenCheck, import_file
from course_tools.grading.paper import Notebook
from course_tools.notebooks import python
from course_tools.notebooks.cells import grade_id, is_answer
from course_tools.records import Mistake, RightVariant

Entry = Mistake | RightVariant


class BadEntry(ValueError):
    """An entry that cannot be put into the reference: the message says why, `repair` what to do."""

    def __init__(self, problem: str, repair: str) -> None:
        super().__init__(problem)
        self.repair = repair


@dataclass(frozen=True)
class Bank:
    """The entries of one module, in the order they are written."""

    mistakes: tuple[Mistake, ...] = ()
    right: tuple[RightVariant, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them, mistakes first."""
        return (*self.mistakes, *self.right)

    def of(self, name: str) -> Entry | None:
        """The entry of this name, or None."""
        return next((one for one in self.entries if one.name == name), None)


def known(
    cell: str,
    grade_id: str,
    name: str,
    title: str,
    before: str,
    after: str,
    *,
    caught_by: str,
    also: str = "",
    starred: bool = False,
) -> Mistake:
    """A Mistake as banks write it: the checks in `caught_by` and the cells in `also` come in one text each."""
    checks, others = tuple(caught_by.split()), tuple(also.split())
    return Mistake(name, title, grade_id, cell, before, after, checks, others, starred)


def load(path: Path) -> Bank:
    """The bank in `path`, which defines MISTAKES and RIGHT; an absent file is an empty bank.

    Raises BrokenCheck when it cannot be imported or holds something else.
    """
    if not path.is_file():
        return Bank()
    module = import_file(path)
    return Bank(_entries(module, "MISTAKES", Mistake, path), _entries(module, "RIGHT", RightVariant, path))


def _entries(module: Any, name: str, kind: type[Any], path: Path) -> tuple[Any, ...]:
    found = getattr(module, name, None)
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, kind) for one in found):
        raise BrokenCheck(f"{path.name} has no list {name} of {kind.__name__}")
    return tuple(found)


def altered(reference: Notebook, entry: Entry) -> Notebook:
    """A copy of the reference with the entry's replacement made.

    Raises BadEntry when the cell is no solution cell, `before` does not stand in it exactly once, or the
    outcome is the same as before or is not Python.
    """
    made = copy.deepcopy(reference)
    cell = next((one for one in made["cells"] if grade_id(one) == entry.cell and is_answer(one)), None)
    if cell is None:
        raise BadEntry(
            f"there is no solution cell {entry.cell!r}", "name the grade_id of the cell that is changed"
        )
    times = cell["source"].count(entry.before) if entry.before else 0
    if times != 1:
        found = "does not stand" if times == 0 else f"stands {times} times"
        raise BadEntry(
            f"`before` {found} in {entry.cell}",
            "copy the lines from source/ again" if times == 0 else "take in more of the lines around it",
        )
    if entry.after == entry.before:
        raise BadEntry("`after` is the same as `before`", "write what such a student writes")
    cell["source"] = cell["source"].replace(entry.before, entry.after)
    if cell["cell_type"] == "code" and python.tree(cell["source"]) is None:
        raise BadEntry(f"with `after`, {entry.cell} is not Python", "look at the indentation of `after`")
    return made


def companions(course: Course, module: Module) -> dict[str, bytes]:
    """The files students get beside the notebook, by relative name, for a submission that is ours."""
    folder = course.release_notebook(module).parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb"
    }
