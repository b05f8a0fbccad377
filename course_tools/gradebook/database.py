"""Open nbgrader's database, make it whole when there is none, and never leave a change half done."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_tools.files import UserError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

LOCK_SECONDS = 30.0


class GradebookBusy(UserError):
    """Somebody else holds the gradebook; nothing of ours was written."""


def sqlite_file(db_url: str) -> Path | None:
    """The file behind an SQLite address; None for any other database."""
    match = re.fullmatch(r"sqlite(?:\+pysqlite)?:///(.+)", db_url)
    return Path(match[1]) if match else None


def connect(db_url: str, *, create: bool = True, lock_seconds: float = LOCK_SECONDS) -> Engine:
    """An engine for the gradebook, checked to be one that the installed nbgrader understands.

    create        make the database when it is missing or empty
    lock_seconds  how long a transaction waits for another writer

    Raises UserError when there is none (create=False), when it was left half made, or when its version is not
    nbgrader's.
    """
    import sqlalchemy

    engine = _engine(db_url, lock_seconds)
    file = sqlite_file(db_url)
    try:
        if file is not None and not file.exists():
            if not create:
                raise UserError(f"There is no gradebook at {file}.\nMake it with:  tito author release 07")
            _create_file(file)
        with transaction(engine) as db:
            tables = set(sqlalchemy.inspect(db).get_table_names())
            if not tables and create:
                _fill(db)
                tables = {"alembic_version"}
            _check_version(db, tables, db_url)
            _add_ours(db)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All or nothing. Waits for other writers; raises GradebookBusy when that took too long."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        with engine.begin() as db:
            yield db
    except DatabaseError as error:
        if type(error) not in (
            DatabaseError,
            OperationalError,
        ):  # the others are about rows, not the database
            raise
        seen = str(error.orig)
        if re.search(r"locked|busy|lock timeout|deadlock", seen, re.IGNORECASE):
            raise GradebookBusy(
                f"The gradebook {_shown(engine)} is in use and did not become free ({seen}).\n"
                "Nothing was written by this step. Close what holds it (another grading run, a database "
                "browser) and run the command again."
            ) from error
        raise UserError(
            f"The gradebook {_shown(engine)} could not be used: {seen}\n"
            "Check that the disk is not full, that you may write there and that the server is up; "
            "then run the command again."
        ) from error


def head() -> str:
    """The database version the installed nbgrader writes, read from its migration scripts."""
    spec = find_spec("nbgrader")  # finds the folder without running nbgrader
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            "nbgrader is not installed.\nInstall the teaching tools:  pip install 'tito-course[teach]'"
        )
    made: set[str] = set()
    replaced: set[str] = set()
    for script in Path(spec.submodule_search_locations[0], "alembic", "versions").glob("*.py"):
        text = script.read_text(encoding="utf-8")
        for name, into in (("revision", made), ("down_revision", replaced)):
            found = re.search(rf"^{name}\s*=\s*['\"](\w+)['\"]", text, re.MULTILINE)
            if found:
                into.add(found[1])
    newest = made - replaced
    if len(newest) != 1:
        raise UserError(f"nbgrader's migration scripts have no single newest version: {sorted(newest)}")
    return newest.pop()


def _engine(db_url: str, lock_seconds: float) -> Engine:
    import sqlalchemy
    from sqlalchemy import event

    url = sqlalchemy.make_url(db_url)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "postgresql":
        wait = f"-c lock_timeout={int(lock_seconds * 1000)}"
        return sqlalchemy.create_engine(url, connect_args={"options": wait})
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": lock_seconds})

    # Python's driver begins a transaction only at the first change, so a step that reads and then writes
    # could find the file locked in between and lose. IMMEDIATE waits at the door instead.
    @event.listens_for(engine, "connect")
    def _plain(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _create_file(file: Path) -> None:
    """A complete new database under a temporary name, then its real one: never 13 tables and no version."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    os.close(handle)
    try:
        engine = _engine(f"sqlite:///{name}", LOCK_SECONDS)
        with transaction(engine) as db:
            _fill(db)
        engine.dispose()
        os.chmod(name, 0o644 & ~_umask())
        try:
            os.link(name, file)  # unlike a rename it cannot replace a database somebody made meanwhile
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(name, file)
    finally:
        Path(name).unlink(missing_ok=True)


def _fill(db: Connection) -> None:
    from nbgrader.api import Base
    from sqlalchemy import text

    Base.metadata.create_all(bind=db)
    db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    db.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": head()})


def _check_version(db: Connection, tables: set[str], db_url: str) -> None:
    from sqlalchemy import text

    where = sqlite_file(db_url) or "the database"
    if "alembic_version" not in tables:
        raise UserError(
            f"{where} is not a whole gradebook: it has {len(tables)} tables and no version.\n"
            "nbgrader leaves this behind when it could not start alembic while making it.\n"
            "If no marks are in it yet, move it away and run the command again; a new one is made."
        )
    seen = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if seen != head():
        raise UserError(
            f"{where} has version {seen or 'none'}; the installed nbgrader needs {head()}.\n"
            "Copy the database first, then run:  nbgrader db upgrade"
        )


def _add_ours(db: Connection) -> None:
    import sqlalchemy

    from course_tools.gradebook import schema

    look = sqlalchemy.inspect(db)
    missing = [one for one in schema.ours.tables.values() if not look.has_table(one.name)]
    if missing:
        schema.ours.create_all(bind=db, tables=missing)
    for index in schema.INDEXES:
        assert index.table is not None
        if all(one["name"] != index.name for one in look.get_indexes(index.table.name)):
            index.create(bind=db)


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _umask() -> int:
    now = os.umask(0o022)
    os.umask(now)
    return now
