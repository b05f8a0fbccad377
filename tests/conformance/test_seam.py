"""Our steps inside nbgrader: limits, walls, files, and who gives the verdict."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest


def load(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plain_course = load("plain_course")

ANSWERS = {
    "busy": {"square": "def square(x):\n    while True: pass"},
    "sleeps": {"square": "import time\ndef square(x):\n    time.sleep(60)"},
    "looks": {
        "share": "import os\ndef share():\n    seen = [n for n in os.listdir('.') if n.endswith(('.ipynb', '.txt'))]\n"
        "    return 2 if seen == ['data.txt'] else 0"
    },
    "writes": {
        "add": """
import os
def add(a, b):
    os.makedirs('out', exist_ok=True)
    for name in ['out/a.txt', 'p1.ipynb', 'p2.ipynb', 'timestamp.txt', 'p1.report.json']:
        open(name, 'w').write('mine')
    return a + b
"""
    },
    "asks": {
        "share": """
import os
def share():
    return 2 if os.environ['NBGRADER_EXECUTION'] == 'autograde' else 0
""",
        "own": "",  # left as released
    },
}

ENGINE = """
from course_tools.classroom import engine
from course_tools.grading.runner import Graded
from course_tools.records import Digests, Report, TaskResult

def from_checks(root, assignment, student):
    tasks = tuple(
        TaskResult(name, name, verdict, points, most, "examined")
        for name, verdict, points, most in [
            ("square-test", "failed", 0.25, 2.0), ("share-test", "broken", None, 2.0), ("add-test", "passed", 1.0, 1.0),
            ("why", None, None, 3.0), ("own", "failed", 0.0, 2.0), ("draw", None, None, 4.0),
        ]
    )
    report = Report("c", assignment, student, "needs_person", 1.25, 14.0, tasks, (), (), Digests("a", "b", "c", "d"),
                    "bubblewrap", "0", "2026-01-01T00:00:00+00:00", 0.1, 0.1, 1.0)
    return Graded(report, None, {"made.txt": b"by the engine"})

