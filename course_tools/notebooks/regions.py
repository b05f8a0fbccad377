"""Regions of a cell that do not reach the student: where they begin and end, and whose body they are."""

from __future__ import annotations

import ast
from dataclasses import dataclass

SOLUTION = "SOLUTION"
MARK_SCHEME = "MARK SCHEME"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class BadRegion(ValueError):
    """Markers that do not pair up; the message says how."""


@dataclass(frozen=True)
class Region:
    """Lines from BEGIN to END, both included, counted from 1."""

    begin: int
    end: int

    def function(self, tree: ast.Module) -> str | None:
        """Name of the innermost function whose body holds the region, `Class.method` for a method; or None."""
        return _innermost(tree.body, self, ())


def regions(source: str, marker: str) -> list[Region]:
    """The regions of the text, in order. A marker is a part of a line, as for nbgrader.

    Raises BadRegion when a region is nested, not closed or closed before it is opened.
    """
    found: list[Region] = []
    begin: int | None = None
    for number, line in enumerate(source.split("\n"), start=1):
        if f"BEGIN {marker}" in line:
            if begin is not None:
                raise BadRegion(f"line {number} opens a region inside the one of line {begin}")
            begin = number
        elif f"END {marker}" in line:
            if begin is None:
                raise BadRegion(f"line {number} closes a region that was not opened")
            found.append(Region(begin, number))
            begin = None
    if begin is not None:
        raise BadRegion(f"the region of line {begin} is not closed")
    return found


def _innermost(body: list[ast.stmt], region: Region, path: tuple[tuple[str, bool], ...]) -> str | None:
    for node in ast.walk(ast.Module(body, [])):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if node.lineno < region.begin and region.begin < (node.end_lineno or 0):
            is_class = isinstance(node, ast.ClassDef)
            deeper = _innermost(node.body, region, (*path, (node.name, is_class)))
            if deeper is not None:
                return deeper
            return None if is_class else _qualified((*path, (node.name, False)))
    return None


def _qualified(path: tuple[tuple[str, bool], ...]) -> str:
    """`Class.method`, or the function's name; the functions around an inner one are left out."""
    names = [path[-1][0]]
    for name, is_class in reversed(path[:-1]):
        if not is_class:
            break
        names.append(name)
    return ".".join(reversed(names))
