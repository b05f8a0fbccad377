"""The small course, released once, and one warm sandbox for all cases."""

from __future__ import annotations

import copy
import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course_tools.course import Course, Module
from course_tools.grading import batch
from course_tools.grading.digests import of_module
from course_tools.grading.runner import Graded, Grader, Submission
from course_tools.notebooks import build, dump, write
from course_tools.notebooks.cells import is_answer
from course_tools.notebooks.stubs import stubbed
from course_tools.records import Digests
from course_tools.sandbox import choose_tier

HERE = Path(__file__).parent
collect_ignore = ["course", "cases"]

# --import-mode=importlib puts no folder on the path, and the cases' reader is shared by several tests.
_spec = importlib.util.spec_from_file_location("case", HERE / "case.py")
assert _spec is not None
assert _spec.loader is not None
sys.modules["case"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["case"])


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of the small course, its notebook built and released by the course's own stub rule."""
    root = tmp_path_factory.mktemp("small") / "course"
    shutil.copytree(HERE / "course", root, ignore=shutil.ignore_patterns("__pycache__"))
    made = Course.load(root)
    module = made.find("01")
    solved = build(made.source_text(module).read_text(encoding="utf-8"), stem=module.folder)
    write(made.source_notebook(module), solved)
    released = copy.deepcopy(solved)
    for cell in released["cells"]:
        if is_answer(cell):
            cell["source"] = stubbed(cell)
    write(made.release_notebook(module), released)
    return made


@pytest.fixture(scope="session")
def module(course: Course) -> Module:
    return course.find("01")


@pytest.fixture(scope="session")
def reference(course: Course, module: Module) -> dict[str, Any]:
    """The released notebook with every answer right, as a student would hand it in."""
    solved = build(course.source_text(module).read_text(encoding="utf-8"), stem=module.folder)
    for cell in solved["cells"]:
        lines = [line for line in cell["source"].split("\n") if "### " not in line]
        cell["source"] = "\n".join(lines)
    return solved


@pytest.fixture(scope="session")
def tier() -> str:
    """Without bubblewrap this fails, and its message names what to install."""
    return choose_tier("bubblewrap+watchdog")


@pytest.fixture(scope="session")
def digests(course: Course, module: Module, tier: str) -> Digests:
    return of_module(course, module, tier=tier)


@pytest.fixture(scope="session")
def grader(course: Course, module: Module, tier: str) -> Iterator[Grader]:
    with batch.open_nursery(course, module, tier) as nursery:
        yield Grader(course, module, nursery)


@pytest.fixture
def fresh_grader(course: Course, module: Module, tier: str) -> Iterator[Grader]:
    with batch.open_nursery(course, module, tier) as nursery:
        yield Grader(course, module, nursery)


@pytest.fixture(scope="session")
def secrets(course: Course, module: Module) -> tuple[str, ...]:
    """What stands only in hidden checks."""
    from course_tools.grading.checks import import_file

    found: tuple[str, ...] = import_file(course.checks(module)).SECRETS
    return found


@pytest.fixture(scope="session")
def student_reads() -> Callable[[Graded], str]:
    """Everything of a result that a student may see: tasks and notes in words, the notebook, the page, the files."""
    from course_tools.grading import feedback, render

    def read(graded: Graded) -> str:
        parts = [render.task_text(task) for task in graded.report.tasks]
        parts += [f"{note.code}: {note.message} {note.where}" for note in graded.report.notes]
        parts.append(feedback.feedback_page(graded.report, graded.notebook))
        if graded.notebook is not None:
            cells = [c | {"source": ""} if c["cell_type"] == "code" else c for c in graded.notebook["cells"]]
            parts.append(dump({**graded.notebook, "cells": cells}).decode())  # their own code is theirs
        parts += [data.decode("utf-8", "replace") for data in graded.files.values()]
        return "\n".join(parts)

    return read


@pytest.fixture(scope="session")
def grade(digests: Digests) -> Callable[..., Graded]:
    def run(grader: Grader, files: dict[str, bytes], student: str = "student") -> Graded:
        return grader.grade(Submission(student, files), digests)

    return run
