"""`tito grade regrade`: old and new marks side by side, and their publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.bar import bar
from course_tools.cli.grade import here
from course_tools.cli.grade_run import because, judged_on
from course_tools.cli.options import json_option, judged_on_option, module_argument

if TYPE_CHECKING:
    from course_tools.classroom.change import Change, TaskChange
    from course_tools.classroom.regrade import Regrade
    from course_tools.course import Module
    from course_tools.course.catalogue import Earlier


@click.command()
@module_argument
@click.option(
    "--student", "students", metavar="NAME", multiple=True, help="Only this student; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one per processor]")
@click.option("--publish", "--apply", "publish", is_flag=True, help="Let the new marks stand.")
@click.option("--unsafe", is_flag=True, help="Run code without any walls: only where you trust every line.")
@judged_on_option
@json_option
def regrade(
    name: str,
    students: tuple[str, ...],
    jobs: int | None,
    publish: bool,
    unsafe: bool,
    earlier: Earlier | None,
    as_json: bool,
) -> None:
    """Show what MODULE's marks become with the checks and the environment of now.

    Judges again whoever was judged with other ones and shows old and new marks side by side; nothing is
    changed. With --publish what was shown is written, and nothing is run. Ends with exit code 1 when
    somebody could not be judged again.
    """
    from course_tools.classroom import regrade as regrading

    course, module = judged_on(earlier, *here(name))
    tier = "unsafe" if unsafe else "landlock"
    if publish:
        with bar(f"Publishing {module.folder}") as shown:
            made = regrading.publish(
                course, module, students=students or None, unsafe=unsafe, minimum_tier=tier, tell=shown
            )
    else:
        with bar(f"Judging {module.folder} again") as shown:
            made = regrading.look(
                course,
                module,
                students=students or None,
                jobs=jobs,
                unsafe=unsafe,
                minimum_tier=tier,
                tell=lambda now: shown(now.done, now.total),
            )
    if as_json:
        say.document(_as_data(made))
    else:
        _say(made, module)
    if made.open:
        raise SystemExit(1)


def _as_data(made: Regrade) -> dict[str, Any]:
    from course_tools.records import to_data

    return {
        "module": made.module,
        "published": made.published,
        "differs": sorted(made.differs),
        "ran": made.ran,
        "current": made.current,
        "open": made.open,
        "unjudged": made.unjudged,
        "seconds": round(made.seconds, 3),
        "totals": _totals(made.changes),
        "changes": [to_data(one) | {"moves": one.moves} for one in made.changes],
    }


def _totals(changes: list[Change]) -> dict[str, Any]:
    old, new = sum(one.old for one in changes), sum(one.new for one in changes)
    return {
        "judged_again": len(changes),
        "changed": sum(one.moves for one in changes),
        "up": sum(one.new > one.old for one in changes if one.moves),
        "down": sum(one.new < one.old for one in changes if one.moves),
        "old_sum": round(old, 6),
        "new_sum": round(new, 6),
    }


def _say(made: Regrade, module: Module) -> None:
    if not made.changes and not made.open:
        say.line(f"{made.module}: nothing to judge again; {made.current} rest on the checks of now.")
        _unjudged(made, module)
        return
    totals = _totals(made.changes)
    number = len(made.changes)
    verb = "have changed" if made.published else "would change"
    say.line(
        f"{made.module}: {totals['changed']} of {number} marks {verb}, given {because(made.differs)}.",
        bold=True,
    )
    if made.moved:
        from course_tools.grading.render import number as points

        rows = [
            (
                one.student,
                f"{points(one.old)} / {points(one.max_points)}",
                f"{points(one.new)} / {points(one.max_points)}",
                _signed(one.new - one.old),
            )
            for one in made.moved
        ]
        say.table(rows, ("student", "old", "new", "change"))
        say.line()
        for change in made.moved:
            for task in change.tasks:
                say.line(f"{change.student} · {_task(task)}")
                for check in task.checks:
                    say.line(f"  {check.title}: {check.old or 'not there'} → {check.new or 'gone'}")
        say.line()
    mean = f"mean {_mean(totals['old_sum'], number)} → {_mean(totals['new_sum'], number)}" if number else ""
    say.line(f"{totals['up']} up, {totals['down']} down, {number - totals['changed']} the same; {mean}")
    for student in made.open:
        say.marked("failed", f"{student} could not be judged again; the old mark stays.")
    _unjudged(made, module)
    if made.published:
        say.marked("ok", "Published: reports, autograded/ and gradebook hold the new marks.")
        say.line(f"Feedback:  tito grade feedback {module.number}")
    else:
        say.line("Nothing has been changed yet.")
        say.line(f"Publish:  tito grade regrade {module.number} --publish")


def _task(task: TaskChange) -> str:
    from course_tools.grading.render import number

    def shown(points: float | None) -> str:
        return "?" if points is None else number(points)

    stands = "   (a person's mark stands in its place)" if task.by_a_person else ""
    return f"{task.title}: {shown(task.old)} → {shown(task.new)} of {number(task.max_points)}{stands}"


def _unjudged(made: Regrade, module: Module) -> None:
    if made.unjudged:
        number = len(made.unjudged)
        verb = "hand-in has" if number == 1 else "hand-ins have"
        say.line(f"{number} {verb} not been judged at all:  tito grade run {module.number}")


def _signed(points: float) -> str:
    from course_tools.grading.render import number

    return f"{'+' if points > 0 else ''}{number(points)}"


def _mean(total: float, number: int) -> str:
    from course_tools.grading import render

    return render.number(total / number)
