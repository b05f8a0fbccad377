"""The same code on a PostgreSQL server: a throw-away one, on a socket in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from course_tools.gradebook import assignment, ledger, table
from course_tools.gradebook.database import GradebookBusy, connect, transaction
from course_tools.gradebook.writer import Entry, GradebookWriter

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="module")
def server():
    import psycopg

    assert BINARIES, "PostgreSQL's server is missing; tests/system.sh installs it"
    # A socket's path may have 107 characters, too few for pytest's folders; and the server refuses to be root.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    owner: dict[str, str] = {}
    if os.geteuid() == 0:
        owner = {"user": "postgres", "cwd": "/"}
        shutil.chown(folder, "postgres")
    tool = {one: str(BINARIES[-1] / one) for one in ("initdb", "pg_ctl")}
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | owner
    data = str(folder / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        subprocess.run([tool["initdb"], "-D", data, "-A", "trust", "-U", "tito", "-N"], **quiet)
        subprocess.run([tool["pg_ctl"], "-D", data, "-o", options, "-w", "start"], **quiet)
        with psycopg.connect(f"postgresql://tito@/postgres?host={folder}", autocommit=True) as db:
            db.execute("CREATE DATABASE gradebook")
        yield f"postgresql://tito@/gradebook?host={folder}"
    finally:
        subprocess.run([tool["pg_ctl"], "-D", data, "-m", "immediate", "stop"], **(quiet | {"check": False}))
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def book_url(server, template, quietly):
    with quietly():
        assert ledger.recorded(server, "07_training") == {}, "an empty server has no ledger"
        connect(server).dispose()
        assignment.create(template, "07_training", server, "tiny")
    return server


def test_reports_are_recorded_and_read_back(book_url, root, make_report, answered, quietly):
    when = datetime(2026, 1, 2)
    entries = [Entry(make_report(name), answered(), when) for name in ("ann", "bob")]
    with quietly(), GradebookWriter(root, book_url) as book:
        assert book.record(entries) == 2
        assert book.record(entries) == 2
        assert ledger.recorded(book_url, "07_training") == {one.report.student: one.digest for one in entries}
        rows = {one.student: one for one in table.standings(book_url)}
    assert (rows["ann"].auto, rows["ann"].needs_person, rows["ann"].submitted_at) == (
        5,
        True,
        "2026-01-02T00:00:00Z",
    )


def test_marks_of_people_and_extensions_survive(book_url, root, make_report, quietly):
    due = datetime(2026, 1, 1)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    with quietly():
        from nbgrader.api import Gradebook

        with GradebookWriter(root, book_url) as book:
            book.record([Entry(make_report("cid"), None, due)])
            with Gradebook(book_url.replace("postgresql:", "postgresql+psycopg:")) as theirs:
                theirs.update_or_create_assignment("07_training", duedate=due)
                theirs.grant_extension("07_training", "cid", hours=2)
                one = theirs.find_grade("essay", "07_training", "07_training", "cid")
                one.manual_score, one.needs_manual_grade = 4.0, False
                theirs.db.commit()
            book._papers.clear()
            book.record([Entry(make_report("cid"), None, due + timedelta(hours=1))])
        row = next(one for one in table.standings(book_url) if one.student == "cid")
    assert (row.manual, row.late_penalty, row.late_seconds, row.needs_person) == (4.0, 0.0, 0.0, True)


def test_a_lock_is_waited_for_and_then_reported(book_url, root, make_report):
    import psycopg

    with GradebookWriter(root, book_url, lock_seconds=0.3) as book, psycopg.connect(book_url) as holder:
        engine = connect(book_url)
        with transaction(engine) as db:
            assert assignment.find(db, "07_training")
        engine.dispose()
        book._paper("07_training")
        holder.execute("LOCK TABLE grade IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(GradebookBusy):
            book.record([Entry(make_report("dan"), None, None)])
        holder.rollback()
        assert "dan" not in ledger.recorded(book_url, "07_training")


def test_two_writers_of_the_same_class_do_not_disturb_each_other(book_url, root, make_report):
    entries = [Entry(make_report(f"w{i:02}"), None, None) for i in range(20)]

    def write(_):
        with GradebookWriter(root, book_url) as book:
            return book.record(entries, chunk=5)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(write, range(3))) == [20, 20, 20]
    rows = [one for one in table.standings(book_url) if one.student.startswith("w")]
    assert [one.auto for one in rows] == [5.0] * 20
    known = ledger.recorded(book_url, "07_training")
    assert {one.report.student: one.digest for one in entries}.items() <= known.items()
