"""A course of one tiny module: two tasks, five checks, three mistakes, two right variants. Sound as it stands."""

from __future__ import annotations

import json
from pathlib import Path

from course_tools.notebooks import read
from course_tools.notebooks import write as write_notebook
from course_tools.notebooks.cells import is_answer
from course_tools.notebooks.stubs import stubbed

CATALOGUE = """\
name = "tiny"
title = "A tiny course"

[[modules]]
number = "01"
name = "sums"
title = "Sums"
export = "tinytorch.core.sums"
seed = "1f0e-seed-of-01"
"""


def cell(grade_id: str, source: str, *, kind: str = "", task: str = "", needs: tuple[str, ...] = (), **flags):
    marks = {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
        **flags,
    }
    course = f" course={json.dumps({'task': task, 'needs': list(needs)})}" if task else ""
    text = "".join(f"# {line}\n" for line in source.split("\n")) if kind else source + "\n"
    return f"# %% {'[markdown] ' if kind else ''}nbgrader={json.dumps(marks)}{course}\n{text}\n"


DOUBLE = '''\
#| export
def double(x):
    """Twice x; text is refused with ValueError."""
    ### BEGIN SOLUTION
    if isinstance(x, str):
        raise ValueError("x is text")
    return 2 * x
    ### END SOLUTION'''
TRIPLE = '''\
#| export
def triple(x):
    """Three times x."""
    ### BEGIN SOLUTION
    return double(x) + x
    ### END SOLUTION'''
ANSWER = {"locked": False, "solution": True}
TEXT = "".join(
    [
        cell("m01-title", "# 01 Sums", kind="markdown"),
        cell("m01-setup", "#| export\nimport math"),
        cell("m01-double", DOUBLE, task="01.1", **ANSWER),
        cell(
            "m01-double-test",
            "def test_double():\n    assert double(3) == 6\n\n\ntest_double()",
            task="01.1",
            grade=True,
            points=40,
        ),
        "# %%\n# A free cell.\nprint([double(one) for one in range(3)])\n\n",
        cell("m01-triple", TRIPLE, task="01.2", needs=("m01-double-test",), **ANSWER),
        cell(
            "m01-triple-test",
            "def test_triple():\n    assert triple(5) == 15\n\n\ntest_triple()",
            task="01.2",
            needs=("m01-double-test",),
            grade=True,
            points=50,
        ),
        cell("m01-q1-text", "## Q1\nWhy is a sum of floats not exact?", kind="markdown"),
        cell(
            "m01-q1",
            "### BEGIN SOLUTION\nEach sum is rounded to 53 bits of mantissa. (10)\n### END SOLUTION",
            kind="markdown",
            task="01.Q1",
            grade=True,
            points=10,
            **ANSWER,
        ),
    ]
)
CHECKS = '''\
"""The checks of module 01."""
from course_tools.grading import check, expect


@check("m01-double-test", visible=True, hint="twice")
def test_double_of_three(student, rng):
    """Double of 3."""
    expect(student.probe("one", name="double", x=3)).equal(6, what="double")


@check("m01-double-test", hint="twice, for every number")
def test_double_of_others(student, rng):
    """Double of other numbers."""
    x = rng.normal() - 4
    expect(student.probe("one", name="double", x=x)).close(2 * x, what="double")


@check("m01-double-test", hint="raise ValueError")
def test_double_refuses_text(student, rng):
    """Text is refused."""
    expect(student.probe("one", name="double", x="3")).raises("ValueError", what="double of text")


@check("m01-triple-test", visible=True, hint="three times")
def test_triple_of_five(student, rng):
    """Triple of 5."""
    expect(student.probe("one", name="triple", x=5)).equal(15, what="triple")


@check("m01-triple-test", hint="three times, for every number")
def test_triple_of_others(student, rng):
    """Triple of other numbers."""
    x = rng.normal() - 4
    expect(student.probe("one", name="triple", x=x)).close(3 * x, what="triple")
'''
PROBES = """\
def one(names, name, x):
    try:
        return names[name](x)
    except ValueError as error:
        return {"raised": "ValueError", "message": str(error)}
"""
BANK = '''\
"""Known wrong and right solutions of module 01."""
from course_tools.records import Mistake, RightVariant

MISTAKES = [
    Mistake(
        name="W01.1a",
        title="2 is added instead of multiplied",
        grade_id="m01-double-test",
        cell="m01-double",
        before="return 2 * x",
        after="return x + 2",
        caught_by=("test_double_of_three", "test_double_of_others"),
        also=("m01-triple-test",),
    ),
    Mistake(
        name="W01.1b",
        title="text is doubled like a number",
        grade_id="m01-double-test",
        cell="m01-double",
        before="if isinstance(x, str):",
        after="if False:",
        caught_by=("test_double_refuses_text",),
    ),
    Mistake(
        name="W01.2a",
        title="four times instead of three",
        grade_id="m01-triple-test",
        cell="m01-triple",
        before="double(x) + x",
        after="double(double(x))",
        caught_by=("test_triple_of_five", "test_triple_of_others"),
    ),
]
RIGHT = [
    RightVariant("R01.1a", "a sum", "m01-double", "return 2 * x", "return x + x"),
    RightVariant("R01.2a", "a product", "m01-triple", "double(x) + x", "3 * x"),
]
'''
FILES = {
    "course.toml": CATALOGUE,
    "tinytorch/__init__.py": "",
    "source/01_sums/01_sums.py": TEXT,
    "graders/test_01_sums.py": CHECKS,
    "graders/probes/01_sums.py": PROBES,
    "graders/mistakes/01_sums.py": BANK,
}


def write(root: Path) -> None:
    """The course's files, neither built nor released."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def replace(path: Path, before: str, after: str) -> None:
    """Change one place of a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, (before, text.count(before))
    path.write_text(text.replace(before, after), encoding="utf-8")


def generate(course, module) -> None:
    """A stand-in for nbgrader's generator, which takes seconds: the source notebook with stubs."""
    notebook = read(course.source_notebook(module))
    for one in notebook["cells"]:
        if is_answer(one):
            one["source"] = stubbed(one)
    write_notebook(course.release_notebook(module), notebook)
