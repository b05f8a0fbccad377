"""`tito grade`: collect a class, grade it, look at the marks, hand them on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from course_tools.cli import say
from course_tools.cli.lazy import Door, LazyGroup
from course_tools.cli.options import json_option, module_argument

if TYPE_CHECKING:
    from course_tools.course import Course, Module


DOORS = {
    "collect": Door("course_tools.cli.grade:collect", "Bring hand-ins from nbgrader's exchange."),
    "run": Door("course_tools.cli.grade_run:run", "Grade what nobody has graded yet."),
    "table": Door("course_tools.cli.grade_look:table", "The class table of a module."),
    "show": Door("course_tools.cli.grade_look:show", "One student's report, with what only staff may see."),
    "similar": Door("course_tools.cli.grade_similar:similar", "Hand-ins that are alike, for staff to read."),
    "regrade": Door("course_tools.cli.grade_regrade:regrade", "Old and new marks after a change of checks."),
    "feedback": Door("course_tools.cli.grade:feedback", "Write a page per student."),
    "export": Door("course_tools.cli.grade:export", "All marks as CSV or JSON."),
}


@click.group(cls=LazyGroup, doors=DOORS)
def grade() -> None:
    """Grade a class and return feedback (teachers)."""


@click.command()
@module_argument
@click.option("--student", metavar="NAME", default="*", help="Only this student.")
@json_option
def collect(name: str, student: str, as_json: bool) -> None:
    """Bring what was handed in for MODULE from nbgrader's exchange into submitted/."""
    from course_tools.gradebook.collect import collect as fetch
    from course_tools.records import to_data

    course, module = here(name)
    with say.progress(f"Collecting {module.folder} …"):
        outcomes = fetch(course.root, module.folder, student=student)
    if as_json:
        say.document([to_data(one) for one in outcomes])
        return
    for one in outcomes:
        if one.done == "refused":
            reasons = "; ".join(note.message for note in one.notes)
            say.marked("failed", f"{one.student}: {reasons}")
    taken = sum(one.done == "collected" for one in outcomes)
    updated = sum(one.done == "updated" for one in outcomes)
    say.line(
        f"{module.folder}: {taken} new, {updated} newer, {len(outcomes) - taken - updated} left as they were."
    )
    say.line(f"Next:  tito grade run {module.number}")


@click.command()
@module_argument
@click.option(
    "--student", "students", metavar="NAME", multiple=True, help="Only this student; may be repeated."
)
@json_option
def feedback(name: str, students: tuple[str, ...], as_json: bool) -> None:
    """Write feedback/ for MODULE: a page per student with what was right, what was not and what to try.

    `nbgrader release_feedback` then hands it out. Unchanged pages are left alone.
    """
    from course_tools.classroom.feedback import write_feedback
    from course_tools.records import to_data

    course, module = here(name)
    with say.progress(f"Writing feedback for {module.folder}") as shown:
        written = write_feedback(course, module, students=students or None, tell=shown.step)
    if as_json:
        say.document([to_data(one) for one in written])
        return
    changed = sum(one.changed for one in written)
    say.marked("ok", f"{changed} pages written, {len(written) - changed} unchanged.")
    counted = [one for one in written if one.hidden_until]
    if counted:
        say.line(
            f"{len(counted)} of them tell hidden checks by their number only, until {counted[0].hidden_until}; "
            "written again then, they tell all."
        )
    if written:
        say.line(f"Look:      {written[0].page}")
    say.line(f"Hand out:  nbgrader release_feedback {module.folder}")


@click.command()
@click.option("--module", "name", metavar="MODULE", help="Only this module.")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="File.  [default: screen]"
)
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(name: str | None, target: Path | None, kind: str) -> None:
    """All marks with stable columns, for a spreadsheet or a learning management system."""
    from course_tools.course import Course
    from course_tools.files import atomic_write
    from course_tools.gradebook import settings
    from course_tools.gradebook.table import standings, to_csv, to_json

    course = Course.load()
    modules = None if name is None else [course.find(name).folder]
    rows = standings(settings.load(course.root).db_url, modules)
    text = to_csv(rows) if kind == "csv" else to_json(rows)
    if target is None:
        say.line(text.rstrip("\n"))
        return
    atomic_write(target, text)
    say.marked("ok", f"{len(rows)} rows in {target}")


def here(name: str) -> tuple[Course, Module]:
    """The course the working folder lies in, and its module of that name."""
    from course_tools.course import Course

    course = Course.load()
    return course, course.find(name)
