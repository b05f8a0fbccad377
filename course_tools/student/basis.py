"""Whose earlier modules a module is worked on with: what was chosen once holds until something else is chosen."""

from __future__ import annotations

from pathlib import Path

from course_tools.course import Module
from course_tools.files import atomic_write
from course_tools.student.progress import Earlier
from course_tools.student.workspace import Workspace

REFERENCE = "reference"


def choose(workspace: Workspace, module: Module, wanted: Earlier | None) -> Earlier:
    """What was asked for, which is kept; else what was chosen last; the student's own where nothing was."""
    path = _path(workspace, module)
    if wanted is None:
        try:
            return "reference" if path.read_bytes().strip() == REFERENCE.encode() else "own"
        except OSError:
            return "own"
    if wanted == REFERENCE or path.is_file():
        atomic_write(path, f"{wanted}\n")
    return wanted


def _path(workspace: Workspace, module: Module) -> Path:
    return workspace.records / "earlier" / f"{module.folder}.txt"
