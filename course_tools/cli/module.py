"""`tito module`: start, test, complete and hand in one module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.lazy import Door, LazyGroup
from course_tools.cli.options import earlier_option, json_option, module_argument

if TYPE_CHECKING:
    from course_tools.course import Module
    from course_tools.student.progress import Earlier
    from course_tools.student.workspace import Workspace

DOORS = {
    "list": Door("course_tools.cli.module_list:list_", "The course's modules and how far you are."),
    "status": Door("course_tools.cli.module_list:status", "Every module with its last test run."),
    "start": Door("course_tools.cli.module:start", "Copy a module's notebook into your workspace."),
    "test": Door("course_tools.cli.module:test", "Run a module's visible tests."),
    "complete": Door("course_tools.cli.module:complete", "Test, export and record a module."),
    "repair": Door("course_tools.cli.module:repair", "Put changed course cells back, keep your answers."),
    "reset": Door("course_tools.cli.module:reset", "Put the released files back (asks, and keeps a backup)."),
    "submit": Door("course_tools.cli.module_handin:submit", "Hand a module in and get a receipt."),
    "feedback": Door("course_tools.cli.module_handin:feedback", "Fetch and show the feedback on a module."),
}


@click.group(cls=LazyGroup, doors=DOORS)
def module() -> None:
    """Start, test, complete and hand in modules.

    MODULE is a number or a name: 7, 07, training and 07_training are the same.
    """


def here(name: str) -> tuple[Workspace, Module]:
    """The workspace we are in and the module of that name; UserError when either is missing."""
    from course_tools.student.workspace import require

    workspace = require()
    return workspace, workspace.course.find(name)


@click.command()
@module_argument
@earlier_option
@json_option
def start(name: str, earlier: Earlier | None, as_json: bool) -> None:
    """Copy MODULE's notebook and its files into your workspace.

    What is there already stays as it is.
    """
    from course_tools.student import basis, desk, needs
    from course_tools.student import progress as records

    workspace, found = here(name)
    desk.released(workspace, found)
    on = basis.choose(workspace, found, earlier)
    needs.require(workspace, found, records.load(workspace, say.note), on)
    done = desk.start(workspace, found)
    path = workspace.shown(done.notebook)
    if as_json:
        say.document(
            {
                "module": found.folder,
                "notebook": str(done.notebook),
                "fresh": done.fresh,
                "added": list(done.added),
                "earlier": on,
            }
        )
        return
    if done.fresh:
        minutes = f" Planned: {found.minutes} min." if found.minutes else ""
        say.line(f"Module {found.number}, {found.title}, is ready.{minutes}")
    else:
        say.line(f"Module {found.number} is started already; your notebook stays as it is.")
        if done.added:
            say.line(f"Added what was missing: {', '.join(done.added)}")
    _tell_basis(on)
    say.line(f"Open:  jupyter lab {path}")
    say.line(f"Next:  tito module test {found.number}")


@click.command()
@module_argument
@click.option("--task", metavar="NN.N", help="Only this task's tests.")
@earlier_option
@json_option
def test(name: str, task: str | None, earlier: Earlier | None, as_json: bool) -> int:
    """Run MODULE's visible tests on your notebook.

    Nothing is exported or recorded as complete. Exit code 0 when all of them pass.
    """
    from course_tools.student import basis, explain
    from course_tools.student.blame import blame
    from course_tools.student.complete import data_of
    from course_tools.student.rehearse import rehearse

    workspace, found = here(name)
    on = basis.choose(workspace, found, earlier)
    with say.progress(f"Running {found.folder} …") as shown:
        done = rehearse(workspace, found, earlier=on, task=task, step=shown.step, tell=say.note)
    green = done.passed == len(done.tests)
    whose = None
    if not green and on == "own":
        with say.progress("Looking whose fault it is …"):
            whose = blame(workspace, done, task=done.tests[0].test.task if task else None)
    if as_json:
        say.document({"module": found.folder, "task": task, **data_of(done, whose)})
        return 0 if green else 1
    explained = False
    for one in done.tests:
        if one.outcome == "failed" and explained:
            # One failure in full; the others often hang on it.
            say.marked("failed", one.test.title)
        else:
            text = one.test.title if one.outcome == "passed" else explain.failure(done, one)
            say.marked(one.outcome, text)
            explained = explained or one.outcome == "failed"
    remark = explain.also_stopped(done)
    if remark:
        say.line(remark)
    for sentence in whose.sentences(done) if whose else ():
        say.line(sentence)
    say.line(f"{done.passed} of {len(done.tests)} visible tests pass, in {done.seconds:.1f} s.")
    if green and task is None:
        say.line(f"Next:  tito module complete {found.number}")
    return 0 if green else 1


@click.command()
@module_argument
@earlier_option
@json_option
def complete(name: str, earlier: Earlier | None, as_json: bool) -> None:
    """Run MODULE's visible tests, export it to your package and record it as complete.

    When anything fails, package and progress stay as they are and the exit code is not 0.
    """
    from course_tools.student import basis
    from course_tools.student import complete as completing

    workspace, found = here(name)
    on = basis.choose(workspace, found, earlier)
    with say.progress(f"Running {found.folder} …") as shown:
        done = completing.complete(workspace, found, earlier=on, step=shown.step, tell=say.note)
    if as_json:
        say.document(_completion_data(done))
        return
    title = f"{found.number} {found.title}"
    if done.run is None:
        say.marked("passed", f"{title} is complete, and nothing has changed since: nothing to run.")
    else:
        again = " again" if done.again else ""
        say.marked("passed", f"{title} is complete{again}: {done.tests} of {done.tests} visible tests pass.")
    _tell_basis(on)
    say.line(f"Exported to {workspace.shown(done.exported)}")
    if done.backup is not None:
        say.line(
            f"That file had been edited by hand; the edited one is kept as {workspace.shown(done.backup)}"
        )
    if done.names:
        names = ", ".join(done.names[:3]) + (", …" if len(done.names) > 3 else "")
        say.line(f"Now works:  from {found.export} import {names}")
    for remark in done.remarks:
        say.line(f"Remember: {remark}")
    for unlocked in done.unlocked:
        say.line(f"Ready now:  {unlocked.command}     {unlocked.milestone.title}")
    say.line(f"Next:  {_after(done)}")


def _tell_basis(on: Earlier) -> None:
    if on == "reference":
        say.line(
            "It builds on the course's earlier modules, not on yours; on yours again with  --earlier own"
        )


@click.command()
@module_argument
@json_option
def repair(name: str, as_json: bool) -> None:
    """Put back the course's own cells of MODULE that were changed or deleted.

    Your answers and your own cells stay; the notebook as it was is kept as a backup.
    """
    from course_tools.student.rehearse import repair as mend

    workspace, found = here(name)
    done = mend(workspace, found)
    if as_json:
        backup = str(done.backup) if done.backup else None
        say.document({"module": found.folder, "repaired": list(done.changed), "backup": backup})
        return
    if not done.changed:
        say.line(f"Nothing to repair: the course's cells of {found.folder} are as released.")
        return
    for one in done.changed:
        say.marked("ok", one)
    assert done.backup is not None
    say.line(f"The notebook as it was: {workspace.shown(done.backup)}")
    say.line(RELOAD)
    say.line(f"Next:  tito module test {found.number}")


@click.command()
@module_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def reset(name: str, yes: bool, as_json: bool) -> None:
    """Put MODULE's files back as they were released.

    Asks first, and keeps a backup of every file it replaces.
    """
    from course_tools.files import UserError
    from course_tools.student import desk

    workspace, found = here(name)
    files = desk.differing(workspace, found)
    done = desk.Saved((), None)
    if files:
        names = ", ".join(workspace.shown(workspace.folder(found) / one) for one in files)
        if not yes and (
            as_json or not say.confirm(f"Put back as released: {names}. A backup is kept. Go on?")
        ):
            raise UserError(
                f"Nothing was changed.\nWithout the question:  tito module reset {found.number} --yes"
            )
        done = desk.reset(workspace, found)
    if as_json:
        backup = str(done.backup) if done.backup else None
        say.document({"module": found.folder, "replaced": list(done.changed), "backup": backup})
        return
    if not done.changed:
        say.line(f"Nothing to reset: the files of {found.folder} are as released.")
        return
    say.line(f"As released again: {', '.join(done.changed)}")
    if done.backup is not None:
        say.line(f"Your files are kept in {workspace.shown(done.backup)}")
    say.line(RELOAD)


def _completion_data(done: Any) -> dict[str, Any]:
    return {
        "module": done.module.folder,
        "complete": True,
        "again": done.again,
        "ran": done.run is not None,
        "tests": done.tests,
        "exported": str(done.exported),
        "names": list(done.names),
        "backup": str(done.backup) if done.backup else None,
        "remarks": list(done.remarks),
        "milestones_ready": [one.milestone.name for one in done.unlocked],
        "next": done.following.number if done.following else None,
        "seconds": round(done.run.seconds, 3) if done.run else None,
        "student_seconds": round(done.run.student_seconds, 3) if done.run else None,
    }


def _after(done: Any) -> str:
    if done.following is None:
        return f"tito module submit {done.module.number}"
    return f"tito module submit {done.module.number}     or go on:  tito module start {done.following.number}"


RELOAD = "If the notebook is open in Jupyter, reload it there: File > Reload Notebook from Disk."
