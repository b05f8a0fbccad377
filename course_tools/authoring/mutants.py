"""Wrong solutions made by rule from the reference: one small change in one solution region each.

Always the same ones in the same order for the same text. What compiles to the code of the reference or of an
earlier mutant is left out.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType

from course_tools.authoring import mutants_statements as statements
from course_tools.authoring.mutants_operators import EXPRESSIONS, inverted
from course_tools.notebooks import Notebook, python
from course_tools.notebooks.cells import course_data, grade_id, is_answer
from course_tools.notebooks.python import UNPARSABLE
from course_tools.notebooks.regions import SOLUTION, BadRegion, Region, regions

DIGEST = 12  # hexadecimal digits: a module has a few hundred mutants


@dataclass(frozen=True)
class Mutant:
    """One wrong solution."""

    name: str  # "m07-clip:12:drop-term#2"
    task: str  # "07.2"
    cell: str  # grade_id of the changed solution cell
    operator: str
    line: int  # in the cell, from 1
    place: str  # "Trainer.train_epoch"; "" outside of functions
    diff: tuple[str, ...]  # lines that begin with "- " or "+ ", as ast.unparse writes them
    source: str  # the whole cell with the change made

    digest: str = ""  # of task, place and diff: the same as long as these statements stay


@dataclass(frozen=True)
class _Edit:
    operator: str
    node: ast.AST  # where it is
    spans: tuple[tuple[ast.AST, str], ...]  # nodes of the source and what is written in their place
    diff: tuple[str, ...]


def mutants_of(reference: Notebook) -> list[Mutant]:
    """Every mutant of the solved notebook, by cell and line.

    Cells that are not plain Python or have no well-formed solution region have none.
    """
    made: list[Mutant] = []
    for cell in reference["cells"]:
        if cell["cell_type"] == "code" and is_answer(cell):
            made += mutants_of_cell(
                cell["source"], cell=grade_id(cell), task=course_data(cell).get("task", "")
            )
    return made


def mutants_of_cell(source: str, *, cell: str, task: str) -> list[Mutant]:
    """The mutants of one cell's text, by line."""
    tree = python.tree(source)
    try:
        found = regions(source, SOLUTION)
    except BadRegion:
        return []
    if tree is None or not found:
        return []
    places = _places(tree)
    edits = [one for region in found for one in _edits(tree, region, source)]
    edits.sort(key=lambda one: (getattr(one.node, "lineno", 0), getattr(one.node, "col_offset", 0)))
    seen = {_code_of(source)}
    names: Counter[str] = Counter()
    digests: Counter[str] = Counter()
    made: list[Mutant] = []
    for one in edits:
        text = _applied(source, one.spans)
        code = _code_of(text)
        if code is None or code in seen:
            continue
        seen.add(code)
        line = one.node.lineno  # type: ignore[attr-defined]
        name = f"{cell}:{line}:{one.operator}"
        names[name] += 1
        name += f"#{names[name]}" if names[name] > 1 else ""
        place = next((text for first, last, text in places if first <= line <= last), "")
        plain = digest(task, place, one.diff)
        digests[plain] += 1
        key = plain if digests[plain] == 1 else digest(task, place, one.diff, digests[plain])
        made.append(Mutant(name, task, cell, one.operator, line, place, one.diff, text, key))
    return made


def digest(task: str, place: str, diff: Sequence[str], number: int = 1) -> str:
    """What an equivalent mutant is listed by; `number` tells apart the same change made at several lines."""
    text = "\n".join([task, place, *diff, *([str(number)] if number > 1 else [])])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST]


def _edits(tree: ast.Module, region: Region, source: str) -> Iterator[_Edit]:
    for parent in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(parent, field, None)
            if isinstance(block, list):
                inside = [one for one in block if isinstance(one, ast.stmt) and _is_in(one, region)]
                constructing = getattr(parent, "name", "") == "__init__"
                yield from _of_block(inside, source, constructing)
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and _is_in(statement, region):
            yield from _of_statement(statement)


def _of_block(block: list[ast.stmt], source: str, constructing: bool) -> Iterator[_Edit]:
    """Statements left out and swapped."""
    for one in block:
        if isinstance(one, ast.If) and _text(source, one).startswith("elif"):
            yield _of_header(one, "delete-statement", one.test, ast.Constant(False))
        elif statements.may_go(one):
            yield _Edit("delete-statement", one, ((one, "pass"),), tuple(_marked("- ", one)))
    for first, second in pairwise(block):
        if statements.may_swap(first, second, constructing=constructing):
            spans = ((first, _text(source, second)), (second, _text(source, first)))
            before, after = (*_marked("- ", first), *_marked("- ", second)), _marked("+ ", second)
            yield _Edit("swap-statements", first, spans, (*before, *after, *_marked("+ ", first)))


