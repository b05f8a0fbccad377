"""Where a student stands, module by module, and the one next command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from course_tools.course import Module
from course_tools.notebooks.digest import digest
from course_tools.student import lastrun, needs
from course_tools.student.homework import current_digest
from course_tools.student.lastrun import LastRun
from course_tools.student.progress import Completed, Progress
from course_tools.student.workspace import Workspace

State = Literal["not released", "not started", "started", "complete", "changed"]


@dataclass(frozen=True)
class Standing:
    """One module as it is now."""

    module: Module
    state: State
    last: LastRun | None
    fresh: bool  # the last run is of the notebook as it is now
    completed: Completed | None
    waits_for: tuple[str, ...]  # numbers of modules to complete first
    remark: str = ""


@dataclass(frozen=True)
class NextStep:
    """One command and why."""

    command: str
    why: str


def standing(workspace: Workspace, progress: Progress) -> tuple[Standing, ...]:
    """Every module of the course, in order. Reads notebooks; runs nothing."""
    return tuple(_of(workspace, progress, module) for module in workspace.course.modules)


def next_step(standings: tuple[Standing, ...]) -> NextStep | None:
    """The first thing to do in teaching order; None when every released module is complete."""
    for one in standings:
        number = one.module.number
        # What a module waits for stands before it, so it is never reached before that.
        if one.state in ("not released", "complete"):
            continue
        if one.state == "changed":
            return NextStep(f"tito module complete {number}", one.remark)
        if one.state == "not started":
            return NextStep(f"tito module start {number}", f"{number} {one.module.title} comes next.")
        if one.last is None or not one.fresh:
            return NextStep(f"tito module test {number}", f"You are working on {number} {one.module.title}.")
        red = one.last.first_red
        counted = f"{one.last.passed} of {len(one.last.tests)} checks pass in {number} {one.module.title}"
        if red is None:
            return NextStep(f"tito module complete {number}", f"{counted}.")
        return NextStep(f"tito module test {number}", f'{counted}; the first red one is "{red.title}".')
    return None


def _of(workspace: Workspace, progress: Progress, module: Module) -> Standing:
    done, last = progress.of(module), lastrun.recall(workspace, module)
    work = current_digest(workspace, module)
    state, remark = _state(workspace, module, done, work)
    return Standing(
        module=module,
        state=state,
        last=last,
        fresh=last is not None and last.notebook == work,
        completed=done,
        waits_for=tuple(one.number for one in needs.missing(workspace, module, progress)),
        remark=remark,
    )


def _state(
    workspace: Workspace, module: Module, done: Completed | None, work: str | None
) -> tuple[State, str]:
    if done is not None:
        exported, name = workspace.exported(module), workspace.shown(workspace.exported(module))
        if not exported.is_file():
            return "changed", f"{name} is gone."
        if digest(exported.read_bytes()) != done.export:
            return "changed", f"{name} was edited after it was exported."
        if done.notebook is not None and work != done.notebook:
            return "changed", f"The notebook of {module.number} has changed since it was complete."
        return "complete", ""
    if not workspace.course.release_notebook(module).is_file():
        return "not released", ""
    if not workspace.notebook(module).is_file():
        return "not started", ""
    return "started", "" if work else "Its notebook cannot be read."
