"""`python -m course_tools.demo`: module 07 travels the whole road with a class that is made up, nothing else is."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_tools.authoring import release_module
from course_tools.classroom.feedback import write_feedback
from course_tools.classroom.run import ClassRun, Progress, grade_class
from course_tools.cli import say
from course_tools.course import Course
from course_tools.demo import stage, summary
from course_tools.demo.exchange import Exchange
from course_tools.demo.students import everybody
from course_tools.files import UserError, atomic_write
from course_tools.gradebook.collect import collect

MODULE = "07"


def main() -> int:
    """Run the demo; exit code 0 when every submission was judged or set aside for a person, 1 on an error."""
    try:
        demo(Course.load())
    except UserError as error:
        say.error(str(error))
        return error.exit_code
    return 0


def demo(outside: Course) -> None:
    """Make demo/ beside the course, take a class through module 07 in it, and tell."""
    started = time.perf_counter()
    with _step("A copy of the course in demo/"):
        course = stage.make(outside, outside.root / "demo")
        module = course.find(MODULE)
    with _step(f"Module {MODULE} built and released by nbgrader"):
        released = release_module(course, module)
    students = everybody(course, module)
    with _step(f"Released to nbgrader's exchange, fetched and handed in by {len(students)} students"):
        exchange = Exchange(course, module)
        exchange.release()
        for one in students:
            exchange.hand_in(one, course.root / "students" / one.name)
    with _step("Collected"):
        collected = collect(course.root, module.folder)
    with _step("Graded") as shown:
        run = grade_class(course, module, tell=lambda now: _tell(shown, now))
    with _step("Feedback pages written"):
        pages = write_feedback(course, module)
    seconds = time.perf_counter() - started

    reports = {one.student: one for one in run.reports}
    table = summary.rows(students, reports)
    arrived = Counter(one.done for one in collected)
    remarks = [
        f"{len(released.files)} files released; in the exchange: "
        + ", ".join(f"{number} {done}" for done, number in arrived.items())
        + ". All are one system user here, so the check of who owns a hand-in is off (a course keeps it on).",
        f"{len(run.reports)} graded in {run.seconds:.1f} s on {os.cpu_count()} processors: "
        f"{60 * len(run.reports) / run.seconds:.0f} per minute, {_own_seconds(run):.1f} s of it "
        f"in the longest submission. A cell may use {stage.CELL_SECONDS} s here.",
        f"Sandbox: {run.tier}. To be looked at by a person: {len(run.needs_person)}. {len(pages)} feedback pages. "
        f"{seconds:.0f} s in all.",
    ]
    atomic_write(course.root / "summary.html", summary.page(table, list(reports.values()), remarks))
    say.table(table, summary.HEADER)
    say.line()
    for remark in remarks:
        say.line(remark)
    tito = os.path.relpath(Path(sys.executable).with_name("tito"), course.root)
    say.line(WHERE.format(tito=tito, number=MODULE, student=students[-1].name, page=pages[0].page))


@contextmanager
def _step(text: str) -> Iterator[say.Progress]:
    """Say on stderr what is under way, then how long it took."""
    began = time.perf_counter()
    with say.progress(f"{text} …") as shown:
        yield shown
    say.note(f"{time.perf_counter() - began:5.1f} s  {text}")


def _tell(shown: say.Progress, now: Progress) -> None:
    shown.step(now.done, now.total)


def _own_seconds(run: ClassRun) -> float:
    return max(one.seconds for one in run.reports)


WHERE = """
To look at, in demo/ (wiped when the demo runs again):
  summary.html                            this table and a histogram
  autograded/<student>/                   the executed notebook and report.json
  {page}
  {tito} grade show {number} {student}
  {tito} grade table {number}
  jupyter lab, then Nbgrader > Formgrader  nbgrader's own pages on this gradebook"""


if __name__ == "__main__":
    sys.exit(main())
