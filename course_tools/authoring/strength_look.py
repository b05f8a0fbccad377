"""One job being tried: which cells are run, what is asked, and what has been noticed so far."""

from __future__ import annotations

import time
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from course_tools.grading.checks import Check
from course_tools.grading.examiner import Asker, Examiner
from course_tools.records import CheckResult
from course_tools.sandbox import Answer, Snapshot, Trouble

if TYPE_CHECKING:
    from course_tools.authoring.strength_bench import Bench, Job


class Crowded(Exception):
    """A copy could not be made; perhaps because of what earlier changes left behind."""


class Look:
    """One job being tried: what has been noticed so far."""

    def __init__(self, bench: Bench, job: Job) -> None:
        self._bench, self._job = bench, job
        self.seen: list[str] = []
        self.failed: list[CheckResult] = []
        self.seeds: list[str] = []
        self.broken: list[str] = []
        self.asked, self.slowest = 0, 0.0
        self._steady: set[str] = set()  # checks that draw nothing: another seed changes nothing
        self._export = cache(lambda: bench.exported(job))

    def go(self, graded: tuple[str, ...], until: tuple[str, ...] | None) -> None:
        """Run cells from the changed one on, asking the graded ones.

        until  the only graded cell, asked last: then the copy itself answers, and nothing is run after it
        """
        left = set(graded)
        with self._bench.copied(self._job.index) as made:
            for index, source, name in self._bench.cells_from(self._job.index):
                if not left:
                    break
                started = time.perf_counter()
                raised = self._bench.run(
                    made, index, self._job.source if index == self._job.index else source
                )
                self.slowest = max(self.slowest, time.perf_counter() - started)
                if name and raised:
                    self.seen.append(name)
                if name not in left:
                    continue
                left.discard(name)
                if until is not None:
                    self._ask(name, made, "")
                    continue
                for seed in self._job.seeds or ("",):
                    with made.snapshot() as branch:
                        if not branch.stands() and self._bench.renewed():
                            raise Crowded
                        self._ask(name, branch, seed)
                    if self.failed and not self._job.thorough:
                        return

    def _ask(self, grade_id: str, asker: Snapshot, seed: str) -> None:
        first = seed == self._job.seeds[0] if seed else True
        examiner = _Watching(self._bench.examiner(seed)) if seed else None
        for one in self._bench.checks_of(grade_id):
            if not first and one.name in self._steady:
                continue
            timed = Timed(self._bench, asker)
            made = (examiner or self._bench.examiner(seed)).ask(one, timed, export=self._export)
            self.asked += 1
            self.slowest = max(self.slowest, made.seconds)
            if examiner is not None and not examiner.drew():
                self._steady.add(one.name)
            if made.verdict == "broken":
                self.broken.append(f"{one.name}: {made.message}")
            elif made.verdict == "failed":
                self.failed.append(made)
                self.seeds.append(seed)
                if not self._job.thorough:
                    return


class Timed:
    """A copy whose calls are watched: what used its processor time has had its chance, what waited may not."""

    def __init__(self, bench: Bench, asker: Snapshot) -> None:
        self._bench, self._asker = bench, asker

    def call(self, code: bytes, name: str, arguments: dict[str, Any]) -> Answer | Trouble:
        """As the copy does, within the limit the notebook was opened with."""
        before, alive = self._bench.inside(), self._asker.alive
        reply = self._asker.call(code, name, arguments)
        if alive and isinstance(reply, Trouble) and reply.kind == "timeout":
            self._bench.was_ended(self._bench.inside() - before)
        return reply


class _Watching:
    """An examiner that can tell whether a check has drawn anything."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = copy(examiner)
        self._given: list[tuple[np.random.Generator, Any]] = []
        self._examiner.rng = self._rng  # type: ignore[method-assign]
        self._draw = examiner.rng

    def ask(self, one: Check, asker: Asker, *, export: Any) -> CheckResult:
        """As the examiner does."""
        self._given.clear()
        return self._examiner.ask(one, asker, export=export)

    def drew(self) -> bool:
        """Whether the check asked last used its random state."""
        return any(one.bit_generator.state != state for one, state in self._given)

    def _rng(self, name: str) -> np.random.Generator:
        made = self._draw(name)
        self._given.append((made, made.bit_generator.state))
        return made
