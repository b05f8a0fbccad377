"""The marked cells of a notebook as one importable file: `#| export` decides what goes in."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from course_tools.files import UserError
from course_tools.notebooks.cells import Cell, Notebook, first_line, label
from course_tools.notebooks.python import UNPARSABLE

MARK = re.compile(r"#\s*\|\s*export", re.ASCII)
# Calls that would show something or test something each time the file is imported.
NOISY = frozenset({"print", "pprint", "display", "show", "input", "breakpoint"})
HEADER = """\
# {module}
#
# Made from the cells marked "#| export" of {origin}.
# Do not edit: change the notebook and export again; this file is written anew each time.
"""


class ExportError(UserError):
    """The marked cells do not make a module: the message names the cell, the line and the repair."""


def export(nb: Notebook, *, module: str) -> str:
    """Source text of the module `module`, made of the marked code cells in their order.

    The mark itself is left out, `from __future__` lines move to the top, nothing else changes.
    Raises ExportError when no cell is marked, when one is not Python (IPython's %magics and !commands are
    not), and when importing it would run tests or print.
    """
    parts = []
    futures: set[str] = set()
    for cell in nb["cells"]:
        if is_exported(cell):
            text, names = _part(cell)
            futures |= names
            parts.append(f"\n\n# Cell {label(cell)}\n{text}\n")
    if not parts:
        raise ExportError(
            "There is nothing to export: no code cell begins with #| export.\n"
            "Put that line at the top of the cells that belong to the module."
        )
    head = HEADER.format(module=module, origin=_origin(nb))
    if futures:
        head += f"\nfrom __future__ import {', '.join(sorted(futures))}\n"
    return head + "".join(parts)


def is_exported(cell: Cell) -> bool:
    """Whether the first line of the code cell that is not blank is `#| export` (or `#|export`)."""
    return cell["cell_type"] == "code" and bool(MARK.fullmatch(first_line(cell["source"])))


def exported_names(source: str) -> tuple[str, ...]:
    """Public names that importing the source defines at its top level, in order; imported ones are not.

    Raises ExportError when the source is not Python.
    """
    names: dict[str, None] = {}
    for statement in _run_on_import(_parsed(source, "the module").body):
        for name in _bound(statement):
            if not name.startswith("_"):
                names[name] = None
    return tuple(names)


def test_functions(source: str) -> tuple[str, ...]:
    """Names of functions at the top level of the source that begin with "test_", in order.

    Raises ExportError when the source is not Python.
    """
    return tuple(one.name for one in _tests(_parsed(source, "the module").body))


test_functions.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test where imported


def _part(cell: Cell) -> tuple[str, set[str]]:
    """The cell's text without its mark and without `from __future__`, and the features those named."""
    lines = cell["source"].split("\n")
    mark = next(number for number, line in enumerate(lines) if line.strip())
    lines[mark] = ""
    tree = _parsed("\n".join(lines), f"Cell {label(cell)}")
    _refuse_tests_and_noise(cell, tree)
    futures = set()
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            futures |= {one.name for one in statement.names}
            last = statement.end_lineno or statement.lineno
            lines[statement.lineno - 1 : last] = [""] * (last - statement.lineno + 1)
    return "\n".join(lines).strip("\n").rstrip(), futures


def _parsed(source: str, what: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is no reason to stop
            tree = ast.parse(source)
            # Parsing alone lets `return` outside a function and the like pass.
            compile(source, "<export>", "exec", dont_inherit=True)
    except UNPARSABLE as error:
        raise ExportError(_why(source, what, error)) from error
    return tree


def _why(source: str, what: str, error: BaseException) -> str:
    if not isinstance(error, SyntaxError):
        return f"{what} cannot be compiled: {str(error) or type(error).__name__}.\nWrite it more simply."
    number = error.lineno or 1
    lines = source.split("\n")
    line = lines[number - 1].strip() if number <= len(lines) else ""
    if line.startswith(("%", "!", "?")) or line.endswith("?"):
        return (
            f"{what}, line {number} is for the notebook only: {line}\n"
            "Move it to a cell of its own, without #| export."
        )
    return (
        f"{what}, line {number} is not Python: {error.msg}\n    {line}\nRepair that line, then export again."
    )


def _refuse_tests_and_noise(cell: Cell, tree: ast.Module) -> None:
    repair = "Move it to a cell of its own, without #| export."
    for test in _tests(tree.body):
        raise ExportError(
            f"Cell {label(cell)}, line {test.lineno} defines the test {test.name}, "
            f"which does not belong in the module.\n{repair}"
        )
    for statement in _run_on_import(tree.body):
        called = _called(statement)
        if called in NOISY or called.startswith("test_"):
            raise ExportError(
                f"Cell {label(cell)}, line {statement.lineno} calls {called}(), "
                f"which would happen at every import.\n{repair}"
            )


def _run_on_import(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement that importing runs: also inside if, for, while, with, try and match at the top level."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, ast.If) and _is_main_guard(statement.test):
            yield from _run_on_import(statement.orelse)
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from _run_on_import(getattr(statement, part, ()))
        for branch in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _run_on_import(branch.body)


def _tests(body: Iterable[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for one in _run_on_import(body):
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name.startswith("test_"):
            yield one


def _is_main_guard(test: ast.expr) -> bool:
    return "__name__" in {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}


def _called(statement: ast.stmt) -> str:
    """The last name of the function a bare call statement calls, else ""."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return ""
    function = statement.value.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _origin(nb: Notebook) -> str:
    course = nb["metadata"].get("course")
    stem = course.get("module") if isinstance(course, dict) else None
    named = isinstance(stem, str) and re.fullmatch(r"\w{1,64}", stem, re.ASCII)
    return f"{stem}.ipynb" if named else "the module's notebook"
