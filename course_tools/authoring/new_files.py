"""Many new files that appear in a course together, or not at all.

They are written aside first and then put in place one by one, and `course.toml`, which makes a module of them, comes
last. What a killed run has put in place is taken away again by the next one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from course_tools.course import CATALOGUE, Course
from course_tools.files import UserError, atomic_write

ASIDE = ".tito-new"
COMPLETE = "complete"


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Only one command at a time adds to this course; what an earlier one left half done is undone first.

    Raises UserError when another one is at it.
    """
    import fcntl

    handle = os.open(course.root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(
                f"Another `tito author new` works in {course.root}.\nRun this again when it is done."
            ) from error
        _undo(course)
        yield
    finally:
        os.close(handle)


def place(course: Course, folder: str, files: Mapping[str, bytes], catalogue: str) -> None:
    """Put the files, by name relative to the course, in place, and then the new text of course.toml.

    folder  the module this makes, "21_softmax_demo"

    Raises UserError, and changes nothing, when one of them exists.
    """
    there = [name for name in files if os.path.lexists(course.root / name)]
    if there:
        raise UserError(f"{there[0]} exists already; nothing was changed.\nChoose another number or name.")
    aside = course.root / ASIDE
    try:
        for name, content in files.items():
            (aside / "files" / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / "files" / name).write_bytes(content)
        (aside / COMPLETE).write_text(folder, encoding="utf-8")
        for name, content in files.items():
            atomic_write(course.root / name, content)
        mode = (course.root / CATALOGUE).stat().st_mode & 0o777
        atomic_write(course.root / CATALOGUE, catalogue, mode=mode)
        shutil.rmtree(aside)
    except BaseException:
        _undo(course)
        raise


def _undo(course: Course) -> None:
    """Take away what lies aside and, unless course.toml names it by now, what was put in place from there."""
    aside = course.root / ASIDE
    if not aside.is_dir():
        return
    there = {one.folder for one in Course.load(course.root).modules}
    complete = aside / COMPLETE
    if complete.is_file() and complete.read_text(encoding="utf-8") not in there:
        kept = aside / "files"
        for path in [one for one in kept.rglob("*") if one.is_file()]:
            placed = course.root / path.relative_to(kept)
            if (
                placed.is_file() and placed.read_bytes() == path.read_bytes()
            ):  # an edited one is somebody's work
                placed.unlink()
            _without_parts(placed)
        _without_parts(course.root / CATALOGUE)
        for folder in sorted((one for one in kept.rglob("*") if one.is_dir()), reverse=True):
            with contextlib.suppress(OSError):  # not empty, or not there
                (course.root / folder.relative_to(kept)).rmdir()
    shutil.rmtree(aside)


def _without_parts(path: Path) -> None:
    """Take away what a write that was cut off has left beside the file."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        part.unlink()
