"""A verdict rests on what its module can reach: a change elsewhere in the course leaves it as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course_tools.course import Course
from course_tools.grading import digests

ROOT = Path(__file__).parents[2]
KEPT = ("course.toml", "graders", "tinytorch", "release", "nbgrader_config.py")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    for name in KEPT:
        one = ROOT / name
        (shutil.copytree if one.is_dir() else shutil.copy)(one, tmp_path / name)
    return Course.load(tmp_path)


def seen(course: Course) -> dict[str, tuple[str, str]]:
    found = {one.number: digests.of_module(course, one, tier="full") for one in course.modules}
    return {number: (one.checks, one.environment) for number, one in found.items()}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("graders/oracles/training.py", {"07"}),
        ("graders/probes/03_layers.py", {"03"}),
        ("graders/test_09_spatial.py", {"09"}),
        ("graders/mistakes/09_spatial.py", set()),
        ("tinytorch/core/training.py", {"08", "09"}),
        ("tinytorch/core/spatial.py", set()),
        ("tinytorch/given/glyphs.py", {f"0{i}" for i in range(1, 10)}),
    ],
)
def test_only_the_modules_that_reach_a_file_change(course: Course, file: str, changed: set[str]) -> None:
    before = seen(course)
    path = course.root / file
    path.write_text(path.read_text(encoding="utf-8") + "\n# another line\n", encoding="utf-8")
    after = seen(course)
    assert {number for number in before if before[number] != after[number]} == changed


def test_imports_are_followed_through_packages(course: Course) -> None:
    module = course.modules[0]
    graders = course.checks(module).parent
    (graders / "deep" / "er").mkdir(parents=True)
    for name, text in {
        "deep/__init__.py": "",
        "deep/er/__init__.py": "from . import beside\nfrom .. import far",
        "deep/er/beside.py": "import deep.er.last",
        "deep/er/last.py": "from ........................................ import nowhere",
        "deep/far.py": "import numpy, oracles.losses\nfrom graders_of_nobody import x",
        "deep/unasked.py": "",
    }.items():
        (graders / name).write_text(text, encoding="utf-8")
    checks = course.checks(module)
    checks.write_text(checks.read_text(encoding="utf-8") + "\nfrom deep.er import last\n", encoding="utf-8")
    found = {str(path.relative_to(graders)) for path in digests.checks_and_imports(course, module)}
    assert found == {
        checks.name,
        "oracles/tensor.py",
        "deep/__init__.py",
        "deep/er/__init__.py",
        "deep/er/beside.py",
        "deep/er/last.py",
        "deep/far.py",
        "oracles/losses.py",
    }


def test_a_file_that_is_no_python_stands_for_itself(course: Course) -> None:
    module = course.modules[0]
    course.checks(module).write_bytes(b"def \x00 broken(")
    assert digests.checks_and_imports(course, module) == (course.checks(module),)
