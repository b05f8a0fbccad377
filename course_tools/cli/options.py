"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from course_tools.cli import say

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(function: Command) -> Command:
    """`--json`: the answer as one JSON document on stdout, and nothing else there."""

    def remember(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:
        if value:
            say.expect_json(True)
        return value

    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=remember,
        help="Answer with one JSON document.",
    )(function)


def earlier_option(function: Command) -> Command:
    """`--earlier`: whose earlier modules the notebook is run with."""
    return click.option(
        "--earlier",
        type=click.Choice(["own", "reference"]),
        envvar="TINYTORCH_EARLIER",
        help="Build on your own earlier modules, or on the course's.  [default: as chosen before, else own]",
    )(function)


def judged_on_option(function: Command) -> Command:
    """`--earlier` of teachers: whose earlier modules hand-ins are judged on."""
    return click.option(
        "--earlier",
        type=click.Choice(["own", "reference"]),
        help="Judge on students' own earlier modules, or on the course's.  [default: as course.toml says]",
    )(function)


def module_argument(function: Command) -> Command:
    """The module a command is about: 7, 07, training or 07_training."""
    return click.argument("name", metavar="MODULE")(function)
