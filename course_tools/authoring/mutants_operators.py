"""What a student may get wrong in one expression: each operator takes a node and gives the wrong ones in its place.

The statement operators (a statement left out, two of them swapped) are in `mutants_statements.py`, because they
change a block and not an expression.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

Operator = Callable[[ast.AST], Iterator[ast.expr]]

COPIERS = {"copy", "deepcopy", "list", "dict"}  # called with one argument they copy it
TRANSPOSED = {"T", "mT"}
TOTALS = {"sum": "mean", "mean": "sum", "nansum": "nanmean", "nanmean": "nansum"}
MODES = {"train": "eval", "eval": "train"}
OTHER_AXES = {
    0: (1, -1),
    1: (0,),
    -1: (0, 1),
}  # 1 for -1 is told apart by more than two dimensions, -1 for 1 is no error
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
NEGATES = (
    ast.Eq,
    ast.NotEq,
    ast.Is,
    ast.IsNot,
    ast.In,
    ast.NotIn,
)  # flipping these is inverting the condition


def drop_transpose(node: ast.AST) -> Iterator[ast.expr]:
    """x.T, x.transpose(...), x.swapaxes(...), np.transpose(x, ...) -> x."""
    if isinstance(node, ast.Attribute) and node.attr in TRANSPOSED:
        yield node.value
    if isinstance(node, ast.Call) and _method(node) in ("transpose", "swapaxes"):
        function = node.func
        assert isinstance(function, ast.Attribute)
        yield node.args[0] if _is_module(function.value) and node.args else function.value


def drop_copy(node: ast.AST) -> Iterator[ast.expr]:
    """x.copy(), np.copy(x), copy.deepcopy(x), list(x) -> x; np.array(x) -> np.asarray(x)."""
    if not isinstance(node, ast.Call):
        return
    name, function = _method(node), node.func
    if name == "array" and isinstance(function, ast.Attribute) and node.args:
        keywords = [one for one in node.keywords if one.arg != "copy"]
        yield ast.Call(ast.Attribute(function.value, "asarray", ast.Load()), node.args, keywords)
    elif name in COPIERS and isinstance(function, ast.Attribute) and not node.args:
        yield function.value
    elif name in COPIERS and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def drop_term(node: ast.AST) -> Iterator[ast.expr]:
    """a + b -> a, b; a - b -> a, -b; a * b -> a, b; a / b -> a; a ** b -> a; the same for +=, -=, *=, /=."""
    if not isinstance(node, ast.BinOp) or _is_text(node.left) or _is_text(node.right):
        return
    if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)):
        yield node.left
    if isinstance(node.op, (ast.Add, ast.Mult)):
        yield node.right
    elif isinstance(node.op, ast.Sub):
        yield ast.UnaryOp(ast.USub(), node.right)


def change_axis(node: ast.AST) -> Iterator[ast.expr]:
    """axis=0 -> axis=1, axis=-1; axis=1 -> axis=0; axis=-1 -> axis=0, axis=1."""
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        axis = integer(keyword.value) if keyword.arg in ("axis", "dim") else None
        for other in OTHER_AXES.get(axis, ()) if axis is not None else ():
            yield _with_keyword(node, place, ast.Constant(other))


def change_keepdims(node: ast.AST) -> Iterator[ast.expr]:
    """keepdims=True -> nothing; keepdims=False -> keepdims=True."""
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        if keyword.arg == "keepdims" and isinstance(keyword.value, ast.Constant):
            yield _with_keyword(node, place, None if keyword.value.value else ast.Constant(True))


def sum_for_mean(node: ast.AST) -> Iterator[ast.expr]:
    """x.sum(...) -> x.mean(...) and back; np.sum, np.mean as well."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TOTALS:
        other = ast.Attribute(node.func.value, TOTALS[node.func.attr], ast.Load())
        yield ast.Call(other, node.args, node.keywords)


def off_by_one(node: ast.AST) -> Iterator[ast.expr]:
    """A whole number, a bound of range() or of a slice that is no plain number: one more, one less."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield from (ast.Constant(node.value + 1), _number(node.value - 1))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        for place, bound in enumerate(node.args[:2]):
            for other in _neighbours(bound):
                arguments = [*node.args[:place], other, *node.args[place + 1 :]]
                yield ast.Call(node.func, arguments, node.keywords)
    elif isinstance(node, ast.Slice):
        for name in ("lower", "upper"):
            for other in _neighbours(getattr(node, name)):
                yield ast.Slice(**{**_fields(node), name: other})


def train_for_eval(node: ast.AST) -> Iterator[ast.expr]:
    """.train() -> .eval() and back; training=True -> training=False and back."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MODES:
        other = ast.Attribute(node.func.value, MODES[node.func.attr], ast.Load())
        yield ast.Call(other, node.args, node.keywords)
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if is_mode(keyword.arg) and _is_flag(keyword.value):
                yield _with_keyword(node, place, _flipped(keyword.value))


