"""Put a judged hand-in where it belongs: autograded/ first, then the gradebook."""

from __future__ import annotations

from collections.abc import Mapping

from course_tools.classroom import limit
from course_tools.classroom.bench import Bench
from course_tools.files import atomic_write
from course_tools.gradebook import folders, writer
from course_tools.gradebook.submissions import HandIn
from course_tools.grading.runner import Graded
from course_tools.notebooks import dump
from course_tools.records import Report, from_json, to_json


def autograded(
    bench: Bench, hand_in: HandIn, text: bytes, notebook: bytes | None, written: Mapping[str, bytes]
) -> None:
    """Replace autograded/<student>/<module> by a complete new one.

    text      the report as JSON
    notebook  the executed notebook; None when it could not be read
    written   files the student's code wrote
    """
    folders.write_autograded(
        bench.course.autograded(bench.module, hand_in.student),
        notebook=None if notebook is None else (f"{bench.module.folder}.ipynb", notebook),
        report=text,
        handed_in=hand_in.files,
        source=bench.companions,
        written=written,
        groupshared=bench.book.groupshared,
    )


def again(bench: Bench, hand_in: HandIn, text: bytes) -> None:
    """Put another text of its report, with other notes, into autograded/; the verdicts in it are the same."""
    path = bench.course.autograded(bench.module, hand_in.student) / folders.REPORT
    atomic_write(path, text, mode=path.stat().st_mode & 0o777)


def entry(bench: Bench, hand_in: HandIn, text: bytes) -> writer.Entry:
    """What the gradebook is to hold of a report that lies in autograded/."""
    return writer.Entry(from_json(Report, text), bench.executed(hand_in.student), hand_in.timestamp, text)


def graded(bench: Bench, hand_in: HandIn, made: Graded) -> writer.Entry:
    """Write autograded/ from what a grader made, and return what the gradebook is to hold."""
    limit.keep(bench.course, bench.module, hand_in)
    text = to_json(made.report).encode()
    notebook = None if made.notebook is None else dump(made.notebook)
    autograded(bench, hand_in, text, notebook, made.files)
    return writer.Entry(made.report, made.notebook, hand_in.timestamp, text)
