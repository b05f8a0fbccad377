"""What persons gave: manual points, extra credit and comments, read from the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from course_tools.gradebook.database import connect, sqlite_file, transaction

if TYPE_CHECKING:
    from sqlalchemy import Table


@dataclass(frozen=True)
class Given:
    """A person's word on one cell; None and "" where there is none."""

    points: float | None
    extra: float | None
    comment: str


def extensions(db_url: str, assignment: str) -> dict[str, timedelta]:
    """Student id -> extension of the due date, for those who have one; empty where there is no gradebook."""
    from sqlalchemy import select

    from course_tools.gradebook import schema as s

    file = sqlite_file(db_url)
    if file is not None and not file.exists():
        return {}
    query = (
        select(s.submitted_assignment.c.student_id, s.submitted_assignment.c.extension)
        .join(s.assignment, s.assignment.c.id == s.submitted_assignment.c.assignment_id)
        .where(s.assignment.c.name == assignment, s.submitted_assignment.c.extension.is_not(None))
    )
    engine = connect(db_url, create=False)
    try:
        with transaction(engine) as db:
            return {row.student_id: row.extension for row in db.execute(query)}
    finally:
        engine.dispose()


def given(db_url: str, assignment: str) -> Mapping[str, Mapping[str, Given]]:
    """{student: {grade_id: Given}} for every cell of this assignment on which a person said something."""
    from sqlalchemy import select

    from course_tools.gradebook import schema as s

    def cells(table: Table, *columns: Any) -> Any:
        return (
            select(s.submitted_assignment.c.student_id, s.base_cell.c.name, *columns)
            .select_from(table)
            .join(s.base_cell, s.base_cell.c.id == table.c.cell_id)
            .join(s.submitted_notebook, s.submitted_notebook.c.id == table.c.notebook_id)
            .join(s.submitted_assignment, s.submitted_assignment.c.id == s.submitted_notebook.c.assignment_id)
            .join(s.assignment, s.assignment.c.id == s.submitted_assignment.c.assignment_id)
            .where(s.assignment.c.name == assignment)
        )

    found: dict[str, dict[str, Given]] = {}
    engine = connect(db_url, create=False)
    try:
        with transaction(engine) as db:
            for student, name, points, extra in db.execute(
                cells(s.grade, s.grade.c.manual_score, s.grade.c.extra_credit)
            ):
                if points is not None or extra:
                    found.setdefault(student, {})[name] = Given(points, extra, "")
            for student, name, comment in db.execute(cells(s.comment, s.comment.c.manual_comment)):
                if comment:
                    row = found.setdefault(student, {})
                    before = row.get(name, Given(None, None, ""))
                    row[name] = Given(before.points, before.extra, comment)
    finally:
        engine.dispose()
    return found
