"""A name that exists only because cells were run in another order is named."""

import pytest

from course_tools.grading.order import used_too_early


def notebook(*sources: str) -> dict:
    return {"cells": [{"cell_type": "code", "source": one, "metadata": {}} for one in sources]}


@pytest.mark.parametrize(
    "maker",
    [
        "rate = 3",
        "def rate():\n    pass",
        "class rate:\n    pass",
        "import rate",
        "from x import y, rate",
        "rate: int = 3",
    ],
)
def test_a_name_made_further_down_is_told(maker: str) -> None:
    said = used_too_early(notebook("print(rate)", maker), "name 'rate' is not defined", 0)
    assert said is not None
    assert "rate" in said


@pytest.mark.parametrize("other", ["rates = 3", "print(rate)", "rate == 3", "x = rate"])
def test_a_name_nobody_makes_is_just_missing(other: str) -> None:
    assert used_too_early(notebook("print(rate)", other), "name 'rate' is not defined", 0) is None


def test_a_name_made_above_is_not_too_early() -> None:
    assert used_too_early(notebook("rate = 3", "del rate\nrate"), "name 'rate' is not defined", 1) is None
