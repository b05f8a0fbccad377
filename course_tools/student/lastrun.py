"""The last test run of a module, remembered so that `status` and `needs` can tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_tools.course import Module
from course_tools.files import atomic_write
from course_tools.records import BadRecord, from_json, to_json
from course_tools.student.workspace import Workspace

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class TestOutcome:
    """How one visible test went."""

    __test__ = False  # pytest: not a test class

    grade_id: str
    title: str
    outcome: Outcome
    message: str = ""


@dataclass(frozen=True)
class LastRun:
    """All visible tests of one module, as they went at one time."""

    at: str
    notebook: str  # digest of the work that ran
    tests: tuple[TestOutcome, ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(one.outcome == "passed" for one in self.tests)

    @property
    def first_red(self) -> TestOutcome | None:
        """The first that failed, in teaching order."""
        return next((one for one in self.tests if one.outcome == "failed"), None)


def remember(workspace: Workspace, module: Module, run: LastRun) -> None:
    """Keep this run as the module's last."""
    atomic_write(_path(workspace, module), to_json(run))


def recall(workspace: Workspace, module: Module) -> LastRun | None:
    """The module's last run; None when there is none, or none that can be read: it is only a memory."""
    try:
        return from_json(LastRun, _path(workspace, module).read_bytes())
    except (OSError, BadRecord):
        return None


def _path(workspace: Workspace, module: Module) -> Path:
    return workspace.records / "tests" / f"{module.folder}.json"
