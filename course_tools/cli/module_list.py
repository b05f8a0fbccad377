"""`tito module list` and `tito module status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import milestone, say
from course_tools.cli.options import json_option

if TYPE_CHECKING:
    from course_tools.student.milestone import MilestoneStanding
    from course_tools.student.status import Standing


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The course's modules and milestones: what each needs and how far you are."""
    standings, reached = _standings()
    if as_json:
        say.document(
            {
                "modules": [_data(one) for one in standings],
                "milestones": [milestone.data(one) for one in reached],
            }
        )
        return
    rows = [
        (one.module.number, one.module.title, one.state, _minutes(one), ", ".join(one.module.needs) or "-")
        for one in standings
    ]
    say.table(rows, ("no", "module", "state", "planned", "needs"))
    _below(reached)


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Every module and milestone: its state, its last test run, and what it waits for."""
    from course_tools.student.status import next_step

    standings, reached = _standings()
    step = next_step(standings)
    if as_json:
        say.document(
            {
                "modules": [_data(one) for one in standings],
                "milestones": [milestone.data(one) for one in reached],
                "next": {"command": step.command, "why": step.why} if step else None,
            }
        )
        return
    rows = [
        (one.module.number, one.module.title, one.state, _last(one), _when(one), _waits(one))
        for one in standings
    ]
    say.table(rows, ("no", "module", "state", "last test", "complete since", "remark"))
    _below(reached)
    if step is not None:
        say.line(f"Next:  {step.command}")


def _standings() -> tuple[tuple[Standing, ...], tuple[MilestoneStanding, ...]]:
    from course_tools.student import milestone as milestones
    from course_tools.student import progress as records
    from course_tools.student import status, workspace

    found = workspace.require()
    progress = records.load(found, say.note)
    return status.standing(found, progress), milestones.standing(found, progress)


def _below(reached: tuple[MilestoneStanding, ...]) -> None:
    if reached:
        say.line()
        milestone.table(reached)


def _minutes(one: Standing) -> str:
    return f"{one.module.minutes} min" if one.module.minutes else "-"


def _last(one: Standing) -> str:
    if one.last is None:
        return "-"
    old = "" if one.fresh else " (before a change)"
    return f"{one.last.passed} of {len(one.last.tests)}{old}"


def _when(one: Standing) -> str:
    return one.completed.at[:10] if one.completed else "-"


def _waits(one: Standing) -> str:
    if one.waits_for and one.state in ("not started", "started"):
        return f"needs {', '.join(one.waits_for)} first"
    return one.remark


def _data(one: Standing) -> dict[str, Any]:
    last = one.last
    return {
        "number": one.module.number,
        "name": one.module.name,
        "folder": one.module.folder,
        "title": one.module.title,
        "minutes": one.module.minutes,
        "needs": list(one.module.needs),
        "due": one.module.due.isoformat() if one.module.due else None,
        "state": one.state,
        "waits_for": list(one.waits_for),
        "completed_at": one.completed.at if one.completed else None,
        "remark": one.remark,
        "last_test": {
            "at": last.at,
            "of_this_notebook": one.fresh,
            "passed": last.passed,
            "total": len(last.tests),
            "first_red": last.first_red.title if last.first_red else None,
        }
        if last
        else None,
    }
