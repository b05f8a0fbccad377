"""`tito author new` makes a module that is sound but for its TODOs, or changes nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest

from course_tools.authoring import new, release
from course_tools.authoring.check import FILLED, check_module
from course_tools.authoring.new import new_module
from course_tools.authoring.todo import todos
from course_tools.cli.main import run
from course_tools.course import Course
from course_tools.files import UserError

ROOT = Path(__file__).parents[2]
CATALOGUE = """\
# What this course is about.
name = "toy"
title = "A toy"

[[modules]]
number = "01"
name = "tensor"
title = "Tensor"
export = "tinytorch.core.tensor"
seed = "s1"
"""


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def quick_release(monkeypatch):
    monkeypatch.setattr(release, "_generate", load("tiny").generate)


def make(root):
    (root / "course.toml").write_text(CATALOGUE, encoding="utf-8")
    shutil.copytree(ROOT / "tinytorch", root / "tinytorch", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "graders" / "oracles").mkdir(parents=True)
    (root / "graders" / "oracles" / "tensor.py").write_text("SHARED = 1\n", encoding="utf-8")
    return root


@pytest.fixture
def root(tmp_path):
    (tmp_path / "course").mkdir()
    return make(tmp_path / "course")


@pytest.fixture
def unproved(monkeypatch):
    """Without running the mistake, which takes a second or two."""
    monkeypatch.setattr(new, "_misconceptions", lambda copy, module: "")


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_module_is_sound_but_for_its_todos(root):
    made = new_module(
        Course.load(root), "21", "softmax_demo", title='Softmax, "by hand" · €', needs=["tensor"]
    )
    course = Course.load(root)
    module = course.find("21")
    assert (module.title, module.needs, module.export) == (
        'Softmax, "by hand" · €',
        ("01",),
        "tinytorch.core.softmax_demo",
    )
    outcome = check_module(course, module)
    assert {gate.name for gate in outcome.gates if gate.verdict != "passed"} == {FILLED}
    left = next(gate for gate in outcome.gates if gate.name == FILLED)
    assert left.seen == f"{len(made.todos)} left"
    assert left.findings == made.todos == outcome.findings
    for one in left.findings:
        file, line = one.file.rsplit(":", 1)
        assert one.problem in (root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    paper = json.loads(course.release_notebook(module).read_bytes())
    assert (
        sum(one["metadata"].get("nbgrader", {}).get("points", 0) for one in paper["cells"]) == module.points
    )


@pytest.mark.usefixtures("unproved")
def test_no_todo_is_found_when_all_are_filled_in(root):
    made = new_module(Course.load(root), "21", "softmax_demo")
    files = {one.file.rsplit(":", 1)[0] for one in made.todos}
    assert {Path(one).suffix for one in files} == {".py", ".toml"}
    assert len(files) == 6  # text, checks, probes, oracle, mistakes, entry
    for file in files:
        text = (root / file).read_text(encoding="utf-8")
        (root / file).write_text(re.sub(r"\bTODO: ?", "", text), encoding="utf-8")
    course = Course.load(root)
    assert list(todos(course, course.find("21"))) == []


@pytest.mark.usefixtures("unproved")
def test_a_release_says_that_todos_are_left(root, monkeypatch, capsys):
    made = new_module(Course.load(root), "21", "softmax_demo")
    monkeypatch.chdir(root)
    assert run(["author", "release", "21", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["todos"] == [one.file for one in made.todos]
    assert run(["author", "release", "21"]) == 0
    said = capsys.readouterr()
    assert f"{len(made.todos)} TODOs left, the first in {made.todos[0].file}" in said.err
    assert "TODO" not in said.out


@pytest.mark.usefixtures("unproved")
def test_the_todos_of_another_module_are_not_this_ones(root):
    new_module(Course.load(root), "21", "softmax_demo")
    new_module(Course.load(root), "20", "other_demo")
    course = Course.load(root)
    text = (root / "course.toml").read_text(encoding="utf-8")
    assert text.startswith(CATALOGUE)  # with its comments
    assert (
        [one.number for one in course.modules] == re.findall(r'number = "(\d\d)"', text) == ["01", "20", "21"]
    )
    for name in ("softmax_demo", "other_demo"):
        found = list(todos(course, course.find(name)))
        assert len([one for one in found if one.file.startswith("course.toml")]) == 1
        assert all(name in one.file for one in found if not one.file.startswith("course.toml"))


@pytest.mark.usefixtures("unproved")
@pytest.mark.parametrize(
    ("number", "name", "options", "said"),
    [
        ("01", "softmax", {}, "number 01 already"),
        ("1", "softmax", {}, "number 01 already"),
        ("21", "tensor", {}, "called tensor already"),
        ("0", "softmax", {}, "cannot be a module's number"),
        ("100", "softmax", {}, "cannot be a module's number"),
        ("²", "softmax", {}, "cannot be a module's number"),
        ("21", "Softmax", {}, "cannot be a module's name"),
        ("21", "../softmax", {}, "cannot be a module's name"),
        ("21", "lambda", {}, "cannot be a module's name"),
        ("21", "oracles", {}, "cannot be a module's name"),
        ("00", "softmax", {}, "cannot be a module's number"),
        ("21", "softmax", {"needs": ["layers"]}, "no module 'layers'"),
        ("21", "softmax", {"title": "a\x00b"}, "cannot be printed"),
        ("21", "losses", {}, "tinytorch/core/losses.py exists already"),
        ("22", "softmax", {}, "folder 22_left"),
    ],
)
def test_what_cannot_be_made_changes_nothing(root, number, name, options, said):
    (root / "source" / "22_left").mkdir(parents=True)
    before = contents(root)
    with pytest.raises(UserError, match=re.escape(said)) as caught:
        new_module(Course.load(root), number, name, **options)
    assert len(str(caught.value).splitlines()) == 2  # and what to do
    assert contents(root) == before


def test_a_later_module_cannot_be_needed(root):
    with pytest.raises(UserError, match="comes later"):
        new._values(Course.load(root), "00_first", "", ["01"])


@pytest.mark.usefixtures("unproved")
def test_the_command_says_what_it_made_and_what_comes_next(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert run(["author", "new", "21", "softmax_demo", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["module"] == "21_softmax_demo"
    assert said["title"] == "Softmax demo"
    assert all((root / file).is_file() for file in said["files"])
    assert len(said["todos"]) > 5
    assert said["next"][0] == "tito author build 21"
    assert run(["author", "new", "21", "softmax_demo"]) == 1
    assert "Try:  tito author new 02 softmax_demo_2" in capsys.readouterr().err


def test_without_a_course_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["author", "new", "21", "softmax_demo"]) == 1
    assert "There is no course" in capsys.readouterr().err
