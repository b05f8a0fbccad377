"""The modules an author's command is about: one, or with `--all` every one that has a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from course_tools.cli import say
from course_tools.files import UserError

if TYPE_CHECKING:
    from course_tools.course import Course, Module
    from course_tools.records import Finding

Command = TypeVar("Command", bound=Callable[..., Any])


def modules_argument(function: Command) -> Command:
    """`MODULE` and `--all`, handed over as `name` and `every`."""
    option = click.option("--all", "every", is_flag=True, help="Every module that has a text in source/.")
    return click.argument("name", metavar="[MODULE]", required=False)(option(function))


def chosen(name: str | None, every: bool) -> tuple[Course, tuple[Module, ...]]:
    """The course and the modules that were asked for, in order.

    Raises UserError when none has a text, UsageError when not exactly one of the two is given.
    """
    from course_tools.course import Course

    if (name is None) is not every:
        raise click.UsageError("Name one MODULE, or say --all.")
    course = Course.load()
    if name is not None:
        return course, (course.find(name),)
    found = tuple(one for one in course.modules if course.source_text(one).is_file())
    if not found:
        raise UserError(f"No module of {course.root} has a text in source/.\nTry:  tito author new --help")
    return course, found


def show_findings(findings: Iterable[Finding]) -> None:
    """What an author must repair, where, and how."""
    for one in findings:
        place = " · ".join(filter(None, (one.file, one.cell)))
        say.marked("failed", f"{place}: {one.problem}\nRepair: {one.repair}")
