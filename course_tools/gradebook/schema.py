"""The columns of nbgrader's database that we read or write, and two things of ours beside them.

nbgrader's own model cannot be imported without three seconds of server code, and its object layer costs
one commit per row. These tables are therefore named here a second time; tests/gradebook/test_schema.py
compares every one with nbgrader's. Making a database is still left to nbgrader's model (`database.create`).

Ours: the tables `tito_recorded` (see ledger.py) and `tito_attempts` (see attempts.py), and indexes on columns
formgrader looks rows up by, for which nbgrader has none. No column of nbgrader's is changed, so its `db upgrade`
is not touched.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Interval,
    MetaData,
    String,
    Table,
    Text,
)

theirs = MetaData()
ours = MetaData()


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


course = Table("course", theirs, Column("id", String(128), primary_key=True))
assignment = Table(
    "assignment",
    theirs,
    _id(),
    Column("name", String(128)),
    Column("duedate", DateTime()),
    Column("course_id", String(128)),
)
notebook = Table(
    "notebook",
    theirs,
    _id(),
    Column("name", String(128)),
    Column("kernelspec", String(1024)),
    Column("assignment_id", String(32)),
)
base_cell = Table(
    "base_cell",
    theirs,
    _id(),
    Column("name", String(128)),
    Column("type", String(50)),
    Column("notebook_id", String(32)),
)
grade_cells = Table("grade_cells", theirs, _id(), Column("max_score", Float()), Column("cell_type", String()))
task_cells = Table("task_cells", theirs, _id(), Column("max_score", Float()), Column("cell_type", String()))
solution_cells = Table("solution_cells", theirs, _id())
source_cell = Table(
    "source_cell",
    theirs,
    _id(),
    Column("name", String(128)),
    Column("cell_type", String()),
    Column("locked", Boolean),
    Column("source", Text()),
    Column("checksum", String(128)),
    Column("notebook_id", String(32)),
)
student = Table(
    "student",
    theirs,
    Column("id", String(128), primary_key=True),
    Column("first_name", String(128)),
    Column("last_name", String(128)),
)
submitted_assignment = Table(
    "submitted_assignment",
    theirs,
    _id(),
    Column("assignment_id", String(32)),
    Column("student_id", String(128)),
    Column("timestamp", DateTime()),
    Column("extension", Interval()),
)
submitted_notebook = Table(
    "submitted_notebook",
    theirs,
    _id(),
    Column("assignment_id", String(32)),
    Column("notebook_id", String(32)),
    Column("flagged", Boolean),
    Column("late_submission_penalty", Float()),
)
grade = Table(
    "grade",
    theirs,
    _id(),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_score", Float()),
    Column("manual_score", Float()),
    Column("extra_credit", Float()),
    Column("needs_manual_grade", Boolean),
)
comment = Table(
    "comment",
    theirs,
    _id(),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_comment", Text()),
    Column("manual_comment", Text()),
)

recorded = Table(
    "tito_recorded",
    ours,
    Column("submission_id", String(32), primary_key=True),  # submitted_assignment.id
    Column("digest", String(64), nullable=False),
    Column("recorded_at", DateTime(), nullable=False),
)

attempts = Table(
    "tito_attempts",
    ours,
    Column("submission_id", String(32), primary_key=True),  # submitted_assignment.id
    Column("work", String(64), primary_key=True),  # Digests.submission
    Column("seen_at", String(32), nullable=False),  # ISO 8601, UTC: read by drivers that know no dates
    Column("judged", Boolean, nullable=False),
    Column("points", Float()),
)

INDEXES = (
    Index("tito_grade_notebook", grade.c.notebook_id),
    Index("tito_comment_notebook", comment.c.notebook_id),
    Index("tito_submitted_notebook_assignment", submitted_notebook.c.assignment_id),
    Index("tito_submitted_assignment_student", submitted_assignment.c.student_id),
)