engine.use(from_checks)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory, our_steps, environment):
    folder = tmp_path_factory.mktemp("course")
    (folder / "config").mkdir()
    config = f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\nc.Execute.timeout = 1\n{our_steps}{ENGINE}"
    (folder / "nbgrader_config.py").write_text(config)
    (folder / "source" / "ps1").mkdir(parents=True)
    (folder / "source" / "ps1" / "data.txt").write_text("1")
    plain_course.write(folder / "source" / "ps1", plain_course.source())
    (folder / "source" / "ps2").mkdir()
    (folder / "source" / "ps2" / "ps2.ipynb").write_text(json.dumps(plain_course.source()))
    (folder / "graders").mkdir()
    (folder / "graders" / "test_ps2.py").write_text("")

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
        return json.loads(done.stdout.splitlines()[-1])

    assert drive(["generate_assignment", "ps1"], ["generate_assignment", "ps2"])["codes"] == [0, 0]
    release = json.loads((folder / "release" / "ps1" / "p1.ipynb").read_text())
    for student, texts in ANSWERS.items():
        given = {name: text for name, text in (plain_course.RIGHT | texts).items() if text}
        notebook = plain_course.answers(release, **given)
        plain_course.write(folder / "submitted" / student / "ps1", notebook)
        (folder / "submitted" / student / "ps1" / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    judged = folder / "submitted" / "judged" / "ps2"
    judged.mkdir(parents=True)
    (judged / "ps2.ipynb").write_text(json.dumps(plain_course.answers(release, why="Because.")))
    done = drive(["autograde", "ps1"], ["autograde", "ps2"])
    assert done == {"codes": [0, 0], "calls": len(ANSWERS) + 1}
    return folder, drive


@pytest.fixture
def folder(course):
    return course[0]


def grades(folder, student):
    query = (
        "SELECT base_cell.name, auto_score, needs_manual_grade FROM grade JOIN base_cell ON base_cell.id = cell_id"
        " JOIN submitted_notebook n ON n.id = grade.notebook_id"
        " JOIN submitted_assignment a ON a.id = n.assignment_id WHERE a.student_id = ?"
    )
    with closing(sqlite3.connect(folder / "gradebook.db")) as db:
        return {name: (auto, needs) for name, auto, needs in db.execute(query, (student,))}


def report(folder, student):
    return json.loads((folder / "autograded" / student / "ps1" / "p1.report.json").read_text())


@pytest.mark.parametrize("student", ["busy", "sleeps"])
def test_the_timeout_counts_processor_time_and_cuts_sleep_later(folder, student):
    assert grades(folder, student)["square-test"] == (0, 0)
    assert grades(folder, student)["add-test"] == (1, 0), "the rest is graded"
    run = next(one for one in report(folder, student)["cells"] if one["grade_id"] == "square-test")
    assert run["status"] == "timeout"
    assert run["seconds"] >= (1 if student == "busy" else 5)


def test_student_code_sees_companion_files_but_no_notebook_with_hidden_tests(folder):
    assert grades(folder, "looks")["share-test"] == (2, 0)


def test_the_environment_says_it_is_grading(folder):
    assert grades(folder, "asks")["share-test"] == (2, 0)


def test_written_files_are_kept_unless_they_are_ours(folder):
    made = folder / "autograded" / "writes" / "ps1"
    assert (made / "out" / "a.txt").read_text() == "mine"
    assert (made / "timestamp.txt").read_text() == "2026-01-02 03:04:05 UTC"
    assert json.loads((made / "p1.ipynb").read_text())["nbformat"] == 4
    assert report(folder, "writes")["student"] == "writes"
    assert not (made / "p2.ipynb").exists(), "formgrader would show it as handed in"
    assert not (folder / "submitted" / "writes" / "ps1" / "out").exists()


def test_the_report_says_in_process_and_names_its_sandbox(folder):
    one = report(folder, "looks")
    assert {task["evidence"] for task in one["tasks"]} == {"in-process", "manual"}
    assert one["sandbox"] != "unsafe"


def test_nothing_of_ours_stays_in_the_notebooks_metadata(folder):
    notebook = json.loads((folder / "autograded" / "looks" / "ps1" / "p1.ipynb").read_text())
    assert "course_tools" not in notebook["metadata"]


def test_a_module_with_checks_is_judged_by_them_alone(folder):
    assert grades(folder, "judged") == {
        "square-test": (0.25, 0),
        "share-test": (None, 1),
        "add-test": (1, 0),
        "why": (None, 1),
        "own": (0, 0),
        "draw": (None, 1),
    }
    made = folder / "autograded" / "judged" / "ps2"
    assert json.loads((made / "report.json").read_text())["points"] == 1.25
    assert (made / "made.txt").read_bytes() == b"by the engine"


def test_the_ledger_knows_it_so_a_class_run_need_not_record_it_again(folder):
    from course_tools.gradebook import ledger

    text = (folder / "autograded" / "judged" / "ps2" / "report.json").read_bytes()
    known = ledger.recorded(f"sqlite:///{folder / 'gradebook.db'}", "ps2")
    assert known == {"judged": ledger.digest(text, None)}


def test_not_executing_gives_no_points_for_tests_and_a_withdrawn_time_is_cleared(course):
    folder, drive = course
    (folder / "submitted" / "asks" / "ps1" / "timestamp.txt").unlink()
    assert drive(["autograde", "ps1", "--student", "asks", "--force", "--no-execute"])["codes"] == [0]
    assert grades(folder, "asks") == dict.fromkeys(grades(folder, "looks"), (None, 1)) | {"own": (0, 0)}
    with closing(sqlite3.connect(folder / "gradebook.db")) as db:
        when = db.execute("SELECT timestamp FROM submitted_assignment WHERE student_id = 'asks'").fetchall()
    assert when == [(None,)]
