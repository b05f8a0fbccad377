"""Which pieces of work are alike, whatever their names, comments and layout.

A piece of code becomes the row of nodes of its syntax tree, names that it chose itself made equal; a text becomes
its words. Of every K in a row a hash is taken, and of every WINDOW hashes the smallest is kept: a fingerprint.
Two pieces that share WINDOW + K - 1 tokens in a row share a fingerprint for certain, and nothing shorter than K
is ever seen. What is given out, what solves the task as the course does, and what many have is no sign of
anything and is left out.

Source: Schleimer, Wilkerson, Aiken: Winnowing: Local Algorithms for Document Fingerprinting. SIGMOD 2003.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import combinations

K = 12  # nodes; a short statement has about 6, so that two in a row must be alike
WINDOW = 6
WORDS = 5  # in a row, of a written answer
PRIME = (1 << 61) - 1
BASE = 1_000_003
# What more than a tenth of a class has is how it is done; in a small class nine are many.
COMMON_SHARE, COMMON_LEAST = 0.1, 8
LONGEST = 200_000  # characters of one cell
LEAST = 8  # fingerprints of the smaller piece: below, likeness is chance

Prints = frozenset[int]


@dataclass(frozen=True)
class Alike:
    """One cell of two hand-ins."""

    cell: str
    share: float  # of the smaller one's fingerprints, 0 to 1
    shared: int  # fingerprints


@dataclass(frozen=True)
class Pair:
    """Two hand-ins with at least one cell alike."""

    first: str
    second: str
    share: float  # over all cells long enough to compare
    cells: tuple[Alike, ...]  # those over the threshold, in the order given


def compare(works: Mapping[str, Mapping[str, Prints]], *, threshold: float) -> list[Pair]:
    """All pairs with a cell whose share is at least the threshold, the most alike first.

    works  student -> cell -> fingerprints, as `prints` makes them; cells in the order to show them
    """
    cells = dict.fromkeys(cell for work in works.values() for cell in work)
    most = max(COMMON_LEAST, COMMON_SHARE * len(works))
    found: dict[tuple[str, str], list[Alike]] = defaultdict(list)
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        holders: dict[int, list[str]] = defaultdict(list)
        for student, work in works.items():
            for one in work.get(cell, ()):
                holders[one].append(student)
        left: Counter[str] = Counter()
        shared: Counter[tuple[str, str]] = Counter()
        for students in holders.values():
            if len(students) <= most:
                left.update(students)
                shared.update(combinations(students, 2))  # in the order of works, so each pair has one name
        for pair, number in shared.items():
            smaller = min(left[pair[0]], left[pair[1]])
            if smaller < LEAST:
                continue
            totals[pair][0] += number
            totals[pair][1] += smaller
            if number / smaller >= threshold:
                found[pair].append(Alike(cell, round(number / smaller, 4), number))
    pairs = [
        Pair(first, second, round(totals[first, second][0] / totals[first, second][1], 4), tuple(alike))
        for (first, second), alike in found.items()
    ]
    return sorted(pairs, key=lambda one: (-sum(cell.shared for cell in one.cells), one.first, one.second))


def prints(tokens: Sequence[str], *, k: int = K, without: Collection[int] = ()) -> Prints:
    """The fingerprints of a row of tokens, less those in `without`."""
    hashes = list(_hashes(tokens, k))
    chosen = (
        {min(hashes[at : at + WINDOW]) for at in range(max(1, len(hashes) - WINDOW + 1))} if hashes else set()
    )
    return frozenset(chosen.difference(without))


def grams(tokens: Sequence[str], *, k: int = K) -> Prints:
    """Every hash of K in a row, not only the chosen ones: to leave out what has any of them."""
    return frozenset(_hashes(tokens, k))


def code(source: str, given: Collection[str] = ()) -> list[str]:
    """The nodes of a piece of Python in order; [] when it does not parse.

    given  names that are not the writer's own, see `names`

    Left out are comments, docstrings, annotations, layout and the names of what is made here: variables,
    arguments, helpers, attributes.
    """
    tree = _parsed(source)
    return [] if tree is None else list(_walk(tree, _own(tree) - set(given)))


def names(source: str) -> frozenset[str]:
    """What a released cell calls functions, classes and attributes: those are not the writer's choice.

    Arguments and variables are not among them, although they stand there: renaming them is no work.
    """
    tree = _parsed(source)
    if tree is None:
        return frozenset()
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = {one.name for one in ast.walk(tree) if isinstance(one, defined)}
    return frozenset(found | {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)})


def text(words: str) -> list[str]:
    """The words of a written answer, without marks and capitals."""
    return re.findall(r"\w+", words.lower())


def _parsed(source: str) -> ast.Module | None:
    """The syntax tree, lines for IPython alone left out; None for what is no Python or longer than any answer."""
    lines = [line if not line.lstrip().startswith(("%", "!")) else "" for line in source.split("\n")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what the student wrote
        try:
            return ast.parse("\n".join(lines)) if len(source) <= LONGEST else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _hashes(tokens: Sequence[str], k: int) -> Iterator[int]:
    """A rolling hash (Karp and Rabin) of every k tokens in a row."""
    numbers = [_number(one) for one in tokens]
    leading = pow(BASE, k, PRIME)
    rolling = 0
    for at, number in enumerate(numbers):
        rolling = (rolling * BASE + number) % PRIME
        if at >= k:
            rolling = (rolling - numbers[at - k] * leading) % PRIME
        if at >= k - 1:
            # Mixed once more: of neighbours that differ in one place the smallest should be any of them.
            yield rolling * 0x9E3779B97F4A7C15 % PRIME


@cache
def _number(token: str) -> int:
    # Not hash(): which fingerprints are chosen must be the same in every run.
    return int.from_bytes(blake2b(token.encode("utf-8", "replace"), digest_size=7).digest(), "big")


def _own(tree: ast.AST) -> set[str]:
    """Names that are made in this tree."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            made.add(node.id)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            made.add(node.attr)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    return made


SILENT = (ast.expr_context, ast.Module, ast.arguments, ast.Pass)


def _walk(node: ast.AST, own: set[str]) -> Iterator[str]:
    """Nodes in the order of the text; a stack of our own, because trees may be deeper than Python's."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        if (
            isinstance(one, ast.Expr)
            and isinstance(one.value, ast.Constant)
            and isinstance(one.value.value, str)
        ):
            continue  # a docstring, or a text that stands for a comment
        if not isinstance(one, SILENT):
            yield _token(one, own)
        waiting += reversed(list(_children(one)))


def _token(node: ast.AST, own: set[str]) -> str:
    name = ""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.arg):
        name = node.arg
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        name = node.name
    elif isinstance(node, ast.keyword):
        name = node.arg or "**"
    elif isinstance(node, ast.Constant):
        name = "text" if isinstance(node.value, (str, bytes)) else repr(node.value)[:40]
    return f"{type(node).__name__} {'own' if name in own else name}"


def _children(node: ast.AST) -> Iterable[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params", "type_comment"):
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, ast.AST))
