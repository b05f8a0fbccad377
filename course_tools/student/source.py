"""Where a workspace gets its modules from: a course folder, a zip of one, or the installed course."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from course_tools.course import CATALOGUE
from course_tools.files import UserError

Kind = Literal["folder", "zip", "installed"]
VARIABLE = "TITO_COURSE"  # a hub sets this for everybody
INSTALLED = Path("share") / "tito-course"  # below sys.prefix: what the wheel brings along
UNPACKED_MB = 500  # far above any release, far below a disk
ENTRIES = 5000


@dataclass(frozen=True)
class Source:
    """A place releases come from. `path` is the course's root: the folder with course.toml and release/."""

    kind: Kind
    path: Path


def discover(start: Path) -> Source:
    """The course around `start`, else the one TITO_COURSE names, else the installed one.

    Raises UserError when there is none.
    """
    for folder in (start, *start.parents):
        if _is_course(folder):
            return Source("folder", folder)
    named = os.environ.get(VARIABLE)
    if named:
        root = root_of(Path(named).expanduser())
        if root is None:
            raise UserError(
                f"The variable {VARIABLE} names a place without a course.\n"
                f"It is {named}; there should be a {CATALOGUE} and a folder release/.\n"
                "Ask whoever set up this machine, or name the course:  tito init DIR --from PATH"
            )
        return Source("installed", root)
    installed = Path(sys.prefix) / INSTALLED
    if _is_course(installed):
        return Source("installed", installed)
    raise UserError(
        "There is no course to take modules from.\n"
        f"Looked at: {start} and the folders above it, the variable {VARIABLE}, and {installed}.\n"
        "Try:  tito init DIR --from PATH   with the folder or .zip your teachers gave you"
    )


def named(path: Path, keep_in: Path) -> Source:
    """The course at `path`: a folder, its release/ folder, or a .zip, which is unpacked below `keep_in`.

    Raises UserError when it is none of these.
    """
    if path.is_dir():
        root = root_of(path)
        if root is None:
            raise UserError(
                f"There is no course in {path}.\n"
                f"A course is a folder with a {CATALOGUE} and a folder release/.\n"
                "Try:  --from with that folder, or with the .zip your teachers gave you"
            )
        return Source("folder", root)
    if path.is_file():
        return Source("zip", _unpack(path, keep_in))
    raise UserError(f"{path} does not exist.\nCheck the path behind --from and run this again.")


def root_of(path: Path) -> Path | None:
    """The course's root for a path that is the root itself or its release/ folder, else None."""
    path = path.resolve()
    for folder in (path, path.parent) if path.name == "release" else (path,):
        if _is_course(folder):
            return folder
    return None


def _is_course(folder: Path) -> bool:
    return (folder / CATALOGUE).is_file() and (folder / "release").is_dir()


def _unpack(archive: Path, keep_in: Path) -> Path:
    """Unpack below `keep_in`/<digest>, whole or not at all; the same archive is unpacked once."""
    target = keep_in / hashlib.sha256(archive.read_bytes()).hexdigest()[:16]
    if not target.exists():
        keep_in.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=keep_in))
        try:
            with zipfile.ZipFile(archive) as opened:
                _extract(opened, part)
            os.replace(part, target)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise UserError(
                f"{archive.name} is not a zip file that can be read: {error}.\n"
                "Try:  download it again, then run this command once more"
            ) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
    roots = [one.parent for one in sorted(target.rglob(CATALOGUE), key=lambda one: len(one.parts))]
    root = next((one for one in roots if _is_course(one)), None)
    if root is None:
        shutil.rmtree(target, ignore_errors=True)
        raise UserError(
            f"There is no course in {archive.name}.\n"
            f"It holds no folder with both a {CATALOGUE} and a folder release/.\n"
            "Ask your teachers for the course's own zip file."
        )
    return root


def _extract(opened: zipfile.ZipFile, into: Path) -> None:
    entries = opened.infolist()
    if len(entries) > ENTRIES or sum(one.file_size for one in entries) > UNPACKED_MB * 1_000_000:
        raise zipfile.BadZipFile(f"it unpacks to more than {ENTRIES} files or {UNPACKED_MB} MB")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if name.is_absolute() or ".." in name.parts or link or ":" in entry.filename:
            raise zipfile.BadZipFile(f"the entry {entry.filename!r} points outside")
        opened.extract(entry, into)
