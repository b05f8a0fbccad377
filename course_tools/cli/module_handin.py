"""`tito module submit` and `tito module feedback`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.module import here
from course_tools.cli.options import earlier_option, json_option, module_argument

if TYPE_CHECKING:
    from course_tools.course import Module
    from course_tools.records import Report
    from course_tools.student.handin import Way
    from course_tools.student.progress import Earlier
    from course_tools.student.workspace import Workspace


@click.command()
@module_argument
@click.option("--archive", "way", flag_value="archive", help="Pack a file, do not ask the exchange.")
@click.option("--exchange", "way", flag_value="exchange", help="nbgrader's exchange or nothing.")
@click.option("--student", metavar="NAME", help="The name your course knows you by.")
@earlier_option
@json_option
def submit(name: str, way: Way | None, student: str | None, earlier: Earlier | None, as_json: bool) -> None:
    """Hand in MODULE as it is now and get a receipt.

    Goes through nbgrader's exchange where there is one, else into an archive to hand over. Work whose
    visible tests do not pass yet is taken too.
    """
    from course_tools.records import to_data
    from course_tools.student import basis, handin

    workspace, found = here(name)
    handin.require_notebook(workspace, found)
    warning = _warning(workspace, found, basis.choose(workspace, found, earlier))
    if warning and not as_json:
        say.note(warning)
    with say.progress(f"Handing in {found.folder} …"):
        receipt = handin.submit(workspace, found, way=way, student=student)
    if as_json:
        say.document({**to_data(receipt), "warning": warning})
        return
    if receipt.way == "exchange":
        say.marked("ok", f"{found.folder} is handed in for {receipt.student} through nbgrader's exchange.")
    else:
        assert receipt.archive is not None
        say.marked(
            "ok", f"{found.folder} is packed for {receipt.student}. Hand over this file:\n{receipt.archive}"
        )
        if receipt.remark:
            say.line(f"It did not go through an exchange. {receipt.remark}")
        say.line(f"SHA-256 of the file:  {receipt.archive_digest}")
    say.line(f"Receipt:  {receipt.digest}  at {receipt.at}")
    say.line("The grading report will show the same receipt for the same files.")
    if found.attempts is not None:
        times = "one hand-in" if found.attempts == 1 else f"at most {found.attempts} different hand-ins"
        say.line(f"Of this module, {times} of yours will be judged.")


@click.command()
@module_argument
@click.option("--open", "show", is_flag=True, help="Open the page in a browser.")
@click.option("--local", is_flag=True, help="Only look at what is here; do not fetch.")
@click.option("--student", metavar="NAME", help="The name your course knows you by.")
@json_option
def feedback(name: str, show: bool, local: bool, student: str | None, as_json: bool) -> None:
    """Fetch the feedback on MODULE where an exchange is, and sum up the newest."""
    from course_tools.records import to_data
    from course_tools.student.feedback import collect

    workspace, found = here(name)
    with say.progress(f"Looking for feedback on {found.folder} …"):
        seen = collect(workspace, found, fetch=not local, student=student)
    if as_json:
        report = to_data(seen.report) if seen.report else None
        say.document({"module": found.folder, "pages": [str(one) for one in seen.pages], "report": report})
        return
    if seen.report is not None:
        _summary(seen.report)
    for page in seen.pages:
        say.line(f"Page:  {workspace.shown(page)}")
        if show:
            click.launch(str(page))


def _warning(workspace: Workspace, found: Module, earlier: Earlier) -> str:
    """What to know before handing in; "" when every visible test passes."""
    from course_tools.files import UserError
    from course_tools.student.rehearse import rehearse

    try:
        with say.progress(f"Running {found.folder} …") as shown:
            done = rehearse(workspace, found, earlier=earlier, step=shown.step, tell=say.note)
    except UserError as error:
        return f"Handing in all the same, but note: {error}"
    if done.passed == len(done.tests):
        return ""
    assert done.first_red is not None
    return (
        f"Handing in all the same: {done.passed} of {len(done.tests)} visible tests pass; "
        f"the first red one is {done.first_red.test.title!r}."
    )


def _summary(report: Report) -> None:
    say.line(
        f"{report.module}: {_number(report.points)} of {_number(report.max_points)} points so far", bold=True
    )
    for task in report.tasks:
        verdict = "open" if task.verdict in (None, "broken") else task.verdict
        points = (
            "waits for a person"
            if task.points is None
            else f"{_number(task.points)} of {_number(task.max_points)}"
        )
        say.marked(str(verdict), f"{task.title}: {points}")
        first = next((one for one in task.checks if one.verdict == "failed"), None)
        if first is not None:
            say.line(f"  {first.title}" + (f"\n  {first.hint}" if first.hint else ""))


def _number(points: Any) -> str:
    return f"{points:g}"
