"""Who has how many points: one row per student and module, for screens and for other systems."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from course_tools.gradebook.database import LOCK_SECONDS, connect, transaction
from course_tools.gradebook.late import seconds_late


@dataclass(frozen=True)
class Standing:
    """One student in one module. The order of these fields is the order of the exported columns: append only."""

    student: str
    last_name: str
    first_name: str
    module: str
    handed_in: bool
    submitted_at: str  # ISO 8601 in UTC, "" when unknown
    late_seconds: float
    auto: float  # points the checks gave, where no person set a mark
    manual: float  # points persons set, in place of automatic ones
    extra: float  # extra credit
    late_penalty: float
    score: float  # max(0, auto + manual + extra - late_penalty)
    max_score: float
    needs_person: bool  # something waits to be marked or was broken


COLUMNS = tuple(one.name for one in fields(Standing))


def standings(
    db_url: str, modules: Sequence[str] | None = None, *, lock_seconds: float = LOCK_SECONDS
) -> list[Standing]:
    """All students in all modules (or in these), sorted by module, last name and id.

    A student who handed in nothing has a row with handed_in False. Raises UserError when there is no gradebook.
    """
    from sqlalchemy import and_, case, func, select, true

    from course_tools.gradebook import schema as s

    scored = func.coalesce(s.grade.c.manual_score, s.grade.c.auto_score).is_not(None)
    points = (
        select(
            s.submitted_notebook.c.assignment_id.label("submission"),
            func.sum(case((s.grade.c.manual_score.is_(None), s.grade.c.auto_score), else_=0.0)).label("auto"),
            func.sum(s.grade.c.manual_score).label("manual"),
            func.sum(case((scored, s.grade.c.extra_credit), else_=0.0)).label("extra"),
            func.max(case((s.grade.c.needs_manual_grade, 1), else_=0)).label("needs"),
        )
        .join(s.grade, s.grade.c.notebook_id == s.submitted_notebook.c.id)
        .group_by(s.submitted_notebook.c.assignment_id)
        .subquery()
    )
    penalty = (
        select(
            s.submitted_notebook.c.assignment_id.label("submission"),
            func.sum(s.submitted_notebook.c.late_submission_penalty).label("penalty"),
        )
        .group_by(s.submitted_notebook.c.assignment_id)
        .subquery()
    )
    query = (
        select(
            s.student,
            s.assignment.c.id.label("assignment_id"),
            s.assignment.c.name.label("module"),
            s.assignment.c.duedate,
            s.submitted_assignment.c.id.label("submission"),
            s.submitted_assignment.c.timestamp,
            s.submitted_assignment.c.extension,
            points.c.auto,
            points.c.manual,
            points.c.extra,
            points.c.needs,
            penalty.c.penalty,
        )
        .select_from(s.student.join(s.assignment, true()))
        .outerjoin(
            s.submitted_assignment,
            and_(
                s.submitted_assignment.c.student_id == s.student.c.id,
                s.submitted_assignment.c.assignment_id == s.assignment.c.id,
            ),
        )
        .outerjoin(points, points.c.submission == s.submitted_assignment.c.id)
        .outerjoin(penalty, penalty.c.submission == s.submitted_assignment.c.id)
        .order_by(s.assignment.c.name, s.student.c.last_name, s.student.c.id)
    )
    if modules is not None:
        query = query.where(s.assignment.c.name.in_(list(modules)))
    engine = connect(db_url, create=False, lock_seconds=lock_seconds)
    try:
        with transaction(engine) as db:
            most = _maxima(db)
            return [_standing(row, most) for row in db.execute(query)]
    finally:
        engine.dispose()


def to_csv(rows: Iterable[Standing]) -> str:
    """CSV with a header line; a text that a spreadsheet would run as a formula gets a quote in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in asdict(row).values()] for row in rows)
    return out.getvalue()


def to_json(rows: Iterable[Standing]) -> str:
    """A JSON list of objects with the same names as the columns."""
    return json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _maxima(db: object) -> dict[str, float]:
    """assignment.id -> points of its graded and task cells."""
    from sqlalchemy import Connection, func, select

    from course_tools.gradebook import schema as s

    assert isinstance(db, Connection)
    most: dict[str, float] = {}
    for table in (s.grade_cells, s.task_cells):
        query = (
            select(s.notebook.c.assignment_id, func.sum(table.c.max_score))
            .select_from(s.notebook.join(s.base_cell, s.base_cell.c.notebook_id == s.notebook.c.id))
            .join(table, table.c.id == s.base_cell.c.id)
            .group_by(s.notebook.c.assignment_id)
        )
        for assignment, points in db.execute(query):
            most[assignment] = most.get(assignment, 0.0) + float(points)
    return most


def _standing(row: object, most: dict[str, float]) -> Standing:
    from sqlalchemy import Row

    assert isinstance(row, Row)
    auto, manual, extra, penalty = (
        float(row._mapping[one] or 0) for one in ("auto", "manual", "extra", "penalty")
    )
    return Standing(
        student=row.id,
        last_name=row.last_name or "",
        first_name=row.first_name or "",
        module=row.module,
        handed_in=row.submission is not None,
        submitted_at=f"{row.timestamp.isoformat()}Z" if row.timestamp else "",
        late_seconds=seconds_late(row.timestamp, row.duedate, row.extension),
        auto=auto,
        manual=manual,
        extra=extra,
        late_penalty=penalty,
        score=max(0.0, auto + manual + extra - penalty),
        max_score=most.get(row.assignment_id, 0.0),
        needs_person=bool(row.needs),
    )


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
