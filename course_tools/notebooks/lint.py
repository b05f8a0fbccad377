"""What an author must repair before a notebook may be released, found without running it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from course_tools.notebooks import python
from course_tools.notebooks.cells import (
    Cell,
    Notebook,
    course_data,
    grade_id,
    is_answer,
    is_graded,
    is_marked,
    is_test,
    label,
    marks,
)
from course_tools.notebooks.regions import MARK_SCHEME, SOLUTION, BadRegion, Region, regions
from course_tools.notebooks.stubs import TASK, NoStub, stubbed
from course_tools.records import Finding

KEYS = frozenset(
    {"schema_version", "grade", "grade_id", "locked", "solution", "task", "points", "checksum", "cell_type"}
)
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)
ABSOLUTE = re.compile(
    r"(?<![\w.:/~-])/(?:home|Users|root|tmp|var|mnt|media|opt|srv|work|workspaces?)/[\w.-]+"
)
WINDOWS = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\{1,2}[A-Za-z]")
GARBLED = re.compile("\ufffd|Ã[\x80-\xbf©¤¶¼]|â€|Â[ °±²³·]")


def lint(nb: Notebook, *, file: str = "") -> list[Finding]:
    """Findings in the order of cells; an empty list means that nothing was found.

    nb    as `build` gives it, solutions inside
    file  what to call the author's file in the findings
    """
    found = [one for cell in nb["cells"] for one in _of_cell(cell, file)]
    named = Counter(grade_id(cell) for cell in nb["cells"] if is_marked(cell) and grade_id(cell))
    for name, times in named.items():
        if times > 1:
            problem = f"{times} cells have the grade_id {name}"
            found.append(Finding(problem, "give each cell its own", file, name))
    return found


def _of_cell(cell: Cell, file: str) -> Iterator[Finding]:
    found = [pair for check in (_metadata, _regions, _python, _prose) for pair in check(cell)]
    if is_answer(cell) and not found:
        # Last, because a fault found before says better why there is no stub.
        try:
            stubbed(cell)
        except NoStub as error:
            problem, repair = str(error).split("\n", 1)
            found.append((problem.rstrip("."), repair))
    for problem, repair in found:
        yield Finding(problem, repair, file, label(cell))


def _metadata(cell: Cell) -> Iterator[tuple[str, str]]:
    if "nbgrader" not in cell["metadata"]:
        return
    ours = marks(cell)
    if ours.get("schema_version") != 3 or type(ours.get("schema_version")) is not int:
        yield "its nbgrader metadata names no schema 3", 'add "schema_version": 3'
    for key in sorted(set(ours) - KEYS):
        yield f"nbgrader does not allow the key {key!r}", 'move it under "course"'
    for flag in ("grade", "solution", "locked"):
        if not isinstance(ours.get(flag), bool):
            yield f"the flag {flag!r} is not given", f'add "{flag}": true or false'
    if is_marked(cell) and not GRADE_ID.fullmatch(grade_id(cell)):
        yield "its grade_id is missing or no valid name", "use 1 to 64 letters, digits, _ and -"
    points = ours.get("points")
    if is_graded(cell):
        if points is None:
            yield "it is graded but has no points", 'add "points"'
        elif type(points) not in (int, float) or not 0 <= points < float("inf"):
            yield f"its points are {points!r}", "give a number, 0 or more"
    elif points is not None:
        yield "it has points but is not graded", 'take "points" off or set "grade": true'
    yield from _kind(cell)


def _kind(cell: Cell) -> Iterator[tuple[str, str]]:
    ours = marks(cell)
    graded, answer, task = ours.get("grade") is True, is_answer(cell), ours.get("task") is True
    if task and (cell["cell_type"] != "markdown" or graded or answer):
        yield "a manual task is a markdown cell, neither graded nor a solution", "correct its flags"
    elif cell["cell_type"] == "markdown" and graded != answer:
        yield "a written answer is grade and solution together", "correct its flags"
    elif cell["cell_type"] == "code" and graded and answer:
        yield "a code cell is either the answer or its test", "split it in two cells"
    if (is_test(cell) or task) and ours.get("locked") is not True:
        yield "a cell that grades is not locked", 'set "locked": true'
    if answer and ours.get("locked") is True:
        yield "an answer is locked, so nobody can write it", 'set "locked": false'
    if answer and cell["cell_type"] == "code" and not TASK.fullmatch(str(course_data(cell).get("task", ""))):
        yield "the stub would not say which task it is", 'add course={"task": "07.2"} or the like'


def _regions(cell: Cell) -> Iterator[tuple[str, str]]:
    if "BEGIN HIDDEN TESTS" in cell["source"]:
        yield (
            "it holds hidden tests",
            "move them to graders/: what is in the notebook reaches the student's process",
        )
    for marker, allowed, place in (
        (SOLUTION, is_answer(cell), "a solution cell"),
        (MARK_SCHEME, marks(cell).get("task") is True, "a manual task"),
    ):
        try:
            found = regions(cell["source"], marker)
        except BadRegion as error:
            yield str(error), f"let every BEGIN {marker} have one END {marker} below it"
            continue
        if found and not allowed:
            yield f"a {marker} region stands outside {place}", "move the region or correct the flags"
        if marker == SOLUTION:
            if is_answer(cell) and not found:
                yield (
                    "the whole cell would be wiped: it has no region",
                    f"put BEGIN and END {marker} round the answer",
                )
            if cell["cell_type"] == "code":
                yield from (one for region in found for one in _region(cell["source"], region))


def _region(source: str, region: Region) -> Iterator[tuple[str, str]]:
    lines = source.split("\n")
    inside = lines[region.begin : region.end - 1]
    indent = len(lines[region.begin - 1]) - len(lines[region.begin - 1].lstrip())
    if not any(line.strip() and not line.strip().startswith("#") for line in inside):
        yield f"the region at line {region.begin} holds no code", "put the answer inside or take it off"
        return
    tree = python.tree(source)
    if tree is None:
        return
    swallowed = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and region.begin < node.lineno < region.end
        and (node.col_offset < indent or not region.function(tree))  # a helper inside a body is fine
    ]
    if swallowed:
        yield (
            f"the region at line {region.begin} swallows the line of {swallowed[0].name}",
            "put regions inside bodies, so that signature and docstring stay",
        )


def _python(cell: Cell) -> Iterator[tuple[str, str]]:
    if cell["cell_type"] != "code":
        return
    # The course's own cells are Python through and through; a free one may hold magics.
    tree = python.tree(cell["source"] if is_marked(cell) else MAGIC.sub("", cell["source"]))
    if tree is None:
        yield "it is not Python", "repair it, or move a magic to a cell without marks"
    elif is_test(cell):
        last = tree.body[-1] if tree.body else None
        if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
            yield "its last line is not a call, so nothing is tested", "end it with the call of its test"


def _prose(cell: Cell) -> Iterator[tuple[str, str]]:
    for pattern in (ABSOLUTE, WINDOWS):
        if path := pattern.search(cell["source"]):
            yield f"it names a folder of somebody's machine: {path.group()}", "use a relative path"
    if garbled := GARBLED.search(cell["source"]):
        yield f"it holds garbled text: {garbled.group()!r}", "save the file as UTF-8 and retype the signs"
