"""Whether a right solution is right whatever inputs are drawn: hidden checks asked again with other seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course_tools.authoring.strength_bench import Job
from course_tools.authoring.strength_plan import REFERENCE, Plan, planned
from course_tools.authoring.strength_workers import try_all
from course_tools.course import Course, Module
from course_tools.records import Finding

TOGETHER = 5  # seeds of one job: the fewer, the better workers share; a check that draws nothing is asked once in each


@dataclass(frozen=True)
class Steadiness:
    """What was asked, and findings that name check and seed."""

    solutions: int  # the reference and other right ones
    asked: int  # checks, each time it was asked
    findings: tuple[Finding, ...]


def steadiness(
    course: Course,
    module: Module,
    seeds: int,
    *,
    workers: int,
    expect: Callable[[int], None] = lambda count: None,
    told: Callable[[], None] = lambda: None,
) -> Steadiness:
    """Ask all checks of the reference, and of every right variant those of its own task, with so many seeds.

    The seeds are the release's with /1, /2, ... at its end. That other tasks' checks accept a variant is proved
    elsewhere, with the release's seed.

    expect  told how many jobs there are
    told    called after each

    Raises UserError as `planned` does.
    """
    plan = planned(course, module, mutants=False)
    jobs = _jobs(plan, [f"{module.seed}/{number}" for number in range(1, seeds + 1)])
    expect(len(jobs))
    found = try_all(plan.setting, jobs, workers=workers, told=told)
    findings: dict[tuple[str, str], Finding] = {}
    for job in jobs:
        name = _name(job)
        for check, seed in zip(found[job.name].failed, found[job.name].seeds, strict=True):
            said = check.detail or check.message
            findings.setdefault(
                (name, check.name),
                Finding(
                    f"{check.name} fails {name} when its inputs are drawn from the seed {seed}: {said}",
                    "draw inputs every right solution can answer, or widen a tolerance with its reason",
                    plan.files.checks,
                    check.grade_id,
                ),
            )
    solutions = len({_name(job) for job in jobs})
    return Steadiness(solutions, sum(one.asked for one in found.values()), tuple(findings.values()))


def _jobs(plan: Plan, seeds: list[str]) -> list[Job]:
    right = {one.name for one in plan.bank.right}
    return [
        Job(
            f"{one.name} from {part[0]}",
            one.index,
            one.source,
            one.asked,
            thorough=True,
            seeds=tuple(part),
        )
        for one in plan.jobs
        if one.name in right or one.name == REFERENCE
        for part in _parts(seeds)
    ]


def _parts(seeds: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(seeds), TOGETHER):
        yield seeds[start : start + TOGETHER]


def _name(job: Job) -> str:
    return job.name.rpartition(" from ")[0]
