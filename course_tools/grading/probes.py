"""The probe file of a module, cut so that each call sends the notebook's process what that probe needs and no more.

A copy of a notebook runs what it is sent anew for every call. A thousand lines of other probes would cost each of
them more than its answer does, and would put more of them within reach of the student's code.
"""

from __future__ import annotations

import ast
import marshal
from collections.abc import Iterator
from pathlib import Path

from course_tools.grading.checks import BrokenCheck


class Probes:
    """The probe functions of one file.

    Raises BrokenCheck when the file is missing or does not compile.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.name
        try:
            self._body = ast.parse(path.read_text(encoding="utf-8")).body
            compile(ast.Module(self._body, []), "<probes>", "exec")
        except (OSError, SyntaxError, ValueError) as error:
            raise BrokenCheck(f"{path.name} cannot be used: {error}") from error
        self._defined = [frozenset(_defined(one)) for one in self._body]
        self._used = [
            frozenset(node.id for node in ast.walk(one) if isinstance(node, ast.Name)) for one in self._body
        ]
        self._code: dict[str, bytes] = {}

    @property
    def texts(self) -> frozenset[str]:
        """All texts written in the file."""
        constants = (node for one in self._body for node in ast.walk(one) if isinstance(node, ast.Constant))
        return frozenset(one.value for one in constants if isinstance(one.value, str))

    def code(self, name: str) -> bytes:
        """The marshalled code of one probe with everything of the file it names, however indirectly.

        Raises BrokenCheck when the file has no probe of that name.
        """
        if name not in self._code:
            if not any(name in one for one in self._defined):
                raise BrokenCheck(f"{self._file} has no probe {name}")
            part = ast.Module([self._body[place] for place in self._needed(name)], [])
            self._code[name] = marshal.dumps(compile(part, "<probes>", "exec"))
        return self._code[name]

    def _needed(self, name: str) -> list[int]:
        """Places of the statements, in order. What defines nothing is there for its effect, so for every probe."""
        needed: set[int] = set()
        names, waiting = {name}, [place for place, one in enumerate(self._defined) if not one or name in one]
        while waiting:
            place = waiting.pop()
            if place in needed:
                continue
            needed.add(place)
            new = self._used[place] - names
            names |= new
            waiting += [at for at, one in enumerate(self._defined) if one & new]
        return sorted(needed)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """Names a top-level statement gives a value; too many rather than too few."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        yield "__doc__"  # of no effect, and no probe asks for it
    elif not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from (one.asname or one.name.split(".")[0] for one in node.names)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
