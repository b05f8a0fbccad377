"""Late work is handled by nbgrader's own rule and by whatever plugin is configured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from course_tools.gradebook.late import seconds_late
from course_tools.gradebook.writer import Entry, GradebookWriter

DUE = datetime(2026, 1, 1, 12)


def write(root, entry, config=""):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("UPDATE assignment SET duedate = ?", (str(DUE),))
        db.commit()
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{config}\n")
    with GradebookWriter(root) as book:
        book.record([entry])
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        return db.execute("SELECT late_submission_penalty FROM submitted_notebook").fetchall()[0][0]


def test_by_default_nothing_is_taken_off(root, make_report):
    assert write(root, Entry(make_report(), None, DUE + timedelta(hours=5))) is None


def test_the_zero_method_takes_the_whole_score_and_an_earlier_time_gives_it_back(root, make_report, quietly):
    zero = "c.LateSubmissionPlugin.penalty_method = 'zero'"
    with quietly():
        assert write(root, Entry(make_report(), None, DUE + timedelta(hours=5)), zero) == 5.0
        assert write(root, Entry(make_report(), None, DUE), zero) is None


@pytest.mark.parametrize(("hours", "taken"), [(2, 2.0), (100, 5.0)])
def test_a_plugin_is_asked_and_its_answer_kept_within_the_score(root, make_report, quietly, hours, taken):
    plugin = (
        "from nbgrader.plugins import BasePlugin\n"
        "class PerHour(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, late): return int(late / 3600)\n"
        "c.AssignLatePenalties.plugin_class = PerHour"
    )
    with quietly():
        assert write(root, Entry(make_report(), None, DUE + timedelta(hours=hours)), plugin) == taken


def test_extensions_count_and_unknown_times_are_not_late():
    late = DUE + timedelta(days=1)
    assert seconds_late(late, DUE, None) == 86400
    assert seconds_late(late, DUE, timedelta(days=2)) == 0
    assert seconds_late(None, DUE, None) == seconds_late(late, None, timedelta(1)) == 0


def test_an_extension_stored_by_nbgrader_is_read(root, url, make_report, quietly):
    with GradebookWriter(root) as book:
        book.record([Entry(make_report(), None, DUE)])
    with quietly():
        from nbgrader.api import Gradebook

        with Gradebook(url) as theirs:
            theirs.update_or_create_assignment("07_training", duedate=DUE)
            theirs.grant_extension("07_training", "ann", hours=3)
        zero = "c.LateSubmissionPlugin.penalty_method = 'zero'"
        assert write(root, Entry(make_report(), None, DUE + timedelta(hours=2)), zero) is None
        assert write(root, Entry(make_report(), None, DUE + timedelta(hours=4)), zero) == 5.0


def test_the_score_a_plugin_sees_is_nbgraders(root, url, make_report, quietly):
    """Manual before automatic, plus extra credit, but no extra credit where there is no score at all."""
    with GradebookWriter(root) as book:
        book.record([Entry(make_report(), None, None)])
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("UPDATE grade SET extra_credit = 0.25")
        db.execute("UPDATE grade SET manual_score = 1 WHERE auto_score = 3")
        db.commit()
    with quietly():
        from nbgrader.api import Gradebook

        zero = "c.LateSubmissionPlugin.penalty_method = 'zero'"
        taken = write(root, Entry(make_report(), None, DUE + timedelta(hours=1)), zero)
        with Gradebook(url) as theirs:
            assert taken == theirs.find_submission_notebook("07_training", "07_training", "ann").score == 3.5
