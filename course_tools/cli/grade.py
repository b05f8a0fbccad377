"""`tito grade`: collect a class, grade it, look at the marks, hand them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.options import json_option, module_argument

if TYPE_CHECKING:
    from course_tools.classroom.run import ClassRun, Progress
    from course_tools.course import Course, Module


@click.group()
def grade() -> None:
    """Grade a class and return feedback (teachers)."""


@grade.command("collect")
@module_argument
@click.option("--student", metavar="NAME", default="*", help="Only this student.")
@json_option
def collect_command(name: str, student: str, as_json: bool) -> None:
    """Bring what was handed in for MODULE from nbgrader's exchange into submitted/."""
    from course_tools.gradebook.collect import collect
    from course_tools.records import to_data

    course, module = _here(name)
    with say.progress(f"Collecting {module.folder} …"):
        outcomes = collect(course.root, module.folder, student=student)
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


@grade.command("run")
@module_argument
@click.option(
    "--student", "students", metavar="NAME", multiple=True, help="Only this student; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one per processor]")
@click.option("--force", is_flag=True, help="Run again what has a valid report.")
@click.option("--unsafe", is_flag=True, help="Run code without any walls: only where you trust every line.")
@json_option
def run_command(
    name: str, students: tuple[str, ...], jobs: int | None, force: bool, unsafe: bool, as_json: bool
) -> None:
    """Grade what was handed in for MODULE: reports, autograded/ and gradebook.

    What has a valid report is not run again. Ends with exit code 1 when a submission needs a person
    because it could not be graded.
    """
    from course_tools.classroom.run import grade_class

    course, module = _here(name)
    if unsafe:
        say.note("Without walls: student code can read and change everything you can. Each report says so.")
    with _bar(f"Grading {module.folder}") as tell:
        run = grade_class(
            course,
            module,
            students=students or None,
            jobs=jobs,
            force=force,
            unsafe=unsafe,
            minimum_tier="unsafe" if unsafe else "landlock",
            tell=tell,
        )
    if as_json:
        say.document(_as_data(run))
    else:
        _summary(run, module)
    if run.needs_person:
        raise SystemExit(1)


@grade.command("table")
@module_argument
@json_option
def table_command(name: str, as_json: bool) -> None:
    """The class table of MODULE, from the gradebook."""
    from course_tools.gradebook import settings
    from course_tools.gradebook.table import standings
    from course_tools.grading import render
    from course_tools.records import to_data

    course, module = _here(name)
    rows = standings(settings.load(course.root).db_url, [module.folder])
    if as_json:
        say.document([to_data(one) for one in rows])
        return
    say.table(
        [
            (
                one.student,
                f"{render.number(one.score)} / {render.number(one.max_score)}",
                render.number(one.auto),
                render.number(one.manual),
                "needs a person" if one.needs_person else "" if one.handed_in else "nothing handed in",
            )
            for one in rows
        ],
        ("student", "score", "auto", "manual", ""),
    )


@grade.command("show")
@module_argument
@click.argument("student")
@json_option
def show_command(name: str, student: str, as_json: bool) -> None:
    """One student's report on MODULE, with what only staff may see."""
    from course_tools.files import UserError
    from course_tools.grading import render
    from course_tools.records import BadRecord, Report, from_json, to_data

    course, module = _here(name)
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
    for note in report.notes:
        say.note(f"{note.where or ''} {note.message}".strip())


@grade.command("feedback")
@module_argument
@click.option(
    "--student", "students", metavar="NAME", multiple=True, help="Only this student; may be repeated."
)
@json_option
def feedback_command(name: str, students: tuple[str, ...], as_json: bool) -> None:
    """Write feedback/ for MODULE: a page per student with what was right, what was not and what to try.

    `nbgrader release_feedback` then hands it out. Unchanged pages are left alone.
    """
    from course_tools.classroom.feedback import write_feedback
    from course_tools.records import to_data

    course, module = _here(name)
    with say.progress(f"Writing feedback for {module.folder}") as shown:
        written = write_feedback(course, module, students=students or None, tell=shown.step)
    if as_json:
        say.document([to_data(one) for one in written])
        return
    changed = sum(one.changed for one in written)
    say.marked("ok", f"{changed} pages written, {len(written) - changed} unchanged.")
    if written:
        say.line(f"Look:      {written[0].page}")
    say.line(f"Hand out:  nbgrader release_feedback {module.folder}")


@grade.command("export")
@click.option("--module", "name", metavar="MODULE", help="Only this module.")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="File.  [default: screen]"
)
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export_command(name: str | None, target: Path | None, kind: str) -> None:
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


def _here(name: str) -> tuple[Course, Module]:
    from course_tools.course import Course

    course = Course.load()
    return course, course.find(name)


@contextmanager
def _bar(text: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr with count, rate and time left; silent where nobody watches or JSON is wanted."""
    import sys

    if say.wants_json() or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # No refreshing thread: workers are forked from this process.
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    console = Console(stderr=True)
    with Bar(*columns, TimeRemainingColumn(), console=console, auto_refresh=False, transient=True) as bar:
        shown = bar.add_task(text, total=None, rate="")

        def tell(progress: Progress) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            bar.update(shown, total=progress.total, completed=progress.done, rate=rate, refresh=True)

        yield tell


def _as_data(run: ClassRun) -> dict[str, Any]:
    return {
        "module": run.module,
        "sandbox": run.tier,
        "graded": len(run.reports),
        "kept": run.kept,
        "recorded": run.recorded,
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
    for report in sorted(run.needs_person, key=lambda one: one.student):
        broken = next((one for one in report.tasks if one.verdict == "broken"), None)
        say.marked(
            "failed", f"{report.student} needs a person: {broken.message if broken else 'see the report'}"
        )
    say.line(f"Marks:     tito grade table {module.number}")
    say.line(f"One work:  tito grade show {module.number} STUDENT")
    say.line(f"Feedback:  tito grade feedback {module.number}")
