"""One worker's notebook, run once up to a cell; each changed solution goes on from there in a copy of its own.

What a full run would find out is found out in a fraction of its time: the cells before the changed one, the
process and its imports are there already, and are the same for every change of the cell.
"""

from __future__ import annotations

import marshal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from course_tools.authoring import strength_inside
from course_tools.files import UserError
from course_tools.grading.checks import Check
from course_tools.grading.examiner import Examiner
from course_tools.grading.execution import grade_id_of
from course_tools.notebooks import Notebook, export
from course_tools.records import CheckResult
from course_tools.sandbox import Answer, Nursery, Session, Snapshot, Trouble
from course_tools.sandbox.plain import Plain

RESTARTS = 3  # of a notebook that a change has ended together with its copy


class Crowded(Exception):
    """A copy could not be made; perhaps because of what earlier changes left behind."""


@dataclass(frozen=True)
class Job:
    """One changed notebook to try. Jobs are tried in order of `index`."""

    name: str
    index: int  # of the changed cell in the notebook
    source: str  # its new text
    asked: tuple[str, ...]  # graded cells whose checks are asked, the likeliest to notice first
    thorough: bool = False  # ask all of them, not only until one fails
    seeds: tuple[str, ...] = ()  # draw inputs from each of these instead of the release's seed


@dataclass(frozen=True)
class Tried:
    """What was noticed."""

    job: str
    seen: tuple[str, ...]  # graded cells whose visible test raised
    failed: tuple[CheckResult, ...]  # one, or all of a thorough job
    asked: int  # checks that were asked
    cpu_seconds: float  # of the copies and of the checks
    seeds: tuple[str, ...] = ()  # the seed of each failed check
    slowest: float = 0.0  # seconds of the slowest cell or check
    broken: tuple[str, ...] = ()  # checks that crashed: our fault, and noticed by nobody


