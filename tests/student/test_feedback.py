"""`tito module feedback`: the newest there is, summed up; a clear word when there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course_tools.records import CheckResult, Digests, Report, TaskResult, to_json

from .conftest import Tito


def report(points: float) -> Report:
    check = CheckResult("test_x", "m01-double-test", "doubles it", "failed", False, 60, hint="think of zero")
    tasks = (
        TaskResult("m01-double-test", "01.1 double", "failed", points, 10, "examined", checks=(check,)),
        TaskResult("m01-q1", "01.3 why", None, None, 5, "manual"),
    )
    digests = Digests("a", "b", "c", "d")
    return Report(
        "tiny", "01_alpha", "ada", "graded", points, 15, tasks, (), (), digests, "x", "0", "now", 1, 1, 1
    )


def put(folder: Path, points: float, age: float) -> None:
    folder.mkdir(parents=True)
    for name, text in (("01_alpha.html", "<p>"), ("01_alpha.json", to_json(report(points)))):
        (folder / name).write_text(text)
        moment = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (moment, moment))


def test_none_yet_is_said_with_what_was_tried(alpha: Path, tito: Tito) -> None:
    answer = tito("module", "feedback", "1")
    assert answer.code == 1
    assert "no feedback on 01_alpha yet" in answer.err
    assert "nbgrader is not installed here." in answer.err


def test_the_newest_is_summed_up(alpha: Path, tito: Tito) -> None:
    put(alpha.parent / "feedback" / "one", 4, age=100)
    put(alpha.parent / "feedback" / "two", 7, age=0)
    answer = tito("module", "feedback", "1")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "01_alpha: 7 of 15 points so far",
        "✗ 01.1 double: 7 of 10",
        "  doubles it",
        "  think of zero",
        "· 01.3 why: waits for a person",
        "Page:  01_alpha/feedback/two/01_alpha.html",
    ]


def test_a_page_without_a_report_is_shown_all_the_same(alpha: Path, tito: Tito) -> None:
    put(alpha.parent / "feedback" / "one", 4, age=0)
    (alpha.parent / "feedback" / "one" / "01_alpha.json").write_text("{")
    answer = tito("module", "feedback", "1", "--local", "--json")
    assert answer.data["report"] is None
    assert len(answer.data["pages"]) == 1


def test_the_courses_own_feedback_folder_is_looked_at(
    course: Path, alpha: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(course / "feedback" / "ada" / "01_alpha", 9, age=0)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert tito("module", "feedback", "1", "--json").data["report"]["points"] == 9
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    assert tito("module", "feedback", "1").code == 1
