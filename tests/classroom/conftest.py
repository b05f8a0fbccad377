"""A real course with a real gradebook: the small course of tests/submissions, released by nbgrader."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course_tools.authoring.release import release_module
from course_tools.course import Course
from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered

SMALL = Path(__file__).resolve().parents[1] / "submissions" / "course"


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(SMALL, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SMALL.parents[2] / "nbgrader_config.py", root)
    course = Course.load(root)
    release_module(course, course.find("01"))
    return root


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Course:
    """A copy of its own for each test."""
    shutil.copytree(released, tmp_path / "course")
    return Course.load(tmp_path / "course")


@pytest.fixture
def hand_in(course: Course) -> Callable[..., Path]:
    """hand_in("ada", solved=True): a folder in submitted/ with the reference or the untouched release."""
    module = course.find("01")

    def make(student: str, *, solved: bool = True, **cells: str) -> Path:
        paper = read(course.release_notebook(module))
        made: dict[str, Any] = answered(paper, read(course.source_notebook(module))) if solved else paper
        for cell in made["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").replace("-", "_")
            if name in cells:
                cell["source"] = cells[name]
        folder = course.submitted(module, student)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{module.folder}.ipynb").write_bytes(dump(made))
        (folder / "timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")
        return folder

    return make


# Right but for one hidden check: the mean of nothing does not raise.
LENIENT = "class Mean:\n    def __init__(self):\n        self.numbers = []\n    def add(self, number):\n"
LENIENT += "        self.numbers.append(number)\n    def value(self):\n"
LENIENT += "        return sum(self.numbers) / len(self.numbers) if self.numbers else 0.0\n"


@pytest.fixture
def soften(course: Course) -> Callable[[], None]:
    """Change one check: the mean of nothing need not raise any more. LENIENT then gains 3 of 10 points."""
    checks = course.checks(course.find("01"))

    def change() -> None:
        text = checks.read_text()
        changed = text.replace(
            'expect(student.probe("mean_of_nothing")).raises("ValueError", what="the mean of nothing")',
            'student.probe("mean_of_nothing")',
        )
        assert changed != text
        checks.write_text(changed)

    return change
