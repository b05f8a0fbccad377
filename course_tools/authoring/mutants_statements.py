"""What a student may get wrong with whole statements: one left out, two in the wrong order, one written otherwise."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_tools.authoring.mutants_operators import inverted, is_mode

FIXED = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Pass,
    ast.Global,
    ast.Nonlocal,
)  # left out or moved they only raise NameError
LEAVING = (
    ast.Return,
    ast.Raise,
    ast.Break,
    ast.Continue,
)  # moved before another it is as if that were left out
# fmt: off
PURE = {
    "abs", "all", "any", "bool", "dict", "enumerate", "float", "getattr", "hasattr", "id", "int",
    "isinstance", "len", "list", "max", "min", "range", "repr", "reversed", "round", "set",
    "sorted", "str", "sum", "tuple", "type", "zip",
}
PURE_METHODS = {
    "all", "any", "argmax", "argmin", "astype", "copy", "count", "dot", "endswith", "format", "get",
    "index", "item", "items", "join", "keys", "max", "mean", "min", "ravel", "reshape",
    "startswith", "std", "sum", "tolist", "transpose", "values", "var",
}
# fmt: on
MODULES = {"np", "numpy", "math"}
ANYTHING = "*"  # a place that may be any other


def may_go(statement: ast.stmt) -> bool:
    """Whether leaving it out is a mistake worth trying."""
    if isinstance(statement, FIXED):
        return False
    return not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def may_swap(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether their order matters, as far as can be seen without running them."""
    if not (may_go(first) and may_go(second)) or isinstance(first, LEAVING) or isinstance(second, LEAVING):
        return False
    return not _independent(first, second)


def rewritten(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """(operator, another statement in its place) for what no expression operator sees."""
    if isinstance(statement, ast.AugAssign):
        value, target = statement.value, statement.target
        if isinstance(statement.op, (ast.Add, ast.Sub)):
            text = isinstance(value, (ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple))
            if not text:
                other = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
                yield "flip-sign", ast.AugAssign(target, other, value)
        if isinstance(statement.op, (ast.Add, ast.Sub, ast.Mult)):
            yield "drop-term", ast.Assign([target], value, lineno=statement.lineno)
    elif isinstance(statement, ast.Assert):
        for test in inverted(statement.test):
            yield "invert-condition", ast.Assert(test, statement.msg)
    elif isinstance(statement, ast.Assign):
        first, flag = statement.targets[0], statement.value
        name = first.attr if isinstance(first, ast.Attribute) else getattr(first, "id", None)
        if is_mode(name) and isinstance(flag, ast.Constant) and isinstance(flag.value, bool):
            flipped = ast.Constant(not flag.value)
            yield "train-eval", ast.Assign(statement.targets, flipped, lineno=statement.lineno)


def _independent(first: ast.stmt, second: ast.stmt) -> bool:
    reads_1, writes_1 = _touched(first)
    reads_2, writes_2 = _touched(second)
    if writes_1 == {ANYTHING} or writes_2 == {ANYTHING}:
        other_reads, other_writes = (reads_2, writes_2) if writes_1 == {ANYTHING} else (reads_1, writes_1)
        mixed = (reads_1 | writes_1) & (reads_2 | writes_2)
        return not other_reads and ANYTHING not in other_writes and not mixed
    return not (writes_1 & (reads_2 | writes_2) or writes_2 & reads_1)


def _touched(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Places read and written: "x", "self.rate"; {ANYTHING} written when a call or a subscript may change others."""
    reads: set[str] = set()
    writes: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(f"{node.value.id}.{node.attr}")
        elif (
            isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, *LEAVING, ast.Delete, ast.With, ast.Try))
            or (isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load))
            or (isinstance(node, ast.Call) and not _is_pure(node))
        ):
            return reads | {one.id for one in ast.walk(statement) if isinstance(one, ast.Name)}, {ANYTHING}
    if isinstance(statement, ast.AugAssign):
        reads |= writes
    return reads, writes


def _is_pure(node: ast.Call) -> bool:
    function = node.func
    if isinstance(function, ast.Name):
        return function.id in PURE
    if not isinstance(function, ast.Attribute):
        return False
    if isinstance(function.value, ast.Name) and function.value.id in MODULES:
        return True
    return function.attr in PURE_METHODS
