"""`tito grade table` and `tito grade show`: look at marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from course_tools.cli import say
from course_tools.cli.grade import here
from course_tools.cli.options import json_option, module_argument

if TYPE_CHECKING:
    from course_tools.course import Course, Module


@click.command("table")
@module_argument
@json_option
def table(name: str, as_json: bool) -> None:
    """The class table of MODULE, from the gradebook."""
    from course_tools.gradebook import settings
    from course_tools.gradebook.table import standings
    from course_tools.grading import render
    from course_tools.records import to_data

    course, module = here(name)
    rows = standings(settings.load(course.root).db_url, [module.folder])
    often = _how_often(course, module)
    if as_json:
        none = {"hand_ins": 0, "judged": 0}
        say.document([to_data(one) | often.get(one.student, none) for one in rows])
        return
    # Told where it tells something: somebody came more than once, or there is a limit to compare with.
    counted = module.attempts is not None or any(one["hand_ins"] > 1 for one in often.values())
    say.table(
        [
            (
                one.student,
                f"{render.number(one.score)} / {render.number(one.max_score)}",
                render.number(one.auto),
                render.number(one.manual),
                *([_times(often.get(one.student), module)] if counted else []),
                "needs a person" if one.needs_person else "" if one.handed_in else "nothing handed in",
            )
            for one in rows
        ],
        ("student", "score", "auto", "manual", *(["hand-ins"] if counted else []), ""),
    )
    if counted:
        say.line("hand-ins: how many different ones were judged, of how many that arrived.")


def _how_often(course: Course, module: Module) -> dict[str, dict[str, int]]:
    """Student -> how many hand-ins arrived, and how many different works were judged."""
    from course_tools.gradebook import attempts, settings
    from course_tools.gradebook.collect import handed_in

    works = attempts.recorded(settings.load(course.root).db_url, module.folder)
    arrived = handed_in(course.root, module.folder)
    return {
        student: {
            "hand_ins": max(arrived.get(student, 0), len(works.get(student, ()))),
            "judged": sum(one.judged for one in works.get(student, ())),
        }
        for student in {*works, *arrived}
    }


def _times(counts: dict[str, int] | None, module: Module) -> str:
    if counts is None:
        return ""
    limit = "" if module.attempts is None else f" (limit {module.attempts})"
    return f"{counts['judged']} of {counts['hand_ins']}{limit}"


@click.command("show")
@module_argument
@click.argument("student")
@json_option
def show(name: str, student: str, as_json: bool) -> None:
    """One student's report on MODULE, with what only staff may see."""
    from course_tools.files import UserError
    from course_tools.grading import render
    from course_tools.records import BadRecord, Report, from_json, to_data

    course, module = here(name)
    path = course.autograded(module, student) / "report.json"
    try:
        report = from_json(Report, path.read_bytes())
    except (OSError, BadRecord) as error:
        raise UserError(
            f"There is no report on {student} for {module.folder}: {error}\n"
            f"Try:  tito grade run {module.number} --student {student}"
        ) from error
    if as_json:
        say.document(to_data(report))
        return
    say.line(
        f"{student} · {module.folder} · {render.number(report.points)} of {render.number(report.max_points)} points",
        bold=True,
    )
    for task in report.tasks:
        say.line(render.task_text(task))
        for one in task.checks:
            if one.verdict in ("failed", "broken") and (one.detail or one.got):
                parts = [one.what, one.detail, f"got {one.got}" if one.got else ""]
                say.line(f"      staff · {one.name}: {' · '.join(filter(None, parts))}")
    _works(course, module, student)
    for note in report.notes:
        say.note(f"{note.where or ''} {note.message}".strip())


def _works(course: Course, module: Module, student: str) -> None:
    """Every work this student handed in, where there was more than one or a limit counts them."""
    from course_tools.gradebook import attempts, settings
    from course_tools.gradebook.collect import handed_in
    from course_tools.grading import render

    works = attempts.recorded(settings.load(course.root).db_url, module.folder).get(student, [])
    arrived = max(handed_in(course.root, module.folder).get(student, 0), len(works))
    if arrived < 2 and module.attempts is None:
        return
    judged = sum(one.judged for one in works)
    limit = "" if module.attempts is None else f", {module.attempts} are the limit"
    say.line(f"staff · handed in {arrived} times, {judged} different works judged{limit}:")
    for one in works:
        points = "not judged" if not one.judged else f"{render.number(one.points or 0.0)} points"
        say.line(f"      {one.seen_at[:16].replace('T', ' ')} UTC  {points}")
