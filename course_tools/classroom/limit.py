"""A module may say how many different hand-ins of one student are judged; later ones are kept and not judged.

The last judged work is copied aside, because submitted/ holds only the newest. So it can be judged again when
checks change, and its time still counts. Who has no copy is judged once more rather than never.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from course_tools.course import Course, Module
from course_tools.files import atomic_write
from course_tools.gradebook import submissions
from course_tools.gradebook.attempts import Attempt
from course_tools.gradebook.submissions import HandIn
from course_tools.records import Note, Report, from_json, to_json

CODE = "attempts-used"


def judged_instead(course: Course, module: Module, newest: HandIn, had: Sequence[Attempt]) -> HandIn | None:
    """The earlier work whose mark stands, when this one is over the limit; None: judge this one.

    had  what this student handed in before, as the gradebook remembers it
    """
    judged = {one.work for one in had if one.judged}
    if module.attempts is None or newest.digest in judged or len(judged) < module.attempts:
        return None
    try:
        with zipfile.ZipFile(_copy(course, module, newest.student)) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    return submissions.hand_in(newest.student, newest.assignment, files)


def keep(course: Course, module: Module, work: HandIn) -> None:
    """Copy a work that is being judged aside, where the module has a limit."""
    if module.attempts is None:
        return
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, data in work.files.items():
            packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 1)
    atomic_write(_copy(course, module, work.student), held.getvalue(), mode=0o600)


def is_kept(course: Course, module: Module, student: str) -> bool:
    """Whether a copy of this student's work lies aside, or none is wanted."""
    return module.attempts is None or _copy(course, module, student).is_file()


def told(text: bytes, module: Module, held: HandIn | None) -> bytes:
    """The report with one note about the newest hand-in that was not judged, or with none (held is None)."""
    if held is None and CODE.encode() not in text:
        return text
    report = from_json(Report, text)
    notes = tuple(one for one in report.notes if one.code != CODE)
    if held is not None:
        when = f" of {held.timestamp:%Y-%m-%d %H:%M} UTC" if held.timestamp else ""
        times = "one hand-in" if module.attempts == 1 else f"{module.attempts} different hand-ins"
        said = (
            f"your hand-in{when} is kept and was not judged: {times} of this module are judged, and you have "
            "used them. Your mark is that of your last judged hand-in"
        )
        notes += (Note(CODE, said),)
    return to_json(replace(report, notes=notes)).encode()


def _copy(course: Course, module: Module, student: str) -> Path:
    return course.root / ".tito" / "judged" / module.folder / f"{student}.zip"
