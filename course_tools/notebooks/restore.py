"""A submission put back in order: the course's own cells as released, the student's answers as written.

Every repair is a note and none is an error: what is graded is always the paper's tests on the student's
answers, whatever an editor, an accident or an intention did to the cells.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course_tools.notebooks.cells import Cell, Notebook, grade_id, is_answer, is_marked, is_test, marks
from course_tools.notebooks.shape import give_ids
from course_tools.records import Note

MOST_ALIKE = 20  # notes of one code; the rest is counted
FLAGS = ("grade", "solution", "locked", "task", "points")


@dataclass(frozen=True)
class Restored:
    """What will be run and graded, and what had to be repaired to get there."""

    notebook: Notebook
    notes: tuple[Note, ...]
    missing_answers: tuple[str, ...]  # grade_ids of answers that were not there: stubs stand in for them


def restore(submitted: Notebook, paper: Notebook) -> Restored:
    """The submitted notebook with every cell of the paper in it, once and as released.

    submitted  as `read` gives it; not changed
    paper      the released notebook, as `read` gives it

    Kept from the student: the texts of answers, all further cells, and the order of cells. Taken from the
    paper: text and type of locked and test cells, all metadata, the kernel. A cell is known by its grade_id,
    else by its cell id. Of copies the last counts, of read-only cells the first. A missing cell is put back
    behind the one it follows on the paper. No outputs survive.
    """
    return _Repair(submitted, paper).made()


class _Repair:
    def __init__(self, submitted: Notebook, paper: Notebook):
        self.submitted, self.paper = submitted, paper
        self.own = {grade_id(cell): cell for cell in paper["cells"] if is_marked(cell)}
        self.free = {cell["id"]: cell for cell in paper["cells"] if not is_marked(cell)}
        self.notes: list[Note] = []

    def made(self) -> Restored:
        names = self._names()
        chosen = self._chosen(names)
        placed: list[tuple[str | None, Cell]] = []
        for position, (name, cell) in enumerate(zip(names, self.submitted["cells"], strict=True)):
            if name is not None and chosen[name] == position:
                placed.append((name, self._repaired(name, cell)))
            else:
                placed.append((None, self._extra(name, cell)))
        missing = self._put_back(placed)
        self._note_kernel()
        cells = [cell for _, cell in placed]
        give_ids(cells)
        notebook = {
            "cells": cells,
            "metadata": copy.deepcopy(self.paper["metadata"]),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return Restored(notebook, _counted(self.notes), missing)

    def _names(self) -> list[str | None]:
        """For each submitted cell the cell of the paper it stands for."""
        named = [grade_id(cell) for cell in self.submitted["cells"]]
        claimed = set(named)
        by_id = {cell["id"]: name for name, cell in self.own.items() if name not in claimed}
        names: list[str | None] = []
        for found, cell in zip(named, self.submitted["cells"], strict=True):
            if found in self.own:
                names.append(found)
                continue
            names.append(by_id.get(cell["id"]))
            if names[-1] is not None:
                said = "had lost its name and was recognised by its cell id"
                self._note("cell-recognised", f"the cell {names[-1]} {said}", names[-1])
        return names

    def _chosen(self, names: Sequence[str | None]) -> dict[str, int]:
        """Which of the cells that stand for one of the paper's counts, by position."""
        chosen: dict[str, int] = {}
        for position, name in enumerate(names):
            if name is None:
                continue
            if name in chosen and _is_read_only(self.own[name]):
                continue  # the first: what it defines is needed early
            chosen[name] = position
        for name, times in Counter(name for name in names if name is not None).items():
            if times > 1:
                which = "first" if _is_read_only(self.own[name]) else "last"
                message = f"the cell {name} was there {times} times, and the {which} one counts"
                self._note("cell-duplicated", message, name)
        return chosen

    def _repaired(self, name: str, found: Cell) -> Cell:
        ours = self.own[name]
        made = copy.deepcopy(ours)
        if is_answer(ours):
            made["source"] = found["source"]
            if made["cell_type"] == found["cell_type"] and "attachments" in found:
                made["attachments"] = copy.deepcopy(found["attachments"])
        elif not _reads_alike(found["source"], ours["source"]):
            self._note("cell-restored", f"the locked cell {name} had been changed and was put back", name)
        if found["cell_type"] != ours["cell_type"]:
            said = f"was a {found['cell_type']} cell and is a {ours['cell_type']} cell again"
            self._note("type-restored", f"the cell {name} {said}", name)
        self._note_marks(name, found, ours)
        self._note_tags(name, found, ours)
        return _unrun(made)

    def _extra(self, name: str | None, found: Cell) -> Cell:
        known = self.free.get(found["id"])
        alike = known is not None and known["cell_type"] == found["cell_type"]
        if name is None and is_marked(found):
            shown = _shown(grade_id(found)) or "without a name"
            message = f"a cell is marked as the course's ({shown}), but is not; it earns nothing"
            self._note("cell-foreign", message, found["id"])
        self._note_tags(found["id"], found, known if alike else None)
        made = {**found, "metadata": copy.deepcopy(known["metadata"]) if known and alike else {}}
        if any(found["id"] == cell["id"] for cell in self.own.values()):
            made["id"] = None  # the paper's cell gets it
        return _unrun(made)

    def _put_back(self, placed: list[tuple[str | None, Cell]]) -> tuple[str, ...]:
        missing = []
        before: str | None = None
        for name, ours in self.own.items():
            names = [one for one, _ in placed]
            if name not in names:
                at = names.index(before) + 1 if before is not None else 0
                placed.insert(at, (name, _unrun(copy.deepcopy(ours))))
                if is_answer(ours):
                    missing.append(name)
                    said = f"the answer cell {name} was missing and counts as not answered"
                    self._note("answer-missing", said, name)
                else:
                    self._note("cell-missing", f"the cell {name} was missing and was put back", name)
            before = name
        return tuple(missing)

    def _note_marks(self, name: str, found: Cell, ours: Cell) -> None:
        theirs, right = marks(found), marks(ours)
        changed = [key for key in FLAGS if (theirs.get(key) or False) != (right.get(key) or False)]
        if changed and theirs:
            message = f"the cell {name} had other grading marks ({', '.join(changed)}); they were put back"
            self._note("marks-restored", message, name)
        elif theirs and theirs.get("schema_version") != right.get("schema_version"):
            message = f"the cell {name} carried grading marks of another version of nbgrader"
            self._note("schema-restored", message, name, audience="staff")

    def _note_tags(self, where: str, found: Cell, ours: Cell | None) -> None:
        allowed = ours["metadata"].get("tags", []) if ours else []
        extra = [tag for tag in found["metadata"].get("tags", []) if tag not in allowed]
        if extra:
            message = f"tags are not looked at while grading: {_shown(', '.join(extra))}"
            self._note("tags-dropped", message, where, audience="staff")

    def _note_kernel(self) -> None:
        metadata = self.submitted["metadata"]
        spec = metadata.get("kernelspec", {})
        language = spec.get("language", metadata.get("language_info", {}).get("name", "python"))
        if isinstance(language, str) and "python" not in language.lower():
            message = f"the notebook asked for {_shown(language)}; it is run with the course's Python"
            self._note("kernel-replaced", message, None)

    def _note(
        self, code: str, message: str, where: str | None, audience: Literal["student", "staff"] = "student"
    ) -> None:
        self.notes.append(Note(code, message, where, audience))


def _is_read_only(cell: Cell) -> bool:
    return not is_answer(cell) and not is_test(cell)


def _unrun(cell: Cell) -> Cell:
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
    return cell


def _reads_alike(one: str, other: str) -> bool:
    # Some editors strip blanks at line ends; that is no change anybody made.
    return [line.rstrip() for line in one.strip().split("\n")] == [
        line.rstrip() for line in other.strip().split("\n")
    ]


def _shown(text: str) -> str:
    """Text of the student's, fit for one line of a message."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def _counted(notes: list[Note]) -> tuple[Note, ...]:
    kept: list[Note] = []
    seen: Counter[str] = Counter()
    for note in notes:
        seen[note.code] += 1
        if seen[note.code] <= MOST_ALIKE:
            kept.append(note)
    for code, times in seen.items():
        if times > MOST_ALIKE:
            kept.append(Note(code, f"and {times - MOST_ALIKE} more like this", None, "staff"))
    return tuple(kept)
