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
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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


@lru_cache(maxsize=4096)  # what was given out stands in many hand-ins as it was
def code(source: str, given: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The nodes of a piece of Python in order; none when it does not parse.

    given  names that are not the writer's own, see `names`

    Left out are comments, docstrings, annotations, layout and the names of what is made here: variables,
    arguments, helpers, attributes.
    """
    tree = _parsed(source)
    if tree is None:
        return ()
    nodes = _nodes(tree)
    own = {name for node in nodes if (name := _made(node))} - given
    return tuple(_token(node, own) for node in nodes)


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


def text(words: str) -> tuple[str, ...]:
    """The words of a written answer, without marks and capitals."""
    return tuple(re.findall(r"\w+", words.lower()))


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


# Where the name of a node stands; a node of any other kind has none.
NAMED = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.keyword: "arg",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.ExceptHandler: "name",
}
PASSED_OVER = frozenset({"annotation", "returns", "type_params", "type_comment", "ctx"})
SILENT = (ast.Module, ast.arguments, ast.Pass)


@cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Names of the parts of such a node that are looked at, the last one first."""
    return tuple(one for one in reversed(kind._fields) if one not in PASSED_OVER)


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Nodes in the order of the text; a stack of our own, because trees may be deeper than Python's."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        one = waiting.pop()
        kind = one.__class__
        if kind is ast.Expr and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):  # type: ignore[attr-defined]
            continue  # a docstring, or a text that stands for a comment
        if kind not in SILENT:
            found.append(one)
        for name in _fields(kind):  # type: ignore[arg-type]  # typeshed says that classes have no hash
            value = getattr(one, name, None)
            if value.__class__ is list:
                waiting += [part for part in reversed(value) if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)
    return found


def _made(node: ast.AST) -> str | None:
    """The name this node gives to something, None when it only uses one."""
    kind = node.__class__
    if kind is ast.keyword or kind not in NAMED:
        return None
    if kind in (ast.Name, ast.Attribute) and node.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
        return None
    name: str | None = getattr(node, NAMED[kind])
    return name


def _token(node: ast.AST, own: Collection[str]) -> str:
    kind = node.__class__
    name = ""
    if kind in NAMED:
        name = getattr(node, NAMED[kind]) or "**"
        if kind is not ast.keyword and name in own:
            name = "own"
    elif kind is ast.Constant:
        value = node.value  # type: ignore[attr-defined]
        name = "text" if isinstance(value, (str, bytes)) else repr(value)[:40]
    return f"{kind.__name__} {name}"
