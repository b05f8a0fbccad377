"""What a solution cell becomes in the students' notebook."""

from __future__ import annotations

import re

from course_tools.files import UserError
from course_tools.notebooks import python
from course_tools.notebooks.cells import Cell, course_data, label
from course_tools.notebooks.regions import SOLUTION, BadRegion, Region, regions

TODO = "# YOUR CODE HERE"
WRITTEN = "YOUR ANSWER HERE"
TASK = re.compile(r"\d\d\.[A-Za-z0-9]+", re.ASCII)


class NoStub(UserError):
    """The cell cannot be turned into a stub: the message names the cell and the repair."""


def stubbed(cell: Cell) -> str:
    """The cell's text with every solution region replaced; what stands outside of them stays.

    A region inside a function raises NotImplementedError, naming task and function, when it is run. One
    outside of functions (the quiz) leaves only a comment: running an unfinished cell must not raise. A
    written answer becomes one line.

    Raises NoStub for a cell without a region (nothing would be left of it), regions that do not pair up,
    a code cell without course={"task": ...}, and when the outcome would not be Python.
    """
    source = cell["source"]
    try:
        found = regions(source, SOLUTION)
    except BadRegion as error:
        raise NoStub(f"Cell {label(cell)}: {error}.\nLet every BEGIN have one END below it.") from error
    if not found:
        raise NoStub(
            f"Cell {label(cell)} has no solution region.\nPut BEGIN and END {SOLUTION} round the answer."
        )
    if cell["cell_type"] != "code":
        return _replaced(source, [(region, [WRITTEN]) for region in found])
    tree = python.tree(source)
    task = course_data(cell).get("task")
    if tree is None:
        raise NoStub(f"Cell {label(cell)} is not Python.\nRepair it first.")
    if not isinstance(task, str) or not TASK.fullmatch(task):
        raise NoStub(f'Cell {label(cell)} names no task.\nAdd course={{"task": "07.2"}} or the like.')
    stub = _replaced(source, [(region, _lines(task, region.function(tree))) for region in found])
    if python.tree(stub) is None:
        raise NoStub(
            f"Cell {label(cell)} without its solution is not Python.\n"
            "Let every region hold whole statements of one body."
        )
    return stub


def _lines(task: str, function: str | None) -> list[str]:
    if function is None:
        return [TODO]
    return [TODO, f'raise NotImplementedError("{task} {function}: write this part, then delete this line")']


def _replaced(source: str, parts: list[tuple[Region, list[str]]]) -> str:
    lines = source.split("\n")
    for region, stub in reversed(parts):
        first = lines[region.begin - 1]
        indent = first[: len(first) - len(first.lstrip())]
        lines[region.begin - 1 : region.end] = [indent + line for line in stub]
    return "\n".join(lines)
