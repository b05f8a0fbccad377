"""Judge one hand-in in this process: what nbgrader's own Autograde asks for."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import Any

from course_tools.classroom import practice
from course_tools.classroom.bench import Bench
from course_tools.course import Course, Module
from course_tools.grading import batch, digests, earlier
from course_tools.grading.runner import Graded, Grader
from course_tools.records import Digests
from course_tools.sandbox import choose_tier

_graders: dict[Any, tuple[Digests, Grader]] = {}


def grade_one(root: Path, assignment: str, student: str) -> Graded:
    """Judge one hand-in; saves nothing."""
    course = Course.load(root)
    module = course.find(assignment)
    grader = _warm(course, module)
    bench = Bench.of(course, module, grader.nursery.tier)
    notes = bench.receipt(student)
    hand_in = bench.read(student)
    task = bench.task(hand_in, notes)
    return practice.compared(hand_in, earlier.grade(grader, task.submission, task.digests))


def _warm(course: Course, module: Module) -> Grader:
    """The grader of this process for a module, made anew when anything it rests on has changed."""
    tier = choose_tier()
    now = digests.of_module(course, module, tier=tier)
    key = (course.root, module.folder)
    if key in _graders and _graders[key][0] == now:
        return _graders[key][1]
    if key in _graders:
        _graders.pop(key)[1].nursery.close()
    nursery = batch.open_nursery(course, module, tier, own=course.earlier == "own").start()
    _graders[key] = now, Grader(course, module, nursery)
    return _graders[key][1]


def close_graders() -> None:
    """End the warm processes `grade_one` keeps."""
    while _graders:
        _graders.popitem()[1][1].nursery.close()


atexit.register(close_graders)
