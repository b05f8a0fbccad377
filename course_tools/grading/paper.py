"""The paper a submission is judged against: the released notebook, read once per module."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from course_tools.files import UserError

Notebook = dict[str, Any]


@dataclass(frozen=True)
class GradedCell:
    """One cell of the paper that carries points."""

    grade_id: str
    title: str  # "07.2 clip_grad_norm"
    points: float
    kind: Literal["test", "manual"]  # manual: a written answer or a task
    source: str  # as released, to tell an untouched answer
    needs: tuple[str, ...]  # graded cells this one rests on


@dataclass(frozen=True)
class Paper:
    """A released notebook and what its graded cells are worth."""

    notebook: Notebook
    graded: tuple[GradedCell, ...]

    @property
    def points(self) -> float:
        """All points of the paper, automatic and manual."""
        return sum(one.points for one in self.graded)

    def of(self, grade_id: str) -> GradedCell | None:
        """The graded cell of this id, or None."""
        return next((one for one in self.graded if one.grade_id == grade_id), None)


def paper(notebook: Notebook) -> Paper:
    """The graded cells of a released notebook (schema 3), in order.

    Raises UserError when it has none: then there is nothing to grade.
    """
    graded = []
    heading = ""
    for cell in notebook["cells"]:
        heading = _heading(cell) or heading
        ours = cell["metadata"].get("nbgrader", {})
        if not (ours.get("grade") or ours.get("task")):
            continue
        course = cell["metadata"].get("course", {})
        test = cell["cell_type"] == "code" and not ours.get("solution")
        title = heading if course.get("task") and heading.startswith(course["task"]) else ours["grade_id"]
        graded.append(
            GradedCell(
                grade_id=ours["grade_id"],
                title=title,
                points=float(ours["points"]),
                kind="test" if test else "manual",
                source=cell["source"],
                needs=tuple(course.get("needs", ())),
            )
        )
    if not graded:
        raise UserError("The released notebook has no graded cell.\nTry:  tito author check")
    return Paper(notebook, tuple(graded))


def _heading(cell: Notebook) -> str:
    """The last heading of a text cell: "## 07.2 · clip_grad_norm · 10 points" gives "07.2 clip_grad_norm"."""
    if cell["cell_type"] != "markdown":
        return ""
    found = re.findall(r"^#+ +(.+?) *$", cell["source"], re.MULTILINE)
    parts = [part.strip() for part in found[-1].split("·")] if found else []
    return " ".join(part for part in parts if not re.fullmatch(r"[\d.]+ points?", part))
