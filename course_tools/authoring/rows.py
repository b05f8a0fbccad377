"""The table of tasks: how many mistakes of each are known, noticed, and noticed by what students see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from course_tools.authoring import proof
from course_tools.authoring.outcome import TaskRow
from course_tools.authoring.proof import Files, Result
from course_tools.grading.bank import Bank
from course_tools.grading.batch import Lost
from course_tools.grading.checks import Check
from course_tools.grading.paper import Paper
from course_tools.notebooks import Notebook
from course_tools.notebooks.cells import course_data, is_answer
from course_tools.notebooks.stubs import stubbed
from course_tools.records import Finding


def rows(
    paper: Paper, checks: Sequence[Check], bank: Bank, results: Mapping[str, Result]
) -> tuple[TaskRow, ...]:
    """One row per automatically graded cell, in order.

    results  by name of the mistake; a mistake without a result counts as not noticed
    """
    failed: Counter[str] = Counter()  # how many mistakes of its own cell each check noticed
    noticed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    visible = {one.name for one in checks if one.visible}
    for one in bank.mistakes:
        result = results.get(one.name)
        if result is None or isinstance(result, Lost):
            continue
        task = next((each for each in result.report.tasks if each.grade_id == one.grade_id), None)
        names = proof.failing(task) if task else ()
        failed.update(names)
        noticed[one.grade_id] += one.grade_id in proof.short_of(result.report)
        seen[one.grade_id] += bool(visible & set(names))
    made = []
    for cell in paper.graded:
        if cell.kind != "test":
            continue
        own = [one for one in checks if one.grade_id == cell.grade_id]
        made.append(
            TaskRow(
                cell.grade_id,
                cell.title,
                cell.points,
                sum(one.visible for one in own),
                sum(not one.visible for one in own),
                sum(one.grade_id == cell.grade_id for one in bank.mistakes),
                noticed[cell.grade_id],
                seen[cell.grade_id],
                tuple(one.name for one in own if not failed[one.name]),
            )
        )
    return tuple(made)


def unseen(
    table: Sequence[TaskRow], tasks: Mapping[str, tuple[str, ...]], reference: Notebook, files: Files
) -> Iterator[Finding]:
    """Findings for tasks without a known mistake, or of which no visible check notices one."""
    by_cell = {one.grade_id: one for one in table}
    for task, own in tasks.items():
        found = [by_cell[name] for name in own if name in by_cell]
        if not sum(one.mistakes for one in found):
            yield Finding(f"task {task} has no known mistake", "add those students make", files.mistakes)
        # A quiz has no visible checks: they would give the answers.
        elif _is_program(reference, task) and not sum(one.by_visible for one in found):
            yield Finding(
                f"no mistake of task {task} is noticed by a visible check",
                "let a visible case fail for the commonest mistake",
                files.checks,
                own[0] if own else "",
            )


def _is_program(reference: Notebook, task: str) -> bool:
    answers = (
        cell for cell in reference["cells"] if is_answer(cell) and course_data(cell).get("task") == task
    )
    return any("raise NotImplementedError" in stubbed(cell) for cell in answers)
