"""Grade many submissions on local worker processes.

Each worker owns a warm nursery and the module's checks. The caller's process hands out submissions and
receives results one by one, so that there is one writer. A worker that dies costs its submission one more
try; after that the submission is broken, which needs a person, and the batch goes on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import earlier as both_ways
from course_tools.grading.runner import Graded, Grader, Submission, limits_of
from course_tools.records import Digests
from course_tools.sandbox import Nursery, SandboxLost

TRIES = 2
# Workers are forked while this process has one thread and no heavy import.
CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Task:
    """One submission to grade, and what its verdict will rest on."""

    submission: Submission
    digests: Digests


@dataclass(frozen=True)
class Lost:
    """A submission whose worker died or overran on every try: ours, never the student's."""

    reason: str


@dataclass
class _Worker:
    process: ForkProcess
    pipe: Connection
    patience: float  # seconds of wall clock one submission may take here
    task: Task | None = None
    attempt: int = 0
    deadline: float = float("inf")


def default_jobs() -> int:
    """One worker per processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_nursery(course: Course, module: Module, tier: str, *, own: bool = False) -> Nursery:
    """A warm parent for one module: its packages and needs imported, the library below the module readable.

    own  sessions may bring earlier modules of their own; so none of the library's is imported beforehand
    """
    return Nursery(
        tier,
        limits=limits_of(module),
        preload=(*module.preload, *(() if own else course.exports_needed(module))),
        public=(course.library,),
        hidden=course.unseen(module),
        extra={"TINYTORCH_EARLIER": "own"} if own else None,
        work=module.folder,  # as in a student's workspace
    )


class Workers:
    """A pool that is started before heavy imports and used once: `for result in workers.run(tasks)`."""

    def __init__(self, course: Course, module: Module, *, jobs: int, tier: str, own: bool = False) -> None:
        """own: submissions may bring earlier modules of their own."""
        self._course, self._module, self._tier, self._own = course, module, tier, own
        # A worker is stopped from outside only when the sandbox's own limits did not end it.
        # A notebook runs twice, and its wall clock may be four times its processor seconds.
        # And with earlier modules of its own it is run on all, on none, and twice to find each culprit.
        times = 2 + 2 * len(course.rests_on(module)) if own else 1
        self._patience = 8 * times * limits_of(module).total_seconds + 60
        self._workers = [self._start() for _ in range(max(1, jobs))]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()  # a worker between submissions ends by itself
        for worker in self._workers:
            worker.process.join(0.2 if worker.task else 2)
            _stop(worker)

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Graded | Lost]]:
        """Results as they come, each task exactly once.

        Raises UserError when a worker cannot start at all: the message is the worker's own.
        """
        waiting = iter(tasks)  # taken one by one, so that a large class need not be in memory
        for worker in self._workers:
            _hand_out(worker, next(waiting, None), 1)
        while any(worker.task for worker in self._workers):
            soonest = min(worker.deadline for worker in self._workers)
            busy = {worker.pipe: worker for worker in self._workers if worker.task}
            ready = wait(list(busy), timeout=max(0.0, soonest - time.monotonic()))
            late = [w for w in busy.values() if w.deadline <= time.monotonic() and w.pipe not in ready]
            for worker in [busy[pipe] for pipe in ready if isinstance(pipe, Connection)] + late:
                task, attempt = worker.task, worker.attempt
                assert task is not None
                position = self._workers.index(worker)
                result = None if worker in late else _receive(worker.pipe)
                if isinstance(result, UserError):
                    raise result
                if result is not None:
                    worker.task, worker.deadline = None, float("inf")
                    _hand_out(worker, next(waiting, None), 1)
                    yield task, result
                    continue
                _stop(worker)
                reason = "it ran longer than its limits allow" if worker in late else "its worker ended"
                worker = self._workers[position] = self._start()
                if attempt < TRIES:
                    _hand_out(worker, task, attempt + 1)
                    continue
                _hand_out(worker, next(waiting, None), 1)
                yield task, Lost(f"{reason}, {TRIES} times")

    def _start(self) -> _Worker:
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(
            target=_work,
            args=(theirs, ours, self._course, self._module, self._tier, self._own),
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Worker(process, ours, self._patience)


def _hand_out(worker: _Worker, task: Task | None, attempt: int) -> None:
    if task is not None:
        worker.task, worker.attempt = task, attempt
        worker.deadline = time.monotonic() + worker.patience
        with contextlib.suppress(OSError):  # a dead worker is found by wait()
            worker.pipe.send(task)


def _work(
    pipe: Connection, parents: Connection, course: Course, module: Module, tier: str, own: bool
) -> None:
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a batch stops
    try:
        with open_nursery(course, module, tier, own=own) as nursery:
            grader = Grader(course, module, nursery)
            while True:
                task = pipe.recv()
                pipe.send(both_ways.grade(grader, task.submission, task.digests))
    except (EOFError, BrokenPipeError, SandboxLost):
        return  # the parent has no more work, or gives this submission to a new worker
    except UserError as error:
        with contextlib.suppress(EOFError, OSError):
            pipe.recv()
            pipe.send(error)


def _receive(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return None


def _stop(worker: _Worker) -> None:
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()
    worker.pipe.close()
