"""The proof that a module may be given to students: run through the real engine, in the sandbox.

Nothing of the course is changed; the work is done on a copy (`stage.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from course_tools.authoring import budget as budgets
from course_tools.authoring import fresh, known, proof, rows, silence, stage, tamper, text, trials
from course_tools.authoring.budget import Budget
from course_tools.authoring.build import build_module
from course_tools.authoring.entries import Entries, entries
from course_tools.authoring.outcome import CheckOutcome
from course_tools.authoring.proof import Files, Result
from course_tools.authoring.reference import files_of, reference_of
from course_tools.authoring.steady import steadiness
from course_tools.authoring.todo import todos
from course_tools.authoring.trials import Counted, Tell, Trial
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import bank as banks
from course_tools.grading import batch
from course_tools.grading.batch import Lost
from course_tools.grading.checks import BrokenCheck, Check
from course_tools.grading.examiner import Examiner
from course_tools.grading.paper import Paper, paper
from course_tools.grading.runner import limits_of
from course_tools.notebooks import Notebook, read
from course_tools.records import Finding
from course_tools.sandbox import choose_tier

TEXT = "source text and metadata"
FILLED = "TODO"
BUILT = "source notebook built from the text"
RELEASED = "release up to date, no answers in it"
SILENT = "export imports silently"
SOLVED = "solved: all points"
SAME = "solved: the same each time"
STEADY = "solved and right variants: the same with other draws"
QUIET = "solved: nothing on stderr"
COST = "solved: time and memory"
BARE = "solved, free cells deleted: all points"
NOTHING = "untouched: no points"
ALONE = "each task left out alone"
WORTHLESS = "tampered without answers: no points"
HARMLESS = "tampered with answers: all points"
ENTRIES = "bank: entries fit the source"
MISTAKES = "bank: each mistake loses what it should"
VISIBLE = "bank: a visible check notices, in each task"
RIGHT = "bank: right variants keep all points"
NAMED = "bank: misconceptions are named"
RUN = (SILENT, SOLVED, SAME, QUIET, COST)
RUNS = 2  # of the reference, each in a fresh process and nursery
AFTER_SOLVED = (STEADY, BARE, NOTHING, ALONE, WORTHLESS, HARMLESS)
ASKED_TWICE = 5  # more odd mistakes than this are no accident
BANK = (ENTRIES, MISTAKES, VISIBLE, RIGHT, NAMED)


def check_module(
    course: Course,
    module: Module,
    *,
    bank: bool = True,
    repeat: int = 3,
    jobs: int | None = None,
    budget: Budget | None = None,
    tell: Tell = lambda done, total: None,
) -> CheckOutcome:
    """Prove everything the course promises of a module; what it does not hold is a finding.

    bank    also run the known wrong and right solutions, which takes most of the time
    repeat  with how many fresh seeds the inputs of hidden checks are drawn for the reference and every right
            variant; no check may change its verdict
    jobs    worker processes
    tell    called with (done, total) notebooks

    Raises UserError when there is no author's text or this machine has no sandbox.
    """
    started = time.perf_counter()
    tier = choose_tier()
    if not course.source_text(module).is_file():
        raise UserError(
            f"There is no {course.source_text(module)}.\nWrite module {module.number} there as percent text."
        )
    outcome = CheckOutcome(module.folder, tier)
    with stage.staged(course, module) as copy:
        proving = _Proof(course, copy, module, tier, jobs or batch.default_jobs(), outcome)
        proving.all_of_it(bank=bank, repeat=repeat, budget=budget or Budget(), tell=tell)
    outcome.seconds = time.perf_counter() - started
    return outcome


@dataclass
class _Proof:
    course: Course
    copy: Course
    module: Module
    tier: str
    jobs: int
    outcome: CheckOutcome

    @cached_property
    def files(self) -> Files:
        return files_of(self.course, self.module)

    @cached_property
    def reference(self) -> Notebook:
        return reference_of(self.copy, self.module)

    @cached_property
    def paper(self) -> Paper:
        return paper(read(self.copy.release_notebook(self.module)))

    def all_of_it(self, *, bank: bool, repeat: int, budget: Budget, tell: Tell) -> None:
        """The gates in order; those that would only repeat an earlier finding are left out."""
        checks, broken = self._checks()
        unready = text.unready(self.reference, checks, self.module, self.files)
        self.outcome.passed(TEXT, f"{len(self.reference['cells'])} cells", [*broken, *unready])
        left = tuple(todos(self.course, self.module))
        self.outcome.passed(FILLED, f"{len(left)} left", left)
        built = build_module(self.copy, self.module)
        self.outcome.passed(BUILT, "", fresh.notebook(self.course, self.copy, self.module))
        if built.findings:
            self.outcome.skip((RELEASED, *RUN, *AFTER_SOLVED, *BANK), "first repair the above")
            return
        refused = fresh.rebuild(self.copy, self.module, self.files.text)
        found = refused or self._in_release(fresh.release(self.course, self.copy, self.module))
        self.outcome.passed(RELEASED, "", found)
        if checks is None or refused:
            self.outcome.skip((*RUN, *AFTER_SOLVED, *BANK), "first repair the above")
            return
        told = Counted(tell, RUNS)
        if not self._solved(budget, told):
            self.outcome.skip((*AFTER_SOLVED, *BANK), "first the reference must have all points")
            return
        self._steady(repeat, told)
        self._rest(checks, bank, told)

    def _checks(self) -> tuple[tuple[Check, ...] | None, list[Finding]]:
        """The checks, loaded as a worker will load them; None and findings when that fails."""
        try:
            examiner = Examiner(
                self.copy.checks(self.module),
                self.copy.probes(self.module),
                self.copy.misconceptions(self.module),
                module=self.module.export,
                seed=self.module.seed,
            )
        except BrokenCheck as error:
            return None, [Finding(str(error), "repair that file", self.files.checks)]
        return examiner.checks, []

    def _in_release(self, found: Iterable[Finding]) -> Iterator[Finding]:
        folder = stage.relative(self.course.release_notebook(self.module).parent, self.course)
        for one in found:
            yield one if one.file.startswith(folder) else replace(one, file=f"{folder}/{one.file}")

    def _steady(self, seeds: int, told: Counted) -> None:
        """The reference and the right variants, with inputs drawn from other seeds."""
        if not seeds:
            self.outcome.skip((STEADY,), "left out, as you asked")
            return
        try:
            found = steadiness(
                self.copy, self.module, seeds, workers=self.jobs, expect=told.expect, told=told.step
            )
        except UserError as error:
            self.outcome.passed(STEADY, "", [Finding(str(error), "repair it", self.files.checks)])
            return
        seen = f"{found.solutions} solutions, {seeds} seeds, {found.asked} checks asked"
        self.outcome.passed(STEADY, seen, found.findings)

    def _solved(self, budget: Budget, told: Counted) -> bool:
        self.outcome.passed(
            SILENT,
            self.module.export,
            silence.heard(self.copy, self.module, self.reference, self.tier, self.files),
        )
        results: list[Result] = []
        for number in range(RUNS):  # one after the other: each fresh, and none slowed down by another
            name = f"run {number + 1}"
            results.append(self._run([Trial(name, self.reference)], told, jobs=1)[name])
        reports = [one.report for one in results if not isinstance(one, Lost)]
        points = f"{reports[0].points:g} automatic points" if reports else ""
        whole = self.outcome.passed(
            SOLVED, points, (found for one in results for found in proof.solved(one, self.files))
        )
        self.outcome.passed(SAME, f"{len(reports)} runs", proof.same(results, self.files))
        self.outcome.passed(QUIET, "", (found for one in results for found in proof.quiet(one, self.files)))
        self.outcome.passed(
            COST,
            budgets.spent(reports) if reports else "",
            budgets.over(reports, self.paper, limits_of(self.module), budget, self.files),
        )
        return whole

    def _rest(self, checks: tuple[Check, ...], bank: bool, told: Counted) -> None:
        """Everything that changes something of the reference, in one go of all workers."""
        bare = trials.without_free_cells(self.reference)
        tasks = trials.tasks_of(self.reference)
        ready = self._entries(bare, checks) if bank else Entries(banks.Bank(), (), ())
        whole = [
            Trial(BARE, bare),
            Trial(NOTHING, trials.untouched(self.reference)),
            *(Trial(f"{ALONE} {task}", trials.without_task(bare, task)) for task in tasks),
            *(worthless := tamper.worthless(bare, tasks)),
            *(harmless := tamper.harmless(bare)),
        ]
        results = self._run([*whole, *ready.trials], told, jobs=self.jobs)
        self.outcome.passed(
            BARE, "", proof.solved(results[BARE], self.files, "the reference without free cells")
        )
        self.outcome.passed(
            NOTHING, f"{len(self.paper.graded)} cells", proof.nothing(results[NOTHING], self.files)
        )
        self.outcome.passed(ALONE, f"{len(tasks)} tasks", self._alone(tasks, results))
        self.outcome.passed(WORTHLESS, f"{len(worthless)} ways", self._gains(worthless, tasks, results))
        lost = (one for each in harmless for one in tamper.losses(results[each.name], each.name, self.files))
        self.outcome.passed(HARMLESS, f"{len(harmless)} ways", lost)
        if not bank:
            self.outcome.skip(BANK, "left out, as you asked")
            self.outcome.tasks = rows.rows(self.paper, checks, banks.Bank(), {})
            return
        mistakes, right = ready.bank.mistakes, ready.bank.right
        self.outcome.passed(ENTRIES, f"{len(ready.trials)} entries", ready.findings)
        if not mistakes:  # nothing looked at is not passed
            self.outcome.tasks = rows.rows(self.paper, checks, ready.bank, results)
            self.outcome.skip(BANK[1:], "there is no mistake to run")
            return
        again = self._once_more(ready, results, told)
        results |= again
        self.outcome.tasks = rows.rows(self.paper, checks, ready.bank, results)
        twice = f", {len(again)} asked twice" if again else ""
        self.outcome.passed(
            MISTAKES,
            f"{len(mistakes)} mistakes{twice}",
            (found for one in mistakes for found in proof.mistake(results[one.name], one, self.files)),
        )
        self.outcome.passed(
            VISIBLE,
            f"{len(tasks)} tasks",
            rows.unseen(self.outcome.tasks, tasks, self.reference, self.files),
        )
        if right:
            self.outcome.passed(
                RIGHT,
                f"{len(right)} variants",
                (found for one in right for found in proof.right(results[one.name], one, self.files)),
            )
        else:
            self.outcome.skip((RIGHT,), "there is none")
        self.outcome.passed(NAMED, "", self._named(ready.bank, results))

    def _once_more(self, ready: Entries, results: Mapping[str, Result], told: Counted) -> dict[str, Result]:
        """A few mistakes with findings, graded again with nothing beside them.

        A check that measures time must never be wrong about a right solution; a busy machine may hide a wrong
        one from it. Right variants are not asked again: failing once is a false alarm.
        """
        odd = {
            one.name for one in ready.bank.mistakes if any(proof.mistake(results[one.name], one, self.files))
        }
        if len(odd) > ASKED_TWICE:
            return {}
        return self._run([one for one in ready.trials if one.name in odd], told, jobs=1)

    def _entries(self, bare: Notebook, checks: tuple[Check, ...]) -> Entries:
        path = self.copy.mistakes(self.module)
        try:
            bank = banks.load(path)
        except BrokenCheck as error:
            return Entries(banks.Bank(), (), (Finding(str(error), "repair the bank", self.files.mistakes),))
        made = entries(bare, bank, checks, self.paper, self.files)
        if path.is_file():
            return made
        missing = Finding("there is no bank of mistakes", "write one", self.files.mistakes)
        return replace(made, findings=(missing,))

    def _run(self, made: list[Trial], told: Counted, *, jobs: int) -> dict[str, Result]:
        told.expect(len(made))
        results = trials.run(
            self.copy,
            self.module,
            made,
            tier=self.tier,
            jobs=jobs,
            files=banks.companions(self.copy, self.module),
            told=told.step,
        )
        self.outcome.trials += len(results)
        return results

    def _alone(
        self, tasks: Mapping[str, tuple[str, ...]], results: Mapping[str, Result]
    ) -> Iterator[Finding]:
        for task, own in tasks.items():
            expected = trials.resting_on(self.paper, own)
            yield from proof.alone(results[f"{ALONE} {task}"], task, own, expected, self.files)

    def _gains(
        self, tried: Iterable[Trial], tasks: Mapping[str, tuple[str, ...]], results: Mapping[str, Result]
    ) -> Iterator[Finding]:
        for one in tried:
            own = tasks.get(one.name.removeprefix(tamper.AGREEING).strip(), ())
            yield from tamper.gains(results[one.name], one.name, own, self.files)

    def _named(self, bank: banks.Bank, results: Mapping[str, Result]) -> Iterator[Finding]:
        if not known.is_fresh(self.copy, self.module):
            path = self.course.misconceptions(self.module)
            yield Finding(
                "it is missing or older than the checks, the bank or the text",
                f"tito author build {self.module.number}",
                stage.relative(path, self.course),
            )
            return
        yield from known.unnamed(bank, results, self.files)
