"""A class run does each thing once, saves as it goes, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom.run import Progress, grade_class
from course_tools.course import Course
from course_tools.files import UserError
from course_tools.gradebook import settings
from course_tools.gradebook.table import standings
from course_tools.records import Report, from_json

HandIn = Callable[..., Path]


def marks(course: Course) -> dict[str, float]:
    rows = standings(settings.load(course.root).db_url, [course.find("01").folder])
    return {one.student: one.auto for one in rows if one.handed_in}


def report(course: Course, student: str) -> Report:
    return from_json(Report, (course.autograded(course.find("01"), student) / "report.json").read_bytes())


def test_everybody_gets_a_report_a_notebook_and_a_row(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    hand_in("bob", solved=False)
    seen: list[Progress] = []
    run = grade_class(course, course.find("01"), tell=seen.append)
    assert (len(run.reports), run.kept, run.recorded) == (2, 0, 2)
    assert [(one.done, one.total) for one in seen] == [(1, 2), (2, 2)]
    full = sum(task.max_points for task in report(course, "ada").tasks if task.evidence == "examined")
    assert marks(course) == {"ada": full, "bob": 0.0}
    folder = course.autograded(course.find("01"), "ada")
    assert {one.name for one in folder.iterdir()} >= {"report.json", f"{run.module}.ipynb", "timestamp.txt"}


def test_a_second_run_does_nothing(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    grade_class(course, course.find("01"))
    before = (course.autograded(course.find("01"), "ada") / "report.json").stat().st_ino
    again = grade_class(course, course.find("01"))
    assert (again.reports, again.kept, again.recorded) == ([], 1, 0)
    assert (course.autograded(course.find("01"), "ada") / "report.json").stat().st_ino == before


def test_only_what_changed_is_run_again(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    hand_in("bob", solved=False)
    grade_class(course, course.find("01"))
    hand_in("bob")
    again = grade_class(course, course.find("01"))
    assert [one.student for one in again.reports] == ["bob"]
    assert marks(course)["bob"] == marks(course)["ada"]


def test_a_lost_gradebook_is_filled_from_the_reports_without_running_anything(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("ada")
    grade_class(course, course.find("01"))
    had = marks(course)
    (course.root / "gradebook.db").unlink()
    again = grade_class(course, course.find("01"))
    assert (again.reports, again.kept, again.recorded) == ([], 1, 1)
    assert marks(course) == had


def test_force_runs_again_and_gives_the_same_marks(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    grade_class(course, course.find("01"))
    had = marks(course)
    assert len(grade_class(course, course.find("01"), force=True).reports) == 1
    assert marks(course) == had


def test_a_run_killed_half_way_goes_on_where_it_was(course: Course, hand_in: HandIn) -> None:
    names = [f"s{number:02d}" for number in range(40)]
    for name in names:
        hand_in(name)
    program = "from course_tools.cli.main import main; main(['grade', 'run', '01', '--jobs', '1'])"
    running = subprocess.Popen([sys.executable, "-c", program], cwd=course.root, stdout=subprocess.DEVNULL)
    autograded = course.root / "autograded"
    deadline = time.monotonic() + 60
    while len(list(autograded.glob("*/*/report.json"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    left = len(list(autograded.glob("*/*/report.json")))
    assert 5 <= left < 40, "the run was not stopped half way"
    rest = grade_class(course, course.find("01"))
    assert rest.kept >= left - 1  # one may have been between two renames
    assert rest.kept + len(rest.reports) == 40
    assert set(marks(course)) == set(names)
    assert len(set(marks(course).values())) == 1
    assert not list(autograded.glob("*/.*"))


def test_a_damaged_report_is_graded_again(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    grade_class(course, course.find("01"))
    path = course.autograded(course.find("01"), "ada") / "report.json"
    for text in ("", "{", "[]", json.dumps({"digests": None})):
        path.chmod(0o644)
        path.write_text(text)
        assert len(grade_class(course, course.find("01")).reports) == 1


def test_a_work_that_cannot_be_read_needs_a_person_and_costs_nobody_else(
    course: Course, hand_in: HandIn
) -> None:
    hand_in("ada")
    folder = hand_in("bob")
    (folder / f"{folder.name}.ipynb").write_bytes(b'{"cells": [')
    run = grade_class(course, course.find("01"))
    assert [one.student for one in run.needs_person] == ["bob"]
    assert marks(course)["ada"] > 0
    rows = {one.student: one for one in standings(settings.load(course.root).db_url)}
    assert rows["bob"].needs_person
    assert grade_class(course, course.find("01")).reports == []  # reading it again would end the same way


def test_who_is_not_there_is_named_before_anything_is_touched(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    with pytest.raises(UserError, match=r"zoe handed in nothing.*\n.*tito grade collect 01"):
        grade_class(course, course.find("01"), students=["ada", "zoe"])
    assert not (course.root / "autograded").exists() or not list((course.root / "autograded").glob("ada"))


def test_an_empty_class_is_an_error_not_a_success(course: Course) -> None:
    with pytest.raises(UserError, match="Nobody has handed in"):
        grade_class(course, course.find("01"))


def test_a_misspelt_setting_stops_the_run(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Autogrdae.force = True\n")
    with pytest.raises(UserError, match="Autogrdae"):
        grade_class(course, course.find("01"))


def test_checks_that_do_not_import_stop_the_run_with_their_reason(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    course.checks(course.find("01")).write_text("import nothing_of_this_name\n")
    with pytest.raises(UserError, match="nothing_of_this_name"):
        grade_class(course, course.find("01"))


@pytest.mark.parametrize("text", [None, "", "yesterday, honestly"])
def test_a_hand_in_without_a_readable_time_gets_ours_and_staff_are_told(
    course: Course, hand_in: HandIn, text: str | None
) -> None:
    stamp = hand_in("ada") / "timestamp.txt"
    stamp.unlink()
    if text is not None:
        stamp.write_text(text)
    grade_class(course, course.find("01"))
    (note,) = [one for one in report(course, "ada").notes if one.code == "timestamp-ours"]
    assert note.audience == "staff"
    assert stamp.read_text().endswith(" UTC")
    assert marks(course)["ada"] > 0