class Bench:
    """Made once per worker; `files` lie beside the notebook."""

    def __init__(
        self,
        notebook: Notebook,
        examiner: Examiner,
        nursery: Nursery,
        files: Mapping[str, bytes],
        *,
        module: str,
        seconds: float,
    ) -> None:
        """seconds: processor time that a cell or one probe may take in a copy."""
        self._notebook, self._nursery, self._files = notebook, nursery, files
        self._module, self._seconds = module, seconds
        self._examiners = {"": examiner}
        self._code = [i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
        self._graded = {
            index: name for index in self._code if (name := grade_id_of(notebook["cells"][index]))
        }
        self._inside = marshal.dumps(
            compile(Path(strength_inside.__file__).read_text(encoding="utf-8"), "<inside>", "exec")
        )
        self._session: Session | None = None
        self._at = 0  # position in _code: the cells before it have been run
        self._keep: list[str] | None = None
        self._renewed = 0  # times in this job
        self._caught: Counter[str] = Counter()  # by check

    def close(self) -> None:
        """End the notebook."""
        if self._session is not None:
            self._session.close()
        self._session = None

    def try_(self, job: Job) -> Tried:
        """Run the changed notebook from the changed cell on and put checks to it.

        What stops answering, by time or memory or an early end, is noticed by whatever was asked then.
        """
        self._renewed = 0
        while True:
            try:
                return self._try(job)
            except Crowded:
                continue

    def _try(self, job: Job) -> Tried:
        self._forward(job.index)
        started = self._cpu()
        look = _Look(self, job)
        if job.thorough:
            look.go(job.asked, until=None)
        else:
            look.go(job.asked[:1], until=job.asked[:1])
            if not look.failed and job.asked[1:]:
                look.go(job.asked[1:], until=None)
        for one in look.failed:
            self._caught[one.name] += 1
        return Tried(
            job.name,
            tuple(dict.fromkeys(look.seen)),
            tuple(look.failed),
            look.asked,
            max(0.0, self._cpu() - started),
            tuple(look.seeds),
            look.slowest,
            tuple(dict.fromkeys(look.broken)),
        )

    @contextmanager
    def copied(self, index: int) -> Iterator[Snapshot]:
        """A copy of the notebook as it stands before the cell."""
        for _ in range(RESTARTS):
            session = self._forward(index)
            with session.snapshot() as made:
                keep: list[Plain] | None = None if self._keep is None else list(self._keep)
                settled = made.call(self._inside, "settle", {"keep": keep})
                if isinstance(settled, Answer):
                    assert isinstance(settled.value, list)
                    self._keep = [str(one) for one in settled.value]
                    yield made
                    return
                why = settled.message
            self.close()  # it cannot be copied any more: begin again
        raise UserError(
            f"The notebook of {self._module} cannot be copied before cell {index}: {why}.\n"
            "Look at its limits in course.toml."
        )

    def renewed(self) -> bool:
        """Begin the notebook again, once per job: what others left in it must not count against this one."""
        self._renewed += 1
        if self._renewed == 1:
            self.close()
        return self._renewed == 1

    def run(self, snapshot: Snapshot, index: int, source: str) -> str:
        """Run a cell in a copy; what it raised, "" when nothing."""
        reply = snapshot.call(self._inside, "run", {"source": source, "number": index}, seconds=self._seconds)
        if isinstance(reply, Trouble):
            return reply.message or reply.kind
        return "" if reply.value is None else str(reply.value["raised"])  # type: ignore[index,call-overload]

    def cells_from(self, index: int) -> Iterator[tuple[int, str, str | None]]:
        """(position, text, grade_id of a graded test cell) of the code cells from this one on."""
        for one in self._code:
            if one >= index:
                yield one, self._notebook["cells"][one]["source"], self._graded.get(one)

    def examiner(self, seed: str) -> Examiner:
        """The checks, with inputs drawn from another seed; "" is the release's."""
        if seed not in self._examiners:
            self._examiners[seed] = copy(self._examiners[""])
            self._examiners[seed].seed = seed
        return self._examiners[seed]

    def checks_of(self, grade_id: str) -> list[Check]:
        """The checks of a graded cell, those which noticed most so far first."""
        return sorted(self._examiners[""].of(grade_id), key=lambda one: -self._caught[one.name])

    def exported(self, job: Job) -> str:
        """The module that the changed notebook exports; "" when it cannot, as for a submission."""
        cells = list(self._notebook["cells"])
        cells[job.index] = {**cells[job.index], "source": job.source}
        try:
            return export({**self._notebook, "cells": cells}, module=self._module)
        except UserError:
            return ""

    def _cpu(self) -> float:
        inside = self._session.usage().cpu_seconds if self._session is not None else 0.0
        return time.process_time() + inside

    def _forward(self, index: int) -> Session:
        """The session with all cells before this one run."""
        if self._session is None or not self._session.alive or self._code[self._at : self._at + 1] > [index]:
            self.close()
            self._session, self._at = self._nursery.open(self._files), 0
            self._keep = None
        while self._at < len(self._code) and self._code[self._at] < index:
            cell = self._notebook["cells"][self._code[self._at]]
            outcome = self._session.run_cell(cell["source"])
            if outcome.status != "ok":
                raise UserError(
                    f"Cell {cell['id']} of the reference does not run: {outcome.error_name} "
                    f"{outcome.error_message}.\nTry:  tito author check {self._module}"
                )
            self._at += 1
            self._keep = None
        return self._session


class _Look:
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
            made = (examiner or self._bench.examiner(seed)).ask(one, asker, export=self._export)
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


class _Watching:
    """An examiner that can tell whether a check has drawn anything."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = copy(examiner)
        self._given: list[tuple[np.random.Generator, Any]] = []
        self._examiner.rng = self._rng  # type: ignore[method-assign]
        self._draw = examiner.rng

    def ask(self, one: Check, asker: Snapshot, *, export: Any) -> CheckResult:
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
