"""How often somebody handed in is counted in works, in the transaction of the marks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest

from course_tools.gradebook import attempts
from course_tools.gradebook.attempts import Attempt
from course_tools.gradebook.writer import Entry, GradebookWriter
from course_tools.records import Note

NAME = "07_training"


@pytest.fixture
def record(root, make_report):
    """record("w1", hour=1, points=3.0): ann's work w1 was judged."""

    def one(work, *, hour=1, sum_test=3.0, notes=(), state="graded"):
        made = make_report("ann", sum_test=sum_test)
        made = replace(made, notes=notes, state=state, digests=replace(made.digests, submission=work))
        with GradebookWriter(root) as book:
            book.record([Entry(made, None, datetime(2026, 1, 1, hour))])

    return one


def test_every_work_is_counted_once(url, record):
    record("w1", hour=1)
    record("w2", hour=2, sum_test=1.0)
    record("w1", hour=3)
    record("w2", hour=4, sum_test=2.0)  # judged again with other checks
    assert attempts.recorded(url, NAME) == {
        "ann": [
            Attempt("w1", "2026-01-01T01:00:00", True, 5.0),
            Attempt("w2", "2026-01-01T02:00:00", True, 4.0),
        ]
    }


def test_what_was_not_judged_is_no_attempt(url, record):
    record("w1", state="needs_person")
    record("w2", notes=(Note("not-handed-in", "x"),))
    assert attempts.recorded(url, NAME) == {}


def test_what_was_held_back_is_seen_and_may_be_judged_later(root, url, record):
    record("w1", hour=1)
    with GradebookWriter(root) as book:
        book.hold(NAME, {"ann": Attempt("w2", "2026-01-01T02:00:00", False, None)})
        book.hold(NAME, {"ann": Attempt("w1", "2026-01-01T03:00:00", False, None)})
    assert [(one.work, one.judged) for one in attempts.recorded(url, NAME)["ann"]] == [
        ("w1", True),
        ("w2", False),
    ]
    record("w2", hour=4)
    assert [(one.work, one.judged) for one in attempts.recorded(url, NAME)["ann"]] == [
        ("w1", True),
        ("w2", True),
    ]


def test_marks_that_are_not_saved_are_no_attempt_either(root, url, record, monkeypatch):
    """The count is part of the transaction: it cannot be ahead of the marks, nor behind them."""
    record("w1")
    with monkeypatch.context() as patched:
        patched.setattr(attempts, "add", lambda db, works: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record("w2", sum_test=0.0)
    assert len(attempts.recorded(url, NAME)["ann"]) == 1
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        assert (0.0,) not in db.execute("SELECT auto_score FROM grade").fetchall()


def test_an_older_gradebook_of_ours_gets_the_table(root, url, record):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("DROP TABLE tito_attempts")
        db.commit()
    assert attempts.recorded(url, NAME) == {}
    record("w1")
    assert len(attempts.recorded(url, NAME)["ann"]) == 1
