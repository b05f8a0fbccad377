"""A small plain nbgrader course, without any check of ours, and what a class may hand in for it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


def cell(kind: str, text: str, name: str, **flags: Any) -> dict[str, Any]:
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made = {
        "cell_type": kind,
        "id": f"id-{name}",
        "metadata": {"nbgrader": base | {"grade_id": name} | flags},
        "source": text,
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def solution(name: str, text: str) -> dict[str, Any]:
    return cell("code", f"### BEGIN SOLUTION\n{text}\n### END SOLUTION", name, solution=True)


def tested(name: str, text: str, points: float) -> dict[str, Any]:
    return cell("code", text, name, grade=True, locked=True, points=points)


def source() -> Notebook:
    hidden = "\n### BEGIN HIDDEN TESTS\nassert square(-4) == 16\n### END HIDDEN TESTS"
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": KERNEL},
        "cells": [
            cell("code", "import sys\nlimit = 10", "setup", locked=True),
            solution("square", "def square(x):\n    return x * x"),
            tested("square-test", f"assert square(3) == 9{hidden}", 2),
            solution("share", "def share():\n    return 2"),
            tested("share-test", "share()", 2),
            cell("markdown", "Add two numbers.", "text", locked=True),
            solution("add", "def add(a, b):\n    return a + b"),
            tested("add-test", "assert add(1, 2) == 3\nassert limit == 10", 1),
            cell(
                "markdown",
                "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
                "why",
                grade=True,
                solution=True,
                points=3,
            ),
            cell(
                "code", "### BEGIN SOLUTION\n1\n### END SOLUTION", "own", grade=True, solution=True, points=2
            ),
            cell("markdown", "Draw something.", "draw", task=True, locked=True, points=4),
        ],
    }


RIGHT = {
    "square": "def square(x):\n    return x * x",
    "share": "def share():\n    return 2",
    "add": "def add(a, b):\n    return a + b",
    "why": "It follows.",
    "own": "print('mine')",
}


def answers(release: Notebook, **texts: str) -> Notebook:
    made = copy.deepcopy(release)
    for one in made["cells"]:
        name = one["metadata"]["nbgrader"]["grade_id"]
        if name in texts:
            one["source"] = texts[name]
    return made


def of(notebook: Notebook, name: str) -> dict[str, Any]:
    return next(
        one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def without(name: str) -> Callable[[Notebook], None]:
    return lambda nb: nb["cells"].remove(of(nb, name))


def twice(name: str) -> Callable[[Notebook], None]:
    def change(nb: Notebook) -> None:
        copied = copy.deepcopy(of(nb, name))
        copied["id"] += "-copy"
        nb["cells"].insert(nb["cells"].index(of(nb, name)), copied)

    return change


def foreign(nb: Notebook) -> None:
    nb["cells"].append(tested("bonus", "pass", 100))


def flags_off(nb: Notebook) -> None:
    of(nb, "add-test")["metadata"]["nbgrader"] |= {"grade": False, "solution": True}


def old_metadata(nb: Notebook) -> None:
    of(nb, "add-test")["metadata"]["nbgrader"]["schema_version"] = 1


def retyped(nb: Notebook) -> None:
    one = of(nb, "add")
    one["cell_type"] = "markdown"
    del one["outputs"], one["execution_count"]


def weakened(nb: Notebook) -> None:
    of(nb, "square-test")["source"] = "pass"
    of(nb, "square-test")["metadata"]["nbgrader"]["points"] = 50


def scratch(nb: Notebook) -> None:
    extra = {
        "cell_type": "code",
        "id": "scratch",
        "metadata": {},
        "source": "1/0",
        "outputs": [],
        "execution_count": None,
    }
    nb["cells"].insert(3, extra)


def other_kernel(nb: Notebook) -> None:
    nb["metadata"]["kernelspec"] = {"name": "julia", "language": "julia", "display_name": "Julia"}


# student -> (texts in place of the right ones, change of the notebook, the difference from docs/reference, or "")
CLASS: dict[str, tuple[dict[str, str], Callable[[Notebook], None] | None, str]] = {
    "right": ({}, None, ""),
    "untouched": (dict.fromkeys(RIGHT, ""), None, ""),
    "wrong": (
        {"square": "def square(x):\n    return x + x", "add": "def add(a, b):\n    return a"},
        None,
        "",
    ),
    "hidden": ({"square": "def square(x):\n    return 9"}, None, ""),
    "part": ({"share": "def share():\n    return 0.5"}, None, ""),
    "zero": ({"share": "def share():\n    return 0"}, None, ""),
    "none": ({"share": "def share():\n    pass"}, None, ""),
    "error": ({"square": "raise KeyError('x')"}, None, ""),
    "syntax": ({"square": "def square(x:\n    return"}, None, ""),
    "talks": ({"share": "def share():\n    print('0 points')\n    return 2"}, None, ""),
    "timeout": ({"square": "def square(x):\n    while True: pass"}, None, ""),
    "blank": ({"why": ""}, None, ""),
    "scratch": ({}, scratch, ""),
    "weakened": ({}, weakened, ""),
    "retyped": ({}, retyped, ""),
    "kernel": ({}, other_kernel, ""),
    "nostderr": (
        {"add": "import sys\nprint('careful', file=sys.stderr)\ndef add(a, b): return a + b"},
        None,
        "",
    ),
    "stderr": (
        {"add": "import sys\ndef add(a, b):\n    print('careful', file=sys.stderr)\n    return a + b"},
        None,
        "D1",
    ),
    "warns": (
        {"add": "import warnings\ndef add(a, b):\n    warnings.warn('old')\n    return a + b"},
        None,
        "D1",
    ),
    "nan": ({"share": "def share():\n    return float('nan')"}, None, "D2"),
    "negative": ({"share": "def share():\n    return -1"}, None, "D2"),
    "true": ({"share": "def share():\n    return True"}, None, "D2"),
    "listed": ({"share": "def share():\n    return [1]"}, None, "D2"),
    "numpy": ({"share": "import numpy as np\ndef share():\n    return np.float64(1.5)"}, None, "D3"),
    "toomuch": ({"share": "def share():\n    return 3"}, None, "D4"),
    "infinite": ({"share": "def share():\n    return float('inf')"}, None, "D4"),
    "exits": ({"add": "import os\nos._exit(0)"}, None, "D5"),
    "deleted": ({}, without("add-test"), "D6"),
    "copied": ({}, twice("square-test"), "D7"),
    "copiedanswer": ({}, twice("square"), "D7"),
    "foreign": ({}, foreign, "D8"),
    "flags": ({}, flags_off, "D9"),
    "schema": ({}, old_metadata, "D10"),
    "noanswer": ({}, without("why"), "D11"),
}


def write(folder: Path, notebook: Notebook) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "p1.ipynb").write_text(json.dumps(notebook))


def hand_in(course: Path, release: Notebook) -> None:
    """Everybody's submitted/ folder, made from the released notebook."""
    for student, (texts, change, _) in CLASS.items():
        given = {name: text for name, text in (RIGHT | texts).items() if student != "untouched"}
        notebook = answers(release, **given)
        if change:
            change(notebook)
        write(course / "submitted" / student / "ps1", notebook)
