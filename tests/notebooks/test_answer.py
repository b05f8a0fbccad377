"""Hand-ins are made from the release, so that what is not an answer stays as students got it."""

import pytest

from course_tools.notebooks.answer import NoSuchText, answered, changed
from course_tools.records import RightVariant


def notebook(first: str, second: str, title: str = "# Title") -> dict:
    def answer(name: str, source: str) -> dict:
        marks = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": True}
        return {"id": name, "cell_type": "code", "source": source, "metadata": {"nbgrader": marks}}

    text = {"id": "t", "cell_type": "markdown", "source": title, "metadata": {}}
    return {"cells": [text, answer("a", first), answer("b", second)], "metadata": {}}


def sources(made: dict) -> list[str]:
    return [cell["source"] for cell in made["cells"]]


def test_answers_are_put_in_and_the_rest_stays_as_released() -> None:
    made = answered(notebook("stub", "stub"), notebook("x = 1", "y = 2", title="# Author's title"))
    assert sources(made) == ["# Title", "x = 1", "y = 2"]


def test_only_the_named_answers_are_put_in() -> None:
    assert sources(answered(notebook("s", "s"), notebook("x = 1", "y = 2"), only={"b"})) == [
        "# Title",
        "s",
        "y = 2",
    ]


def test_a_replacement_is_made_once_and_leaves_the_original_alone() -> None:
    before = notebook("x = 1", "y = 2")
    assert sources(changed(before, [RightVariant("R", "", "a", "1", "2")]))[1] == "x = 2"
    assert sources(before)[1] == "x = 1"


@pytest.mark.parametrize(("cell", "text"), [("a", "missing"), ("a", "x"), ("c", "1")])
def test_a_replacement_that_does_not_fit_exactly_once_is_refused(cell: str, text: str) -> None:
    with pytest.raises(NoSuchText, match="R1"):
        changed(notebook("x = x", "y"), [RightVariant("R1", "", cell, text, "z")])
