"""Run a student's notebook on the student's own machine, cell by cell, and say how its tests went."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_tools.notebooks.cells import is_marked, label
from course_tools.notebooks.export import is_exported
from course_tools.records import CellStatus
from course_tools.student.homework import Homework, VisibleTest
from course_tools.student.lastrun import LastRun, Outcome, TestOutcome
from course_tools.student.progress import Earlier, now
from course_tools.student.workspace import Workspace

if TYPE_CHECKING:
    from course_tools.student.engine import Ended

Step = Callable[[int, int], None]
EXTRA, EXPORT = -1, -2  # positions, in a trail, of the cell run after all others and of the exported text


@dataclass(frozen=True)
class CellEnd:
    """How one code cell went."""

    index: int  # position in Homework.notebook
    name: str  # grade_id, else "cell 12", counted as a reader counts, from 1
    status: CellStatus
    error_name: str
    error_message: str
    # Where it raised, innermost last: (position in Homework.notebook, line from 1), student's cells only.
    trail: tuple[tuple[int, int], ...]
    course_cell: bool  # one of the course's own, or exported: later tests rest on it


@dataclass(frozen=True)
class TestResult:
    """One visible test: how it went and, when not judged by itself, what it waits for."""

    __test__ = False  # pytest: not a test class

    test: VisibleTest
    outcome: Outcome
    cell: CellEnd
    waits_for: str = ""  # title of the test it rests on that failed


@dataclass(frozen=True)
class Run:
    """A notebook that was run from its first cell on."""

    homework: Homework
    cells: tuple[CellEnd, ...]
    tests: tuple[TestResult, ...]  # in teaching order
    ending: str  # why the program ended before its last cell, "" when it did not
    extra: Ended | None  # the cell that was run after all others
    seconds: float
    student_seconds: float  # of these, inside the student's cells

    @property
    def passed(self) -> int:
        """How many visible tests passed."""
        return sum(one.outcome == "passed" for one in self.tests)

    @property
    def first_red(self) -> TestResult | None:
        """The first failed test in teaching order, None when all passed."""
        return next((one for one in self.tests if one.outcome == "failed"), None)

    @property
    def broken(self) -> tuple[CellEnd, ...]:
        """Cells that are no test and did not run to their end, in order."""
        tests = {one.test.index for one in self.tests}
        return tuple(one for one in self.cells if one.status != "ok" and one.index not in tests)

    def remembered(self, message: Callable[[TestResult], str]) -> LastRun:
        """What `status` will tell of this run later."""
        told = tuple(
            TestOutcome(
                one.test.grade_id,
                one.test.title,
                one.outcome,
                "" if one.outcome == "passed" else message(one),
            )
            for one in self.tests
        )
        return LastRun(now(), self.homework.digest, told)


def run(
    workspace: Workspace,
    homework: Homework,
    *,
    earlier: Earlier,
    task: str | None = None,
    extra: str | None = None,
    package: Path | None = None,
    step: Step = lambda done, total: None,
) -> Run:
    """Run the notebook's cells in order, in its own folder, in a fresh process.

    earlier  whose earlier modules `import tinytorch` finds
    task     "07.2": only this task's tests count, and the run stops behind the last of them
    extra    one more cell's source, run after all others if the program is still alive
    package  the folder whose `tinytorch` stands for the workspace's own
    step     told how many cells are done and how many there are

    Output of the cells is not shown: the notebook is where a student looks at it.
    """
    # Here, so that `complete` of an unchanged module does not wait for it.
    from course_tools.student.engine import Engine

    started = time.perf_counter()
    chosen = [one for one in homework.tests if task is None or one.task == task]
    last = max((one.index for one in chosen), default=-1) if task else len(homework.notebook["cells"])
    code = [
        (index, cell)
        for index, cell in enumerate(homework.notebook["cells"])
        if cell["cell_type"] == "code" and index <= last and cell["source"].strip()
    ]
    ended: dict[int, CellEnd] = {}
    after: Ended | None = None
    spent = 0.0
    with Engine(workspace, homework.module, earlier=earlier, package=package) as engine:
        for number, (index, cell) in enumerate(code):
            step(number, len(code))
            result = engine.run(index, cell["source"])
            spent += result.seconds
            ended[index] = CellEnd(
                index=index,
                name=label(cell) if is_marked(cell) else f"cell {index + 1}",
                status=result.status,
                error_name=result.error_name,
                error_message=result.error_message,
                trail=result.trail,
                course_cell=is_marked(cell) or is_exported(cell),
            )
        if extra is not None and engine.alive:
            after = engine.run(EXTRA, extra)
        ending = engine.ending
    return Run(
        homework=homework,
        cells=tuple(ended.values()),
        tests=tuple(_judged(chosen, homework, ended)),
        ending=ending,
        extra=after,
        seconds=time.perf_counter() - started,
        student_seconds=spent,
    )


def _judged(chosen: list[VisibleTest], homework: Homework, ended: Mapping[int, CellEnd]) -> list[TestResult]:
    """Fail closed: a test passed when its cell ran to the end without an error, and in no other case."""
    titles = {one.grade_id: one.title for one in homework.tests}
    at = {one.grade_id: one.index for one in homework.tests}
    results = []
    for test in chosen:
        cell = ended.get(test.index) or CellEnd(test.index, test.grade_id, "not_run", "", "", (), True)
        red = [one for one in test.needs if one in at and _is_red(ended.get(at[one]))]
        if cell.status == "ok":
            results.append(TestResult(test, "passed", cell))
        elif red:
            results.append(TestResult(test, "skipped", cell, titles[red[0]]))
        else:
            results.append(TestResult(test, "failed", cell))
    return results


def _is_red(cell: CellEnd | None) -> bool:
    return cell is None or cell.status != "ok"
