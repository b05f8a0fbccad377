"""A limit of judged hand-ins, and what a student is told before the due date: the mark is no oracle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from course_tools.classroom.feedback import write_feedback
from course_tools.classroom.regrade import look, publish
from course_tools.classroom.run import ClassRun, grade_class
from course_tools.cli import main as door
from course_tools.course import Course
from course_tools.gradebook import attempts, settings
from course_tools.records import Report, from_json

from .conftest import LENIENT
from .test_regrade import marks

HandIn = Callable[..., Path]
WRONG = "def norm(pair):\n    return {}\n"


@pytest.fixture
def limited(course: Course) -> Course:
    """Two judged hand-ins, due in 2030."""
    file = course.root / "course.toml"
    file.write_text(file.read_text() + "attempts = 2\ndue = 2030-01-01T12:00:00+00:00\n")
    return Course.load(course.root)


@pytest.fixture
def try_(limited: Course, hand_in: HandIn) -> Callable[..., ClassRun]:
    """Hand in as ada and grade."""

    def one(when: str, **cells: str) -> ClassRun:
        folder = hand_in("ada", **cells)
        (folder / "timestamp.txt").write_text(f"2026-11-{when}:00:00.000000 UTC")
        return grade_class(limited, limited.find("01"), jobs=1)

    return one


def report(course: Course, student: str = "ada") -> Report:
    return from_json(Report, (course.autograded(course.find("01"), student) / "report.json").read_bytes())


def works(course: Course) -> list[tuple[bool, float | None]]:
    found = attempts.recorded(settings.load(course.root).db_url, "01_small")
    return [(one.judged, one.points) for one in found["ada"]]


def test_past_the_limit_the_hand_in_is_kept_and_the_mark_stands(
    limited: Course, try_: Callable[..., ClassRun]
) -> None:
    assert len(try_("01 10", norm=WRONG.format(1)).reports) == 1
    assert len(try_("02 10", norm=WRONG.format(2)).reports) == 1
    over = try_("03 10")
    assert (over.reports, over.held) == ([], ["ada"])
    assert marks(limited) == {"ada": 20.0}
    assert works(limited) == [(True, 20.0), (True, 20.0), (False, None)]
    kept = limited.submitted(limited.find("01"), "ada") / "01_small.ipynb"
    assert "math.sqrt" in kept.read_text(), "the newest hand-in is still there"
    (note,) = [one for one in report(limited).notes if one.code == "attempts-used"]
    assert note.audience == "student"
    assert note.message.startswith("your hand-in of 2026-11-03 10:00 UTC is kept and was not judged")
    again = grade_class(limited, limited.find("01"))
    assert (again.held, again.recorded, again.reports) == (["ada"], 0, []), "a second run does nothing"
    page = write_feedback(limited, limited.find("01"))[0].page
    text = (limited.root / page).read_text()
    assert "2 of 2 hand-ins that are judged are used" in text
    assert "is kept and was not judged" in text


def test_the_same_work_again_is_the_same_attempt(limited: Course, try_: Callable[..., ClassRun]) -> None:
    try_("01 10", norm=WRONG.format(1))
    try_("02 10")
    try_("03 10", norm=WRONG.format(3))
    back = try_("04 10")
    assert (back.held, back.reports) == ([], [])
    assert not [one for one in report(limited).notes if one.code == "attempts-used"]
    assert len(try_("05 10", norm=WRONG.format(1)).reports) == 1, "judged before: it tells nothing new"
    assert marks(limited) == {"ada": 20.0}


def test_a_broken_verdict_costs_no_attempt(
    limited: Course, hand_in: HandIn, try_: Callable[..., ClassRun]
) -> None:
    folder = hand_in("ada")
    for text in ("{", "{{", "{{{"):
        (folder / "01_small.ipynb").write_text(text)
        assert len(grade_class(limited, limited.find("01"), jobs=1).needs_person) == 1
    assert len(try_("02 10").reports) == 1
    assert works(limited) == [(True, 30.0)]


def test_staff_may_judge_one_all_the_same(limited: Course, try_: Callable[..., ClassRun]) -> None:
    for day, answer in (("01 10", 1), ("02 10", 2)):
        try_(day, norm=WRONG.format(answer))
    try_("03 10")
    grade_class(limited, limited.find("01"), jobs=1, force=True)  # of everybody: the limit holds
    assert marks(limited) == {"ada": 20.0}
    grade_class(limited, limited.find("01"), jobs=1, force=True, students=["ada"])
    assert marks(limited) == {"ada": 30.0}
    assert works(limited)[-1] == (True, 30.0)


def test_changed_checks_judge_the_work_whose_mark_stands(
    limited: Course, try_: Callable[..., ClassRun], soften: Callable[[], None]
) -> None:
    try_("01 10", norm=WRONG.format(1))
    try_("02 10", mean=LENIENT)
    try_("03 10", norm=WRONG.format(3))
    soften()
    (ada,) = look(limited, limited.find("01"), jobs=1).changes
    assert (ada.old, ada.new) == (27.0, 30.0)
    publish(limited, limited.find("01"))
    assert marks(limited) == {"ada": 30.0}


def test_staff_see_who_hands_in_how_often(
    limited: Course,
    try_: Callable[..., ClassRun],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for day, answer in (("01 10", 1), ("02 10", 2), ("03 10", 3)):
        try_(day, norm=WRONG.format(answer))
    receipts = limited.root / ".tito" / "receipts" / "01_small.jsonl"
    receipts.parent.mkdir(exist_ok=True)
    receipts.write_text(json.dumps({"student": "ada", "done": "updated", "hand_ins": 57}) + "\n")
    monkeypatch.chdir(limited.root)
    assert door.run(["grade", "run", "01"]) == 0
    said = capsys.readouterr().out
    assert "1 hand-in is over the limit of 2: kept and not judged, the last mark stands (ada)." in said
    assert door.run(["grade", "table", "01"]) == 0
    assert "2 of 57 (limit 2)" in capsys.readouterr().out
    assert door.run(["grade", "table", "01", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["hand_ins"], row["judged"]) == (57, 2)
    assert door.run(["grade", "show", "01", "ada"]) == 0
    shown = capsys.readouterr().out
    assert "handed in 57 times, 2 different works judged, 2 are the limit" in shown
    assert "2026-11-03 10:00 UTC  not judged" in shown


def test_hidden_checks_are_counted_until_the_due_date_and_told_after_it(
    limited: Course, try_: Callable[..., ClassRun]
) -> None:
    """In our own pages and in nbgrader's."""
    try_("01 10", mean=LENIENT)
    module = limited.find("01")
    folder = limited.feedback(module, "ada")
    early, late = datetime(2029, 12, 31, tzinfo=UTC), datetime(2030, 1, 1, 12, tzinfo=UTC)

    def read() -> str:
        return "".join(
            one.read_text() for one in sorted(folder.glob("*.*")) if one.suffix in (".html", ".json")
        )

    (one,) = write_feedback(limited, module, now=early)
    assert one.hidden_until == "2030-01-01 12:00 UTC"
    assert "Hidden checks: 1 of 2 passed" in read()
    assert "mean of nothing" not in read()
    (one,) = write_feedback(limited, module, now=late)
    assert (one.changed, one.hidden_until) == (True, "")
    assert "The mean of nothing raises ValueError" in read()

    env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    nbgrader = [sys.executable, "-m", "nbgrader", "generate_feedback", "01_small", "--force"]
    subprocess.run(nbgrader, cwd=limited.root, env=env, check=True, capture_output=True)
    page = (folder / "01_small.html").read_text()
    assert "Hidden checks: 1 of 2 passed" in page
    assert "look at the count before you divide" not in page, "the hint of the hidden check"
    verdicts = page[page.index("tito-verdict") :]
    assert "mean of nothing raises" not in verdicts
