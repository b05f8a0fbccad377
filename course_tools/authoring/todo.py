"""What an author still has to fill in: the places a new module marks with TODO."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from course_tools.authoring.stage import relative
from course_tools.course import CATALOGUE, Course, Module
from course_tools.records import Finding

MARK = re.compile(r"\bTODO\b:?[ \t]*(.*)")
TEXTS = frozenset({".py", ".md", ".toml", ".txt", ".csv", ".svg"})
ENTRY = re.compile(r"^\s*\[")  # a table of course.toml begins


def todos(course: Course, module: Module) -> Iterator[Finding]:
    """One finding per line of the module's own files that says TODO, in order of files and lines.

    Its own files are its texts under source/, its checks, probes, mistakes and oracle, and its entry in course.toml.
    """
    for path in _files(course, module):
        yield from _marked(path.read_text(encoding="utf-8", errors="replace"), relative(path, course))
    first, entry = _entry(course, module)
    yield from _marked(entry, CATALOGUE, first)


def _marked(text: str, file: str, first: int = 1) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=first):
        if found := MARK.search(line):
            yield Finding(
                f"TODO: {found[1].strip() or 'something is left here'}",
                "fill it in and take the word TODO away",
                f"{file}:{number}",
            )


def _files(course: Course, module: Module) -> Iterator[Path]:
    source = course.source_text(module).parent
    yield from (one for one in sorted(source.rglob("*")) if one.suffix in TEXTS and one.is_file())
    graders = course.checks(module).parent
    own = (course.checks(module), course.probes(module), graders / "oracles" / f"{module.name}.py")
    yield from (one for one in (*own, course.mistakes(module)) if one.is_file())


def _entry(course: Course, module: Module) -> tuple[int, str]:
    """(its first line's number, the lines of the module's table in course.toml), comments in front of it left out."""
    lines = (course.root / CATALOGUE).read_text(encoding="utf-8").splitlines()
    starts = [index for index, line in enumerate(lines) if ENTRY.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        own = lines[start:end]
        if any(re.match(rf"\s*number\s*=\s*[\"']{module.number}[\"']", line) for line in own):
            while (
                own and not own[-1].strip().split("#")[0]
            ):  # what stands in front of the next table is its own
                own.pop()
            return start + 1, "\n".join(own)
    return 1, ""
