"""What the gradebook already holds, so that a second run has nothing to do.

The ledger is a table in the gradebook itself and a row of it is written in the same transaction as the marks.
So it cannot disagree with them: a run killed after the commit finds its rows, a run killed before it finds
none, and a deleted, replaced or restored database brings its own ledger along. A row counts only while the
submission it names exists. Reading it needs the database driver alone, no SQLAlchemy and no nbgrader.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

from course_tools.files import UserError
from course_tools.gradebook.database import sqlite_file

_QUERY = (
    "SELECT submitted_assignment.student_id, tito_recorded.digest"
    " FROM tito_recorded"
    " JOIN submitted_assignment ON submitted_assignment.id = tito_recorded.submission_id"
    " JOIN assignment ON assignment.id = submitted_assignment.assignment_id"
    " WHERE assignment.name = "
)


def digest(report_json: bytes, timestamp: datetime | None) -> str:
    """SHA-256 of all that `writer` puts into the gradebook for this submission.

    report_json  the report's text exactly as it stands in report.json, so that nothing need be parsed
    """
    when = timestamp.isoformat() if timestamp else ""
    return hashlib.sha256(when.encode() + b"\n" + report_json).hexdigest()


def recorded(db_url: str, assignment: str) -> dict[str, str]:
    """Student id -> digest of what is recorded. Empty when there is no gradebook or no ledger in it yet."""
    return dict(ask(db_url, _QUERY, assignment))


def ask(db_url: str, query: str, value: str) -> list[tuple[Any, ...]]:
    """Rows of a query that ends in a comparison with `value`; none when the gradebook or a table is not there.

    Raises UserError when the gradebook cannot be read.
    """
    file = sqlite_file(db_url)
    if file is None:
        return _from_server(db_url, query, value)
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            return db.execute(query + "?", (value,)).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise UserError(
            f"The gradebook {file} cannot be read: {error}\nRun the command again when it is free."
        ) from error
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"{file} is not a gradebook: {error}\nMove it away, or restore your last copy of it."
        ) from error


def _from_server(db_url: str, query: str, value: str) -> list[tuple[Any, ...]]:
    try:
        import psycopg
    except ImportError as error:
        raise UserError(
            "The gradebook is on a PostgreSQL server, but its driver is not installed.\n"
            "Run:  pip install 'tito-course[postgres]'"
        ) from error

    try:
        with psycopg.connect(_plain(db_url), connect_timeout=10) as db:
            return db.execute(query.encode() + b"%s", (value,)).fetchall()
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.Error as error:
        raise UserError(
            f"The gradebook's database server did not answer: {error}\nCheck the address in nbgrader_config.py."
        ) from error


def _plain(db_url: str) -> str:
    """The address without SQLAlchemy's driver name, as the driver itself reads it."""
    scheme, rest = db_url.split("://", 1)
    return f"{scheme.split('+')[0]}://{rest}"
