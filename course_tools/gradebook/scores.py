"""From verdicts to the numbers nbgrader stores, and into its rows."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_tools.files import UserError
from course_tools.gradebook.assignment import NotebookRow
from course_tools.records import Report

if TYPE_CHECKING:
    from sqlalchemy import Connection

NO_RESPONSE = "No response."  # nbgrader's own words: formgrader and feedback show them


@dataclass(frozen=True)
class Marks:
    """What one submitted notebook is to get."""

    auto: Mapping[str, float | None]  # grade_id -> auto_score; None: a person must look
    untouched: frozenset[str]  # grade_ids of answer cells still as released


def from_report(report: Report, paper: NotebookRow, notebook: Mapping[str, Any] | None) -> Marks:
    """The numbers of a report.

    A broken task and one the report does not name get None, which nbgrader shows as "needs manual grade".
    Raises UserError when report and gradebook are about different papers: other cells, other points.
    """
    differ = sorted(one.grade_id for one in report.tasks if not _agrees(one.max_points, one.grade_id, paper))
    if differ:
        raise UserError(
            f"The gradebook and the release of {report.module} disagree about {', '.join(differ)}: "
            "a cell is unknown or its points changed.\n"
            f"Bring both up to date:  tito author release {report.module[:2]}"
        )
    auto: dict[str, float | None] = dict.fromkeys(paper.grades)
    for task in report.tasks:
        known = task.verdict in ("passed", "failed", "skipped") and task.points is not None
        in_range = known and math.isfinite(task.points or 0) and 0 <= (task.points or 0) <= task.max_points
        if in_range and not paper.grades[task.grade_id].is_task:
            auto[task.grade_id] = task.points
    return Marks(auto, untouched(notebook, paper))


def untouched(notebook: Mapping[str, Any] | None, paper: NotebookRow) -> frozenset[str]:
    """Answer cells whose text is still the released one. Blanks at the ends are not an answer."""
    same = set()
    for cell in notebook["cells"] if notebook else ():
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        released = paper.sources.get(grade_id)
        if released and grade_id in paper.solutions and cell["cell_type"] == released.cell_type:
            text = cell["source"]
            text = text if isinstance(text, str) else "".join(text)
            if text.strip() == released.source.strip():
                same.add(grade_id)
    return frozenset(same)


def save(db: Connection, paper: NotebookRow, marks: Mapping[str, Marks]) -> None:
    """Write the marks of several submitted notebooks of one paper, in the running transaction.

    marks  submitted_notebook.id -> Marks

    Rows that exist keep their id and everything a person wrote in them (manual_score, extra_credit,
    manual_comment); rows that do not are made, as nbgrader makes them.
    """
    from sqlalchemy import Boolean, bindparam, case, false, or_, true, update

    from course_tools.gradebook.schema import comment, grade

    # In the database, not here: a person may save a mark in formgrader between our reading and our writing.
    waits = or_(grade.c.manual_score.is_not(None), bindparam("unscored", type_=Boolean))
    set_grade = (
        update(grade)
        .where(grade.c.id == bindparam("row"))
        .values(auto_score=bindparam("score"), needs_manual_grade=case((waits, true()), else_=false()))
    )
    set_comment = (
        update(comment).where(comment.c.id == bindparam("row")).values(auto_comment=bindparam("text"))
    )
    there_grades = _rows(db, grade, marks)
    there_comments = _rows(db, comment, marks)
    new: dict[Any, list[dict[str, Any]]] = {grade: [], comment: []}
    changed: dict[Any, list[dict[str, Any]]] = {grade: [], comment: []}
    for notebook_id, one in marks.items():
        for cell in paper.grades.values():
            value = one.auto.get(cell.name)
            row = there_grades.get((notebook_id, cell.id))
            if row:
                changed[grade].append({"row": row, "score": value, "unscored": value is None})
            else:
                new[grade].append(
                    {
                        "id": new_id(),
                        "notebook_id": notebook_id,
                        "cell_id": cell.id,
                        "auto_score": value,
                        "needs_manual_grade": value is None,
                    }
                )
        for name, cell_id in paper.comments.items():
            text = NO_RESPONSE if name in one.untouched else None
            row = there_comments.get((notebook_id, cell_id))
            if row:
                changed[comment].append({"row": row, "text": text})
            else:
                new[comment].append(
                    {"id": new_id(), "notebook_id": notebook_id, "cell_id": cell_id, "auto_comment": text}
                )
    for table, statement in ((grade, set_grade), (comment, set_comment)):
        if changed[table]:
            db.execute(statement, changed[table])
        if new[table]:
            db.execute(table.insert(), new[table])


def new_id() -> str:
    """A row id in nbgrader's form."""
    return uuid.uuid4().hex


def _agrees(points: float, grade_id: str, paper: NotebookRow) -> bool:
    cell = paper.grades.get(grade_id)
    return cell is not None and math.isclose(cell.max_score, points)


def _rows(db: Connection, table: Any, notebooks: Iterable[str]) -> dict[tuple[str, str], str]:
    from sqlalchemy import select

    ids: Sequence[str] = list(notebooks)
    query = select(table.c.notebook_id, table.c.cell_id, table.c.id).where(table.c.notebook_id.in_(ids))
    return {(one.notebook_id, one.cell_id): one.id for one in db.execute(query)}
