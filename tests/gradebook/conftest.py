"""A tiny course with one assignment, its gradebook, and reports about it."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from course_tools.gradebook import assignment
from course_tools.gradebook.database import connect
from course_tools.records import Digests, Report, TaskResult

NAME = "07_training"
POINTS = {"sum-test": 3.0, "mean-test": 2.0, "essay": 5.0}


def cell(kind: str, text: str, grade_id: str = "", **flags: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "id": grade_id or "loose", "metadata": {}, "source": text}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if grade_id:
        base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        made["metadata"]["nbgrader"] = base | {"grade_id": grade_id} | flags
    return made


def source_notebook() -> dict[str, Any]:
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
        "cells": [
            cell(
                "code",
                "### BEGIN SOLUTION\ndef total(x): return sum(x)\n### END SOLUTION",
                "sum",
                solution=True,
            ),
            cell("code", "assert total([1]) == 1", "sum-test", grade=True, locked=True, points=3),
            cell("code", "assert True", "mean-test", grade=True, locked=True, points=2),
            cell(
                "markdown",
                "### BEGIN SOLUTION\nx\n### END SOLUTION",
                "essay",
                grade=True,
                solution=True,
                points=5,
            ),
        ],
    }


@contextmanager
def nbgrader_may_warn() -> Iterator[None]:
    """nbgrader and its libraries warn about each other; our own code is outside this block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def quietly() -> Callable[[], Any]:
    return nbgrader_may_warn


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template")
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(source_notebook()))
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'tiny'\n")
    url = f"sqlite:///{root / 'gradebook.db'}"
    with nbgrader_may_warn():
        connect(url).dispose()
        assignment.create(root, NAME, url, "tiny")
    return root


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "course"))


@pytest.fixture
def url(root: Path) -> str:
    return f"sqlite:///{root / 'gradebook.db'}"


@pytest.fixture
def make_report() -> Callable[..., Report]:
    def make(student: str = "ann", **points: float | str | None) -> Report:
        """A keyword per grade_id (with _ for -): points, None for a person's task, or "broken"."""
        given: dict[str, Any] = {"sum_test": 3.0, "mean_test": 2.0, "essay": None} | points
        tasks = []
        for key, value in given.items():
            name = key.replace("_", "-")
            most = POINTS.get(name, 1.0)
            broken = value == "broken"
            verdict = (
                "broken" if broken else None if value is None else "passed" if value == most else "failed"
            )
            evidence = "manual" if value is None else "examined"
            tasks.append(TaskResult(name, name, verdict, None if broken else value, most, evidence))
        return Report(
            course="tiny",
            module=NAME,
            student=student,
            state="graded",
            points=sum(t.points or 0.0 for t in tasks),
            max_points=10.0,
            tasks=tuple(tasks),
            cells=(),
            notes=(),
            digests=Digests("a", "b", "c", "d"),
            sandbox="unsafe",
            engine="0",
            graded_at="2026-01-01T00:00:00+00:00",
            seconds=0.1,
            cpu_seconds=0.1,
            peak_memory_mb=1.0,
        )

    return make


@pytest.fixture
def answered() -> Callable[..., dict[str, Any]]:
    def make(**texts: str) -> dict[str, Any]:
        """The executed notebook; a keyword per grade_id replaces a text, the rest is as released."""
        released = {"sum": "# YOUR CODE HERE\nraise NotImplementedError()", "essay": "YOUR ANSWER HERE"}
        nb = source_notebook()
        for one in nb["cells"]:
            name = one["metadata"]["nbgrader"]["grade_id"]
            one["source"] = texts.get(name, released.get(name, one["source"]))
        return nb

    return make
