"""Who hands in what: honest work, known mistakes, half-done and untouched notebooks, and a few hostile ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from course_tools.course import Course, Module
from course_tools.demo.hostile import attempts
from course_tools.grading import bank as banks
from course_tools.notebooks import Notebook, dump, read
from course_tools.notebooks.answer import answered, grade_id, is_answer

RIGHT, WRONG = 3, 10  # entries of the bank that take part


@dataclass(frozen=True)
class Student:
    """One member of the class and the notebook file they hand in."""

    name: str
    story: str
    notebook: bytes = field(repr=False)


def everybody(course: Course, module: Module) -> tuple[Student, ...]:
    """The class. Raises UserError and what reading raises when the module is not released."""
    released = read(course.release_notebook(module))
    solved = read(course.source_notebook(module))
    work = {
        **dict(_honest(released, solved)),
        **dict(_from_bank(course, module, answered(released, solved))),
        **attempts(answered(released, solved), course.checks(module)),
    }
    return tuple(
        Student(f"student{number:02d}", story, notebook)
        for number, (story, notebook) in enumerate(work.items(), start=1)
    )


def _honest(released: Notebook, solved: Notebook) -> Iterator[tuple[str, bytes]]:
    reference = dump(answered(released, solved))
    for number in range(1, 6):
        yield f"everything right ({number})", reference
    cells = [grade_id(cell) for cell in released["cells"] if is_answer(cell)]
    for done in (2, len(cells) // 3, len(cells) // 2, len(cells) - 3):
        partly = answered(released, solved, only=cells[:done])
        yield f"{done} of {len(cells)} cells answered", dump(partly)
    yield "handed in untouched (1)", dump(released)
    yield "handed in untouched (2)", dump(released)


def _from_bank(course: Course, module: Module, reference: Notebook) -> Iterator[tuple[str, bytes]]:
    bank = banks.load(course.mistakes(module))
    for one in bank.right[:RIGHT]:
        yield f"another right way: {one.title}", dump(banks.altered(reference, one))
    # Evenly over the tasks, so that the table shows different ones losing points.
    step = max(1, len(bank.mistakes) // WRONG)
    for wrong in islice(bank.mistakes, 0, step * WRONG, step):
        yield f"mistake: {wrong.title}", dump(banks.altered(reference, wrong))
