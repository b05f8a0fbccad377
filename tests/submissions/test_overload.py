"""A machine with sixteen times more to do than it has processors gives the marks of a quiet one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from case import load_all

from course_tools.records import to_data

HONEST = ("h11_slow_within_the_limit", "h16_one_left_empty")
ENDLESS = "d01_endless_loop"
# Ends by itself, so that nothing stays behind whatever happens to this test.
BURN = "import time\nend = time.monotonic() + 180\nwhile time.monotonic() < end: pass"


@contextlib.contextmanager
def overload() -> Iterator[None]:
    """16 busy processes for each processor we may use."""
    number = 16 * len(os.sched_getaffinity(0))
    burning = [subprocess.Popen([sys.executable, "-S", "-c", BURN]) for _ in range(number)]
    try:
        yield
    finally:
        for one in burning:
            one.kill()
        for one in burning:
            one.wait()


def crowding() -> float:
    """Seconds of wall clock that one second of work takes."""
    started, used = time.monotonic(), time.process_time()
    while time.process_time() - used < 0.2:
        pass
    return (time.monotonic() - started) / 0.2


def lasting(graded):
    """A report without what may differ from run to run: times, memory, the hour."""
    data = to_data(graded.report)
    for name in ("graded_at", "seconds", "cpu_seconds", "peak_memory_mb"):
        del data[name]
    for one in [*data["cells"], *(check for task in data["tasks"] for check in task["checks"])]:
        del one["seconds"]
    return data


@pytest.fixture
def judge(grader, grade, reference, module):
    cases = load_all()
    return lambda name: grade(grader, cases[name].hand_in(reference, module.folder), name)


def test_an_overloaded_machine_gives_the_same_marks(judge):
    quiet = {name: judge(name) for name in (*HONEST, ENDLESS)}
    with overload():
        time.sleep(1)
        factor = crowding()
        busy = {name: judge(name) for name in (*HONEST, ENDLESS)}
    assert factor > 5, f"the machine was not overloaded: {factor:.1f}"
    for name in HONEST:
        assert lasting(busy[name]) == lasting(quiet[name]), name
    assert busy[ENDLESS].report.points == quiet[ENDLESS].report.points == 20.0
    slow = "h11_slow_within_the_limit"
    # Its processor time is its own, not the machine's: the wall clock ran many times as long.
    assert busy[slow].report.cpu_seconds < 4 * quiet[slow].report.cpu_seconds + 0.5
    assert busy[slow].report.seconds > busy[slow].report.cpu_seconds
