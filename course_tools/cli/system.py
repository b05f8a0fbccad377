"""`tito system`: look after this installation."""

from __future__ import annotations

import dataclasses

import click

from course_tools.cli import say
from course_tools.cli.lazy import NearGroup
from course_tools.cli.options import json_option


@click.group(cls=NearGroup)
def system() -> None:
    """Look after this installation."""


@system.command()
@json_option
def doctor(as_json: bool) -> int:
    """Look at Python, packages, workspace, releases, sandbox and disk.

    Every trouble comes with the command that repairs it. Exit code 1 when something fails.
    """
    from course_tools.student.doctor import examine

    organs = examine()
    fails = sum(one.health == "fail" for one in organs)
    warns = sum(one.health == "warn" for one in organs)
    if as_json:
        say.document({"healthy": fails == 0, "organs": [dataclasses.asdict(one) for one in organs]})
        return 1 if fails else 0
    for one in organs:
        say.marked(one.health, f"{one.name}: {one.seen}" + (f"\nrepair:  {one.repair}" if one.repair else ""))
    say.line(f"{len(organs)} looked at: {fails} failing, {warns} to know about.")
    return 1 if fails else 0
