"""A course of one small module, with graders, under the project's own nbgrader_config.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course_tools.course import Course, Module

ROOT = Path(__file__).parents[2]
CATALOGUE = """
name = "toy"
title = "A toy"

[[modules]]
number = "07"
name = "training"
title = "Training"
export = "tinytorch.core.training"
seed = "0b5c1d-seed-of-07"
"""
CHECKS = '''\
"""Checks of module 07."""
import numpy as np
from course_tools.grading import check, expect

@check("m07-clip-test", hint="keep the sign")
def test_keeps_the_sign(student, rng):
    """A negative number stays negative."""
    values = rng.normal(size=(3, 5)) * np.array([1.5, 2.5, 3.5, 4.5, 5.5])
    expect(student.probe("clip_all", values=values)).close(np.clip(values, -1, 1), what="clipped")
'''
PROBES = """\
def clip_all(names, values, limit=1.0):
    return [[names["clip"](float(one), limit) for one in row] for row in values]
"""
MISTAKES = """\
MISTAKES = [
    Mistake(
        name="W07.2a",
        title="The sign is lost",
        before="return math.copysign(min(abs(value), limit), value)",
        after="return math.copysign(max(abs(value), limit), value * value)",
    )
]
"""


def make(root: Path) -> Course:
    percent = (ROOT / "tests" / "notebooks" / "paper.percent").read_text(encoding="utf-8")
    files = {
        "course.toml": CATALOGUE,
        "source/07_training/07_training.py": percent,
        "source/07_training/data.csv": "x,y\n1,2\n",
        "source/07_training/ABOUT.md": "For authors.\n",
        "graders/test_07_training.py": CHECKS,
        "graders/probes/07_training.py": PROBES,
        "graders/mistakes/07_training.py": MISTAKES,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course.load(root)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make(tmp_path)


@pytest.fixture(scope="session")
def shared_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """For tests that only read."""
    return make(tmp_path_factory.mktemp("course"))


@pytest.fixture
def module(course: Course) -> Module:
    return course.modules[0]
