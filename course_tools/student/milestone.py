"""Milestones as a student meets them: locked, ready or done, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_tools.course import Milestone, Module
from course_tools.files import UserError
from course_tools.notebooks.digest import digest
from course_tools.student.progress import Progress, Reached
from course_tools.student.workspace import Workspace

State = Literal["not released", "locked", "ready", "done"]


class MilestoneLocked(UserError):
    """Modules it rests on are not complete."""


@dataclass(frozen=True)
class MilestoneStanding:
    """One milestone as it is now."""

    milestone: Milestone
    state: State
    waits_for: tuple[str, ...]  # numbers of modules to complete first
    reached: Reached | None

    @property
    def command(self) -> str:
        """What runs it."""
        return f"tito milestone run {self.milestone.name}"


def standing(workspace: Workspace, progress: Progress) -> tuple[MilestoneStanding, ...]:
    """Every milestone of the course, in teaching order. Runs nothing."""
    return tuple(_of(workspace, progress, one) for one in workspace.course.milestones)


def missing(workspace: Workspace, milestone: Milestone, progress: Progress) -> tuple[Module, ...]:
    """Modules it rests on whose export is not the one that passed, first one first.

    Other than for a module, the library's reference never stands in: a milestone shows what the student built.
    """
    return tuple(one for one in workspace.course.behind(milestone) if not _is_own(workspace, one, progress))


def require(workspace: Workspace, milestone: Milestone, progress: Progress) -> None:
    """Nothing when it may run. Raises MilestoneLocked naming every module that is not complete, or UserError
    when this course has no script for it."""
    absent = missing(workspace, milestone, progress)
    if absent:
        names = ", ".join(f"{one.number} {one.title}" for one in absent)
        first = absent[0]
        seen = ""
        if progress.of(first) is not None:
            path = workspace.shown(workspace.exported(first))
            seen = f"{first.number} was complete, but {path} is gone or was edited since.\n"
        command = "complete" if progress.of(first) or workspace.notebook(first).is_file() else "start"
        raise MilestoneLocked(
            f"The milestone {milestone.title!r} runs on your own package, and that is not complete yet.\n"
            f"Not complete: {names}\n{seen}"
            f"Try:  tito module {command} {first.number}"
        )
    if not workspace.course.script(milestone).is_file():
        raise UserError(
            f"The milestone {milestone.name!r} is not released yet.\n"
            f"There is no {workspace.course.script(milestone)}.\n"
            "With a newer course:  tito init --update --from PATH"
        )


def figure(workspace: Workspace, milestone: Milestone) -> Path:
    """Where its picture belongs."""
    return workspace.root / "milestones" / f"{milestone.stem}.png"


def _of(workspace: Workspace, progress: Progress, milestone: Milestone) -> MilestoneStanding:
    reached = progress.reached_of(milestone)
    absent = tuple(one.number for one in missing(workspace, milestone, progress))
    state: State = "locked" if absent else "ready"
    if reached is not None:
        state = "done"  # what was reached stays reached, whatever is being rewritten now
    elif not workspace.course.script(milestone).is_file():
        state = "not released"
    return MilestoneStanding(milestone, state, absent, reached)


def _is_own(workspace: Workspace, module: Module, progress: Progress) -> bool:
    done, exported = progress.of(module), workspace.exported(module)
    return done is not None and exported.is_file() and digest(exported.read_bytes()) == done.export
