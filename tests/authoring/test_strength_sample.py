"""On a sample of the mutants of module 07 the quick engine says what grading the whole notebook says."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_tools.authoring.proof import short_of
from course_tools.authoring.strength_plan import planned
from course_tools.authoring.strength_workers import try_all
from course_tools.authoring.trials import Trial, run
from course_tools.course import Course
from course_tools.sandbox import SandboxUnavailable, choose_tier

ROOT = Path(__file__).parents[2]
EVERY = 101  # of some six hundred; a prime, so that the sample goes through tasks and operators


def test_a_sample_of_module_07_is_judged_alike():
    try:
        choose_tier()
    except SandboxUnavailable as missing:
        pytest.skip(str(missing))
    course = Course.load(ROOT)
    module = course.find("07")
    plan = planned(course, module)
    listed = {one.name for one in plan.mutants if one.digest in plan.listed}
    wanted = {one.name for one in plan.mutants[::EVERY]} | set(sorted(listed)[:1])
    jobs = [one for one in plan.jobs if one.name in wanted]
    fast = try_all(plan.setting, jobs, workers=1)
    trials = []
    for job in jobs:
        cells = [dict(one) for one in plan.notebook["cells"]]
        cells[job.index]["source"] = job.source
        trials.append(Trial(job.name, {**plan.notebook, "cells": cells}))
    slow = run(course, module, trials, tier=plan.setting.tier, jobs=1, files={})
    said = {name: bool(short_of(one.report)) for name, one in slow.items()}
    assert {name: bool(one.failed) for name, one in fast.items()} == said
    assert set(said.values()) == {True, False}
