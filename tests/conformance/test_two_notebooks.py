"""An assignment of two notebooks, of which somebody hands in one: the other is zero with a reason, this one judged."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

path = Path(__file__).with_name("plain_course.py")
spec = importlib.util.spec_from_file_location("plain_course", path)
plain_course = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plain_course)

BOTH = {"p1": "p1", "p2": "p2"}
HAND_INS = {  # student -> file name -> which notebook it is
    "both": BOTH,
    "first": {"p1": "p1"},
    "second": {"p2": "p2"},
    "renamed": {"p1": "p1", "p2-Copy1": "p2"},
    "scratch": {"p1": "p1", "notes": "p2"},
    "later": {"p1": "p1"},
}
ALL = {"square-test": (2, 0), "share-test": (2, 0), "add-test": (1, 0), "why": (None, 1), "own": (None, 1)}
ALL["draw"] = (None, 1)
NOTHING = dict.fromkeys(ALL, (0, 0))
OPEN = dict.fromkeys(ALL, (None, 1))


@pytest.fixture(scope="module")
def course(tmp_path_factory, our_steps, environment):
    folder = tmp_path_factory.mktemp("course")
    (folder / "config").mkdir()
    feedback = (
        "c.GenerateFeedback.preprocessors = ['course_tools.classroom.stock_feedback.SanitiseFeedback',"
        " 'nbgrader.preprocessors.GetGrades', 'nbconvert.preprocessors.CSSHTMLHeaderPreprocessor']\n"
    )
    config = f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n{our_steps}{feedback}"
    (folder / "nbgrader_config.py").write_text(config)
    (folder / "source" / "ps1").mkdir(parents=True)
    for name in BOTH:
        (folder / "source" / "ps1" / f"{name}.ipynb").write_text(json.dumps(plain_course.source()))

    def drive(*commands):
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("drive.py")), str(folder)],
            input=json.dumps(commands),
            env=environment | {"JUPYTER_CONFIG_DIR": str(folder / "config")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])["codes"]

    assert drive(["generate_assignment", "ps1"]) == [0]

    def hand_in(student, files):
        for file, which in files.items():
            release = json.loads((folder / "release" / "ps1" / f"{which}.ipynb").read_text())
            made = folder / "submitted" / student / "ps1"
            made.mkdir(parents=True, exist_ok=True)
            (made / f"{file}.ipynb").write_text(
                json.dumps(plain_course.answers(release, **plain_course.RIGHT))
            )

    for student, files in HAND_INS.items():
        hand_in(student, files)
    assert drive(["autograde", "ps1"]) == [0]
    before = grades(folder, "later", "p2")
    hand_in("later", BOTH)
    codes = drive(
        ["autograde", "ps1", "--student", "later", "--force"], ["generate_feedback", "ps1", "--force"]
    )
    assert codes == [0, 0]
    return folder, before


def grades(folder, student, notebook):
    query = (
        "SELECT base_cell.name, auto_score, needs_manual_grade FROM grade JOIN base_cell ON base_cell.id = cell_id"
        " JOIN submitted_notebook n ON n.id = grade.notebook_id JOIN notebook ON notebook.id = n.notebook_id"
        " JOIN submitted_assignment a ON a.id = n.assignment_id WHERE a.student_id = ? AND notebook.name = ?"
    )
    with closing(sqlite3.connect(folder / "gradebook.db")) as db:
        return {name: (auto, needs) for name, auto, needs in db.execute(query, (student, notebook))}


def report(folder, student, notebook):
    return json.loads((folder / "autograded" / student / "ps1" / f"{notebook}.report.json").read_text())


@pytest.mark.parametrize(
    ("student", "first", "second"),
    [
        ("both", ALL, ALL),
        ("first", ALL, NOTHING),
        ("second", NOTHING, ALL),
        ("renamed", ALL, OPEN),
        ("scratch", ALL, NOTHING),
    ],
)
def test_the_other_one_is_judged_and_the_missing_one_is_not_guessed(course, student, first, second):
    assert grades(course[0], student, "p1") == first
    assert grades(course[0], student, "p2") == second


def test_it_is_zero_with_the_reason(course):
    missing = report(course[0], "first", "p2")
    assert {(one["verdict"], one["points"], one["message"]) for one in missing["tasks"]} == {
        ("failed", 0.0, "p2.ipynb was not handed in")
    }
    assert (missing["points"], missing["max_points"], missing["state"]) == (0.0, 14.0, "graded")
    assert report(course[0], "first", "p1")["points"] == 5.0


def test_another_name_is_named_and_a_person_looks(course):
    missing = report(course[0], "renamed", "p2")
    assert missing["state"] == "needs_person"
    assert {one["verdict"] for one in missing["tasks"]} == {"broken"}
    assert "there is p2-Copy1.ipynb" in missing["notes"][0]["message"]


def test_the_student_reads_it_on_the_page_of_the_other(course):
    page = (course[0] / "feedback" / "first" / "ps1" / "p1.html").read_text()
    assert "p2.ipynb was not handed in: 0 of 14 points" in page
    assert "was not handed in" not in (course[0] / "feedback" / "both" / "ps1" / "p1.html").read_text()


def test_handed_in_later_it_is_judged(course):
    folder, before = course
    assert before == NOTHING
    assert grades(folder, "later", "p2") == ALL
    assert report(folder, "later", "p2")["points"] == 5.0
