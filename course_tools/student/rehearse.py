"""A test run that exports nothing, and the repair of a notebook's locked cells."""

from __future__ import annotations

from course_tools.course import Module
from course_tools.files import UserError
from course_tools.notebooks import write
from course_tools.student import desk, explain, lastrun, needs
from course_tools.student import progress as records
from course_tools.student.desk import Saved
from course_tools.student.homework import Homework, open_homework
from course_tools.student.progress import Earlier, Tell
from course_tools.student.run import Run, Step, run
from course_tools.student.workspace import Workspace


def rehearse(
    workspace: Workspace,
    module: Module,
    *,
    earlier: Earlier = "own",
    task: str | None = None,
    step: Step = lambda done, total: None,
    tell: Tell = lambda text: None,
) -> Run:
    """Run the visible tests, all or one task's; only the memory of the last whole run is written.

    Raises UserError when it cannot be run, or when there is no such task.
    """
    needs.require(workspace, module, records.load(workspace, tell), earlier)
    homework = open_homework(workspace, module)
    homework.require_untouched()
    if task is not None:
        task = _task(homework, task)
    done = run(workspace, homework, earlier=earlier, task=task, step=step)
    if task is None:
        lastrun.remember(workspace, module, done.remembered(lambda one: explain.failure(done, one)))
    return done


def repair(workspace: Workspace, module: Module) -> Saved:
    """Put the course's own cells back into the student's notebook; the notebook as it was is kept.

    Returns one sentence per repaired cell. Outputs are cleared when anything is repaired.
    """
    homework = open_homework(workspace, module)
    if not homework.troubles:
        return Saved((), None)
    kept = desk.back_up(workspace, module, (homework.path.name,))
    write(homework.path, homework.notebook)
    return Saved(tuple(one.message for one in homework.troubles), kept)


def _task(homework: Homework, wanted: str) -> str:
    """ "07.2" for "07.2", "7.2" and "2". Raises UserError naming the tasks there are."""
    tasks = dict.fromkeys(one.task for one in homework.tests if one.task)
    number = homework.module.number
    for name in (wanted, f"{number}.{wanted}", f"0{wanted}"):
        if name in tasks:
            return name
    raise UserError(
        f"Module {number} has no task {wanted!r} with a visible test.\n"
        f"There is: {', '.join(tasks) or 'none that is named'}\n"
        f"Try:  tito module test {number}"
    )
