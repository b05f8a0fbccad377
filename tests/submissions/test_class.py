"""Strange hand-in folders through a whole class run, with nbgrader's own gradebook."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import warnings

import pytest
from case import load_all

from course_tools.classroom.run import grade_class
from course_tools.course import Course
from course_tools.gradebook import assignment
from course_tools.gradebook.database import connect

WHEN = b"2026-11-20 10:00:00.000000 UTC"


@pytest.fixture
def own_course(course, module, tmp_path):
    """A copy of the course, its assignment entered into a gradebook of its own."""
    root = tmp_path / "course"
    shutil.copytree(course.root, root)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'small'\n"
        "c.GenerateAssignment.preprocessors = [\n"
        "    'nbgrader.preprocessors.LockCells', 'nbgrader.preprocessors.CheckCellMetadata',\n"
        "    'nbgrader.preprocessors.ComputeChecksums', 'nbgrader.preprocessors.SaveCells']\n"
    )
    url = f"sqlite:///{root / 'gradebook.db'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's libraries about each other
        connect(url).dispose()
        assignment.create(root, module.folder, url, "small")
    return Course.load(root)


def test_a_class_with_strange_hand_ins(own_course, module, tier, reference, secrets, monkeypatch):
    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
    course, cases = own_course, load_all()

    def folder(student, case="h00_the_reference", stamp=WHEN):
        made = course.submitted(module, student)
        made.mkdir(parents=True)
        for name, data in cases[case].hand_in(reference, module.folder).items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(data)
        if stamp is not None:
            (made / "timestamp.txt").write_bytes(stamp)
        return made

    notebook = f"{module.folder}.ipynb"
    folder("honest")
    (folder("renamed") / notebook).rename(course.submitted(module, "renamed") / "01_small-Copy1.ipynb")
    (folder("empty") / notebook).write_bytes(b"")
    folder("no-time", stamp=None)
    folder("odd-time", stamp=b"\xff\xfe yesterday")
    linked = folder("linked")
    (linked / notebook).unlink()
    (linked / notebook).symlink_to(course.submitted(module, "honest") / notebook)
    (linked / "gradebook").symlink_to(course.root / "gradebook.db")
    hard = folder("odd-files")
    os.mkfifo(hard / "pipe")
    os.link(hard / notebook, hard / "again.ipynb")
    (hard / "dots..").mkdir()
    data = folder("own-data", "c06_edits_the_data")
    (data / "points.csv").write_bytes(b"x,y\n0,0\n")
    folder("leaker", "b06_inputs_by_a_file")
    folder("writer", "a11_writes_results")

    run = grade_class(course, module, jobs=2)
    points = {one.student: one.points for one in run.reports}
    assert points == dict.fromkeys(points, 30.0) | {
        "renamed": 0.0,
        "empty": 0.0,
        "linked": 0.0,
        "writer": 20.0,
    }
    assert {one.student for one in run.needs_person} == {"renamed", "empty"}
    notes = {one.student: {note.code for note in one.notes} for one in run.reports}
    for student in ("no-time", "odd-time"):
        assert (course.submitted(module, student) / "timestamp.txt").read_text().startswith("20")
    assert "file-left-out" in notes["odd-files"] & notes["linked"]
    renamed = next(one for one in run.reports if one.student == "renamed")
    assert "Rename it" in renamed.tasks[0].message
    with sqlite3.connect(course.root / "gradebook.db") as book:
        rows = dict(
            book.execute(
                "select s.student_id, count(g.auto_score) from submitted_assignment s"
                " join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id group by 1"
            )
        )
    assert rows == {student: 0 if student in ("renamed", "empty") else 3 for student in points}
    for student in points:
        for path in course.autograded(module, student).rglob("*"):
            if path.is_file() and path.name != "report.json":
                assert not any(word in path.read_text("utf-8", "replace") for word in secrets), path
    written = json.loads((course.autograded(module, "writer") / "report.json").read_bytes())
    assert written["points"] == 20.0
    again = grade_class(course, module, jobs=1)
    assert {one.student for one in again.reports} == set()
    assert again.kept == len(points)
