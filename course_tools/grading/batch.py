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
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading.digests import of_files
from course_tools.grading.runner import Graded, Grader, Submission
from course_tools.records import Digests
from course_tools.sandbox import Limits, Nursery

TRIES = 2
# Workers are forked while this process has one thread and no heavy import.
CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Task:
    """One submission to grade; `load` is called in the worker, so files are read there."""

    student: str
    load: Callable[[], Submission]
    digests: Digests


@dataclass(frozen=True)
class Lost:
    """A submission whose worker died or overran on every try: ours, never the student's."""

    student: str
    reason: str


@dataclass
class _Worker:
    process: ForkProcess
    pipe: Connection
    task: Task | None = None
    deadline: float = float("inf")


def default_jobs() -> int:
    """One worker per processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_nursery(course: Course, module: Module, tier: str) -> Nursery:
    """A warm parent for one module: its packages imported, the course's library readable, nothing else."""
    return Nursery(tier, limits=Limits(**module.limits), preload=module.preload, public=(course.library,))


class Workers:
    """A pool that is started before heavy imports and used once: `for result in workers.run(tasks)`."""

    def __init__(self, course: Course, module: Module, *, jobs: int, tier: str) -> None:
        self._course, self._module, self._tier = course, module, tier
        # A worker is stopped from outside only when the sandbox's own limits did not end it.
        self._patience = 4 * Limits(**module.limits).total_seconds + 60
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
        waiting = deque((task, 1) for task in tasks)
        tries: dict[str, int] = {}
        for position, worker in enumerate(self._workers):
            self._hand_out(position, worker, waiting, tries)
        while any(worker.task for worker in self._workers):
            soonest = min(worker.deadline for worker in self._workers)
            busy = {worker.pipe: worker for worker in self._workers if worker.task}
            ready = wait(list(busy), timeout=max(0.0, soonest - time.monotonic()))
            late = [w for w in busy.values() if w.deadline <= time.monotonic() and w.pipe not in ready]
            for worker in [busy[pipe] for pipe in ready if isinstance(pipe, Connection)] + late:
                task = worker.task
                assert task is not None
                position = self._workers.index(worker)
                result = None if worker in late else _receive(worker.pipe)
                if isinstance(result, UserError):
                    raise result
                if result is None:
                    reason = "it ran longer than its limits allow" if worker in late else "its worker ended"
                    _stop(worker)
                    worker = self._workers[position] = self._start()
                    if tries[task.student] < TRIES:
                        waiting.appendleft((task, tries[task.student] + 1))
                    else:
                        yield task, Lost(task.student, f"{reason}, {TRIES} times")
                else:
                    worker.task, worker.deadline = None, float("inf")
                    yield task, result
                self._hand_out(position, worker, waiting, tries)

    def _hand_out(
        self, position: int, worker: _Worker, waiting: deque[tuple[Task, int]], tries: dict[str, int]
    ) -> None:
        if waiting:
            task, attempt = waiting.popleft()
            tries[task.student] = attempt
            worker.task, worker.deadline = task, time.monotonic() + self._patience
            with contextlib.suppress(OSError):  # a dead worker is found by wait()
                worker.pipe.send(task)

    def _start(self) -> _Worker:
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(
            target=_work, args=(theirs, ours, self._course, self._module, self._tier), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)


def grade_here(grader: Grader, task: Task) -> Graded:
    """Grade one submission in this process, its own digest filled in."""
    submission = task.load()
    return grader.grade(submission, _own(task.digests, submission))


def _own(digests: Digests, submission: Submission) -> Digests:
    return Digests(of_files(submission.files), digests.checks, digests.environment, digests.seed)


def _work(pipe: Connection, parents: Connection, course: Course, module: Module, tier: str) -> None:
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a batch stops
    try:
        with open_nursery(course, module, tier) as nursery:
            grader = Grader(course, module, nursery)
            while True:
                task = pipe.recv()
                pipe.send(grade_here(grader, task))
    except (EOFError, BrokenPipeError):
        return  # the parent has no more work
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
