"""A copy of the course with a hundred different hand-ins, all of which import torch."""

from __future__ import annotations

import shutil
from pathlib import Path

from course_tools.course import Course
from course_tools.grading.checks import import_file
from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered, changed

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("source", "release", "graders", "tinytorch")
FILES = ("course.toml", "nbgrader_config.py")
EXTRA = "import torch\n\nseed = {number}\nprint(torch.ones(2, 2).sum().item() + seed)\n"


def make(folder: Path, *, students: int) -> Course:
    """A course in `folder` where so many students handed in module 07.

    Every second one hands in the reference, the others one known mistake or right variant each; every notebook
    has a cell of its own that imports torch, so no two are the same file.
    """
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    # Both engines get torch: ours warms it up once, nbgrader's kernels import it each time.
    config = folder / "course.toml"
    text = config.read_text()
    wanted = 'preload = ["numpy", "matplotlib.pyplot"]'
    if wanted not in text:
        raise SystemExit(f"course.toml no longer holds {wanted}; change benchmarks/course.py with it")
    config.write_text(text.replace(wanted, 'preload = ["numpy", "matplotlib.pyplot", "torch"]'))
    course = Course.load(folder)
    module = course.find("07")
    solved = read(course.source_notebook(module))
    reference = answered(read(course.release_notebook(module)), solved)
    bank = import_file(course.mistakes(module))
    edits = [*bank.MISTAKES, *bank.RIGHT]
    for number in range(students):
        made = reference if number % 2 == 0 else changed(reference, [edits[number % len(edits)]])
        cell = {
            "id": f"extra-{number}",
            "cell_type": "code",
            "source": EXTRA.format(number=number),
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        made = {**made, "cells": [made["cells"][0], cell, *made["cells"][1:]]}
        target = course.submitted(module, f"student{number:03d}")
        target.mkdir(parents=True)
        (target / f"{module.folder}.ipynb").write_bytes(dump(made))
        (target / "timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")
    return course
