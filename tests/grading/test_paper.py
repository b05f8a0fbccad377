"""What the paper says of a graded cell: its title, its points, what it rests on."""

import pytest

from course_tools.files import UserError
from course_tools.grading.paper import paper


def text(source: str) -> dict:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def test_cell(grade_id: str, task: str | None, **more: object) -> dict:
    ours = {"grade": True, "solution": False, "grade_id": grade_id, "points": 5}
    course = {"task": task, **more} if task else {}
    return {"cell_type": "code", "source": "t()", "metadata": {"nbgrader": ours, "course": course}}


test_cell.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("## 07.2 · clip_grad_norm · 10 points", "07.2 clip_grad_norm"),
        ("## 07.2 · Checkpoints · 10 points", "07.2 Checkpoints"),
        ("## 07.2 Plain", "07.2 Plain"),
        ("## Another thing", "t"),
    ],
)
def test_a_cell_goes_by_the_heading_of_its_task(heading: str, title: str) -> None:
    made = paper({"cells": [text(f"intro\n{heading}\nmore"), test_cell("t", "07.2")]})
    assert made.graded[0].title == title


def test_needs_and_points_are_read() -> None:
    made = paper({"cells": [test_cell("a", None), test_cell("b", "1.2", needs=["a"])]})
    assert (made.points, made.graded[1].needs) == (10.0, ("a",))


def test_a_paper_without_points_is_refused() -> None:
    with pytest.raises(UserError, match="no graded cell"):
        paper({"cells": [text("hello")]})
