"""Which module a failed check is the fault of, and what the report says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from course_tools.grading import render, scoring
from course_tools.grading.runner import Graded, Grader, with_tasks
from course_tools.records import CheckResult, Note, Report, TaskResult


@dataclass(frozen=True)
class Faults:
    """Names of checks that did not pass on the student's own earlier modules, by whose fault it is."""

    here: frozenset[str] = frozenset()  # they do not pass on the reference either
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # folders of the earlier modules

    def notes(self) -> list[Note]:
        """One plain sentence per culprit."""
        found = []
        for who in dict.fromkeys(self.earlier.values()):
            number = sum(one == who for one in self.earlier.values())
            fails, passes = ("check fails", "passes") if number == 1 else ("checks fail", "pass")
            what = f"{number} {fails} with your own {' and '.join(who)} and {passes} with the course's"
            found.append(Note("earlier-fault", f"{what}: the fault is there and costs no points here"))
        if self.here:
            what = "what fails here fails with the course's earlier modules too"
            found.append(Note("own-fault", f"{what}: the fault is in this module"))
        return found


def red(report: Report) -> frozenset[str]:
    """Names of the checks that did not pass."""
    return frozenset(one.name for task in report.tasks for one in task.checks if one.verdict != "passed")


def green(report: Report) -> frozenset[str]:
    """Names of the checks that passed."""
    return frozenset(one.name for task in report.tasks for one in task.checks if one.verdict == "passed")


def merged(grader: Grader, mine: Graded, reference: Graded, found: Faults) -> Graded:
    """What passed on their own modules or passes on the reference; the notebook is the one of the reference.

    mine  judged on the student's own earlier modules
    """
    own = {task.grade_id: task for task in mine.report.tasks}
    tasks = tuple(_task(grader, own[task.grade_id], task, found) for task in reference.report.tasks)
    notebook = reference.notebook
    if notebook is not None:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = [one for one in cell["outputs"] if "tito" not in one.get("metadata", {})]
        render.into_notebook(notebook, tasks)
    return replace(reference, report=with_tasks(reference.report, tasks))


def _task(grader: Grader, mine: TaskResult, reference: TaskResult, found: Faults) -> TaskResult:
    cell = grader.paper.of(mine.grade_id)
    if mine.verdict == "passed" or cell is None or not reference.checks:
        return mine if mine.verdict == "passed" else reference
    own = {one.name: one for one in mine.checks}
    here = grader.module.folder
    checks = tuple(_check(own.get(one.name, one), one, found, here) for one in reference.checks)
    return scoring.score(cell, checks)


def _check(mine: CheckResult, reference: CheckResult, found: Faults, here: str) -> CheckResult:
    if mine.verdict == "passed":
        return mine
    who = found.earlier.get(reference.name)
    if who:
        said = f"fails with your own {' and '.join(who)}, passes with the course's"
        return replace(reference, fault=who, message=said)
    return replace(reference, fault=(here,)) if reference.verdict == "failed" else reference
