"""What students handed in, read without trusting it.

A hand-in folder may hold links, pipes, devices, very deep or very many folders, and names no editor would
write. Everything is opened by handle, without following links, and only regular files are read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from course_tools.gradebook.settings import IGNORED
from course_tools.gradebook.timestamps import parse
from course_tools.notebooks.digest import digest_of_files
from course_tools.records import Note

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
# Not part of the work: the same notebook handed in again later is the same submission.
RECEIPTS = (TIMESTAMP, SECRET)
PRACTICE = (
    "tito_receipt.json"  # what the student's own run said, as `tito module submit` puts it beside the work
)
NOT_WORK = (*RECEIPTS, PRACTICE)

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# NONBLOCK: opening a pipe would wait for ever for its writer
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Caps:
    """How much of one hand-in is read; what is over is left out and noted."""

    files: int = 500
    depth: int = 8  # folders in folders
    file_mb: int = 50
    total_mb: int = 150


@dataclass(frozen=True)
class HandIn:
    """One student's hand-in for one assignment, as it was when it was read."""

    student: str
    assignment: str
    files: dict[str, bytes] = field(repr=False)  # by relative name with "/", receipts included
    digest: str  # see `digest`
    timestamp: datetime | None  # UTC without zone; None when there is none or it cannot be read
    notes: tuple[Note, ...]


def students(submitted: Path, assignment: str) -> list[str]:
    """Who handed in something for this assignment, sorted. `submitted` is the course's submitted/ folder."""
    try:
        names = [one.name for one in os.scandir(submitted) if not one.name.startswith(".")]
    except FileNotFoundError:
        return []
    return sorted(
        name for name in names if _is_folder(submitted / name) and _is_folder(submitted / name / assignment)
    )


def read(
    submitted: Path,
    assignment: str,
    student: str,
    *,
    ignore: Sequence[str] = IGNORED,
    caps: Caps = Caps(),
) -> HandIn:
    """Read one hand-in. Raises FileNotFoundError when there is no such folder; nothing else."""
    outer = os.open(submitted, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the course's own; may be a link
    try:
        top = _descend(outer, (student, assignment))
    finally:
        os.close(outer)
    files, notes = _tree(top, ignore, caps)
    return hand_in(student, assignment, files, notes)


def hand_in(student: str, assignment: str, files: dict[str, bytes], notes: Sequence[Note] = ()) -> HandIn:
    """A hand-in of files that have been read; notes: what was seen while reading them."""
    notes = list(notes)
    stamp = files.get(TIMESTAMP)
    when = parse(stamp.decode("utf-8", "replace")) if stamp else None
    if stamp is not None and stamp.strip() and when is None:
        notes.append(_note("timestamp-unreadable", "timestamp.txt holds no time", TIMESTAMP, staff=True))
    elif when is None:
        notes.append(_note("timestamp-missing", "the hand-in says no time", TIMESTAMP, staff=True))
    return HandIn(student, assignment, files, digest(files), when, tuple(notes))


def read_tree(
    outer: Path, name: str, *, ignore: Sequence[str] = IGNORED, caps: Caps = Caps()
) -> tuple[dict[str, bytes], list[Note]]:
    """The regular files below the folder outer/name, and what was left out. Raises FileNotFoundError."""
    handle = os.open(outer, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        top = _descend(handle, (name,))
    finally:
        os.close(handle)
    return _tree(top, ignore, caps)


def _tree(top: int, ignore: Sequence[str], caps: Caps) -> tuple[dict[str, bytes], list[Note]]:
    files: dict[str, bytes] = {}
    notes: list[Note] = []
    total = 0
    try:
        for name, data in _walk(top, "", ignore, caps, notes):
            total += len(data)
            if len(files) >= caps.files or total > caps.total_mb * 1_000_000:
                notes.append(
                    _note(
                        "too-much", "the hand-in is too large; the files after this one were left out", name
                    )
                )
                break
            files[name] = data
    finally:
        os.close(top)
    return files, notes


def digest(files: dict[str, bytes]) -> str:
    """SHA-256 over the handed-in work, companion files included, because student code can read them.

    timestamp.txt, submission_secret.txt and tito_receipt.json do not count: no mark depends on them (lateness is
    worked out apart), and handing the same work in again must not cost a second run.
    """
    return digest_of_files({name: data for name, data in files.items() if name not in NOT_WORK})


def _descend(folder: int, names: tuple[str, ...]) -> int:
    """A handle on folder/name/name..., no step of it a link."""
    here = os.dup(folder)
    for name in names:
        try:
            if name in ("", ".", "..") or "/" in name:
                raise FileNotFoundError(name)
            below = os.open(name, _FOLDER, dir_fd=here)
        except OSError as error:
            raise FileNotFoundError(f"no hand-in folder {'/'.join(names)}: {error}") from error
        finally:
            os.close(here)
        here = below
    return here


def _walk(
    folder: int, prefix: str, ignore: Sequence[str], caps: Caps, notes: list[Note], depth: int = 0
) -> Iterator[tuple[str, bytes]]:
    names = sorted(os.listdir(folder))
    if len(names) > 4 * caps.files:  # also a cap on time: a folder may hold a million entries
        notes.append(
            _note("too-much", f"{len(names)} files in one folder; only the first are read", prefix or ".")
        )
        names = names[: 4 * caps.files]
    for name in names:
        where = prefix + name
        if any(fnmatch(name, pattern) for pattern in ignore):
            continue
        if not name.isprintable():  # line breaks, control characters, bytes that are no text
            notes.append(_note("file-left-out", "a file of this name is not read", where))
            continue
        try:
            kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISDIR(kind):
                if depth + 1 >= caps.depth:
                    notes.append(_note("too-deep", "a folder this deep is not read", where))
                    continue
                below = os.open(name, _FOLDER, dir_fd=folder)
                try:
                    yield from _walk(below, f"{where}/", ignore, caps, notes, depth + 1)
                finally:
                    os.close(below)
                continue
            data = _content(folder, name, kind, caps.file_mb * 1_000_000)
        except OSError as error:
            notes.append(_note("file-unreadable", f"this file could not be read ({error.strerror})", where))
            continue
        if isinstance(data, str):
            notes.append(_note("file-left-out", data, where))
        else:
            yield where, data


def _content(folder: int, name: str, kind: int, most: int) -> bytes | str:
    """The file's bytes, or why it is left out."""
    if stat.S_ISLNK(kind):
        return "a link is not followed; hand in the file itself"
    if not stat.S_ISREG(kind):
        return "not a regular file"
    handle = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):  # swapped since the look
            return "not a regular file"
        data = stream.read(most + 1)
    return data if len(data) <= most else f"larger than {most // 1_000_000} MB"


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _note(code: str, message: str, where: str, *, staff: bool = False) -> Note:
    # a file's name may hold bytes that are no text; a report is text
    shown = where.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Note(code, message, shown, "staff" if staff else "student")
