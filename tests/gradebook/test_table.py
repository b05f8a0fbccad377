"""The class table adds up as nbgrader does, and exports do not change shape."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import datetime

from course_tools.gradebook import table
from course_tools.gradebook.writer import Entry, GradebookWriter

COLUMNS = (
    "student,last_name,first_name,module,handed_in,submitted_at,late_seconds,auto,manual,extra,"
    "late_penalty,score,max_score,needs_person"
)


def change(root, *statements):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        for one in statements:
            db.execute(one)
        db.commit()


def fill(root, make_report):
    change(root, "UPDATE assignment SET duedate = '2026-01-01 00:00:00'")
    with GradebookWriter(root) as book:
        book.record(
            [
                Entry(make_report("ann"), None, datetime(2026, 1, 1, 1)),
                Entry(make_report("bob", sum_test=0.0, essay=0.0), None, None),
            ]
        )
    change(
        root,
        "INSERT INTO student (id, last_name) VALUES ('cid', '=1+1')",
        "UPDATE grade SET manual_score = 4, extra_credit = 0.5, needs_manual_grade = 0 WHERE auto_score IS NULL",
        "UPDATE grade SET manual_score = 1 WHERE auto_score = 2",
        "UPDATE submitted_notebook SET late_submission_penalty = 1.5 WHERE id IN (SELECT n.id FROM submitted_notebook n"
        " JOIN submitted_assignment a ON a.id = n.assignment_id WHERE a.student_id = 'ann')",
    )


def test_every_part_of_the_score_is_shown(root, url, make_report):
    fill(root, make_report)
    rows = {one.student: one for one in table.standings(url)}
    ann, bob, cid = rows["ann"], rows["bob"], rows["cid"]
    assert (ann.auto, ann.manual, ann.extra, ann.late_penalty, ann.score) == (3, 5, 0.5, 1.5, 7)
    assert (ann.max_score, ann.late_seconds, ann.submitted_at) == (10, 3600, "2026-01-01T01:00:00Z")
    assert (bob.auto, bob.manual, bob.needs_person, bob.submitted_at) == (0, 1, False, "")
    assert (cid.handed_in, cid.score, cid.max_score) == (False, 0, 10)


def test_nbgrader_adds_up_to_the_same(root, url, make_report, quietly):
    fill(root, make_report)
    with quietly():
        from nbgrader.api import Gradebook

        with Gradebook(url) as theirs:
            for row in table.standings(url):
                if row.handed_in:
                    seen = theirs.find_submission(row.module, row.student)
                    assert row.auto + row.manual + row.extra == seen.score
                    assert row.late_penalty == seen.late_submission_penalty
                    assert row.needs_person == seen.needs_manual_grade
                    assert row.max_score == seen.max_score
                    assert row.late_seconds == seen.total_seconds_late


def test_exports_keep_their_columns(root, url, make_report):
    fill(root, make_report)
    rows = table.standings(url)
    text = table.to_csv(rows)
    assert text.splitlines()[0] == COLUMNS
    read = list(csv.DictReader(io.StringIO(text)))
    assert [one["student"] for one in read] == [one.student for one in rows]
    assert next(one for one in read if one["student"] == "cid")["last_name"] == "'=1+1"
    data = json.loads(table.to_json(rows))
    assert list(data[0]) == COLUMNS.split(",")


def test_modules_can_be_chosen(root, url, make_report):
    fill(root, make_report)
    assert table.standings(url, ["08_other"]) == []
    assert len(table.standings(url, ["07_training"])) == 3