def _of_statement(statement: ast.stmt) -> Iterator[_Edit]:
    """One statement, or the head of one that holds others, written otherwise."""
    if isinstance(statement, ast.Raise):  # the words of a message are the student's own
        return
    for operator, other in statements.rewritten(statement):
        yield _simple(statement, operator, other)
    if isinstance(statement, (ast.If, ast.While)):
        for test in inverted(statement.test):
            yield _of_header(statement, "invert-condition", statement.test, test)
    for piece in _pieces(statement):
        whole = piece is statement
        for node in _expressions(piece):
            for operator, mutate in EXPRESSIONS.items():
                for new in mutate(node):
                    changed = _replaced(piece, node, new)
                    if whole:
                        assert isinstance(changed, ast.stmt)
                        yield _simple(statement, operator, changed)
                    else:
                        assert isinstance(piece, ast.expr)
                        assert isinstance(changed, ast.expr)
                        yield _of_header(statement, operator, piece, changed)


def _pieces(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement is no other statement: itself, or the expressions in its head."""
    if isinstance(statement, (ast.If, ast.While)):
        yield statement.test
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        yield statement.iter
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        yield from (one.context_expr for one in statement.items)
    elif isinstance(statement, ast.Match):
        yield statement.subject
    elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from statement.args.defaults
        yield from (one for one in statement.args.kw_defaults if one is not None)
    elif not isinstance(statement, (ast.ClassDef, ast.Try, ast.Import, ast.ImportFrom)):
        yield statement


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, outermost first, without texts, annotations and messages."""
    if isinstance(node, ast.JoinedStr):
        return
    yield node
    hidden = {ast.AnnAssign: "annotation", ast.Assert: "msg"}.get(type(node))
    for field, value in ast.iter_fields(node):
        if field == hidden or isinstance(node, ast.arguments):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from _expressions(one)


def _replaced(root: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of the tree below root with one node changed for another; what is not on the way is shared."""
    if root is old:
        return new
    made = type(root)()
    for field, value in ast.iter_fields(root):
        if isinstance(value, list):
            value = [_replaced(one, old, new) if isinstance(one, ast.AST) else one for one in value]
        elif isinstance(value, ast.AST):
            value = _replaced(value, old, new)
        setattr(made, field, value)
    for name in root._attributes:
        if hasattr(root, name):
            setattr(made, name, getattr(root, name))
    return made


def _simple(statement: ast.stmt, operator: str, other: ast.stmt) -> _Edit:
    text = ast.unparse(other)
    return _Edit(
        operator, statement, ((statement, text),), (*_marked("- ", statement), *_marked("+ ", other))
    )


def _of_header(statement: ast.stmt, operator: str, piece: ast.expr, other: ast.expr) -> _Edit:
    changed = _replaced(statement, piece, other)
    diff = (f"- {_head(statement)}", f"+ {_head(changed)}")
    return _Edit(operator, statement, ((piece, ast.unparse(other)),), diff)


def _head(statement: ast.AST) -> str:
    """The first line of a statement that holds others."""
    return next(line for line in ast.unparse(statement).strip().splitlines() if not line.startswith("@"))


def _marked(mark: str, node: ast.AST) -> tuple[str, ...]:
    return tuple(mark + line for line in ast.unparse(node).splitlines())


def _is_in(node: ast.stmt, region: Region) -> bool:
    return region.begin < node.lineno and (node.end_lineno or node.lineno) < region.end


def _places(tree: ast.Module) -> list[tuple[int, int, str]]:
    """(first line, last line, "Class.method") of every function, the inner ones first."""
    found: list[tuple[int, int, str]] = []

    def look(body: Sequence[ast.AST], path: str) -> None:
        for node in body:
            named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            inner = f"{path}.{node.name}".lstrip(".") if named else path  # type: ignore[attr-defined]
            look(list(ast.iter_child_nodes(node)), inner)
            if named:
                found.append((node.lineno, node.end_lineno or node.lineno, inner))  # type: ignore[attr-defined]

    look(tree.body, "")
    return found


def _offsets(lines: list[bytes], node: ast.AST) -> tuple[int, int]:
    """Where the node begins and ends in the bytes of the source."""
    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    begin = sum(map(len, lines[: first - 1])) + node.col_offset  # type: ignore[attr-defined]
    return begin, sum(map(len, lines[: last - 1])) + node.end_col_offset  # type: ignore[attr-defined]


def _text(source: str, node: ast.AST) -> str:
    data = source.encode()
    begin, end = _offsets(data.splitlines(keepends=True), node)
    return data[begin:end].decode()


def _applied(source: str, spans: Sequence[tuple[ast.AST, str]]) -> str:
    data = source.encode()
    lines = data.splitlines(keepends=True)
    for (begin, end), text in sorted(((_offsets(lines, node), text) for node, text in spans), reverse=True):
        data = data[:begin] + text.encode() + data[end:]
    return data.decode()


def _code_of(source: str) -> Hashable | None:
    """What the source compiles to, without line numbers; None when it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, "<mutant>", "exec", dont_inherit=True)
    except UNPARSABLE:
        return None
    return _bare(code)


def _bare(code: CodeType) -> Hashable:
    # Not marshalled: its bytes depend on who else refers to a constant.
    constants = tuple(_bare(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts)
    names = (code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return code.co_code, code.co_exceptiontable, constants, names, counts
