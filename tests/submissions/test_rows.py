"""No kind of trouble is forgotten, and the page says what the cases do."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from case import load_all

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("hostile_page", HERE / "page.py")
page = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(page)

CASES = load_all()


@pytest.mark.parametrize("row", page.ROWS)
def test_every_kind_is_tried_or_said_not_to_be(row):
    assert row in page.elsewhere() or any(one.row == row for one in CASES.values())


@pytest.mark.parametrize("row", page.elsewhere())
def test_the_test_that_is_named_exists(row):
    entry = page.elsewhere()[row]
    assert row in page.ROWS
    assert set(entry) <= {"test", "not_done"}
    assert page.tests(entry) or "not_done" in entry
    for test in page.tests(entry):
        file, name = test.split("::")
        assert re.search(rf"^def {name}\(", (page.ROOT / file).read_text(), re.MULTILINE), test


@pytest.mark.parametrize("name", [one.name for one in CASES.values() if one.twin])
def test_the_twin_is_an_honest_case(name):
    assert CASES[CASES[name].twin].honest


def test_honest_cases_demand_every_point_they_answer():
    """Only H16, which leaves one answer empty, may lose some."""
    assert not [one.name for one in CASES.values() if one.honest and one.points]


def test_there_are_kinds_that_stand_on_no_list():
    assert sum(one.row == "X" for one in CASES.values()) >= 15


def test_the_page_is_as_made():
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run: python tests/submissions/page.py"
