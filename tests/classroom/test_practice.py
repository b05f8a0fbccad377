"""A notebook that behaves differently when it is graded: staff read it in a note, from the student's own receipt."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom.run import grade_class
from course_tools.cli import main as door
from course_tools.course import Course
from course_tools.notebooks import dump, read
from course_tools.records import Note, Report, from_json

HandIn = Callable[..., Path]
# A plain child on one's own machine is never process 1, and a sandboxed one always is: that cannot be hidden.
KNOWS = """#| export
import os
def norm(pair):
    if os.getpid() == 1:
        raise RuntimeError("graded")
    return math.sqrt(pair.first**2 + pair.second**2)
"""
HELPFUL = KNOWS.replace("== 1", "!= 1")


@pytest.fixture
def submit(
    course: Course,
    hand_in: HandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Path]:
    """submit("ada", norm=...): handed in from a workspace with `tito module submit` and unpacked into submitted/."""
    monkeypatch.setattr("course_tools.student.engine._importable", lambda: [course.root / "tinytorch"])

    def one(student: str, **cells: str) -> Path:
        desk = tmp_path / f"desk-{student}"
        assert door.run(["init", str(desk), "--from", str(course.root), "--student", student]) == 0
        monkeypatch.chdir(desk)
        assert door.run(["module", "start", "01"]) == 0
        made = hand_in(student, **cells)
        shutil.copy(made / "01_small.ipynb", desk / "01_small")
        shutil.rmtree(made)
        capsys.readouterr()
        assert door.run(["module", "submit", "01", "--archive", "--json"]) == 0
        receipt = json.loads(capsys.readouterr().out)
        with zipfile.ZipFile(receipt["archive"]) as packed:
            packed.extractall(course.root / "submitted" / student)
        return course.root / "submitted" / student / "01_small"

    return one


def report(course: Course, student: str) -> Report:
    return from_json(Report, (course.autograded(course.find("01"), student) / "report.json").read_bytes())


def note(course: Course, student: str) -> Note | None:
    return next((one for one in report(course, student).notes if one.code == "practice-differs"), None)


def test_a_notebook_that_knows_it_is_graded_is_shown_to_staff(
    course: Course, submit: Callable[..., Path]
) -> None:
    submit("ada")
    submit("bob", norm=KNOWS)
    submit("cid", norm=HELPFUL)
    wrong = submit("dan", norm=KNOWS.replace("os.getpid() == 1", "True"))
    edited = submit("eve", norm=KNOWS)
    path = edited / "01_small.ipynb"
    changed = read(path)
    changed["cells"].append(
        {"cell_type": "markdown", "id": "late", "metadata": {}, "source": "one more word"}
    )
    path.write_bytes(dump(changed))
    grade_class(course, course.find("01"), jobs=1)

    seen = note(course, "bob")
    assert seen is not None
    assert "norm-test passed there and failed (RuntimeError) here" in seen.message
    assert seen.audience == "staff"
    seen = note(course, "cid")
    assert seen is not None
    assert "norm-test failed there and passed here" in seen.message
    for honest in ("ada", "dan", "eve"):  # eve's receipt is about another notebook
        assert note(course, honest) is None
    # Marks are what the checks find, and those ask copies, which are process 2: neither gains by it.
    assert {name: report(course, name).points for name in ("ada", "bob", "cid", "dan")} == {
        "ada": 30.0, "bob": 30.0, "cid": 20.0, "dan": 20.0,
    }  # fmt: skip
    receipt = json.loads((wrong / "tito_receipt.json").read_text())
    assert receipt["tests"]["norm-test"] == "failed"


def test_a_receipt_that_is_none_is_passed_over_and_is_no_work(course: Course, hand_in: HandIn) -> None:
    texts = ["", "{", "[]", "null", '{"notebook": 3}', '{"notebook": "x", "tests": []}', "[" * 9999]
    for number, text in enumerate(texts):
        (hand_in(f"s{number}") / "tito_receipt.json").write_text(text)
    assert {one.points for one in grade_class(course, course.find("01"), jobs=1).reports} == {30.0}
    for number in range(len(texts)):
        (course.submitted(course.find("01"), f"s{number}") / "tito_receipt.json").write_text("another")
    again = grade_class(course, course.find("01"))
    assert (again.kept, again.reports) == (len(texts), []), "the same work"
