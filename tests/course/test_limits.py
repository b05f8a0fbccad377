"""Rooms side by side do not import each other; here the two lists of limits meet."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from course_tools.course import LIMITS, Course
from course_tools.sandbox import Limits


def test_limits_are_those_the_sandbox_knows():
    assert {one.name for one in dataclasses.fields(Limits)} == LIMITS


def test_every_module_of_the_course_has_limits_the_sandbox_takes():
    for module in Course.load(Path(__file__).parents[2]).modules:
        Limits(**module.limits)
