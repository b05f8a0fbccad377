"""The course catalogue: what modules there are, what they need, and where things lie."""

from __future__ import annotations

from course_tools.course.catalogue import CATALOGUE, LIMITS, CourseError
from course_tools.course.course import Course, UnknownMilestone, UnknownModule
from course_tools.course.milestone import Milestone
from course_tools.course.module import Module

__all__ = [
    "CATALOGUE",
    "LIMITS",
    "Course",
    "CourseError",
    "Milestone",
    "Module",
    "UnknownMilestone",
    "UnknownModule",
]
