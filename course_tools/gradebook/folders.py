"""Write autograded/ as nbgrader's formgrader and feedback expect to find it."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from course_tools.files import UserError
from course_tools.gradebook.submissions import RECEIPTS, SECRET, TIMESTAMP
from course_tools.records import Note

REPORT = "report.json"
FILE_MODE, SHARED_FILE_MODE = 0o444, 0o664  # nbgrader's own: read-only, or a group of graders


def write_autograded(
    folder: Path,
    *,
    notebook: tuple[str, bytes] | None,
    report: bytes,
    handed_in: Mapping[str, bytes],
    source: Mapping[str, bytes] | None = None,
    written: Mapping[str, bytes] | None = None,
    groupshared: bool = False,
) -> tuple[Note, ...]:
    """Replace autograded/<student>/<assignment> by a complete new one: another folder, then a rename.

    notebook   (file name, executed notebook); None when it could not be read
    handed_in  the student's files; notebooks among them are left out
    source     the course's companion files, which win over the student's
    written    files the student's code wrote, which win over nothing of ours

    Returns notes about files whose names were refused. Raises UserError when the folder cannot be written.
    """
    files: dict[str, bytes] = {}
    notes: list[Note] = []
    companions = {name: data for name, data in handed_in.items() if not name.endswith(".ipynb")}
    reserved = {REPORT, *RECEIPTS, notebook[0] if notebook else ""}
    ran = {name: data for name, data in (written or {}).items() if name not in reserved}
    for name, data in (ran | companions | dict(source or {})).items():
        if usable(name):
            files[name] = data
        else:
            notes.append(Note("file-left-out", "a file of this name is not kept", ascii(name), "staff"))
    files |= {name: handed_in[name] for name in RECEIPTS if name in handed_in}
    files[REPORT] = report
    if notebook:
        files[notebook[0]] = notebook[1]
    try:
        notes += replace(folder, files, mode=SHARED_FILE_MODE if groupshared else FILE_MODE)
    except OSError as error:
        raise UserError(
            f"{folder} could not be written: {error.strerror or error}\n"
            "Nothing of it was changed. Make room or repair the rights, then run the command again."
        ) from error
    return tuple(notes)


def replace(folder: Path, files: Mapping[str, bytes], *, mode: int) -> list[Note]:
    """Put a complete folder of these files in the place of `folder`; returns notes about names refused.

    mode  of each file; with group-write in it, folders become group-writeable and set-gid as well
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    notes = []
    try:
        for name, data in files.items():
            if not put(new, name, data):  # "a" and "a/b": one of the two cannot be
                notes.append(Note("file-left-out", "another file is in its place", name, "staff"))
        _modes(new, mode)
        if folder.exists():
            # No system call swaps two folders in Python. Killed between these two lines, the folder is
            # missing, and the next run, which looks for it, writes it again.
            old = new.with_name(new.name.removesuffix(".part") + ".old.part")
            os.rename(folder, old)
            os.rename(new, folder)
            _remove(old)
        else:
            os.rename(new, folder)
    except BaseException:
        _remove(new)
        raise
    return notes


def put(folder: Path, name: str, data: bytes) -> bool:
    """Add one file to a folder of ours; False when its name is refused or something is in its way."""
    if not usable(name):
        return False
    target = folder / name
    try:
        _parents(folder, name)
        if target.is_symlink() or target.exists():
            target.unlink()
        with open(
            os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644), "wb"
        ) as stream:
            stream.write(data)
    except OSError:
        return False
    return True


def usable(name: str) -> bool:
    """Whether a relative name from a student may become a file below a folder of ours."""
    path = PurePosixPath(name)
    parts = name.split("/")
    return (
        not path.is_absolute()
        and all(part not in ("", ".", "..") for part in parts)
        and not any(part.startswith(".") for part in parts)  # .git, .ipynb_checkpoints, our own .part folders
        and len(parts) <= 12
        and all(len(os.fsencode(part)) <= 200 for part in parts)
        and all(character.isprintable() for character in name)
        and "\\" not in name
    )


def complete_receipt(folder: Path, received: str) -> tuple[Note, ...]:
    """Give a hand-in what nbgrader needs of it: a readable timestamp.txt and a submission_secret.txt.

    folder    submitted/<student>/<assignment>
    received  our own receipt time, as text in nbgrader's form

    One hand-in without them makes `nbgrader release_feedback` fail for the whole class, and an unreadable time
    stops formgrader's page. What is there and readable is not touched.
    """
    from course_tools.gradebook.timestamps import parse

    notes = []
    present = _small(folder / TIMESTAMP)
    if (present is None or parse(present) is None) and put(folder, TIMESTAMP, received.encode()):
        message = f"the hand-in had no readable time; {received}, when we received it, is used"
        notes.append(Note("timestamp-ours", message, TIMESTAMP, "staff"))
    if not (_small(folder / SECRET) or "").strip():
        put(folder, SECRET, secrets.token_hex(32).encode())
    return tuple(notes)


def _small(path: Path) -> str | None:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            return stream.read(1000).decode("utf-8", "replace")
    except OSError:
        return None


def _sweep(folder: Path) -> None:
    """Take away what a killed run left of this folder."""
    for leftover in folder.parent.glob(f".{folder.name}.*.part"):
        _remove(leftover)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _parents(folder: Path, name: str) -> None:
    here = folder
    for part in name.split("/")[:-1]:
        here = here / part
        if here.is_symlink():
            raise NotADirectoryError(str(here))
        here.mkdir(exist_ok=True)


def _modes(folder: Path, mode: int) -> None:
    for where, _, names in os.walk(folder):
        os.chmod(where, 0o2775 if mode & 0o020 else 0o755)
        for name in names:
            os.chmod(os.path.join(where, name), mode)
