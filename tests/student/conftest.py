"""A course of two tiny modules, a workspace for it, and `tito` as a student types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from course_tools.cli.main import run
from course_tools.notebooks import dump, read

CATALOGUE = """\
name = "tiny"
title = "A tiny course"

[[modules]]
number = "01"
name = "alpha"
title = "Doubling"
export = "tinytorch.core.alpha"
minutes = 5
seed = "s"

[[modules]]
number = "02"
name = "beta"
title = "Fourfold"
needs = ["00", "01"]
export = "tinytorch.core.beta"
seed = "s"
"""
STUB = 'raise NotImplementedError("01.1 double: write this part, then delete this line")'
DOUBLE = f"#| export\ndef double(x):\n    # YOUR CODE HERE\n    {STUB}"
DOUBLE_RIGHT = "#| export\ndef double(x):\n    return 2 * x"
DOUBLE_WRONG = "#| export\ndef double(x):\n    return x + 2"
TRIPLE = f"#| export\ndef triple(x):\n    # YOUR CODE HERE\n    {STUB.replace('01.1 double', '01.2 triple')}"
TRIPLE_RIGHT = "#| export\ndef triple(x):\n    return double(x) + x"


def cell(source: str, grade_id: str = "", kind: str = "code", **more: Any) -> dict[str, Any]:
    """A cell; `more` may hold the flags grade, solution, locked, points and the course's own data."""
    flags = {key: more.get(key, False) for key in ("grade", "solution", "locked", "task")}
    metadata: dict[str, Any] = {}
    if grade_id:
        metadata["nbgrader"] = {**flags, "grade_id": grade_id, "schema_version": 3}
        if more.get("grade"):
            metadata["nbgrader"]["points"] = more.get("points", 10)
    if "course" in more:
        metadata["course"] = more["course"]
    made = {
        "id": grade_id or more.get("id", "free"),
        "cell_type": kind,
        "source": source,
        "metadata": metadata,
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(*cells: dict[str, Any]) -> bytes:
    """A notebook file of these cells."""
    return dump({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


ALPHA = notebook(
    cell("#| export\nimport math", "m01-setup", locked=True),
    cell(DOUBLE, "m01-double", solution=True),
    cell(
        "def test_double():\n"
        "    got = double(3)\n"
        '    assert got == 6, f"double of 3\\ngot {got}   expected 6"\n'
        "test_double()",
        "m01-double-test",
        grade=True,
        locked=True,
        course={"task": "01.1", "title": "double"},
    ),
    cell(TRIPLE, "m01-triple", solution=True),
    cell(
        "assert triple(5) == 15, 'triple of 5'",
        "m01-triple-test",
        grade=True,
        locked=True,
        course={"task": "01.2", "title": "triple", "needs": ["m01-double-test"]},
    ),
    cell("YOUR ANSWER HERE", "m01-q1", "markdown", grade=True, solution=True, course={"task": "01.3"}),
)
BETA = notebook(
    cell("#| export\nfrom tinytorch.core.alpha import double", "m02-setup", locked=True),
    cell("#| export\ndef fourfold(x):\n    return double(double(x))", "m02-four", solution=True),
    cell("assert fourfold(2) == 8", "m02-four-test", grade=True, locked=True, course={"task": "02.1"}),
)


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Tito = Callable[..., Answer]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test; no nbgrader is started."""
    for name in ("TITO_COURSE", "TINYTORCH_EARLIER", "JUPYTERHUB_USER", "TITO_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("course_tools.student.exchange.nbgrader_command", lambda: None)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The tiny course, as released."""
    root = tmp_path / "course"
    for folder, data in (("01_alpha", ALPHA), ("02_beta", BETA)):
        place = root / "release" / folder
        place.mkdir(parents=True)
        (place / f"{folder}.ipynb").write_bytes(data)
    (root / "release" / "01_alpha" / "numbers.csv").write_text("1,2\n")
    (root / "course.toml").write_text(CATALOGUE)
    return root


@pytest.fixture
def tito(capfd: pytest.CaptureFixture[str]) -> Tito:
    """Run a command in this process, through the same door as the program."""

    def call(*arguments: str) -> Answer:
        capfd.readouterr()
        code = run(list(arguments))
        said = capfd.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def home(course: Path, tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the tiny course, and the working folder."""
    root = tmp_path / "home"
    assert tito("init", str(root), "--from", str(course)).code == 0
    monkeypatch.chdir(root)
    return root


def write_cell(path: Path, grade_id: str, source: str) -> None:
    """Give the notebook's cell a new text, as an editor does."""
    nb = read(path)
    (found,) = [one for one in nb["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    found["source"] = source
    path.write_bytes(dump(nb))


def add_cell(path: Path, position: int, made: dict[str, Any]) -> None:
    """Put a cell into the notebook."""
    nb = read(path)
    nb["cells"].insert(position, made)
    path.write_bytes(dump(nb))


def drop_cell(path: Path, grade_id: str) -> None:
    """Delete a cell."""
    nb = read(path)
    nb["cells"] = [one for one in nb["cells"] if one["id"] != grade_id]
    path.write_bytes(dump(nb))


@pytest.fixture
def alpha(home: Path, tito: Tito) -> Path:
    """Module 01, started; the path of its notebook."""
    assert tito("module", "start", "01").code == 0
    return home / "01_alpha" / "01_alpha.ipynb"


@pytest.fixture
def solved(alpha: Path) -> Path:
    """Module 01 with right answers in both tasks."""
    write_cell(alpha, "m01-double", DOUBLE_RIGHT)
    write_cell(alpha, "m01-triple", TRIPLE_RIGHT)
    return alpha
