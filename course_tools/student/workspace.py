"""A student's folder: where the homework, the exported package and the records about them lie."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from course_tools.course import CATALOGUE, Course, Module
from course_tools.files import UserError, atomic_write
from course_tools.student import source as sources
from course_tools.student.source import Source

SCHEMA = 1
MARK = Path(".tito") / "workspace.json"  # the course's library looks for this very file


class NoWorkspace(UserError):
    """The command needs a workspace, and neither this folder nor one above it is one."""


@dataclass(frozen=True)
class Workspace:
    """A folder made by `tito init`. Nothing here overwrites homework."""

    root: Path
    course_name: str
    source: Source
    student: str | None = None  # set when the login name is not the name the course knows

    @cached_property
    def course(self) -> Course:
        """The catalogue releases come from. Raises UserError when that place is gone."""
        if sources.root_of(self.source.path) is None:
            if self.source.kind == "installed":  # an upgrade may have moved it
                return Course.load(sources.discover(self.root).path)
            raise UserError(
                "The place this workspace takes its modules from is gone.\n"
                f"There is no course in {self.source.path} any more.\n"
                f"Try:  tito init {self.root} --update --from PATH"
            )
        return Course.load(self.source.path)

    def folder(self, module: Module) -> Path:
        """Where the student works on `module`."""
        return self.root / module.folder

    def notebook(self, module: Module) -> Path:
        """The student's own notebook."""
        return self.folder(module) / f"{module.folder}.ipynb"

    def exported(self, module: Module) -> Path:
        """The file the student's work becomes.

        No folder of it gets an __init__.py: it would hide the course's library from `import tinytorch`.
        """
        return self.root.joinpath(*module.export.split(".")).with_suffix(".py")

    @property
    def records(self) -> Path:
        """The folder of tito's own records."""
        return self.root / ".tito"

    def backup_path(self, name: str) -> Path:
        """A path below .tito/backups that does not exist yet, led by the time in UTC."""
        stamp = f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"
        for number in range(1000):
            path = self.records / "backups" / f"{stamp}{f'.{number}' if number else ''}-{name}"
            if not path.exists():
                return path
        raise UserError(f"{path.parent} holds 1000 backups of this second.\nTry again in a moment.")

    def shown(self, path: Path) -> str:
        """The path as a student would type it from here."""
        for base in (Path.cwd(), self.root):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix() or "."
        return str(path)


def find(start: Path | None = None) -> Workspace | None:
    """The workspace `start` (or the working folder) lies in, or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return _load(folder)
    return None


def require(start: Path | None = None) -> Workspace:
    """The workspace we are in. Raises NoWorkspace with the command that makes one."""
    found = find(start)
    if found is None:
        raise NoWorkspace(
            "This folder is not a course workspace.\n"
            f"Neither {(start or Path.cwd()).resolve()} nor a folder above it holds {MARK.as_posix()}.\n"
            "Try:  tito init my-course     or cd into the workspace you made before"
        )
    return found


def create(
    root: Path, *, release: Path | None = None, update: bool = False, student: str | None = None
) -> Workspace:
    """Make a workspace at `root`, or with `update` only point an existing one at other releases.

    Homework that lies there already is left alone. Raises UserError when `root` is a workspace already,
    lies inside one, or is the course itself.
    """
    root = root.expanduser().resolve()
    existing = find(root)
    if existing is not None and not update:
        raise UserError(
            f"{root} {'is' if existing.root == root else 'lies in'} a workspace already; nothing was changed.\n"
            f"It is {existing.root}, for the course {existing.course_name!r}.\n"
            "Try:  tito     to see where you stand, or  tito init --update --from PATH  for new modules"
        )
    if update and existing is None:
        raise NoWorkspace(f"There is no workspace in {root} to update.\nTry:  tito init {root}")
    target = existing.root if existing else root
    _refuse_the_course(target)
    keep = target / ".tito" / "release"
    found = sources.named(release.expanduser(), keep) if release else sources.discover(target)
    course = Course.load(found.path)
    if existing is not None and existing.course_name != course.name:
        raise UserError(
            "That is another course; nothing was changed.\n"
            f"This workspace belongs to {existing.course_name!r}, the releases there to {course.name!r}.\n"
            "Try:  tito init OTHER-FOLDER --from PATH"
        )
    made = Workspace(target, course.name, found, student or (existing.student if existing else None))
    # No __init__.py here, see Workspace.exported.
    for module in course.modules:
        made.exported(module).parent.mkdir(parents=True, exist_ok=True)
    atomic_write(target / MARK, json.dumps(_data(made), indent=1) + "\n")
    return made


def _refuse_the_course(root: Path) -> None:
    for sign in (CATALOGUE, "tinytorch/__init__.py"):
        if (root / sign).exists():
            raise UserError(
                f"{root} is the course itself; your work needs a folder of its own.\n"
                f"(There is {sign} in it.)\n"
                "Try:  tito init my-course"
            )


def _data(made: Workspace) -> dict[str, Any]:
    path = made.source.path
    inside = path.is_relative_to(made.root)
    return {
        "schema": SCHEMA,
        "course": made.course_name,
        "release": {
            "kind": made.source.kind,
            # Relative when unpacked inside, so that the workspace may be moved as a whole.
            "path": path.relative_to(made.root).as_posix() if inside else str(path),
        },
        "student": made.student,
    }


def _load(root: Path) -> Workspace:
    path = root / MARK
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        release = data["release"]
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r}, this tito knows {SCHEMA}")
        kind, place = release["kind"], Path(release["path"])
        student = data.get("student")
        if kind not in ("folder", "zip", "installed") or not isinstance(data["course"], str):
            raise ValueError("a field has an unknown value")
        if not (student is None or isinstance(student, str)):
            raise ValueError("'student' is not a name")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            f"{path} cannot be used: {type(error).__name__}: {error}.\n"
            "Your notebooks are not touched by this.\n"
            f"Try:  move that file away, then  tito init {root}"
        ) from error
    return Workspace(root, data["course"], Source(kind, (root / place).resolve()), student)
