"""What a release must not hold: gathered from a module's text and from its graders."""

from __future__ import annotations

import ast
import contextlib
import io
import math
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Course, Module
from course_tools.notebooks import Notebook
from course_tools.notebooks.cells import Cell, is_answer, label
from course_tools.notebooks.python import tree
from course_tools.notebooks.regions import MARK_SCHEME, SOLUTION, BadRegion, regions

# A line below either bound says nothing by itself: "return norm", "p.grad = None".
TOKENS, SIGNS = 8, 24
WORDS = 7  # so many words in a row do not agree by chance
RUN = 3  # so many lines of one region in a row make a solution even where each line alone is given


@dataclass(frozen=True)
class Secret:
    """One thing to search for, and where it comes from."""

    kind: str  # "solution", "model answer", "grader", "quiz answer", "seed"
    text: str  # as its author wrote it
    origin: str  # a cell or a file


@dataclass(frozen=True)
class Secrets:
    """Everything of one module that students must not see."""

    lines: tuple[Secret, ...]  # code, a line each
    phrases: tuple[Secret, ...]  # prose, a line each
    quiz: tuple[tuple[str, Secret], ...]  # key of the question, and a value that answers it
    words: tuple[Secret, ...]  # literal texts, found as they stand
    blocks: tuple[tuple[Secret, ...], ...]  # the lines of a region, in order, those given elsewhere too
    stubs: dict[str, str]  # what each answer cell must have become, by cell id
    files: tuple[tuple[str, bytes], ...]  # author's and graders' files, by name


def gather(course: Course, module: Module, source: Notebook) -> Secrets:
    """The secrets of a module. `source` is the built notebook, solutions inside, without lint findings."""
    from course_tools.notebooks.stubs import stubbed

    given = {squash(line) for cell in source["cells"] for line in _open_code(cell)}
    lines, phrases, quiz, blocks = [], [], [], []
    for cell in source["cells"]:
        for begin, text in _hidden(cell):
            where = label(cell)
            if cell["cell_type"] != "code":
                phrases += [Secret("model answer", line, where) for line in text.split("\n") if line.strip()]
                continue
            block = [Secret("solution", line, where) for line in code_lines(text)]
            blocks.append(tuple(block))
            lines += [one for one in block if tells(one.text)]
            if begin == 0:
                quiz += [(key, Secret("quiz answer", value, where)) for key, value in _answers(text)]
    files = list(_grader_files(course, module))
    for file, content in files:
        lines += [
            Secret("grader", line, file.name)
            for line in _grader_lines(file, content)
            if tells(line) and not line.startswith(("import ", "from "))
        ]
    author = course.source_text(module)
    return Secrets(
        # Known mistakes repeat lines of the solution; the first to name a line keeps it.
        lines=tuple(
            {
                squash(one.text): one for one in reversed(lines) if not _is_given(squash(one.text), given)
            }.values()
        ),
        phrases=tuple(phrases),
        quiz=tuple(quiz),
        words=(Secret("seed", module.seed, "course.toml"),),
        blocks=tuple(blocks),
        stubs={cell["id"]: stubbed(cell) for cell in source["cells"] if is_answer(cell)},
        files=(
            (author.name, author.read_bytes()),
            *((file.name, content.encode()) for file, content in files),
        ),
    )


def _is_given(text: str, given: Collection[str]) -> bool:
    """Whether students read it anyway: a whole line, or, where a replacement begins inside one, a part of it."""
    return text in given or any(text in one for one in given)


def squash(text: str) -> str:
    """The text without blanks and in one case of letters, so that layout hides nothing."""
    return re.sub(r"\s+", "", text).casefold()


def tells(line: str) -> bool:
    """Whether a line of code says enough to be somebody's solution."""
    return len(squash(line)) >= SIGNS and len(re.findall(r"\w+|[^\w\s]", line)) >= TOKENS


