"""The engine behind a student's own test run: the grading engine without walls, in the notebook's folder."""

from __future__ import annotations

import importlib.util
import re
import site
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from course_tools.course import Module
from course_tools.files import UserError
from course_tools.records import CellStatus
from course_tools.sandbox.limits import Limits, SandboxLost
from course_tools.sandbox.own_machine import OwnMachine
from course_tools.student.progress import Earlier
from course_tools.student.run import EXPORT
from course_tools.student.workspace import Workspace

# IPython's words for a frame of a cell, and Python's for one of the exported text.
FRAME = re.compile(r"^\s*(?:Cell In\[(\d+)\], line (\d+)|File <export>:(\d+))", re.MULTILINE)


@dataclass(frozen=True)
class Ended:
    """How one cell ended."""

    status: CellStatus
    error_name: str
    error_message: str
    trail: tuple[tuple[int, int], ...]  # (position of the cell, line), outermost first, student's cells only
    noise: bool  # it wrote something
    seconds: float


class Engine:
    """One fresh process for one notebook; `run` its cells in order, inside a `with`."""

    def __init__(
        self, workspace: Workspace, module: Module, *, earlier: Earlier, package: Path | None = None
    ) -> None:
        """package: the folder whose `tinytorch` stands for the workspace's own."""
        self._machine = OwnMachine(
            limits=Limits(**module.limits),  # type: ignore[arg-type]  # the catalogue knows the same names
            public=_importable(),
            folder=workspace.folder(module),
            extra={"TINYTORCH_EARLIER": earlier, "TINYTORCH_WORKSPACE": str(package or "")},
        )
        self._counts: dict[int, int] = {}  # IPython's number of a cell to its position
        self._left = ExitStack()

    def __enter__(self) -> Engine:
        with ExitStack() as entered:
            entered.enter_context(self._machine)
            try:
                self._session = entered.enter_context(self._machine.open())
            except SandboxLost as error:
                raise _lost(error) from error
            self._left = entered.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.close()

    @property
    def alive(self) -> bool:
        """Whether further cells can run."""
        return self._session.alive

    @property
    def ending(self) -> str:
        """Why the program ended, "" while it lives."""
        return self._session.ending or ""

    def run(self, position: int, source: str) -> Ended:
        """Run one cell; `position` is what trails will call it.

        Raises UserError when the engine is ended from outside.
        """
        try:
            outcome = self._session.run_cell(source)
        except SandboxLost as error:
            raise _lost(error) from error
        if outcome.execution_count is not None:
            self._counts[outcome.execution_count] = position
        return Ended(
            status=outcome.status,
            error_name=outcome.error_name,
            error_message=outcome.error_message,
            trail=self._trail(outcome.outputs),
            noise=any(one["output_type"] != "error" for one in outcome.outputs),
            seconds=outcome.seconds,
        )

    def _trail(self, outputs: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
        """For showing a place only: no verdict rests on this text, which the student's code could write."""
        found = []
        for error in (one for one in outputs if one["output_type"] == "error"):
            for number, line, exported in FRAME.findall("\n".join(error["traceback"])):
                if exported:
                    found.append((EXPORT, int(exported)))
                elif int(number) in self._counts:
                    found.append((self._counts[int(number)], int(line)))
        return tuple(found)


def _lost(error: SandboxLost) -> UserError:
    return UserError(
        f"The program that runs your notebook was ended from outside: {error}.\n"
        "This says nothing about your work, and nothing was changed.\n"
        "Try:  the same command again; when it happens twice, tito system doctor"
    )


def _importable() -> list[Path]:
    """What the child would not find by itself: it looks neither at PYTHONPATH nor at a user's own packages."""
    found = []
    spec = importlib.util.find_spec("tinytorch")
    sites = [Path(one) for one in site.getsitepackages()]
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if package.parent not in sites:
            found.append(package)
    if site.ENABLE_USER_SITE and Path(site.getusersitepackages()).is_dir():
        found.append(Path(site.getusersitepackages()))
    return found
