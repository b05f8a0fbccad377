"""Reports reach nbgrader's rows, and what people wrote there stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from course_tools.files import UserError
from course_tools.gradebook import ledger
from course_tools.gradebook.writer import Entry, GradebookWriter


def ask(root, query, *values):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        rows = db.execute(query, values).fetchall()
        db.commit()
        return rows


GRADES = (
    "SELECT base_cell.name, auto_score, needs_manual_grade FROM grade JOIN base_cell ON base_cell.id = cell_id"
    " JOIN submitted_notebook s ON s.id = grade.notebook_id JOIN submitted_assignment a ON a.id = s.assignment_id"
    " WHERE a.student_id = ? ORDER BY base_cell.name"
)
COMMENTS = GRADES.replace("auto_score, needs_manual_grade FROM grade", "auto_comment FROM comment").replace(
    "grade.notebook_id", "comment.notebook_id"
)


def test_points_comments_and_time_arrive(root, make_report, answered):
    when = datetime(2026, 1, 2, 3, 4, 5)
    entry = Entry(make_report("ann", mean_test=0.5), answered(essay="because"), when)
    with GradebookWriter(root) as book:
        assert book.record([entry]) == 1
    assert ask(root, GRADES, "ann") == [("essay", None, 1), ("mean-test", 0.5, 0), ("sum-test", 3.0, 0)]
    assert ask(root, COMMENTS, "ann") == [("essay", None), ("sum", "No response.")]
    assert ask(root, "SELECT student_id, timestamp FROM submitted_assignment") == [
        ("ann", "2026-01-02 03:04:05.000000")
    ]


def test_nbgraders_own_model_reads_what_was_written(root, url, make_report, answered, quietly):
    with GradebookWriter(root) as book:
        book.record([Entry(make_report("ann", essay=0.0), answered(), datetime(2026, 1, 2))])
    with quietly():
        from nbgrader.api import Gradebook

        with Gradebook(url, "tiny") as theirs:
            seen = theirs.find_submission_notebook("07_training", "07_training", "ann")
            assert (seen.score, seen.max_score, seen.needs_manual_grade) == (5.0, 10.0, False)
            assert theirs.find_comment("essay", "07_training", "07_training", "ann").comment == "No response."
            assert theirs.find_submission("07_training", "ann").timestamp == datetime(2026, 1, 2)
            assert {one.name for one in seen.comments} == {"sum", "essay"}


def test_a_broken_task_is_neither_points_nor_zero(root, make_report):
    with GradebookWriter(root) as book:
        book.record([Entry(make_report("ann", sum_test="broken"), None, None)])
    assert ask(root, GRADES, "ann")[2] == ("sum-test", None, 1)


def test_points_beside_a_broken_verdict_do_not_count(root, make_report):
    from dataclasses import replace

    report = make_report("ann")
    wrong = replace(report.tasks[0], verdict="broken", points=3.0)
    with GradebookWriter(root) as book:
        book.record([Entry(replace(report, tasks=(wrong, *report.tasks[1:])), None, None)])
    assert ask(root, GRADES, "ann")[2] == ("sum-test", None, 1)


def test_a_task_the_report_forgets_waits_for_a_person(root, make_report):
    from dataclasses import replace

    report = make_report("ann")
    with GradebookWriter(root) as book:
        book.record([Entry(replace(report, tasks=report.tasks[1:]), None, None)])
    assert ask(root, GRADES, "ann")[2] == ("sum-test", None, 1)


def test_what_a_person_wrote_survives_and_row_ids_stay(root, make_report, answered):
    with GradebookWriter(root) as book:
        book.record([Entry(make_report("ann"), answered(), datetime(2026, 1, 2))])
    ids = ask(
        root, "SELECT id FROM grade UNION SELECT id FROM comment UNION SELECT id FROM submitted_notebook"
    )
    ask(root, "UPDATE grade SET manual_score = 4, extra_credit = 1, needs_manual_grade = 0")
    ask(root, "UPDATE comment SET manual_comment = 'well done'")
    ask(root, "UPDATE submitted_notebook SET flagged = 1")
    with GradebookWriter(root) as book:
        book.record([Entry(make_report("ann", sum_test=0.0), answered(), None)])
    assert ask(root, "SELECT DISTINCT manual_score, extra_credit, needs_manual_grade FROM grade") == [
        (4, 1, 1)
    ]
    assert ask(root, "SELECT DISTINCT manual_comment FROM comment") == [("well done",)]
    assert ask(root, "SELECT flagged FROM submitted_notebook") == [(1,)]
    assert ask(root, "SELECT timestamp FROM submitted_assignment") == [(None,)], "an older time is cleared"
    now = ask(
        root, "SELECT id FROM grade UNION SELECT id FROM comment UNION SELECT id FROM submitted_notebook"
    )
    assert now == ids


@pytest.mark.parametrize("points", [float("inf"), 3.5, -1.0])
def test_impossible_points_wait_for_a_person(root, url, make_report, points):
    from course_tools.gradebook import assignment, scores
    from course_tools.gradebook.database import connect, transaction

    engine = connect(url)
    with transaction(engine) as db:
        paper = assignment.find_notebook(db, "07_training", "07_training")
    engine.dispose()
    assert scores.from_report(make_report("ann", sum_test=points), paper, None).auto["sum-test"] is None


def test_a_paper_the_gradebook_does_not_know_is_refused(root, make_report):
    with (
        GradebookWriter(root) as book,
        pytest.raises(UserError, match=r"other-test.*\n.*tito author release 07"),
    ):
        book.record([Entry(make_report("ann", other_test=1.0), None, None)])
    assert ask(root, "SELECT count(*) FROM submitted_assignment") == [(0,)]


def test_a_failure_leaves_nothing_of_its_chunk(root, make_report, monkeypatch):
    from course_tools.gradebook import rows

    def fails(*_):
        raise RuntimeError("power cut")

    with GradebookWriter(root) as book:
        book.record([Entry(make_report("ann"), None, None)])
        with monkeypatch.context() as patch:
            patch.setattr(rows, "remember", fails)
            with pytest.raises(RuntimeError):
                book.record([Entry(make_report(name), None, None) for name in ("bob", "cid")])
    assert ask(root, "SELECT student_id FROM submitted_assignment") == [("ann",)]
    assert ask(root, "SELECT count(*) FROM grade") == [(3,)]


def test_many_chunks_are_all_written(root, url, make_report):
    entries = [Entry(make_report(f"s{i:02}"), None, None) for i in range(7)]
    with GradebookWriter(root) as book:
        assert book.record(entries, chunk=3) == 7
    assert ledger.recorded(url, "07_training") == {one.report.student: one.digest for one in entries}


def test_an_assignment_is_entered_from_source_when_missing(root, url, make_report, quietly):
    (root / "gradebook.db").unlink()
    with quietly(), GradebookWriter(root) as book:
        book.record([Entry(make_report("ann"), None, None)])
    assert ask(root, "SELECT name, course_id FROM assignment") == [("07_training", "tiny")]
    assert ask(root, "SELECT source FROM source_cell WHERE name = 'sum'") == [
        ("# YOUR CODE HERE\nraise NotImplementedError()",)
    ]
    assert not (root / "release").exists()


def test_without_source_the_message_names_the_command(root, make_report):
    import shutil

    shutil.rmtree(root / "source")
    ask(root, "DELETE FROM assignment")
    with GradebookWriter(root) as book, pytest.raises(UserError, match="tito author release 07"):
        book.record([Entry(make_report("ann"), None, None)])
