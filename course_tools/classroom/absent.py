"""A notebook of an assignment that was not handed in beside the others: no points, with the reason.

nbgrader gives it zero without a word, and its feedback has no page for it. Where a file is there that may well be
it under another name, nobody guesses: a person looks.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from course_tools import __version__
from course_tools.classroom.where import Where
from course_tools.gradebook import folders, rows, scores
from course_tools.gradebook.assignment import NotebookRow, find
from course_tools.records import BadRecord, Digests, Note, Report, TaskResult, from_json, to_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

CODE = "not-handed-in"


def save_absent(db: Connection, where: Where) -> None:
    """Record every notebook of this assignment that the student did not hand in, in the running transaction.

    Writes NOTEBOOK.report.json beside the notebooks that were judged. May be called once for each of those.
    """
    assignment = find(db, where.assignment)
    assert assignment is not None, "nbgrader skips assignments its database does not know"
    there = {one.stem for one in where.submitted.glob("*.ipynb") if one.is_file()}
    known = {one.name for one in assignment.notebooks}
    for row in assignment.notebooks:
        if row.name in there:
            continue
        report = _report(where, row, _near(row.name, there - known))
        _, notebook, _ = rows.of(db, where.assignment, row.name, where.student)
        auto = {one.grade_id: one.points for one in report.tasks}
        scores.save(db, row, {notebook: scores.Marks(auto, row.solutions)})
        folders.put(where.autograded, f"{row.name}.{folders.REPORT}", to_json(report).encode())


def told(where: Where) -> list[str]:
    """A sentence for each notebook of this hand-in that is recorded as absent."""
    said = []
    for path in sorted(where.autograded.glob(f"*.{folders.REPORT}")):
        try:
            report = from_json(Report, path.read_bytes())
        except (OSError, BadRecord):
            continue
        for note in report.notes:
            if note.code == CODE:
                points = "no points yet" if report.state == "needs_person" else "0"
                said.append(f"{note.message}: {points} of {report.max_points:g} points")
    return said


def _near(name: str, others: Iterable[str]) -> list[str]:
    """Names a person would take for this one: p2-Copy1, "p2 (1)", P2."""
    wanted = name.lower()
    return [
        one
        for one in sorted(others)
        if wanted in one.lower() or difflib.SequenceMatcher(None, wanted, one.lower()).ratio() >= 0.6
    ]


def _report(where: Where, row: NotebookRow, near: list[str]) -> Report:
    message = f"{row.name}.ipynb was not handed in"
    if near:
        names = ", ".join(re.sub(r"[^\w.+() -]", "?", one)[:60] for one in near[:3])
        message += f"; there is {names}.ipynb, and a person will look"
    tasks = tuple(
        TaskResult(
            grade_id=one.name,
            title=one.name,
            verdict="broken" if near else "failed",
            points=None if near else 0.0,
            max_points=one.max_score,
            evidence="manual" if one.is_task or one.name in row.solutions else "in-process",
            message=message,
        )
        for one in row.grades.values()
    )
    return Report(
        course=where.course,
        module=where.assignment,
        student=where.student,
        state="needs_person" if near else "graded",
        points=0.0,
        max_points=sum(one.max_points for one in tasks),
        tasks=tasks,
        cells=(),
        notes=(Note(CODE, message, f"{row.name}.ipynb"),),
        digests=Digests("", "", "", ""),
        sandbox="",
        engine=__version__,
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        cpu_seconds=0.0,
        peak_memory_mb=0.0,
    )
