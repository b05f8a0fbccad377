"""A regrade that is killed, while looking or while publishing, has lost nothing and goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom import aside, regrade
from course_tools.classroom.regrade import look, publish
from course_tools.classroom.run import grade_class
from course_tools.course import Course
from course_tools.gradebook.writer import GradebookWriter

from .conftest import LENIENT
from .test_regrade import everything, marks

HandIn = Callable[..., Path]


def test_a_look_killed_half_way_goes_on_where_it_was(
    course: Course, hand_in: HandIn, soften: Callable[[], None]
) -> None:
    module = course.find("01")
    names = [f"s{number:02d}" for number in range(24)]
    for name in names:
        hand_in(name, mean=LENIENT)
    grade_class(course, module)
    soften()
    before = everything(course)
    program = "from course_tools.cli.main import main; main(['grade', 'regrade', '01', '--jobs', '1'])"
    running = subprocess.Popen([sys.executable, "-c", program], cwd=course.root, stdout=subprocess.DEVNULL)
    kept = course.root / ".tito" / "regrade" / module.folder
    deadline = time.monotonic() + 60
    while len(list(kept.glob("*/report.json"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    left = len(list(kept.glob("*/report.json")))
    assert 4 <= left < 24, "the look was not stopped half way"
    assert everything(course) == before
    seen = look(course, module)
    assert 24 - left <= seen.ran <= 24 - left + 1  # one may have been between two renames
    assert len(seen.moved) == 24
    publish(course, module)
    assert set(marks(course).values()) == {30.0}


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("at", ["before the rows", "after the rows", "between two chunks", "while writing"])
def test_a_publication_stopped_anywhere_is_finished_by_the_next(
    course: Course, hand_in: HandIn, soften: Callable[[], None], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    module = course.find("01")
    for name in ("ada", "bob", "cid"):
        hand_in(name, mean=LENIENT)
    grade_class(course, module, jobs=1)
    soften()
    look(course, module, jobs=1)
    real = GradebookWriter.record

    def record(self: GradebookWriter, entries: object) -> int:
        given = list(entries)  # type: ignore[call-overload]
        if at != "before the rows":
            real(self, given)
        raise Killed

    with monkeypatch.context() as patched:
        if at == "between two chunks":
            patched.setattr(regrade, "CHUNK", 1)
            patched.setattr(aside, "drop", lambda bench, student: _kill())
        elif at == "while writing":
            written = iter([None, Killed()])
            patched.setattr(regrade.save, "autograded", _dying(regrade.save.autograded, written))
        else:
            patched.setattr(GradebookWriter, "record", record)
        with pytest.raises(Killed):
            publish(course, module)
    publish(course, module)
    assert marks(course) == dict.fromkeys(("ada", "bob", "cid"), 30.0)
    again = grade_class(course, module)
    assert (again.kept, again.stale, again.recorded) == (3, [], 0)


def _kill() -> None:
    raise Killed


def _dying(real: Callable[..., None], ends: object) -> Callable[..., None]:
    def call(*arguments: object) -> None:
        end = next(ends)  # type: ignore[call-overload]
        if end is not None:
            raise end
        real(*arguments)

    return call
