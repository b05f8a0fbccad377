"""What a module builds on: the student's own earlier modules, or the reference where asked."""

from __future__ import annotations

from course_tools.course import Module
from course_tools.files import UserError
from course_tools.student import lastrun
from course_tools.student.progress import Earlier, Progress
from course_tools.student.workspace import Workspace


class NeedsMissing(UserError):
    """An earlier module must be complete first."""


def needed(workspace: Workspace, module: Module) -> tuple[Module, ...]:
    """Earlier modules the student has to bring: needed, in the course, and released.

    For all others the library's reference stands in.
    """
    course = workspace.course
    return tuple(one for one in course.needed(module) if course.release_notebook(one).is_file())


def missing(workspace: Workspace, module: Module, progress: Progress) -> tuple[Module, ...]:
    """Those of them that are not there yet, first one first."""
    return tuple(
        one
        for one in needed(workspace, module)
        if progress.of(one) is None or not workspace.exported(one).is_file()
    )


def require(workspace: Workspace, module: Module, progress: Progress, earlier: Earlier) -> None:
    """Nothing when `module` may be worked on. Raises NeedsMissing with the next thing to do."""
    if earlier == "reference":
        return
    for first in missing(workspace, module, progress):
        seen, command = _standing(workspace, first, progress)
        raise NeedsMissing(
            f"Module {module.number} needs module {first.number} first.\n"
            f"{seen}\n"
            f"Try:  tito module {command} {first.number}\n"
            f"Or go on with the course's own {first.number}:  add  --earlier reference"
        )


def _standing(workspace: Workspace, module: Module, progress: Progress) -> tuple[str, str]:
    number = module.number
    if progress.of(module) is not None:
        return (
            f"{number} was complete, but {workspace.shown(workspace.exported(module))} is gone.",
            "complete",
        )
    if not workspace.notebook(module).is_file():
        return f"{number} has not been started.", "start"
    last = lastrun.recall(workspace, module)
    if last is None:
        return f"{number} is started and has not been tested yet.", "test"
    red = last.first_red
    if red is None:
        return (
            f"{number} passed {last.passed} of {len(last.tests)} checks and is not completed yet.",
            "complete",
        )
    return (
        f"{number} has {last.passed} of {len(last.tests)} checks passing; "
        f'the first red one is "{red.title}".',
        "test",
    )
