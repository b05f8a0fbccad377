"""A gradebook is made whole or not at all, and opened only when nbgrader would understand it."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from course_tools.files import UserError
from course_tools.gradebook import database, ledger, schema
from course_tools.gradebook.database import GradebookBusy, connect, head
from course_tools.gradebook.writer import Entry, GradebookWriter


def tables(file):
    with closing(sqlite3.connect(file)) as db:
        return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_one_is_complete_without_alembic_on_the_path(tmp_path, monkeypatch, quietly):
    monkeypatch.setenv("PATH", "/nowhere")
    with quietly():
        connect(f"sqlite:///{tmp_path / 'gradebook.db'}").dispose()
    made = tables(tmp_path / "gradebook.db")
    assert {"grade", "alembic_version", "tito_recorded"} <= made
    with closing(sqlite3.connect(tmp_path / "gradebook.db")) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]
        indexes = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {one.name for one in schema.INDEXES} <= indexes
    assert [one.name for one in tmp_path.iterdir()] == ["gradebook.db"]


def test_a_failed_making_leaves_no_file(tmp_path, monkeypatch, quietly):
    def fails(_):
        raise RuntimeError("no disk")

    monkeypatch.setattr(database, "_fill", fails)
    with pytest.raises(RuntimeError):
        connect(f"sqlite:///{tmp_path / 'gradebook.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_half_made_one_is_refused(root, url):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("DROP TABLE alembic_version")
        db.commit()
    with pytest.raises(UserError, match="not a whole gradebook"):
        connect(url)


def test_another_version_is_refused_with_the_command(root, url):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("UPDATE alembic_version SET version_num = '167914646830'")
        db.commit()
    with pytest.raises(UserError, match=r"167914646830(.|\n)*nbgrader db upgrade"):
        connect(url)


def test_reading_never_makes_one(tmp_path):
    with pytest.raises(UserError, match="There is no gradebook"):
        connect(f"sqlite:///{tmp_path / 'gradebook.db'}", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_one_is_waited_for(root, make_report):
    holder = sqlite3.connect(root / "gradebook.db", isolation_level=None, check_same_thread=False)
    with GradebookWriter(root, lock_seconds=10) as book:
        holder.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, holder.close)
        timer.start()
        started = time.perf_counter()
        assert book.record([Entry(make_report(), None, None)]) == 1
        assert time.perf_counter() - started >= 0.25
        timer.join()


def test_one_locked_for_too_long_is_an_error_and_nothing_is_written(root, make_report):
    with (
        closing(sqlite3.connect(root / "gradebook.db", isolation_level=None)) as holder,
        GradebookWriter(root, lock_seconds=0.2) as book,
    ):
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(GradebookBusy, match="Nothing was written"):
            book.record([Entry(make_report(), None, None)])
        holder.execute("ROLLBACK")
        assert holder.execute("SELECT count(*) FROM submitted_assignment").fetchall() == [(0,)]
        assert book.record([Entry(make_report(), None, None)]) == 1


def test_a_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "gradebook.db"
    file.write_bytes(b"hello " * 1000)
    with pytest.raises(UserError, match=r"gradebook\.db"):
        connect(f"sqlite:///{file}")


def test_two_writers_take_turns(root, url, make_report):
    entries = [Entry(make_report(f"w{i:02}"), None, None) for i in range(20)]

    def write(_):
        with GradebookWriter(root) as book:
            return book.record(entries, chunk=5)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(write, range(3))) == [20, 20, 20]
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        assert db.execute("SELECT count(*) FROM submitted_assignment").fetchall() == [(20,)]
        assert db.execute("SELECT count(*) FROM grade").fetchall() == [(60,)]
    assert len(ledger.recorded(url, "07_training")) == 20
