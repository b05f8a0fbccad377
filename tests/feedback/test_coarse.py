"""Before the due date, hidden checks are only counted: many hand-ins cannot ask for them one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from course_tools.grading.feedback import feedback_page, for_student
from course_tools.records import CheckResult, Digests, Report, TaskResult, to_json

DUE = "2026-12-01 18:00 UTC"


def hidden(name: str, verdict: Any, **more: Any) -> CheckResult:
    return CheckResult(name, "t1", f"Title of {name}", verdict, False, 20.0, **more)


def report(*checks: CheckResult, verdict: Any = "failed", **more: Any) -> Report:
    seen = CheckResult(
        "seen", "t1", "Title of seen", "failed", True, 40.0, got="3", expected="5", hint="look"
    )
    task = TaskResult("t1", "1.1 First", verdict, 4.0, 10.0, "examined", "M", (seen, *checks))
    made = Report(
        course="c",
        module="01_x",
        student="ada",
        state="graded",
        points=4.0,
        max_points=10.0,
        tasks=(task,),
        cells=(),
        notes=(),
        digests=Digests("a", "b", "c", "d"),
        sandbox="bubblewrap",
        engine="0",
        graded_at="now",
        seconds=1.0,
        cpu_seconds=1.0,
        peak_memory_mb=1.0,
    )
    return replace(made, **more)


THREE = (
    hidden("one", "passed", seconds=0.1),
    hidden("two", "failed", message="your code raised KeyError", hint="H", misconception="C", seconds=0.2),
    hidden("three", "skipped", message="not tried, because it rests on “Title of two”", seconds=0.3),
)


def test_they_are_counted_and_nothing_else_is_told() -> None:
    told = for_student(report(*THREE), DUE)
    seen, counted = told.tasks[0].checks
    assert (seen.title, seen.got, seen.hint) == ("Title of seen", "3", "look"), (
        "visible ones are told as ever"
    )
    assert counted.title == "Hidden checks: 1 of 3 passed"
    assert (counted.verdict, counted.weight, counted.seconds) == ("failed", 60.0, 0.0)
    assert counted.message == f"which ones and what to try is told after {DUE}"
    text = to_json(told) + feedback_page(report(*THREE), None, hidden_until=DUE)
    for word in ("Title of one", "Title of two", "KeyError", '"H"', ">H<", "rests on", "Title of three"):
        assert word not in text


def test_which_one_it_is_cannot_be_seen() -> None:
    """All ways to pass one of three give the same bytes."""
    names = ("one", "two", "three")
    told = {
        to_json(for_student(report(*(hidden(n, v) for n, v in zip(names, verdicts, strict=True))), DUE))
        for verdicts in permutations(("passed", "failed", "failed"))
    }
    assert len(told) == 1


def test_afterwards_they_are_told_one_by_one() -> None:
    told = to_json(for_student(report(*THREE)))
    assert "Title of two" in told
    assert "KeyError" in told


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("passed", "passed"), ("passed", "Hidden checks: 2 of 2 passed")),
        (("skipped", "skipped"), ("skipped", "Hidden checks: 0 of 2 passed")),
        (("passed", "broken"), ("broken", "Hidden checks")),
    ],
)
def test_the_line_has_the_verdict_of_all(verdicts: tuple[Any, ...], said: tuple[str, str]) -> None:
    made = report(*(hidden(f"n{i}", one) for i, one in enumerate(verdicts)))
    counted = for_student(made, DUE).tasks[0].checks[-1]
    assert (counted.verdict, counted.title) == said


def test_how_long_it_took_is_told_at_no_time() -> None:
    """A function may wait as many milliseconds as the hidden input says."""
    quick, slow = (
        report(*THREE),
        report(*(replace(one, seconds=9.0) for one in THREE), seconds=9.0, cpu_seconds=9.0),
    )
    for until in ("", DUE):
        assert to_json(for_student(quick, until)) == to_json(for_student(slow, until))
