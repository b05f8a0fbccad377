"""Grade one submission: restore, run, probe, judge, report."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from course_tools import __version__
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import render, scoring
from course_tools.grading.examiner import Examiner
from course_tools.grading.execution import AtCell, Held, execute, grade_id_of
from course_tools.grading.order import used_too_early
from course_tools.grading.paper import GradedCell, Notebook, Paper, paper
from course_tools.notebooks import UnreadableNotebook, export, read, restore
from course_tools.notebooks.sanitise import sanitise
from course_tools.records import CellRun, CheckResult, Digests, Note, Report, TaskResult
from course_tools.sandbox import Limits, Nursery


@dataclass(frozen=True)
class Submission:
    """What a student handed in for one module, already copied from where they can reach it."""

    student: str
    files: Mapping[str, bytes]  # by name, relative; the notebook among them
    notes: tuple[Note, ...] = ()  # what was seen while it was taken in
    # Notebooks of the student's earlier modules, by module folder; None: the reference is what it builds on.
    earlier: Mapping[str, bytes] | None = None


@dataclass
class Graded:
    """A report, the executed notebook (None when it could not be read) and files the code wrote."""

    report: Report
    notebook: Notebook | None
    files: dict[str, bytes] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)  # of failed checks' replies


def limits_of(module: Module) -> Limits:
    """What one submission of this module may use; course.toml may write 30 where 30.0 is meant."""
    standard = vars(Limits())
    return Limits(**{name: type(standard[name])(value) for name, value in module.limits.items()})


class Grader:
    """One module's paper, checks and warm nursery: made once per worker, used for every submission."""

    def __init__(self, course: Course, module: Module, nursery: Nursery, *, paper_from: Paper | None = None):
        self.course, self.module, self.nursery = course, module, nursery
        self.limits = limits_of(module)
        self.paper = paper_from or paper(read(course.release_notebook(module)))
        self.examiner = Examiner(
            course.checks(module),
            course.probes(module),
            course.misconceptions(module),
            module=module.export,
            seed=module.seed,
        )
        self.stem = f"{module.folder}.ipynb"

    def grade(self, submission: Submission, digests: Digests, *, restored: bool = False) -> Graded:
        """Judge one submission. Anything a student handed in ends in a report, never in an exception.

        restored  the notebook is ours already (the reference, a known mistake): take it as it is
        """
        started = time.perf_counter()
        notes = list(submission.notes)
        if self.stem not in submission.files:
            return self._not_judged(submission, digests, started, notes, *self._absent(submission))
        try:
            notebook = read(submission.files[self.stem])
        except UnreadableNotebook as error:
            message = f"{self.stem} cannot be read: {error.reason}"
            notes.append(Note("unreadable", message, self.stem))
            return self._not_judged(submission, digests, started, notes, "broken", message)
        if not restored:
            repaired = restore(notebook, self.paper.notebook)
            notebook = repaired.notebook
            notes += repaired.notes
        source = self._export(notebook, notes)
        tasks: dict[str, TaskResult] = {}
        asked: dict[str, tuple[CheckResult, ...]] = {}
        fingerprints: dict[str, str] = {}

        def ask(grade_id: str, asker: AtCell | Held, visible_only: bool = False) -> None:
            """What the checks of the cell say, as far as it can be asked; what has been asked stays."""
            asked[grade_id] = self.examiner.judge(
                grade_id,
                asker,
                export=source,
                fingerprints=fingerprints,
                visible_only=visible_only,
                known=asked.get(grade_id, ()),
            )

        def judge(grade_id: str, asker: AtCell | None) -> None:
            cell = self.paper.of(grade_id)
            if cell is None or grade_id in tasks:
                return
            reason = scoring.unmet(cell, tasks)
            if reason is not None:
                tasks[grade_id] = scoring.zero(cell, "skipped", reason, self.examiner.of(grade_id))
                return
            if asker is not None:
                ask(grade_id, asker)
            tasks[grade_id] = scoring.score(cell, asked[grade_id])

        def unasked(visible_only: bool = False) -> bool:
            return any(
                one.name not in {result.name for result in asked.get(grade_id, ())}
                for grade_id in graded
                for one in self.examiner.of(grade_id)
                if one.visible or not visible_only
            )

        companions = {name: data for name, data in submission.files.items() if not name.endswith(".ipynb")}
        graded = [one for one in map(grade_id_of, notebook["cells"]) if one]
        # What a student reads is complete before the first hidden input goes in: code that keeps what it is given,
        # in a file or in shared memory, could print it in a later cell or answer a visible check with it. So copies
        # wait at the graded cells, and all visible checks come first. Where a copy was lost the notebook is run
        # again in another process, for either kind, and nobody reads its outputs.
        run = partial(execute, nursery=self.nursery, limits=self.limits, files=companions)
        look = partial(ask, visible_only=True)
        runs = [run(notebook, at_end=(look, ask))]
        done = runs[0]
        if unasked(visible_only=True):
            runs.append(run(_copied(notebook), at_graded=look, before=done))
        if unasked():
            runs.append(run(_copied(notebook), at_graded=judge, before=done))
        for grade_id in graded:
            asked.setdefault(grade_id, ())
            judge(grade_id, None)
        notes += _order_notes(notebook, done.cells)
        ordered = tuple(
            tasks[cell.grade_id] if cell.grade_id in tasks else self._unasked(cell, notebook)
            for cell in self.paper.graded
        )
        sanitise(notebook)
        render.into_notebook(notebook, ordered)
        report = self._report(submission, digests, started, tuple(notes), ordered, tuple(done.cells))
        report = replace(
            report,
            cpu_seconds=round(sum(one.cpu_seconds for one in runs), 4),
            peak_memory_mb=round(max(one.peak_memory_mb for one in runs), 1),
        )
        return Graded(report, notebook, done.files, fingerprints)

    def _unasked(self, cell: GradedCell, notebook: Notebook) -> TaskResult:
        if cell.kind == "test":  # restore puts every test cell back, so this is our fault
            return scoring.without_points(cell, "broken", "this cell was not found in the restored notebook")
        answer = next((c for c in notebook["cells"] if _grade_id(c) == cell.grade_id), None)
        untouched = answer is None or answer["source"].strip() == cell.source.strip()
        is_answer = answer is not None and answer["metadata"].get("nbgrader", {}).get("solution")
        if untouched and (answer is None or is_answer):
            return scoring.zero(cell, "failed", "not answered")
        return scoring.without_points(cell, None, "waits for a person")

    def _absent(self, submission: Submission) -> tuple[str, str]:
        near = sorted(name for name in submission.files if name.endswith(".ipynb"))
        if near:
            return (
                "broken",
                f"{self.stem} was not handed in; there is {', '.join(near)}. Rename it to have it graded",
            )
        return "failed", f"{self.stem} was not handed in"

    def _not_judged(
        self,
        submission: Submission,
        digests: Digests,
        started: float,
        notes: list[Note],
        verdict: str,
        message: str,
    ) -> Graded:
        if verdict == "broken":
            tasks = tuple(scoring.without_points(cell, "broken", message) for cell in self.paper.graded)
        else:
            tasks = tuple(
                scoring.zero(cell, "failed", message, self.examiner.of(cell.grade_id))
                for cell in self.paper.graded
            )
        if not any(one.code == "unreadable" for one in notes):
            notes.append(Note("not-handed-in", message, self.stem))
        return Graded(self._report(submission, digests, started, tuple(notes), tasks, ()), None)

    def _export(self, notebook: Notebook, notes: list[Note]) -> str:
        try:
            return export(notebook, module=self.module.export)
        except UserError as error:
            notes.append(Note("not-exportable", str(error).splitlines()[0]))
            return ""

    def _report(
        self,
        submission: Submission,
        digests: Digests,
        started: float,
        notes: tuple[Note, ...],
        tasks: tuple[TaskResult, ...],
        cells: tuple[CellRun, ...],
    ) -> Report:
        made = _report(self.course, self.module, submission.student, digests, self.nursery.tier, notes, tasks)
        return replace(made, cells=cells, seconds=round(time.perf_counter() - started, 4))


