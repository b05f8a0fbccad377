"""The earlier modules a student handed in, for judging a later one on them."""

from __future__ import annotations

from collections.abc import Sequence

from course_tools.course import Course, Module
from course_tools.gradebook import submissions


def notebooks(
    course: Course, module: Module, student: str, *, ignore: Sequence[str]
) -> dict[str, bytes] | None:
    """The notebooks of all modules `module` builds on, by module folder, as far as this student handed them in.

    None where the course judges on the reference. What lies in submitted/ is the latest; where a hand-in is not
    kept there any more, the notebook that was graded stands for it.
    """
    if course.earlier != "own":
        return None
    found = {one.folder: _notebook(course, one, student, ignore) for one in course.rests_on(module)}
    return {folder: notebook for folder, notebook in found.items() if notebook is not None}


def _notebook(course: Course, module: Module, student: str, ignore: Sequence[str]) -> bytes | None:
    stem = f"{module.folder}.ipynb"
    try:
        return submissions.read(course.root / "submitted", module.folder, student, ignore=ignore).files[stem]
    except (OSError, KeyError):
        pass
    try:
        return (course.autograded(module, student) / stem).read_bytes()
    except OSError:
        return None
