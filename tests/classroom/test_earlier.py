"""A class judged on students' own earlier modules: whose hand-ins are taken, and when a report still holds."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.classroom import earlier
from course_tools.classroom.regrade import look
from course_tools.classroom.run import grade_class
from course_tools.cli.main import run
from course_tools.course import Course
from course_tools.records import Report, from_json

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("chain", ROOT / "tests" / "grading" / "chain.py")
chain = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chain)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("chain") / "course"
    root.mkdir()
    chain.make(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return replace(Course.load(tmp_path / "course"), earlier="own")


def hand_in(course, student, number, **bodies):
    folder = course.submitted(course.find(number), student)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{folder.name}.ipynb").write_bytes(chain.hand_in(course, number, **bodies))
    (folder / "timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")


def reports(course, module):
    return {
        path.parent.parent.name: from_json(Report, path.read_bytes())
        for path in course.root.glob(f"autograded/*/{module.folder}/report.json")
    }


def faults(report):
    return {one.name: one.fault for task in report.tasks for one in task.checks if one.fault}


def test_own_modules_are_taken_and_a_report_holds_until_one_of_them_changes(course):
    module = course.find("03")
    for student in ("ada", "bob"):
        hand_in(course, student, "03")
    hand_in(course, "ada", "01", up="return x + 2")
    hand_in(course, "ada", "02")
    done = grade_class(course, module, jobs=1)
    assert [one.points for one in done.reports] == [100, 100]
    found = reports(course, module)
    assert faults(found["ada"]) == {"test_upped": ("01_base",), "test_product": ("01_base",)}
    assert [one.used for one in found["ada"].earlier] == ["own", "own"]
    assert [one.used for one in found["bob"].earlier] == ["reference", "reference"]
    again = grade_class(course, module, jobs=1)
    assert (again.kept, again.reports, again.stale) == (2, [], [])
    hand_in(course, "ada", "01")
    again = grade_class(course, module, jobs=1)
    assert (again.kept, again.stale, again.differs) == (1, ["ada"], {"earlier"})
    shown = look(course, module, jobs=1)
    assert (shown.ran, shown.current, [one.moves for one in shown.changes]) == (1, 1, [False])
    reference = grade_class(replace(course, earlier="reference"), module, jobs=1)
    assert sorted(reference.stale) == ["ada", "bob"]


def test_a_report_from_before_there_was_a_choice_still_holds(course):
    module, course = course.find("03"), replace(course, earlier="reference")
    hand_in(course, "ada", "03")
    grade_class(course, module, jobs=1)
    path = course.autograded(module, "ada") / "report.json"
    data = json.loads(path.read_bytes())
    assert data["digests"].pop("earlier") == ""
    assert data.pop("earlier") == []
    path.write_text(json.dumps(data))
    again = grade_class(course, module, jobs=1)
    assert (again.kept, again.reports, again.stale) == (1, [], [])


def test_where_the_hand_in_is_gone_the_graded_notebook_stands_for_it(course):
    module = course.find("03")
    graded = course.autograded(course.find("01"), "ada")
    graded.mkdir(parents=True)
    (graded / "01_base.ipynb").write_bytes(b"graded")
    assert earlier.notebooks(course, module, "ada", ignore=()) == {"01_base": b"graded"}
    hand_in(course, "ada", "01")
    assert earlier.notebooks(course, module, "ada", ignore=())["01_base"] != b"graded"
    assert earlier.notebooks(replace(course, earlier="reference"), module, "ada", ignore=()) is None


def test_the_commands_say_it_in_one_plain_sentence(course, monkeypatch, capsys):
    hand_in(course, "ada", "03", plain="return x")
    hand_in(course, "ada", "01", up="return x + 2")
    monkeypatch.chdir(course.root)
    assert run(["grade", "run", "03", "--earlier", "own", "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["submissions"][0]["points"] == 75
    assert run(["grade", "show", "03", "ada"]) == 0
    said = capsys.readouterr()
    assert (
        "2 checks fail with your own 01_base and pass with the course's: the fault is there and costs no points here"
        in said.err
    )
    assert (
        "what fails here fails with the course's earlier modules too: the fault is in this module" in said.err
    )
    assert "the course's 02_scale was used, not your own: it was not handed in" in said.err
    assert "fails with your own 01_base, passes with the course's" in said.out
    assert run(["grade", "feedback", "03"]) == 0
    page = next((course.root / "feedback" / "ada").rglob("*.html")).read_text(encoding="utf-8")
    assert "2 checks fail with your own 01_base" in page
    assert "fails with your own 01_base, passes with" in page