def lost(
    course: Course, module: Module, submission: Submission, digests: Digests, reason: str, tier: str
) -> Graded:
    """The report of a submission the platform could not grade: no points, no zero, a person looks."""
    cells = paper(read(course.release_notebook(module))).graded
    message = f"the platform could not grade this: {reason}"
    tasks = tuple(scoring.without_points(cell, "broken", message) for cell in cells)
    notes = (*submission.notes, Note("platform", message, None, "staff"))
    return Graded(_report(course, module, submission.student, digests, tier, notes, tasks), None)


def _report(
    course: Course,
    module: Module,
    student: str,
    digests: Digests,
    tier: str,
    notes: tuple[Note, ...],
    tasks: tuple[TaskResult, ...],
) -> Report:
    made = Report(
        course=course.name,
        module=module.folder,
        student=student,
        state="graded",
        points=0.0,
        max_points=0.0,
        tasks=(),
        cells=(),
        notes=notes,
        digests=digests,
        sandbox=tier,
        engine=__version__,
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        cpu_seconds=0.0,
        peak_memory_mb=0.0,
    )
    return with_tasks(made, tasks)


def with_tasks(report: Report, tasks: tuple[TaskResult, ...]) -> Report:
    """The report with these graded cells, state and points counted anew."""
    return replace(
        report,
        state="needs_person" if any(one.verdict == "broken" for one in tasks) else "graded",
        points=round(sum(one.points or 0.0 for one in tasks), 6),
        max_points=sum(one.max_points for one in tasks),
        tasks=tasks,
    )


def _copied(notebook: Notebook) -> Notebook:
    """The same notebook, whose outputs may be thrown away."""
    return {**notebook, "cells": [dict(cell) for cell in notebook["cells"]]}


def _grade_id(cell: Notebook) -> str | None:
    found: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return found


def _order_notes(notebook: Notebook, cells: list[CellRun]) -> list[Note]:
    notes = []
    for run in cells:
        if run.error_name == "NameError":
            sentence = used_too_early(notebook, run.error_message, run.index)
            if sentence:
                notes.append(Note("order", sentence, run.grade_id or run.cell_id))
    return notes
