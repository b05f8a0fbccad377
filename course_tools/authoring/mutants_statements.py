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
MODULES = {"np", "numpy", "math", "statistics"}
ANYTHING = "*"  # a place that may be any other


def may_go(statement: ast.stmt) -> bool:
    """Whether leaving it out is a mistake worth trying."""
    if isinstance(statement, FIXED):
        return False
    return not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def may_swap(first: ast.stmt, second: ast.stmt, *, constructing: bool = False) -> bool:
    """Whether their order matters, as far as can be seen without running them.

    constructing  they stand in __init__: when it raises, nobody sees what it had assigned
    """
    if not (may_go(first) and may_go(second)) or isinstance(first, LEAVING) or isinstance(second, LEAVING):
        return False
    if _sets_other_keys(first, second):
        return False
    return not any(
        _leaves(one) and _cannot_be_seen(other, one, constructing)
        for one, other in ((first, second), (second, first))
    ) and not _independent(first, second)


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
    if writes_1 != {ANYTHING} and writes_2 != {ANYTHING}:
        return not (writes_1 & (reads_2 | writes_2) or writes_2 & reads_1)
    if writes_1 == writes_2:
        return False
    # One calls something. That cannot touch local names, apart from those it assigns itself.
    caller, plain = (first, second) if writes_1 == {ANYTHING} else (second, first)
    if any(isinstance(one, LEAVING) for one in ast.walk(caller)):
        return False
    reads, writes = _touched(plain)
    named = {one.id for one in ast.walk(caller) if isinstance(one, ast.Name)}
    assigned = {
        one.id for one in ast.walk(caller) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    }
    only_names = all("." not in one for one in reads | writes)
    looks_inside = any(isinstance(one, (ast.Call, ast.Subscript)) for one in ast.walk(plain))
    return only_names and not looks_inside and not (writes & named) and not (reads & assigned)


def _leaves(statement: ast.stmt) -> bool:
    """An `if` that does nothing but return or raise."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and all(isinstance(one, (ast.Return, ast.Raise)) for one in statement.body)
    )


def _cannot_be_seen(statement: ast.stmt, leaver: ast.stmt, constructing: bool) -> bool:
    """Whether nobody can tell if this was done before the function was left: a value that cannot raise is kept."""
    if not isinstance(statement, ast.Assign):
        return False
    _, writes = _touched(statement)
    assert isinstance(leaver, ast.If)
    raises = isinstance(leaver.body[-1], ast.Raise)
    hidden = all("." not in one for one in writes) or (constructing and raises)
    risky = any(
        isinstance(one, (ast.Subscript, ast.MatMult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow))
        or (isinstance(one, ast.Call) and not (isinstance(one.func, ast.Name) and one.func.id == "len"))
        for one in ast.walk(statement)
    )
    tested = {ast.unparse(one) for one in ast.walk(leaver) if isinstance(one, (ast.Name, ast.Attribute))}
    return hidden and not risky and writes != {ANYTHING} and not (writes & tested)


def _sets_other_keys(first: ast.stmt, second: ast.stmt) -> bool:
    """answers.update(a=1) and answers.update(b=2)."""
    calls = [
        one.value for one in (first, second) if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)
    ]
    if len(calls) < 2 or any(one.args for one in calls):
        return False
    functions = {ast.unparse(one.func) for one in calls}
    names = [keyword.arg for one in calls for keyword in one.keywords]
    same = len(functions) == 1 and functions.pop().endswith(".update")
    return same and None not in names and len(set(names)) == len(names)


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
