"""`tito grade run`: judge a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.bar import bar
from course_tools.cli.grade import here
from course_tools.cli.options import json_option, judged_on_option, module_argument

if TYPE_CHECKING:
    from course_tools.classroom.run import ClassRun
    from course_tools.course import Course, Module
    from course_tools.course.catalogue import Earlier


@click.command()
@module_argument
@click.option(
    "--student", "students", metavar="NAME", multiple=True, help="Only this student; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one per processor]")
@click.option("--force", is_flag=True, help="Run again what has a report; new marks stand at once.")
@click.option("--unsafe", is_flag=True, help="Run code without any walls: only where you trust every line.")
@judged_on_option
@json_option
def run(
    name: str,
    students: tuple[str, ...],
    jobs: int | None,
    force: bool,
    unsafe: bool,
    earlier: Earlier | None,
    as_json: bool,
) -> None:
    """Grade what was handed in for MODULE: reports, autograded/ and gradebook.

    What has a report is not run again. Where checks or environment have changed since, marks stay as they
    are and `tito grade regrade` shows what would become of them. Ends with exit code 1 when a submission
    needs a person because it could not be graded.
    """
    from course_tools.classroom.run import grade_class

    course, module = judged_on(earlier, *here(name))
    if unsafe:
        say.note("Without walls: student code can read and change everything you can. Each report says so.")
    with bar(f"Grading {module.folder}") as shown:
        made = grade_class(
            course,
            module,
            students=students or None,
            jobs=jobs,
            force=force,
            unsafe=unsafe,
            minimum_tier="unsafe" if unsafe else "landlock",
            tell=lambda now: shown(now.done, now.total),
        )
    if as_json:
        say.document(_as_data(made))
    else:
        _summary(made, module)
    if made.needs_person:
        raise SystemExit(1)


def _as_data(run: ClassRun) -> dict[str, Any]:
    return {
        "module": run.module,
        "sandbox": run.tier,
        "graded": len(run.reports),
        "kept": run.kept,
        "recorded": run.recorded,
        "held": run.held,
        "stale": {
            "submissions": sorted(run.stale),
            "differs": sorted(run.differs),
            "looked_at": run.looked_at,
            "would_change": run.would_change,
        },
        "seconds": round(run.seconds, 3),
        "submissions": [
            {"student": one.student, "points": one.points, "max_points": one.max_points, "state": one.state}
            for one in sorted(run.reports, key=lambda one: one.student)
        ],
    }


def _summary(run: ClassRun, module: Module) -> None:
    if run.reports:
        rate = len(run.reports) / run.seconds
        say.marked(
            "ok", f"{len(run.reports)} graded in {run.seconds:.1f} s ({rate:.1f} per second), in {run.tier}."
        )
    if run.kept:
        say.line(f"{run.kept} unchanged since their last report, not run again.")
    if run.stale:
        _stale(run, module)
    if run.held:
        _held(run, module)
    for report in sorted(run.needs_person, key=lambda one: one.student):
        broken = next((one for one in report.tasks if one.verdict == "broken"), None)
        say.marked(
            "failed", f"{report.student} needs a person: {broken.message if broken else 'see the report'}"
        )
    say.line(f"Marks:     tito grade table {module.number}")
    say.line(f"One work:  tito grade show {module.number} STUDENT")
    say.line(f"Feedback:  tito grade feedback {module.number}")


def _held(run: ClassRun, module: Module) -> None:
    """Hand-ins over the module's limit of attempts."""
    one = len(run.held) == 1
    say.line(
        f"{len(run.held)} {'hand-in is' if one else 'hand-ins are'} over the limit of {module.attempts}: "
        f"kept and not judged, the last mark stands ({', '.join(run.held)})."
    )
    say.line(f"Judge one all the same:  tito grade run {module.number} --student {run.held[0]} --force")


def _stale(run: ClassRun, module: Module) -> None:
    """Marks that rest on what was: how many, why, how many would change as far as that is known."""
    number, why = len(run.stale), because(run.differs)
    stay = "mark was" if number == 1 else "marks were"
    say.line(f"{number} {stay} given {why}; nothing of it was changed.")
    if run.looked_at:
        say.line(f"Judged again and kept aside: {run.looked_at}, of which {run.would_change} would change.")
    say.line(f"Old and new marks:  tito grade regrade {module.number}")


def because(differs: set[str]) -> str:
    """What changed, in words; `differs` holds fields of Digests."""
    words = {
        "checks": "with other checks",
        "environment": "in another environment",
        "seed": "with another seed",
        "earlier": "on other earlier modules",
    }
    return " and ".join(words[name] for name in words if name in differs)


def judged_on(earlier: Earlier | None, course: Course, module: Module) -> tuple[Course, Module]:
    """The course with this choice in place of its own, where one was made."""
    from dataclasses import replace

    return (course if earlier is None else replace(course, earlier=earlier)), module
