"""Feedback on handed-in work: fetch it where an exchange is, find it, and sum it up."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Module
from course_tools.files import UserError
from course_tools.records import BadRecord, Report, from_json
from course_tools.student.exchange import call_nbgrader
from course_tools.student.handin import student_name
from course_tools.student.workspace import Workspace


@dataclass(frozen=True)
class Feedback:
    """The newest feedback there is. `report` is None when it came as pages only."""

    pages: tuple[Path, ...]
    report: Report | None
    remark: str  # why nothing new was fetched, "" when it was


def collect(
    workspace: Workspace, module: Module, *, fetch: bool = True, student: str | None = None
) -> Feedback:
    """Fetch what is new and return the newest.

    Raises UserError when there is none, saying what was tried.
    """
    remark = "not asked to fetch"
    if fetch:
        remark = call_nbgrader(workspace, ["fetch_feedback", module.folder])
    folder = _newest(_folders(workspace, module, student))
    if folder is None:
        tried = f"Fetching: {remark}" if remark else "The exchange has none for your hand-ins."
        raise UserError(
            f"There is no feedback on {module.folder} yet.\n"
            f"{tried}\n"
            "Your teachers publish it after grading; run this again then."
        )
    reports = [one for one in map(_report, sorted(folder.glob("*.json"))) if one]
    return Feedback(tuple(sorted(folder.glob("*.html"))), reports[0] if reports else None, remark)


def _folders(workspace: Workspace, module: Module, student: str | None) -> list[Path]:
    """Every folder that may hold feedback; nbgrader makes one per hand-in, named by its time."""
    fetched = workspace.folder(module) / "feedback"
    places = [fetched, *(one for one in fetched.glob("*") if one.is_dir())]
    # Where the course is gone or the name is no folder's, the fetched ones remain.
    with contextlib.suppress(UserError, ValueError):
        places.append(workspace.course.feedback(module, student_name(workspace, student)))
    return [one for one in places if any(one.glob("*.html")) or any(one.glob("*.json"))]


def _newest(folders: list[Path]) -> Path | None:
    return max(folders, key=lambda one: max(f.stat().st_mtime for f in one.iterdir()), default=None)


def _report(path: Path) -> Report | None:
    try:
        return from_json(Report, path.read_bytes())
    except (OSError, BadRecord):
        return None
