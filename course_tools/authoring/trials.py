"""Notebooks whose verdict is known beforehand, graded by the real engine in the sandbox."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from course_tools.course import Course, Module
from course_tools.grading.batch import Lost, Task, Workers
from course_tools.grading.paper import Paper
from course_tools.grading.runner import Graded, Submission
from course_tools.notebooks import Notebook, dump
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_marked, is_test
from course_tools.notebooks.stubs import stubbed
from course_tools.records import Digests

Tell = Callable[[int, int], None]  # told how many notebooks are done, and of how many
NO_DIGESTS = Digests("", "", "", "")  # reports of trials are looked at once and not kept


@dataclass(frozen=True)
class Trial:
    """One notebook to grade; its name is unique within a run."""

    name: str
    notebook: Notebook


class Counted:
    """Progress over several runs, of which so many notebooks are expected at first."""

    def __init__(self, tell: Tell, expected: int) -> None:
        self._tell, self._done, self._total = tell, 0, expected

    def expect(self, more: int) -> None:
        """So many notebooks are about to be graded."""
        self._total = max(self._total, self._done + more)

    def step(self) -> None:
        """One notebook is done."""
        self._done += 1
        self._tell(self._done, self._total)


def run(
    course: Course,
    module: Module,
    trials: Iterable[Trial],
    *,
    tier: str,
    jobs: int,
    files: Mapping[str, bytes],
    told: Callable[[], None] = lambda: None,
) -> dict[str, Graded | Lost]:
    """Grade each trial once, several at a time, in warm nurseries that are started for this call.

    files  what lies beside the notebook
    told   called after each trial
    """
    stem = f"{module.folder}.ipynb"
    tasks = [Task(Submission(one.name, {**files, stem: dump(one.notebook)}), NO_DIGESTS) for one in trials]
    results: dict[str, Graded | Lost] = {}
    if not tasks:
        return results
    with Workers(course, module, jobs=min(jobs, len(tasks)), tier=tier) as workers:
        for task, result in workers.run(tasks):
            results[task.submission.student] = result
            told()
    return {task.submission.student: results[task.submission.student] for task in tasks}  # in their order


def without_free_cells(notebook: Notebook) -> Notebook:
    """The notebook without the cells that are nobody's: plots and experiments, which students may delete.

    They take most of the time and can move no points; that the reference keeps all points without them is
    proved by one trial of its own.
    """
    made = copy.deepcopy(notebook)
    made["cells"] = [cell for cell in made["cells"] if is_marked(cell) or cell["cell_type"] != "code"]
    return made


def untouched(reference: Notebook) -> Notebook:
    """What a student has who has written nothing."""
    return _stubbed(reference, lambda _: True)


def without_task(reference: Notebook, task: str) -> Notebook:
    """The reference with the solution cells of this task as students get them."""
    return _stubbed(reference, lambda cell: course_data(cell).get("task") == task)


def _stubbed(reference: Notebook, wanted: Callable[[Notebook], bool]) -> Notebook:
    made = copy.deepcopy(reference)
    for cell in made["cells"]:
        if is_answer(cell) and wanted(cell):
            cell["source"] = stubbed(cell)
    return made


def tasks_of(reference: Notebook) -> dict[str, tuple[str, ...]]:
    """{task: its graded test cells} for each task that has code to write, in order of the notebook."""
    written = dict.fromkeys(
        course_data(cell).get("task", "")
        for cell in reference["cells"]
        if is_answer(cell) and cell["cell_type"] == "code"
    )
    return {
        task: tuple(
            grade_id(cell)
            for cell in reference["cells"]
            if is_test(cell) and course_data(cell).get("task") == task
        )
        for task in written
    }


def resting_on(paper: Paper, cells: Iterable[str]) -> set[str]:
    """The graded cells among `cells` and those that need one of them, however indirectly."""
    found = set(cells)
    grown = True
    while grown:
        more = {one.grade_id for one in paper.graded if one.grade_id not in found and found & set(one.needs)}
        found |= more
        grown = bool(more)
    return found
