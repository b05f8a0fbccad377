"""A student goes through the whole course: every module on the ones before it, then every milestone.

One workspace, in teaching order, real programs. The first walk does the work; the tests look at what it found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from course_tools.course import Course
from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course.load(ROOT)
MODULES = [one for one in COURSE.modules if COURSE.release_notebook(one).is_file()]
HELD = {one.number for one in MODULES}
MILESTONES = [one for one in COURSE.milestones if {needed.number for needed in COURSE.behind(one)} <= HELD]


@dataclass
class Walk:
    """A workspace, what each command answered, and how it ended."""

    folder: Path
    env: dict[str, str]
    codes: dict[str, int] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def tito(self, *words: str) -> dict[str, Any]:
        """The answer in JSON, kept under the words."""
        done = self.python("-m", "course_tools.cli", *words, "--json")
        name = " ".join(words)
        self.codes[name], self.said[name] = done.returncode, done.stdout + done.stderr
        self.answers[name] = json.loads(done.stdout)
        return self.answers[name]

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A Python in the workspace."""
        return subprocess.run(
            [sys.executable, "-P", *words],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )


@pytest.fixture(scope="module")
def walk(tmp_path_factory, make_place) -> Walk:
    place = make_place(tmp_path_factory.mktemp("walk"))
    place.run("tito", "init", "my-course")
    walk = Walk(place.root / "my-course", place.env)
    for module in MODULES:
        walk.tito("module", "start", module.number)
        notebook = walk.folder / module.folder / f"{module.folder}.ipynb"
        if notebook.is_file():
            notebook.write_bytes(dump(answered(read(notebook), read(COURSE.source_notebook(module)))))
        walk.tito("module", "complete", module.number)
    walk.tito("milestone", "list")
    for milestone in MILESTONES:
        walk.tito("milestone", "run", milestone.name)
    walk.tito("module", "status")
    return walk


@pytest.mark.parametrize("number", [one.number for one in MODULES])
def test_a_module_is_completed_on_the_students_own_earlier_ones(walk, number):
    for words in (f"module start {number}", f"module complete {number}"):
        assert walk.codes[words] == 0, walk.said[words]
    done = walk.answers[f"module complete {number}"]
    assert done["complete"]
    assert done["ran"]
    assert done["tests"] > 0


def test_every_export_is_imported_from_the_workspace(walk):
    exports = [one.export for one in MODULES]
    code = (
        "import importlib, json\n"
        f"print(json.dumps({{name: importlib.import_module(name).__file__ for name in {exports!r}}}))"
    )
    done = walk.python("-c", code)
    assert done.returncode == 0, done.stderr
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)  # quiet
    assert json.loads(done.stdout) == {
        one.export: str(walk.folder.joinpath(*one.export.split(".")).with_suffix(".py")) for one in MODULES
    }


def test_every_released_milestone_can_be_reached():
    """While modules are still being written some wait; with the last one none does."""
    written = {one.number for one in COURSE.modules}
    assert {one.after for one in COURSE.milestones} <= written
    assert MILESTONES or not COURSE.milestones


@pytest.mark.parametrize("name", [one.name for one in MILESTONES])
def test_a_milestone_is_reached_on_the_students_package(walk, name):
    ready = {one["name"]: one["state"] for one in walk.answers["milestone list"]["milestones"]}
    assert ready[name] == "ready"
    words = f"milestone run {name}"
    assert walk.codes[words] == 0, walk.said[words]
    ran = walk.answers[words]
    assert ran["accuracy"] >= ran["goal"] > ran["baseline"]
    assert ran["seconds"] < 60  # meant for 30 on a machine of its own
    picture = Path(ran["figure"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert b"Description" in picture
    assert picture.endswith(b"IEND\xaeB\x60\x82")


def test_at_the_end_everything_is_complete_and_done(walk):
    status = walk.answers["module status"]
    assert {one["state"] for one in status["modules"] if one["number"] in HELD} == {"complete"}
    names = {one.name for one in MILESTONES}
    assert {one["state"] for one in status["milestones"] if one["name"] in names} <= {"done"}
    assert status["next"] is None
