"""Rows a submission needs in nbgrader's database, made where they are missing and never replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from course_tools.gradebook import scores
from course_tools.gradebook.assignment import AssignmentRow

if TYPE_CHECKING:
    from sqlalchemy import Connection


def remember(db: Connection, digests: Mapping[str, str]) -> None:
    """Enter submitted_assignment.id -> digest into the ledger; an empty digest takes the row out."""
    from sqlalchemy import delete, insert

    from course_tools.gradebook.schema import recorded

    db.execute(delete(recorded).where(recorded.c.submission_id.in_(list(digests))))
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {"submission_id": name, "digest": digest, "recorded_at": now}
        for name, digest in digests.items()
        if digest
    ]
    if rows:
        db.execute(insert(recorded), rows)


def ensure_submissions(
    db: Connection, paper: AssignmentRow, timestamps: Mapping[str, datetime | None]
) -> dict[str, Any]:
    """The submission rows of these students, made where missing, with their times set.

    Returns student id -> row with .id and .extension.
    """
    from sqlalchemy import bindparam, select, update

    from course_tools.gradebook.schema import submitted_assignment

    query = select(
        submitted_assignment.c.id, submitted_assignment.c.student_id, submitted_assignment.c.extension
    ).where(
        submitted_assignment.c.assignment_id == paper.id,
        submitted_assignment.c.student_id.in_(list(timestamps)),
    )
    known = {one.student_id: one for one in db.execute(query)}
    missing = [student for student in timestamps if student not in known]
    if missing:
        db.execute(
            submitted_assignment.insert(),
            [
                {
                    "id": scores.new_id(),
                    "assignment_id": paper.id,
                    "student_id": student,
                    "timestamp": timestamps[student],
                }
                for student in missing
            ],
        )
    if known:
        db.execute(
            update(submitted_assignment)
            .where(submitted_assignment.c.id == bindparam("row"))
            .values(timestamp=bindparam("at")),
            [{"row": row.id, "at": timestamps[student]} for student, row in known.items()],
        )
    return {one.student_id: one for one in db.execute(query)} if missing else known


def of(db: Connection, assignment: str, notebook: str, student: str) -> tuple[str, str, datetime | None]:
    """(submitted_assignment.id, submitted_notebook.id, timestamp) of a submission nbgrader has rows for."""
    from sqlalchemy import select

    from course_tools.gradebook import schema as s

    query = (
        select(s.submitted_assignment.c.id, s.submitted_notebook.c.id, s.submitted_assignment.c.timestamp)
        .join(s.submitted_notebook, s.submitted_notebook.c.assignment_id == s.submitted_assignment.c.id)
        .join(s.assignment, s.assignment.c.id == s.submitted_assignment.c.assignment_id)
        .join(s.notebook, s.notebook.c.id == s.submitted_notebook.c.notebook_id)
        .where(
            s.assignment.c.name == assignment,
            s.notebook.c.name == notebook,
            s.submitted_assignment.c.student_id == student,
        )
    )
    submission, submitted, when = db.execute(query).one()
    return submission, submitted, when


def submissions_of(db: Connection, assignment: str, students: Sequence[str]) -> dict[str, str]:
    """Student id -> submitted_assignment.id, for those that have one."""
    from sqlalchemy import select

    from course_tools.gradebook import schema as s

    query = (
        select(s.submitted_assignment.c.student_id, s.submitted_assignment.c.id)
        .join(s.assignment, s.assignment.c.id == s.submitted_assignment.c.assignment_id)
        .where(s.assignment.c.name == assignment, s.submitted_assignment.c.student_id.in_(students))
    )
    return {row.student_id: row.id for row in db.execute(query)}


def set_time(db: Connection, submission: str, when: datetime | None) -> None:
    """Set the hand-in time of one submitted_assignment."""
    from sqlalchemy import update

    from course_tools.gradebook.schema import submitted_assignment as table

    db.execute(update(table).where(table.c.id == submission).values(timestamp=when))


def ensure_students(db: Connection, names: Sequence[str]) -> None:
    from sqlalchemy import select

    from course_tools.gradebook.schema import student

    known = set(db.execute(select(student.c.id).where(student.c.id.in_(names))).scalars())
    missing = [{"id": name} for name in names if name not in known]
    if missing:
        db.execute(student.insert(), missing)


def ensure_notebooks(
    db: Connection, paper: AssignmentRow, submissions: Sequence[str]
) -> dict[tuple[str, str], str]:
    """(submitted_assignment.id, notebook.id) -> submitted_notebook.id, for all notebooks of the assignment."""
    from sqlalchemy import select

    from course_tools.gradebook.schema import submitted_notebook as table

    query = select(table.c.id, table.c.assignment_id, table.c.notebook_id).where(
        table.c.assignment_id.in_(submissions)
    )
    rows = {(one.assignment_id, one.notebook_id): one.id for one in db.execute(query)}
    for notebook in paper.notebooks:
        missing = [one for one in submissions if (one, notebook.id) not in rows]
        made = {(one, notebook.id): scores.new_id() for one in missing}
        if made:
            db.execute(
                table.insert(),
                [
                    {"id": new, "assignment_id": one, "notebook_id": notebook.id, "flagged": False}
                    for (one, _), new in made.items()
                ],
            )
            if notebook.name != paper.name:  # one we have no report about: rows as nbgrader makes them
                nothing = scores.Marks({}, frozenset())
                scores.save(db, notebook, dict.fromkeys(made.values(), nothing))
        rows |= made
    return rows


def totals(db: Connection, notebooks: Sequence[str]) -> dict[str, float]:
    """submitted_notebook.id -> points as nbgrader adds them up: manual before automatic, plus extra credit."""
    from sqlalchemy import func, select

    from course_tools.gradebook.schema import grade

    points = func.coalesce(grade.c.manual_score, grade.c.auto_score, 0.0)
    # nbgrader counts extra credit only beside a score
    extra = func.coalesce(grade.c.extra_credit, 0.0)
    scored = func.coalesce(grade.c.manual_score, grade.c.auto_score).is_not(None)
    query = (
        select(grade.c.notebook_id, func.sum(points + extra))
        .where(grade.c.notebook_id.in_(notebooks), scored)
        .group_by(grade.c.notebook_id)
    )
    return {row[0]: float(row[1]) for row in db.execute(query)}
