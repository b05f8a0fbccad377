"""How well the tests of a module notice wrong code: known mistakes, and mutants made by rule."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from course_tools.authoring.strength_bench import Tried
from course_tools.authoring.strength_plan import REFERENCE, Plan, planned
from course_tools.authoring.strength_result import Strength, Survivor, TaskStrength
from course_tools.authoring.strength_workers import try_all
from course_tools.authoring.trials import Counted, Tell
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import batch
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_test
from course_tools.records import Finding

MODULE_GATE, TASK_GATE = 0.90, 0.85  # of the mutants that are not equivalent
Found = Mapping[str, Tried]  # by name of the job


def measure(
    course: Course,
    module: Module,
    *,
    mutants: bool = True,
    jobs: int | None = None,
    tell: Tell = lambda done, total: None,
) -> Strength:
    """Try the bank and all mutants of a module.

    mutants  False: the bank alone
    jobs     worker processes; one per processor if None
    tell     called with (done, total) notebooks

    Raises UserError when there is no author's text, a file of the module cannot be used, the reference does
    not have all points, or this machine has no sandbox.
    """
    started = time.perf_counter()
    plan = planned(course, module, mutants=mutants)
    told = Counted(tell, len(plan.jobs))
    found = try_all(plan.setting, plan.jobs, workers=jobs or batch.default_jobs(), told=told.step)
    if found[REFERENCE].failed:
        first = found[REFERENCE].failed[0]
        raise UserError(
            f"The reference itself fails {first.name}: {first.detail or first.message}.\n"
            f"Try:  tito author check {module.number}"
        )
    outcome = Strength(module.folder, plan.setting.tier, tried=len(found))
    outcome.cpu_seconds = sum(one.cpu_seconds for one in found.values())
    _sum_up(outcome, plan, found)
    outcome.seconds = time.perf_counter() - started
    return outcome


def _sum_up(outcome: Strength, plan: Plan, found: Found) -> None:
    cells = plan.notebook["cells"]
    tasks = dict.fromkeys(course_data(one).get("task", "") for one in cells if is_answer(one) or is_test(one))
    rows = {task: Counter[str]() for task in tasks}
    task_of = {grade_id(cell): course_data(cell).get("task", "") for cell in cells}
    findings = [
        *plan.findings,
        *_mutants(outcome, plan, found, rows, task_of),
        *_bank(plan, found, rows, task_of),
    ]
    outcome.tasks = tuple(TaskStrength(task, **row) for task, row in rows.items() if +row)
    outcome.findings = (*findings, *_below(outcome, plan.files.checks))


def _mutants(
    outcome: Strength,
    plan: Plan,
    found: Found,
    rows: Mapping[str, Counter[str]],
    task_of: Mapping[str, str],
) -> Iterator[Finding]:
    """Count the mutants; findings about the list of equivalent ones."""
    survivors: list[Survivor] = []
    operators: dict[str, tuple[int, int]] = {}
    for one in plan.mutants:
        tried, row = found[one.name], rows[one.task]
        caught = bool(tried.failed)
        if one.digest in plan.listed:
            row["equivalent"] += 1
            if caught:
                yield Finding(
                    f"{one.name} is listed as equivalent, but {tried.failed[0].name} notices it",
                    f"take {one.digest} off the list",
                    plan.listed_in,
                    one.cell,
                )
            continue
        seen = any(task_of[name] == one.task for name in tried.seen)
        row["mutants"] += 1
        row["seen"] += seen
        row["caught"] += caught
        row["elsewhere"] += caught and task_of[tried.failed[0].grade_id] != one.task
        before = operators.get(one.operator, (0, 0))
        operators[one.operator] = before[0] + 1, before[1] + caught
        if not caught:
            survivors.append(
                Survivor(one.name, one.task, one.place, one.diff, one.digest, seen, tried.broken)
            )
    outcome.survivors = tuple(survivors)
    outcome.operators = dict(sorted(operators.items()))
    made = {one.digest for one in plan.mutants}
    for digest, listed in plan.listed.items():
        if digest not in made:
            yield Finding(
                f"{listed.mutant} is listed as equivalent, but no such mutant is made any more",
                f"take {digest} off the list",
                plan.listed_in,
            )


def _bank(
    plan: Plan, found: Found, rows: Mapping[str, Counter[str]], task_of: Mapping[str, str]
) -> Iterator[Finding]:
    """Count the entries of the bank; findings about mistakes that cost nothing and right ways that cost points."""
    for mistake in plan.bank.mistakes:
        if mistake.name not in found:
            continue
        tried, row = found[mistake.name], rows[task_of[mistake.grade_id]]
        row["mistakes"] += 1
        row["mistakes_caught"] += bool(tried.failed)
        row["mistakes_seen"] += mistake.grade_id in tried.seen
        if not tried.failed:
            yield Finding(
                f"{mistake.name} ({mistake.title}) costs no points in {mistake.grade_id}",
                "add a check that notices it, or take the entry out with a reason",
                plan.files.mistakes,
                mistake.cell,
            )
    for variant in plan.bank.right:
        if variant.name not in found:
            continue
        tried, row = found[variant.name], rows[task_of[variant.cell]]
        row["right"] += 1
        row["right_kept"] += not tried.failed
        for check in tried.failed:
            yield Finding(
                f"{variant.name} ({variant.title}) is right but fails {check.name}: "
                f"{check.detail or check.message}",
                "accept whatever the docstring allows",
                plan.files.checks,
                check.grade_id,
            )


def _below(outcome: Strength, checks: str) -> Iterator[Finding]:
    """Findings for scores below the gate."""
    scores: Sequence[tuple[str, float, float]] = [
        *((f"task {one.task}", one.score, TASK_GATE) for one in outcome.tasks),
        ("the module", outcome.score, MODULE_GATE),
    ]
    for what, score, gate in scores:
        if score < gate:
            yield Finding(
                f"the checks of {what} notice {score:.1%} of its mutants, not {gate:.0%}",
                "let a check notice the survivors, or list those nobody can tell from the reference",
                checks,
            )
