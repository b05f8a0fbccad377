"""nbgrader as a program: the room itself never imports it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course_tools.student.workspace import Workspace

WAIT_SECONDS = 120  # nbgrader needs about 4 to start on a busy machine


def nbgrader_command() -> str | None:
    """The nbgrader program on the PATH or beside this Python, None when there is none."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("nbgrader") or shutil.which("nbgrader", path=beside)


def call_nbgrader(workspace: Workspace, arguments: list[str]) -> str:
    """Run nbgrader in the workspace. Returns "" when it did what was asked, else its own last words."""
    program = nbgrader_command()
    if program is None:
        return "nbgrader is not installed here."
    beside = str(Path(sys.executable).parent)  # nbgrader starts further programs by name
    path = os.pathsep.join([beside, os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            [program, *arguments, "--course", workspace.course_name],
            cwd=workspace.root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=WAIT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"nbgrader gave no answer within {WAIT_SECONDS} s."
    except OSError as error:
        return f"nbgrader could not be started: {error}."
    if done.returncode == 0:
        return ""
    said = [one for one in done.stderr.splitlines() if "| CRITICAL]" in one or "| ERROR]" in one]
    first = said[0].partition("] ")[2] if said else f"it ended with exit code {done.returncode}"
    return f"nbgrader said: {first[:300]}"