def code_lines(source: str) -> list[str]:
    """Lines of code without comments and docstrings, stripped; blank ones left out."""
    lines = source.split("\n")
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    parsed = tree(source)
    for node in ast.walk(parsed) if parsed else ():
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            last = node.end_lineno or node.lineno
            lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
    return [line.strip() for line in lines if line.strip()]


def _hidden(cell: Cell) -> Iterator[tuple[int, str]]:
    """For each region: where its text is indented to, and the text."""
    lines = cell["source"].split("\n")
    for marker in (SOLUTION, MARK_SCHEME):
        with contextlib.suppress(BadRegion):
            for region in regions(cell["source"], marker):
                first = lines[region.begin - 1]
                inside = [
                    line[len(first) - len(first.lstrip()) :] for line in lines[region.begin : region.end - 1]
                ]
                yield len(first) - len(first.lstrip()), "\n".join(inside)


def _open_code(cell: Cell) -> list[str]:
    """Lines of code that students are given."""
    if cell["cell_type"] != "code":
        return []
    lines = cell["source"].split("\n")
    with contextlib.suppress(BadRegion):
        for region in reversed(regions(cell["source"], SOLUTION)):
            first = lines[region.begin - 1]
            lines[region.begin - 1 : region.end] = [first[: len(first) - len(first.lstrip())] + "pass"]
    return code_lines("\n".join(lines))


def _answers(text: str) -> Iterator[tuple[str, str]]:
    """Keys and values of a quiz, however it is written: a dict, assignments to keys, or update(key=value)."""
    parsed = tree(text) or tree("{" + text + "}")  # a region may hold the inside of a dict
    for node in ast.walk(parsed) if parsed else ():
        pairs: Iterable[tuple[ast.expr | str | None, ast.expr]] = ()
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
        elif isinstance(node, ast.Call):
            pairs = ((one.arg, one.value) for one in node.keywords)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            pairs = ((node.targets[0].slice, node.value),)
        for key, value in pairs:
            name = key.value if isinstance(key, ast.Constant) else key
            if isinstance(name, str):
                yield from ((name, said) for said in _said(value))


def _said(value: ast.expr) -> Iterator[str]:
    """Ways to write the value: as its author did, and worked out."""
    yield ast.unparse(value)
    with contextlib.suppress(Exception):  # not a number after all
        # The author's own expression; it is run wherever the notebook is.
        found = eval(compile(ast.Expression(value), "<quiz>", "eval"), {"__builtins__": {}, "math": math})
        if isinstance(found, (int, float)) and not isinstance(found, bool):
            yield from dict.fromkeys((f"{found:g}", f"{found:.3f}", f"{found:.4f}"))


def _grader_files(course: Course, module: Module) -> Iterator[tuple[Path, str]]:
    graders = course.root / "graders"
    own = (
        course.checks(module),
        course.probes(module),
        course.mistakes(module),
        course.misconceptions(module),
    )
    for path in (*own, *sorted((graders / "oracles").glob("*.py"))):
        if path.is_file():
            yield path, path.read_text(encoding="utf-8")


def _grader_lines(path: Path, content: str) -> Iterator[str]:
    if path.suffix != ".py":
        yield from (line.strip() for line in content.split("\n"))
        return
    parsed = tree(content)
    entries = False
    for node in ast.walk(parsed) if parsed else ():
        # Replacements of known mistakes are solutions and near-solutions; titles and hints are meant to be read.
        if (
            isinstance(node, ast.keyword)
            and node.arg in ("before", "after")
            and isinstance(node.value, ast.Constant)
        ):
            yield from code_lines(str(node.value.value))
            # Read once, as what it says: as it is written, with its quotes escaped, it looks like no line given.
            node.value, entries = ast.Constant(""), True
    for line in code_lines(ast.unparse(parsed) if parsed and entries else content):
        if not re.match(r"(?:@check\(|title=|hint=|caught_by=)", line):
            yield line
