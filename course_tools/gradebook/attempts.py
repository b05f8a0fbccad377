"""How often each student handed in, and which of these works were judged.

Kept in the gradebook and written in the transaction of the marks, so the count cannot disagree with them. What
counts is a work, not a run: the same files handed in or judged again are the same attempt, and a work whose
verdict broke, or of which nothing could be read, is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from course_tools.gradebook import ledger
from course_tools.records import Report

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUERY = (
    "SELECT submitted_assignment.student_id, tito_attempts.work, tito_attempts.seen_at,"
    " tito_attempts.judged, tito_attempts.points"
    " FROM tito_attempts"
    " JOIN submitted_assignment ON submitted_assignment.id = tito_attempts.submission_id"
    " JOIN assignment ON assignment.id = submitted_assignment.assignment_id"
    " WHERE assignment.name = "
)


@dataclass(frozen=True)
class Attempt:
    """One work a student handed in."""

    work: str  # Digests.submission
    seen_at: str  # ISO 8601, UTC: when it was handed in or, where nobody knows, when it was first seen
    judged: bool  # False: kept, and not judged because the limit was reached
    points: float | None  # automatic ones of its newest report


def recorded(db_url: str, assignment: str) -> dict[str, list[Attempt]]:
    """Student id -> works in the order they were seen; read without SQLAlchemy, as the ledger is."""
    found: dict[str, list[Attempt]] = {}
    for student, work, seen_at, judged, points in ledger.ask(db_url, _QUERY, assignment):
        found.setdefault(student, []).append(Attempt(work, seen_at, bool(judged), points))
    return {student: sorted(works, key=lambda one: one.seen_at) for student, works in found.items()}


def of_report(report: Report, when: datetime | None) -> Attempt | None:
    """The attempt a report stands for; None when nothing was judged.

    when  the hand-in's time in UTC without a zone
    """
    absent = any(one.code == "not-handed-in" for one in report.notes)
    if report.state != "graded" or absent or not report.digests.submission:
        return None
    return Attempt(report.digests.submission, moment(when), True, report.points)


def moment(when: datetime | None) -> str:
    """A hand-in's time as it is kept; now, where there is none."""
    return (when or datetime.now(UTC).replace(tzinfo=None)).isoformat()


def add(db: Connection, works: Mapping[str, Attempt | None]) -> None:
    """Enter submitted_assignment.id -> attempt, in the running transaction.

    A work that is known keeps the time it was first seen; once judged it stays so, and its points are the newest.
    """
    from sqlalchemy import insert, select, update

    from course_tools.gradebook.schema import attempts as table

    here = {(row, one.work): one for row, one in works.items() if one is not None}
    query = select(table.c.submission_id, table.c.work).where(table.c.submission_id.in_(list(works)))
    known = {(one.submission_id, one.work) for one in db.execute(query)}
    new = [
        {"submission_id": row, **vars(one)} for (row, work), one in here.items() if (row, work) not in known
    ]
    if new:
        db.execute(insert(table), new)
    for (row, work), one in here.items():
        if (row, work) in known and one.judged:
            same = (table.c.submission_id == row) & (table.c.work == work)
            db.execute(update(table).where(same).values(judged=True, points=one.points))
