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
from dataclasses import dataclass, replace
from pathlib import Path

from course_tools.authoring import strength_inside
from course_tools.authoring.strength_look import Crowded, Look, Timed
from course_tools.files import UserError
from course_tools.grading.checks import Check
from course_tools.grading.examiner import Examiner
from course_tools.grading.execution import grade_id_of
from course_tools.notebooks import Notebook, export
from course_tools.records import CheckResult
from course_tools.sandbox import Answer, Nursery, Session, Snapshot, Trouble
from course_tools.sandbox.plain import Plain

PATIENCE = 5  # times as long for what the wall clock cut
RESTARTS = 3  # of a notebook that a change has ended together with its copy


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
        self._cut = False  # whether the wall clock ended something in this job
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
        tried = self._whole(job)
        if not self._cut:
            return tried
        # The wall clock ended it, not its processor time: the machine was busy, or it waits for something.
        self.close()
        self._seconds *= PATIENCE
        try:
            return self._whole(job)
        finally:
            self._seconds /= PATIENCE
            self.close()

    def _whole(self, job: Job) -> Tried:
        self._renewed, self._cut = 0, False
        while True:
            try:
                return self._try(job)
            except Crowded:
                continue

    def _try(self, job: Job) -> Tried:
        self._forward(job.index)
        started = self._cpu()
        look = Look(self, job)
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
        reply = Timed(self, snapshot).call(self._inside, "run", {"source": source, "number": index})
        if isinstance(reply, Trouble):
            return reply.message or reply.kind
        return "" if reply.value is None else str(reply.value["raised"])  # type: ignore[index,call-overload]

    def inside(self) -> float:
        """Processor seconds of the notebook and its copies."""
        return self._session.usage().cpu_seconds if self._session is not None else 0.0

    def was_ended(self, cpu_seconds: float) -> None:
        """Something ran out of time, having used so much of the processor."""
        self._cut = self._cut or cpu_seconds < self._seconds

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
        return time.process_time() + self.inside()

    def _forward(self, index: int) -> Session:
        """The session with all cells before this one run."""
        if self._session is None or not self._session.alive or self._code[self._at : self._at + 1] > [index]:
            self.close()
            self._nursery.limits = replace(self._nursery.limits, probe_seconds=self._seconds)
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