def drop_argument(node: ast.AST) -> Iterator[ast.expr]:
    """f(x, name=y) -> f(x): the default in place of an argument; keepdims has its own operator."""
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg not in (None, "keepdims"):
                yield _with_keyword(node, place, None)


def flip_sign(node: ast.AST) -> Iterator[ast.expr]:
    """a + b -> a - b and back; -a -> a; the same for += and -=."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        if not any(_is_text(one) or _is_list(one) for one in (node.left, node.right)):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield ast.BinOp(node.left, other, node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def flip_comparison(node: ast.AST) -> Iterator[ast.expr]:
    """< and <=, > and >=, == and !=, is and is not, in and not in: the one for the other."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = [*node.ops[:place], FLIPPED[type(operator)](), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, other, node.comparators)


def drop_none_guard(node: ast.AST) -> Iterator[ast.expr]:
    """x is None, x is not None -> True, False."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
        other = node.comparators[0]
        if isinstance(other, ast.Constant) and other.value is None:
            yield from (ast.Constant(True), ast.Constant(False))


def invert_condition(node: ast.AST) -> Iterator[ast.expr]:
    """In `a if test else b`, in a comprehension, and for `and`, `or`: the opposite, and the other word.

    The test of an `if`, `while` or `assert` statement is inverted where statements are looked at.
    """
    if isinstance(node, ast.IfExp):
        for test in inverted(node.test):
            yield ast.IfExp(test, node.body, node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for place, loop in enumerate(node.generators):
            for number, condition in enumerate(loop.ifs):
                for test in inverted(condition):
                    ifs = [*loop.ifs[:number], test, *loop.ifs[number + 1 :]]
                    other = ast.comprehension(loop.target, loop.iter, ifs, loop.is_async)
                    loops = [*node.generators[:place], other, *node.generators[place + 1 :]]
                    yield type(node)(**{**_fields(node), "generators": loops})


def inverted(test: ast.expr) -> Iterator[ast.expr]:
    """The opposite of a condition; none where flipping its comparison is the same."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield test.operand
    elif not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], NEGATES)):
        yield ast.UnaryOp(ast.Not(), test)


EXPRESSIONS: dict[str, Operator] = {
    "drop-transpose": drop_transpose,
    "drop-copy": drop_copy,
    "drop-term": drop_term,
    "change-axis": change_axis,
    "keepdims": change_keepdims,
    "sum-mean": sum_for_mean,
    "off-by-one": off_by_one,
    "train-eval": train_for_eval,
    "drop-argument": drop_argument,
    "flip-sign": flip_sign,
    "flip-comparison": flip_comparison,
    "none-guard": drop_none_guard,
    "invert-condition": invert_condition,
}


def integer(node: ast.AST | None) -> int | None:
    """The whole number written there, a sign included; None when it is something else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = integer(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def is_mode(name: str | None) -> bool:
    """Whether a name is that of the switch between training and evaluation."""
    return name is not None and name.lstrip("_") in ("training", "train", "is_training")


def _neighbours(bound: ast.expr | None) -> Iterator[ast.expr]:
    if bound is not None and integer(bound) is None:  # plain numbers are mutated where they stand
        for operator in (ast.Add(), ast.Sub()):
            yield ast.BinOp(bound, operator, ast.Constant(1))


def _number(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _method(node: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "torch")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_list(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.ListComp, ast.Tuple)) or (
        isinstance(node, ast.Call) and _method(node) in ("list", "tuple")
    )


def _is_flag(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _flipped(node: ast.expr) -> ast.expr:
    assert isinstance(node, ast.Constant)
    return ast.Constant(not node.value)


def _with_keyword(node: ast.Call, place: int, value: ast.expr | None) -> ast.Call:
    """The call with one keyword argument changed, or without it."""
    changed = [] if value is None else [ast.keyword(node.keywords[place].arg, value)]
    return ast.Call(node.func, node.args, [*node.keywords[:place], *changed, *node.keywords[place + 1 :]])


def _fields(node: ast.AST) -> dict[str, Any]:
    return dict(ast.iter_fields(node))
