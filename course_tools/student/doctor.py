"""Is this installation well? One line per organ, each with the command that repairs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_tools import __version__
from course_tools.files import UserError
from course_tools.student import source, workspace
from course_tools.student.exchange import nbgrader_command

Health = Literal["ok", "warn", "fail"]
OLDEST_PYTHON = (3, 11)
# What a student's part of the course is built on, with the oldest version it is tried with.
NEEDED = {"click": "8.1", "ipython": "9", "numpy": "2", "matplotlib": "3.9"}
FREE_MB = 200  # a workspace with all modules, their backups and a release stays below half of it


@dataclass(frozen=True)
class Organ:
    """One thing that was looked at."""

    name: str
    health: Health
    seen: str
    repair: str = ""  # a command or a sentence; empty only when health is ok


def examine(start: Path | None = None) -> tuple[Organ, ...]:
    """Look at everything; never raises for what it finds."""
    here = start or Path.cwd()
    return (
        _python(),
        *(_package(name, oldest) for name, oldest in NEEDED.items()),
        _library(),
        *_workspace(here),
        *_sandbox(),
        _disk(here),
        _nbgrader(),
    )


def _python() -> Organ:
    seen = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}; tito {__version__}"
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Organ("python", "fail", seen, f"install Python {wanted} or newer, then tito-course in it")
    return Organ("python", "ok", seen)


def _package(name: str, oldest: str) -> Organ:
    repair = f"pip install '{name}>={oldest}'"
    try:
        seen = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Organ(name, "fail", "not installed", repair)
    if _numbers(seen) < _numbers(oldest):
        return Organ(name, "fail", f"{seen}, older than {oldest}", repair)
    return Organ(name, "ok", seen)


def _numbers(version: str) -> tuple[int, ...]:
    found = []
    for part in version.split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)


def _library() -> Organ:
    spec = importlib.util.find_spec("tinytorch")
    if spec is None or spec.origin is None:
        seen = "not found" if spec is None else "a folder without __init__.py hides it"
        return Organ("tinytorch", "fail", seen, "pip install tito-course")
    return Organ("tinytorch", "ok", str(Path(spec.origin).parent))


def _workspace(here: Path) -> Iterator[Organ]:
    try:
        found = workspace.find(here)
        if found is None:
            yield Organ("workspace", "warn", f"{here} lies in none", "tito init my-course")
            yield _source(here)
            return
        course = found.course
    except UserError as error:
        first, *rest = str(error).split("\n")
        yield Organ("workspace", "fail", first, rest[-1] if rest else "tito init my-course")
        return
    hidden = next(
        (one for one in ("", "core") if (found.root / "tinytorch" / one / "__init__.py").exists()), None
    )
    if hidden is not None:
        path = found.root / "tinytorch" / hidden / "__init__.py"
        yield Organ("workspace", "fail", f"{path} hides the course's library", f"delete {path}")
    elif not os.access(found.root, os.W_OK):
        yield Organ("workspace", "fail", f"{found.root} cannot be written", f"chmod -R u+w {found.root}")
    else:
        yield Organ("workspace", "ok", str(found.root))
    released = sum(course.release_notebook(one).is_file() for one in course.modules)
    seen = f"{course.title}: {released} of {len(course.modules)} modules released, from {course.root}"
    if released == 0:
        yield Organ("releases", "fail", seen, "tito init --update --from PATH")
    else:
        yield Organ("releases", "ok", seen)


def _source(here: Path) -> Organ:
    try:
        return Organ("releases", "ok", str(source.discover(here).path))
    except UserError as error:
        lines = str(error).split("\n")
        return Organ("releases", "warn", lines[0], lines[-1])


def _sandbox() -> Iterator[Organ]:
    """Only grading needs a wall; a student's own machine runs the student's own code without one."""
    if importlib.util.find_spec("course_tools.sandbox") is None:
        return
    from course_tools.sandbox import available_tiers

    for tier in available_tiers():
        seen = tier.reason or "available"
        if tier.available:
            yield Organ(f"sandbox {tier.name}", "ok", seen)
        else:
            repair = "only grading needs it; see docs for teachers"
            yield Organ(f"sandbox {tier.name}", "warn", seen, repair)


def _disk(here: Path) -> Organ:
    free = shutil.disk_usage(here).free / 1e6
    if free < FREE_MB:
        return Organ("disk", "fail", f"{free:.0f} MB free at {here}", f"free at least {FREE_MB} MB there")
    return Organ("disk", "ok", f"{free / 1000:.1f} GB free")


def _nbgrader() -> Organ:
    """Teachers need it; for students it is one of two ways to hand in."""
    if importlib.util.find_spec("nbgrader") is None:
        return Organ("nbgrader", "ok", "not installed: work is handed in as an archive; grading needs it")
    version = importlib.metadata.version("nbgrader")
    beside = Path(sys.executable).parent
    if nbgrader_command() is None:
        return Organ(
            "nbgrader",
            "warn",
            f"{version}, but its program is missing",
            "pip install --force-reinstall nbgrader",
        )
    # nbgrader starts alembic by name when it makes a gradebook; without it the database is left half-made.
    if shutil.which("alembic") is None:
        on = f'export PATH="{beside}:$PATH"' if (beside / "alembic").exists() else "pip install alembic"
        return Organ(
            "nbgrader", "warn", f"{version}, but `alembic` is not on the PATH: grading would fail", on
        )
    return Organ("nbgrader", "ok", f"{version}, alembic on the PATH")
