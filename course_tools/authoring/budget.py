"""What the reference may cost, so that right solutions that are slower still have room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course_tools.authoring.proof import Files
from course_tools.grading.paper import Paper
from course_tools.records import Finding, Report
from course_tools.sandbox import Limits


@dataclass(frozen=True)
class Budget:
    """Limits for the reference on two cores; seconds are wall clock, the best of all runs counts."""

    test_seconds: float = 2.0  # a visible test cell
    checks_seconds: float = 5.0  # all checks of a graded cell together
    cell_seconds: float = 10.0  # any other cell, a plot above all
    share: float = 0.5  # of the module's own limits on processor time and memory


def over(
    reports: Sequence[Report], paper: Paper, limits: Limits, budget: Budget, files: Files
) -> Iterator[Finding]:
    """Findings where every one of these runs of the reference was over the budget."""
    tests = {one.grade_id for one in paper.graded}
    for runs in zip(*(one.cells for one in reports), strict=True):
        test = runs[0].grade_id in tests
        allowed = budget.test_seconds if test else budget.cell_seconds
        seconds = min(one.seconds for one in runs)
        if seconds > allowed:
            kind = "visible test" if test else "cell"
            yield Finding(
                f"this {kind} takes {seconds:.2f} s, and {allowed:g} s are allowed",
                "use less data, fewer epochs or a smaller figure",
                files.text,
                runs[0].grade_id or runs[0].cell_id,
            )
    for tasks in zip(*(one.tasks for one in reports), strict=True):
        seconds = min(sum(check.seconds for check in one.checks) for one in tasks)
        if seconds > budget.checks_seconds:
            slowest = max(tasks[0].checks, key=lambda check: check.seconds)
            yield Finding(
                f"its checks take {seconds:.2f} s, and {budget.checks_seconds:g} s are allowed; "
                f"the slowest is {slowest.name}",
                "use smaller inputs in its checks",
                files.checks,
                tasks[0].grade_id,
            )
    for name, used, limit, unit in (
        ("processor time", min(one.cpu_seconds for one in reports), limits.total_seconds, "s"),
        ("memory", min(one.peak_memory_mb for one in reports), limits.memory_mb, "MB"),
    ):
        if used > limit * budget.share:
            yield Finding(
                f"the reference uses {used:.0f} {unit} of {name}, more than {budget.share:.0%} "
                f"of the {limit:g} {unit} a submission has",
                "make it cheaper, or raise the module's limits in course.toml",
                files.text,
            )


def spent(reports: Sequence[Report]) -> str:
    """Time and memory of the cheapest run, in words."""
    seconds = min(one.cpu_seconds for one in reports)
    return f"{seconds:.1f} s of processor time, {min(one.peak_memory_mb for one in reports):.0f} MB"
