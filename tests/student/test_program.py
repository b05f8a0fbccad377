"""The program itself, in a process of its own: the road from nothing to a completed module."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import DOUBLE_RIGHT, TRIPLE_RIGHT, write_cell

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TITO_COURSE")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def program(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course_tools.cli", *arguments]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_from_nothing_to_a_completed_module(course: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = program("init", "home", "--from", str(course), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert program("module", "start", "1", cwd=home).returncode == 0
    path = home / "01_alpha" / "01_alpha.ipynb"
    done = program("module", "complete", "1", cwd=path.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not written yet" in done.stderr
    write_cell(path, "m01-double", DOUBLE_RIGHT)
    write_cell(path, "m01-triple", TRIPLE_RIGHT)
    done = program("module", "complete", "1", cwd=path.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    done = program(cwd=home)
    assert "Next:  tito module start 02" in done.stdout


def test_a_terminal_without_unicode_is_served(course: Path, tmp_path: Path) -> None:
    program("init", "home", "--from", str(course), cwd=tmp_path)
    home = tmp_path / "home"
    program("module", "start", "1", cwd=home)
    done = program("module", "test", "1", cwd=home, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "x 01.1 double - not written yet" in done.stdout


def test_ctrl_c_while_a_cell_hangs_is_calm_and_leaves_no_process(course: Path, tmp_path: Path) -> None:
    program("init", "home", "--from", str(course), cwd=tmp_path)
    home = tmp_path / "home"
    program("module", "start", "1", cwd=home)
    path = home / "01_alpha" / "01_alpha.ipynb"
    write_cell(
        path, "m01-double", f"#| export\nimport os, time\nopen('pid', 'w').write(str(os.getpid()))\n{HANG}"
    )
    command = [sys.executable, "-m", "course_tools.cli", "module", "test", "1"]
    running = subprocess.Popen(
        command, cwd=home, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        pid = _when_there(path.parent / "pid")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 130
    assert "Stopped, as you asked." in err
    assert "Traceback" not in out + err
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


HANG = "while True:\n    time.sleep(0.05)"


def _when_there(path: Path) -> int:
    for _ in range(400):
        if path.is_file() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError("the cell never started")
