"""Real programs in a copy of the course, as their users start them."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("source", "graders", "release", "milestones", "tinytorch", "course.toml", "nbgrader_config.py")
BIN = Path(sys.executable).parent
STEM = "07_training"


@dataclass
class Place:
    """A copy of the course and the environment of whoever works in it."""

    root: Path
    env: dict[str, str]
    me: str = getpass.getuser()

    def run(self, *words: str, cwd: Path | None = None, code: int = 0, seconds: float = 300) -> str:
        """What the program prints on stdout; its exit code must be `code`."""
        done = subprocess.run(
            [str(BIN / words[0]), *words[1:]],
            cwd=cwd or self.root,
            env=self.env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
        )
        assert done.returncode == code, (
            f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make(tmp_path)


@pytest.fixture(scope="session")
def make_place() -> Callable[[Path], Place]:
    return make


def make(folder: Path) -> Place:
    """A copy of the course, an exchange, a home and a Jupyter configuration that knows the exchange."""
    root = folder / "course"
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    for name in ("home", "jupyter", "exchange"):
        (folder / name).mkdir()
    (folder / "exchange").chmod(0o777)
    exchange = str(folder / "exchange")
    (folder / "jupyter" / "nbgrader_config.py").write_text(f"c.Exchange.root = {exchange!r}\n")
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("TITO", "JUPYTER", "PYTEST"))
    }
    env = kept | {
        "HOME": str(folder / "home"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "TITO_EXCHANGE": exchange,
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
    }
    return Place(root, env)


@pytest.fixture(scope="session")
def solve() -> Callable[..., None]:
    """solve(path, only=...): the reference answers typed into a student's notebook."""
    solved = read(ROOT / "source" / STEM / f"{STEM}.ipynb")

    def fill(path: Path, only: list[str] | None = None) -> None:
        path.write_bytes(dump(answered(read(path), solved, only=only)))

    return fill


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    """tree(folder): every file below it with its bytes."""

    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }

    return files
