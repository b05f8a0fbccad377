"""From checks to points: a cell's points times the weighted share of its checks that passed."""

from __future__ import annotations

from collections.abc import Mapping

from course_tools.grading.checks import Check
from course_tools.grading.examiner import not_asked
from course_tools.grading.paper import GradedCell
from course_tools.records import CheckResult, TaskResult, Verdict

FULL = 1 - 1e-9  # shares are sums of floats


def score(cell: GradedCell, checks: tuple[CheckResult, ...]) -> TaskResult:
    """The result of a cell from all its checks.

    One broken check leaves the cell without points: we cannot tell what it is worth. No check at all is
    broken too, because nothing was looked at.
    """
    if not checks:
        return without_points(cell, "broken", "no check looks at this cell")
    broken = next((one for one in checks if one.verdict == "broken"), None)
    if broken is not None:
        return without_points(cell, "broken", broken.message, checks)
    share = sum(one.weight for one in checks if one.verdict == "passed") / sum(one.weight for one in checks)
    if share >= FULL:
        return TaskResult(
            cell.grade_id, cell.title, "passed", cell.points, cell.points, "examined", "", checks
        )
    verdict: Verdict = "skipped" if all(one.verdict == "skipped" for one in checks) else "failed"
    first = next(one for one in checks if one.verdict != "passed")
    points = round(cell.points * share, 6)
    return TaskResult(
        cell.grade_id, cell.title, verdict, points, cell.points, "examined", first.message, checks
    )


def without_points(
    cell: GradedCell, verdict: Verdict | None, message: str, checks: tuple[CheckResult, ...] = ()
) -> TaskResult:
    """A cell nobody has given points for: broken, or waiting for a person."""
    evidence = "manual" if cell.kind == "manual" else "examined"
    return TaskResult(cell.grade_id, cell.title, verdict, None, cell.points, evidence, message, checks)  # type: ignore[arg-type]


def zero(cell: GradedCell, verdict: Verdict, message: str, checks: tuple[Check, ...] = ()) -> TaskResult:
    """No points, with the reason, for a cell whose checks were not asked."""
    evidence = "manual" if cell.kind == "manual" else "examined"
    results = tuple(not_asked(one, message) for one in checks)
    return TaskResult(cell.grade_id, cell.title, verdict, 0.0, cell.points, evidence, message, results)  # type: ignore[arg-type]


def unmet(cell: GradedCell, tasks: Mapping[str, TaskResult]) -> str | None:
    """Why a cell need not be tried: something it rests on has not one check right."""
    for need in cell.needs:
        task = tasks.get(need)
        if task is not None and task.checks and not any(one.verdict == "passed" for one in task.checks):
            return f"not tried, because it rests on “{task.title}”, where no check passes yet"
    return None
