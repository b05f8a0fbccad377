"""`tito milestone`: what the student's own package can do by now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.lazy import Door, LazyGroup
from course_tools.cli.options import json_option

if TYPE_CHECKING:
    from course_tools.student.milestone import MilestoneStanding
    from course_tools.student.milestone_run import Ran
    from course_tools.student.workspace import Workspace

DOORS = {
    "list": Door("course_tools.cli.milestone:list_", "The course's milestones: locked, ready or done."),
    "run": Door("course_tools.cli.milestone:run", "Run a milestone on your own package."),
}


@click.group(cls=LazyGroup, doors=DOORS)
def milestone() -> None:
    """See what your own package can do once the modules below it are complete.

    Nothing here is graded.
    """


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The course's milestones: what each waits for, and what was reached."""
    from course_tools.student import milestone as milestones
    from course_tools.student import progress as records
    from course_tools.student import workspace

    found = workspace.require()
    standings = milestones.standing(found, records.load(found, say.note))
    if as_json:
        say.document({"milestones": [data(one) for one in standings]})
    elif standings:
        table(standings)
    else:
        say.line("This course has no milestones.")


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--open", "show", is_flag=True, help="Open the figure.")
@json_option
def run(name: str, show: bool, as_json: bool) -> int:
    """Run the milestone NAME on your own package, never on the course's.

    Prints what was measured and keeps a figure. Exit code 0 when the goal was reached.
    """
    from course_tools.cli.bar import bar
    from course_tools.student import milestone_run, workspace
    from course_tools.student.milestone_failure import not_reached

    found = workspace.require()
    chosen = found.course.find_milestone(name)
    with bar(chosen.title) as tell:
        ran = milestone_run.run(found, chosen, step=tell, tell=say.note)
    if as_json:
        say.document(_data_of(ran))
    else:
        _print(found, ran)
        if not ran.reached:
            say.line(not_reached(chosen, ran.modules))
    if show:
        click.launch(str(ran.figure))
    return 0 if ran.reached else 1


def table(standings: Iterable[MilestoneStanding]) -> None:
    """One row per milestone; used by `tito module list` and `status`, too."""
    rows = [
        (one.milestone.after, one.milestone.title, one.state, _since(one), _remark(one)) for one in standings
    ]
    say.table(rows, ("after", "milestone", "state", "done since", "remark"))


def data(one: MilestoneStanding) -> dict[str, Any]:
    """The same for machines."""
    return {
        "name": one.milestone.name,
        "title": one.milestone.title,
        "after": one.milestone.after,
        "state": one.state,
        "waits_for": list(one.waits_for),
        "command": one.command,
        "reached": {
            "at": one.reached.at,
            "figure": one.reached.figure,
            "accuracy": one.reached.accuracy,
            "baseline": one.reached.baseline,
        }
        if one.reached
        else None,
    }


def _since(one: MilestoneStanding) -> str:
    return one.reached.at[:10] if one.reached else "-"


def _remark(one: MilestoneStanding) -> str:
    if one.reached is not None:
        return f"{_percent(one.reached.accuracy)}, baseline {_percent(one.reached.baseline)}; {one.reached.figure}"
    if one.state == "ready":
        return one.command
    return f"needs {', '.join(one.waits_for)} first" if one.waits_for else ""


def _print(workspace: Workspace, ran: Ran) -> None:
    verdict, word = ("passed", "reached") if ran.reached else ("failed", "not reached")
    say.marked(
        verdict, f"{ran.milestone.title}: {word}, on your own {', '.join(one.name for one in ran.modules)}."
    )
    say.table(
        [
            ("accuracy", _percent(ran.accuracy), ran.what),
            ("goal", _percent(ran.goal), "or more"),
            ("baseline", _percent(ran.baseline), ran.baseline_is),
        ],
        ("measured", "", ""),
    )
    say.line()
    header, *rows = ran.table
    say.table(rows, header)
    say.line()
    say.line(f"Figure:  {workspace.shown(ran.figure)}")
    say.line(f"It shows:  {ran.describes}")
    say.line(f"It ran {ran.seconds:.1f} s.")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _data_of(ran: Ran) -> dict[str, Any]:
    return {
        "milestone": ran.milestone.name,
        "reached": ran.reached,
        "accuracy": ran.accuracy,
        "goal": ran.goal,
        "baseline": ran.baseline,
        "baseline_is": ran.baseline_is,
        "what": ran.what,
        "modules": [one.number for one in ran.modules],
        "table": [list(row) for row in ran.table],
        "figure": str(ran.figure),
        "describes": ran.describes,
        "seconds": round(ran.seconds, 3),
    }
