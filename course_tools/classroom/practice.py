"""The same visible tests, run by the student and by us: a note for staff where they did not end the same.

Code may find out that it is being graded, whatever we do, and behave otherwise. It shows here. So does a machine
that differs honestly; which it is, a person has to read. No mark depends on it: a student could write this file.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from course_tools.gradebook.submissions import PRACTICE, HandIn
from course_tools.grading.runner import Graded
from course_tools.notebooks.digest import digest
from course_tools.records import CellRun, Note

CODE = "practice-differs"
LARGEST = 200_000  # bytes of a receipt we read


def compared(hand_in: HandIn, made: Graded) -> Graded:
    """The result with a note for staff about visible tests that ended otherwise in the student's own run."""
    said = _said(hand_in)
    differs = [
        f"{run.grade_id} {said[run.grade_id]} there and {_ended(run)} here"
        for run in made.report.cells
        if run.grade_id in said and (said[run.grade_id] == "passed") != (run.status == "ok")
    ]
    if not differs:
        return made
    message = (
        f"the student's own run of these visible tests ended otherwise: {'; '.join(differs)}. Either the notebook "
        "behaves differently when it is graded, or the two machines, or the earlier modules it ran on, differ: read it"
    )
    notes = (*made.report.notes, Note(CODE, message, hand_in.assignment, "staff"))
    made.report = replace(made.report, notes=notes)
    return made


def _said(hand_in: HandIn) -> dict[str, str]:
    """grade_id -> "passed" or "failed", of the notebook that was handed in; {} where no receipt says so."""
    text = hand_in.files.get(PRACTICE, b"")
    notebook = hand_in.files.get(f"{hand_in.assignment}.ipynb")
    try:
        data: Any = json.loads(text) if len(text) <= LARGEST else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or notebook is None or data.get("notebook") != digest(notebook):
        return {}
    tests = data.get("tests")
    if not isinstance(tests, dict):
        return {}
    # One that was skipped waited for another, which is among them.
    return {name: one for name, one in tests.items() if one in ("passed", "failed")}


def _ended(run: CellRun) -> str:
    words = {"ok": "passed", "error": "failed", "not_run": "not run"}
    return words.get(run.status, f"ended by {run.status}") + (
        f" ({run.error_name})" if run.error_name else ""
    )
