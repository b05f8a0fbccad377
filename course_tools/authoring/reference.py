"""A module's solved notebook, and how findings name its files."""

from __future__ import annotations

from course_tools.authoring import stage
from course_tools.authoring.proof import Files
from course_tools.course import Course, Module
from course_tools.notebooks import Notebook, build


def files_of(course: Course, module: Module) -> Files:
    """How findings about this module name its files."""
    return Files(
        stage.relative(course.source_text(module), course),
        stage.relative(course.checks(module), course),
        stage.relative(course.mistakes(module), course),
        module.number,
    )


def reference_of(course: Course, module: Module) -> Notebook:
    """The solved notebook, from the author's text."""
    return build(course.source_text(module).read_text(encoding="utf-8"), stem=module.folder)
