"""What students get, made by nbgrader's own generator and searched for answers before it stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import course_tools
from course_tools.authoring.build import build_module
from course_tools.authoring.leak import find_leaks
from course_tools.course import Course, Module
from course_tools.files import UserError, atomic_write
from course_tools.records import Finding

SECONDS = 180  # of wall clock; a run takes about 4, most of it nbgrader's imports
SHOWN = 8  # findings in an error message


class LeakFound(UserError):
    """The release would have held something students must not see; it was taken back."""

    def __init__(self, module: Module, findings: tuple[Finding, ...]):
        super().__init__(
            f"Module {module.number} is not released: it would give answers away.\n{listed(findings)}\n"
            "The release is as it was before."
        )
        self.findings = findings


@dataclass(frozen=True)
class Released:
    """A module's release folder after a run."""

    folder: Path
    files: tuple[str, ...]  # relative, sorted
    changed: tuple[str, ...]  # of these: new, different or gone


def release_module(course: Course, module: Module) -> Released:
    """Build the module and let nbgrader make release/NN_name from it, rows in the gradebook included.

    nbgrader runs as a program of its own with the course's nbgrader_config.py, so that typing
    `nbgrader generate_assignment NN_name --force` gives the same bytes.

    Raises UserError when the notebook has findings or nbgrader refuses it, and LeakFound; in each case the
    release folder is what it was before.
    """
    built = build_module(course, module)
    if built.findings:
        raise UserError(
            f"Module {module.number} is not released: its text must be repaired first.\n{listed(built.findings)}\n"
            f"Try:  tito author check {module.number}"
        )
    folder = course.release_notebook(module).parent
    before = _contents(folder)
    done = False
    try:
        _generate(course, module)
        findings = tuple(find_leaks(course, module))
        if findings:
            raise LeakFound(module, findings)
        done = True
    finally:
        if not done:
            _put_back(folder, before)
    after = _contents(folder)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return Released(folder, tuple(sorted(after)), tuple(changed))


def listed(findings: tuple[Finding, ...]) -> str:
    """The first findings, one to a line."""
    lines = [
        f"  {' · '.join(filter(None, (one.file, one.cell)))}: {one.problem}. Repair: {one.repair}."
        for one in findings[:SHOWN]
    ]
    if len(findings) > SHOWN:
        lines.append(f"  and {len(findings) - SHOWN} more")
    return "\n".join(lines)


def _generate(course: Course, module: Module) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", module.folder, "--force"]
    # nbgrader calls `alembic` by name when it makes a gradebook, so our own programs come first.
    path = _before(Path(sys.executable).parent, os.environ.get("PATH", os.defpath))
    # And its configuration names our steps, which it must find also where this package is not installed.
    packages = _before(Path(course_tools.__file__).parents[1], os.environ.get("PYTHONPATH", ""))
    try:
        done = subprocess.run(
            command,
            cwd=course.root,
            env={**os.environ, "PATH": path, "PYTHONPATH": packages},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"nbgrader did not finish module {module.number} within {SECONDS} s.\nRun it again."
        ) from error
    if done.returncode or not course.release_notebook(module).is_file():
        raise UserError(
            f"nbgrader did not release module {module.number} (exit code {done.returncode}):\n"
            f"{_reasons(done.stderr)}\nRepair that, then release again."
        )


def _before(folder: Path, others: str) -> str:
    return os.pathsep.join(filter(None, [str(folder), others]))


def _reasons(log: str) -> str:
    """What went wrong, from nbgrader's log: the exceptions at the ends of tracebacks, else its error lines."""
    raised = re.findall(r"^\s*(\w[\w.]*(?:Error|Exception): .+)$", log, re.MULTILINE)
    errors = re.findall(r"^\[\w+ \| (?:ERROR|CRITICAL)\] (.+)$", log, re.MULTILINE)
    lines = raised or errors or [log.strip()[-500:] or "it said nothing"]
    return "\n".join(f"  {line}" for line in dict.fromkeys(lines))


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _put_back(folder: Path, before: dict[str, bytes]) -> None:
    for name in _contents(folder).keys() - before.keys():
        (folder / name).unlink()
    for name, content in before.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != content:
            atomic_write(folder / name, content)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
