"""Jobs tried by several workers, each with a notebook of its own that only moves forward."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any

from course_tools.authoring.strength_bench import Bench, Job, Tried
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading.examiner import Examiner
from course_tools.grading.runner import limits_of
from course_tools.notebooks import Notebook
from course_tools.sandbox import Nursery, SandboxLost

SECONDS = 2.0  # of processor time for one cell or probe: a wrong solution that needs more is noticed by that
WHOLE = 1e6  # seconds for a whole session, which goes through hundreds of notebooks
TRIES = 2  # of a job whose sandbox was ended from outside
CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Setting:
    """What all workers need."""

    course: Course
    module: Module
    notebook: Notebook
    files: Mapping[str, bytes]
    tier: str
    seconds: float = SECONDS


def try_all(
    setting: Setting, jobs: Sequence[Job], *, workers: int, told: Callable[[], None] = lambda: None
) -> dict[str, Tried]:
    """Every job's outcome by its name, in the order of `jobs`.

    told  called after each

    Raises UserError when the reference does not run or the sandbox cannot be had.
    """
    ordered = sorted(jobs, key=lambda one: one.index)  # each worker takes the next one: none goes back
    taken = CONTEXT.Value("l", 0)
    pipes: dict[Connection, Any] = {}
    for _ in range(max(1, min(workers, len(ordered)))):
        ours, theirs = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_work, args=(theirs, setting, ordered, taken), daemon=True)
        process.start()
        theirs.close()
        pipes[ours] = process
    found: dict[str, Tried] = {}
    try:
        while pipes:
            for pipe in wait(list(pipes)):
                assert isinstance(pipe, Connection)
                try:
                    said = pipe.recv()
                except (EOFError, OSError):
                    pipes.pop(pipe).join()
                    continue
                if isinstance(said, UserError):
                    raise said
                found[said.job] = said
                told()
    finally:
        for pipe, process in pipes.items():
            pipe.close()
            process.kill()
            process.join()
    lost = next((one.name for one in jobs if one.name not in found), None)
    if lost is not None:
        raise UserError(f"{lost} could not be tried: its worker ended.\nRun the command again.")
    return {one.name: found[one.name] for one in jobs}


def _work(pipe: Connection, setting: Setting, jobs: Sequence[Job], taken: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    course, module = setting.course, setting.module
    try:
        examiner = Examiner(
            course.checks(module),
            course.probes(module),
            course.misconceptions(module),
            module=module.export,
            seed=module.seed,
        )
        limits = replace(limits_of(module), total_seconds=WHOLE)
        with Nursery(
            setting.tier,
            limits=limits,
            preload=(*module.preload, *course.exports_needed(module)),
            public=(course.library,),
            hidden=course.unseen(module),
        ) as nursery:
            bench = Bench(
                setting.notebook,
                examiner,
                nursery,
                setting.files,
                module=module.export,
                seconds=setting.seconds,
            )
            while (job := _next(jobs, taken)) is not None:
                pipe.send(_tried(bench, job))
            bench.close()
    except (BrokenPipeError, SandboxLost):
        return
    except UserError as error:
        with contextlib.suppress(OSError):
            pipe.send(error)


def _next(jobs: Sequence[Job], taken: Any) -> Job | None:
    with taken.get_lock():
        number = taken.value
        taken.value += 1
    return jobs[number] if number < len(jobs) else None


def _tried(bench: Bench, job: Job) -> Tried:
    for attempt in range(TRIES):
        try:
            return bench.try_(job)
        except SandboxLost:
            bench.close()
            if attempt == TRIES - 1:
                raise
    raise AssertionError
