"""What is wrong with a module before anything of it is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from course_tools.authoring.proof import Files
from course_tools.course import Module
from course_tools.files import UserError
from course_tools.grading.checks import Check
from course_tools.grading.paper import paper
from course_tools.notebooks import Notebook, lint
from course_tools.records import Finding


def unready(
    reference: Notebook, checks: Iterable[Check] | None, module: Module, files: Files
) -> Iterator[Finding]:
    """Findings about the author's text as it is written: cells, points, needs, and checks that fit them.

    checks  None when they could not be loaded
    """
    yield from (replace(one, file=files.text) for one in lint(reference))
    try:
        graded = paper(reference).graded
    except (UserError, KeyError, TypeError, ValueError):
        yield Finding("it has no well-formed graded cell", "mark one with points", files.text)
        return
    total = sum(one.points for one in graded)
    if total != module.points:
        yield Finding(
            f"its points add up to {total:g}, not to {module.points}",
            "correct the points of its graded cells, or `points` in course.toml",
            files.text,
        )
    known_cells = {one.grade_id for one in graded if one.kind == "test"}
    for one in graded:
        for need in one.needs:
            if need not in known_cells:
                yield Finding(
                    f"it needs {need!r}, which is no graded test cell",
                    "correct its needs",
                    files.text,
                    one.grade_id,
                )
    if checks is None:
        return
    asked = {one.grade_id for one in checks}
    for name in sorted(known_cells - asked):
        yield Finding("no check looks at this cell", "write its checks", files.checks, name)
    for name in sorted(asked - known_cells):
        yield Finding(
            "there are checks of this cell, but it does not exist",
            "correct its grade_id",
            files.checks,
            name,
        )
