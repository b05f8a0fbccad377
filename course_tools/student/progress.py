"""What a student has completed and reached: one small file, and how to get it back when it is damaged."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from course_tools.course import Milestone, Module
from course_tools.files import UserError, atomic_write
from course_tools.records import BadRecord, from_json, to_json
from course_tools.student.workspace import Workspace

SCHEMA = 2  # 1 had no milestones; it is still read
Earlier = Literal["own", "reference"]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Completed:
    """One module that passed, and what it passed with."""

    module: str  # "07"
    at: str  # ISO 8601, UTC
    notebook: str | None  # digest of the work; None after a rebuild: nobody saw it pass
    release: str | None  # digest of the released notebook it was checked against
    given: str | None  # digest of everything else the run could see
    export: str  # SHA-256 of the exported file
    tests: int | None  # visible tests that passed
    earlier: Earlier = "own"  # whose earlier modules it ran on


@dataclass(frozen=True)
class Reached:
    """One milestone that ran on the student's package and measured what it hoped for."""

    milestone: str  # "perceptron"
    at: str  # ISO 8601, UTC
    figure: str  # path below the workspace, with forward slashes
    accuracy: float  # 0 to 1
    baseline: float  # 0 to 1


@dataclass(frozen=True)
class Progress:
    """All completed modules, in the order of their numbers, and all reached milestones, by their names."""

    completed: tuple[Completed, ...] = ()
    reached: tuple[Reached, ...] = ()
    schema: int = SCHEMA

    def of(self, module: Module) -> Completed | None:
        """The record of one module, None when it is not complete."""
        return next((one for one in self.completed if one.module == module.number), None)

    def with_(self, done: Completed) -> Progress:
        """The same with this module's record added or replaced."""
        others = [one for one in self.completed if one.module != done.module]
        return replace(self, completed=tuple(sorted([*others, done], key=lambda one: one.module)))

    def reached_of(self, milestone: Milestone) -> Reached | None:
        """The record of one milestone, None when it was never reached."""
        return next((one for one in self.reached if one.milestone == milestone.name), None)

    def with_reached(self, found: Reached) -> Progress:
        """The same with this milestone's record added or replaced."""
        others = [one for one in self.reached if one.milestone != found.milestone]
        return replace(self, reached=tuple(sorted([*others, found], key=lambda one: one.milestone)))

    def without(self, module: Module) -> Progress:
        """The same, this module open again."""
        return replace(self, completed=tuple(one for one in self.completed if one.module != module.number))


def now() -> str:
    """The time as our records keep it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def load(workspace: Workspace, tell: Tell = lambda text: None) -> Progress:
    """The progress of this workspace; a damaged or lost file is rebuilt from what can be verified.

    tell  gets one plain message when that happened; the damaged file is kept as a backup

    Raises UserError for a file of a newer tito: that one is not damaged.
    """
    path = workspace.records / "progress.json"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        rebuilt = _rebuild(workspace)
        if rebuilt.completed:  # there were exports, so there was a file once
            save(workspace, rebuilt)
            tell(f"{workspace.shown(path)} was gone.\n{_said(rebuilt)}")
        return rebuilt
    try:
        return _parsed(text)
    except BadRecord as error:
        keep = workspace.backup_path("progress.json")
        rebuilt = _rebuild(workspace)
        keep.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, keep)
        save(workspace, rebuilt)
        tell(
            f"{workspace.shown(path)} was damaged ({error}).\n"
            f"It is kept as {workspace.shown(keep)}. {_said(rebuilt)}"
        )
        return rebuilt


def save(workspace: Workspace, progress: Progress) -> None:
    """Write the file whole or not at all."""
    atomic_write(workspace.records / "progress.json", to_json(progress))


def _parsed(text: bytes) -> Progress:
    try:
        progress = from_json(Progress, text)
    except BadRecord:
        if _schema(text) > SCHEMA:
            raise UserError(
                "The progress file of this workspace was written by a newer tito.\n"
                f"Its schema is {_schema(text)}; this tito knows {SCHEMA}.\n"
                "Try:  pip install --upgrade tito-course"
            ) from None
        raise
    if progress.schema not in (1, SCHEMA):
        raise BadRecord(f"Progress.schema: {progress.schema} is not {SCHEMA}")
    return replace(progress, schema=SCHEMA)


def _schema(text: bytes) -> int:
    import json

    try:
        found = json.loads(text)["schema"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    return found if type(found) is int else 0


def _rebuild(workspace: Workspace) -> Progress:
    """Modules whose exported file is exactly what the student's notebook exports: only `complete` writes it."""
    from course_tools.notebooks import export, read
    from course_tools.notebooks.digest import digest

    progress = Progress()
    for module in workspace.course.modules:
        exported, notebook = workspace.exported(module), workspace.notebook(module)
        if not (exported.is_file() and notebook.is_file()):
            continue
        data = exported.read_bytes()
        try:
            same = export(read(notebook), module=module.export).encode() == data
        except UserError:  # unreadable, or it exports nothing: not verified
            continue
        if same:
            done = Completed(module.number, now(), None, None, None, digest(data), None)
            progress = progress.with_(done)
    return progress


def _said(rebuilt: Progress) -> str:
    names = ", ".join(one.module for one in rebuilt.completed)
    if not names:
        return (
            "No module could be verified as complete; your notebooks are untouched.\nTry:  tito module status"
        )
    return (
        f"Rebuilt from your notebooks and exported files: complete are {names}. "
        "Milestones are open again.\nTry:  tito module status"
    )
