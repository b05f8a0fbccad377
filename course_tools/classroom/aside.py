"""Reports of a regrade that nobody has published: kept apart from autograded/ and the gradebook.

One folder per student, replaced as a whole by rename, so a run may be killed at any moment: what lies here is
complete. It counts only while it rests on the very hand-in, checks, environment and seed of now.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.classroom.bench import Bench, is_final
from course_tools.gradebook import folders, submissions
from course_tools.gradebook.submissions import Caps, HandIn
from course_tools.grading.runner import Graded
from course_tools.notebooks import dump
from course_tools.records import BadRecord, Report, from_json, to_json

WRITTEN = "written/"  # files the student's code wrote
# What the sandbox let through is read back whole.
CAPS = Caps(files=100_000, depth=20, file_mb=1000, total_mb=2000)


@dataclass(frozen=True)
class Aside:
    """One report kept aside with all that publishing it needs."""

    report: Report
    text: bytes
    notebook: bytes | None
    written: dict[str, bytes]
    final: bool  # False: something broke, and judging it again may end otherwise

    @property
    def executed(self) -> dict[str, Any] | None:
        """The executed notebook."""
        return None if self.notebook is None else json.loads(self.notebook)


def put(bench: Bench, graded: Graded) -> Aside:
    """Keep a result aside, in the place of an earlier one."""
    text = to_json(graded.report).encode()
    notebook = None if graded.notebook is None else dump(graded.notebook)
    files = {folders.REPORT: text}
    if notebook is not None:
        files[f"{bench.module.folder}.ipynb"] = notebook
    files |= {WRITTEN + name: data for name, data in graded.files.items() if folders.usable(name)}
    top, shared = _top(bench), bench.book.groupshared
    top.mkdir(parents=True, exist_ok=True)
    top.chmod(0o2770 if shared else 0o700)  # it holds what hidden checks said
    folders.replace(top / graded.report.student, files, mode=0o660 if shared else 0o600)
    return Aside(graded.report, text, notebook, graded.files, is_final(json.loads(text)))


def get(bench: Bench, hand_in: HandIn) -> Aside | None:
    """What lies aside about this hand-in as it is now; None when nothing does that still counts."""
    try:
        files, _ = submissions.read_tree(_top(bench), hand_in.student, ignore=(), caps=CAPS)
        text = files[folders.REPORT]
        report = from_json(Report, text)
    except (OSError, KeyError, BadRecord):
        return None
    notebook = files.get(f"{bench.module.folder}.ipynb")
    if report.digests != bench.wanted(hand_in) or (report.cells and notebook is None):
        return None
    written = {name.removeprefix(WRITTEN): data for name, data in files.items() if name.startswith(WRITTEN)}
    return Aside(report, text, notebook, written, is_final(json.loads(text)))


def drop(bench: Bench, student: str) -> None:
    """Forget what lies aside about this student."""
    shutil.rmtree(_top(bench) / student, ignore_errors=True)


def _top(bench: Bench) -> Path:
    return bench.course.root / ".tito" / "regrade" / bench.module.folder
