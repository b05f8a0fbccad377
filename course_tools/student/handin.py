"""Hand in a module: through nbgrader's exchange where there is one, else as an archive; always with a receipt."""

from __future__ import annotations

import datetime
import getpass
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from course_tools.course import Module
from course_tools.files import UserError, atomic_write
from course_tools.notebooks.digest import digest, digest_of_files
from course_tools.records import to_json
from course_tools.student import desk, lastrun
from course_tools.student.exchange import call_nbgrader
from course_tools.student.homework import current_digest
from course_tools.student.workspace import Workspace

Way = Literal["exchange", "archive"]
MOST_MB = 100  # what nbgrader's exchange takes
PRACTICE = "tito_receipt.json"  # goes with the work, and is none of it


@dataclass(frozen=True)
class Receipt:
    """Proof of what was handed in and when. `digest` is the SHA-256 that the grading report repeats."""

    course: str
    module: str
    student: str
    way: Way
    at: str
    digest: str
    files: dict[str, str]  # SHA-256 by name
    archive: str | None = None  # where the packed file lies
    archive_digest: str | None = None
    remark: str = ""  # why it was not the exchange
    schema: int = 1


def submit(
    workspace: Workspace, module: Module, *, way: Way | None = None, student: str | None = None
) -> Receipt:
    """Hand in the module's folder as it is now.

    way      None: the exchange if it takes the work, else an archive

    Raises UserError when there is no notebook, when it is too large, and when a way that was asked for fails.
    """
    files = _files(workspace, module)
    name = student_name(workspace, student)
    moment = datetime.datetime.now(datetime.UTC)
    remark, archive, archive_digest = "", None, None
    used: Way = "archive"
    said = _practice(workspace, module, files)
    if way != "archive":
        remark = _through_exchange(workspace, module, student, said)
        if not remark:
            used = "exchange"
        elif way == "exchange":
            raise UserError(
                f"{module.folder} was not handed in: nbgrader's exchange did not take it.\n"
                f"{remark}\n"
                f"Try:  tito module submit {module.number} --archive     to pack it into a file instead"
            )
    hashes = {one: digest(data) for one, data in files.items()}
    if used == "archive":
        packed = _pack(workspace, module, name, moment, files | said, hashes)
        path = workspace.root / "handed_in" / f"{module.folder}-{name}-{moment:%Y%m%dT%H%M%SZ}.zip"
        if path.exists():
            raise UserError(f"{path.name} was packed this very second.\nTry again in a moment.")
        atomic_write(path, packed)
        archive, archive_digest = str(path), digest(packed)
    receipt = Receipt(
        course=workspace.course_name,
        module=module.folder,
        student=name,
        way=used,
        at=moment.isoformat(timespec="seconds"),
        digest=digest_of_files(files),
        files=hashes,
        archive=archive,
        archive_digest=archive_digest,
        remark=remark,
    )
    kept = workspace.records / "receipts" / f"{module.folder}-{moment:%Y%m%dT%H%M%SZ}.json"
    atomic_write(kept, to_json(receipt))
    return receipt


def require_notebook(workspace: Workspace, module: Module) -> None:
    """Nothing when there is something to hand in. Raises UserError."""
    notebook = workspace.notebook(module)
    if not notebook.is_file():
        raise UserError(
            f"There is nothing to hand in: {workspace.shown(notebook)} does not exist.\n"
            f"Try:  tito module start {module.number}"
        )


def student_name(workspace: Workspace, given: str | None = None) -> str:
    """The name the work is handed in under: given, of the workspace, of the hub, of the login.

    Raises UserError when it cannot be a folder's name.
    """
    name = given or workspace.student or os.environ.get("JUPYTERHUB_USER") or _login()
    if not re.fullmatch(r"[A-Za-z0-9_.@][A-Za-z0-9_.@-]*", name) or set(name) <= {"."}:
        raise UserError(
            f"{name!r} cannot be a student's name: letters, digits and _ . @ - only.\n"
            "Try:  --student NAME     with the name your course knows you by"
        )
    return name


def _practice(workspace: Workspace, module: Module, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the last own run of this very notebook said, as a file that goes with it; {} when there was none.

    Grading compares: code that behaves differently there shows. It is only a hint, because a student could write it.
    """
    run = lastrun.recall(workspace, module)
    if run is None or run.notebook != current_digest(workspace, module):
        return {}
    said = {
        "schema": 1,
        "at": run.at,
        "notebook": digest(files[f"{module.folder}.ipynb"]),
        "tests": {one.grade_id: one.outcome for one in run.tests},
    }
    return {PRACTICE: (json.dumps(said, indent=1) + "\n").encode()}


def _through_exchange(
    workspace: Workspace, module: Module, student: str | None, said: Mapping[str, bytes]
) -> str:
    asked = ["submit", module.folder]
    if student:
        asked.append(f'--student="{student}"' if student.isdigit() else f"--student={student}")
    beside = workspace.folder(module) / PRACTICE
    try:
        for data in said.values():
            atomic_write(beside, data)
        return call_nbgrader(workspace, asked)
    finally:
        beside.unlink(missing_ok=True)


def _files(workspace: Workspace, module: Module) -> dict[str, bytes]:
    require_notebook(workspace, module)
    found = desk.files_below(workspace.folder(module))
    found.pop(PRACTICE, None)  # left by a run that was stopped
    size = sum(path.stat().st_size for path in found.values())
    if size > MOST_MB * 1_000_000:
        name, largest = max(found.items(), key=lambda one: one[1].stat().st_size)
        raise UserError(
            f"{module.folder} is too large to hand in: {size / 1e6:.0f} MB, and {MOST_MB} MB is the limit.\n"
            f"The largest file is {name} with {largest.stat().st_size / 1e6:.0f} MB.\n"
            "Move what your notebook does not need to another folder and run this again."
        )
    return {name: path.read_bytes() for name, path in found.items()}


def _pack(
    workspace: Workspace,
    module: Module,
    student: str,
    moment: datetime.datetime,
    files: dict[str, bytes],
    hashes: dict[str, str],
) -> bytes:
    label = {
        "schema": 1,
        "course": workspace.course_name,
        "module": module.folder,
        "student": student,
        "at": moment.isoformat(timespec="seconds"),
        "files": hashes,
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_entry("submission.json", moment), json.dumps(label, indent=1) + "\n")
        for name, data in files.items():
            packed.writestr(_entry(f"{module.folder}/{name}", moment), data)
    return held.getvalue()


def _entry(name: str, moment: datetime.datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without an entry for this user
        return "student"
