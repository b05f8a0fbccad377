"""A list, for staff, of hand-ins that are alike. It changes no mark and nobody but staff sees it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.gradebook import settings, submissions
from course_tools.grading import similarity
from course_tools.grading.similarity import Pair, Prints
from course_tools.notebooks import Notebook, UnreadableNotebook, read
from course_tools.notebooks.cells import grade_id, is_answer, is_marked

OWN = "(cells of their own)"  # all that stands in none of the course's cells


@dataclass(frozen=True)
class Likeness:
    """What a comparison of one module found."""

    module: str
    threshold: float
    compared: int  # hand-ins that could be read
    unread: tuple[str, ...]  # those that could not
    pairs: tuple[Pair, ...]
    seconds: float


def similar(course: Course, module: Module, *, threshold: float = 0.7) -> Likeness:
    """Compare the answers of everybody who handed in, cell by cell.

    threshold  share of the smaller cell's fingerprints that must be in the other, above 0 and at most 1

    Raises UserError when fewer than two handed in.
    """
    started = time.perf_counter()
    outer = course.root / "submitted"
    names = submissions.students(outer, module.folder)
    if len(names) < 2:
        raise UserError(
            f"{len(names)} handed in {module.folder}: there is nothing to compare.\n"
            f"Try:  tito grade collect {module.number}"
        )
    ignore = settings.load(course.root).ignore
    release = _answers(read(course.release_notebook(module)))
    solved = course.source_notebook(module)
    reference = _answers(read(solved)) if solved.is_file() else {}
    given = {cell: similarity.names(text) for cell, (_, text) in release.items()}
    without = {
        cell: _grams(release[cell], given[cell]) | _grams(reference.get(cell, release[cell]), given[cell])
        for cell in release
    }
    works: dict[str, dict[str, Prints]] = {}
    unread = []
    for name in names:
        files = submissions.read(outer, module.folder, name, ignore=ignore).files
        try:
            notebook = read(files.get(f"{module.folder}.ipynb", b""))
        except UnreadableNotebook:
            unread.append(name)
            continue
        works[name] = _prints(_answers(notebook), given, without)
    pairs = similarity.compare(works, threshold=threshold)
    seconds = time.perf_counter() - started
    return Likeness(module.folder, threshold, len(works), tuple(unread), tuple(pairs), seconds)


def _answers(notebook: Notebook) -> dict[str, tuple[str, str]]:
    """Cell -> (kind, text) of every answer, the last of copies, and what stands in no cell of the course."""
    found = {grade_id(one): (one["cell_type"], one["source"]) for one in notebook["cells"] if is_answer(one)}
    others = [one["source"] for one in notebook["cells"] if one["cell_type"] == "code" and not is_marked(one)]
    own = [one for one in others if similarity.code(one)]  # one that does not parse must not hide the rest
    return found | {OWN: ("code", "\n".join(own))}


def _prints(
    answers: Mapping[str, tuple[str, str]],
    given: Mapping[str, frozenset[str]],
    without: Mapping[str, Prints],
) -> dict[str, Prints]:
    found = {}
    for cell in without:
        if cell in answers:
            tokens, k = _tokens(answers[cell], given[cell])
            found[cell] = similarity.prints(tokens, k=k, without=without[cell])
    return found


def _grams(answer: tuple[str, str], given: frozenset[str]) -> Prints:
    tokens, k = _tokens(answer, given)
    return similarity.grams(tokens, k=k)


def _tokens(answer: tuple[str, str], given: frozenset[str]) -> tuple[tuple[str, ...], int]:
    kind, text = answer
    if kind == "code":
        return similarity.code(text, given), similarity.K
    return similarity.text(text), similarity.WORDS
