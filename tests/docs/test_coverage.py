"""The page of what is covered is as made, whole, and true of the modules' texts."""

from __future__ import annotations

from collections import Counter

import coverage_page
import pytest
from documents import ROOT

from course_tools.course import Course

DATA = coverage_page.data()
GRADED = coverage_page.graded()
# Rows of each part, counted when they were listed first.
ROWS = {"A": 59, "B": 31, "C": 29, "D": 42, "E": 59}
TASKS = {"01": 7, "02": 8, "03": 7, "04": 8, "05": 10, "06": 9, "07": 13, "08": 8, "09": 8}


def rows() -> list[str]:
    return [
        *(row for task in DATA["tasks"] for row in task.get("covers", {})),
        *(row for task in DATA["open"] for row in task["rows"]),
    ]


def test_the_page_is_as_made():
    assert coverage_page.PAGE.read_text() == coverage_page.text(), "run: python tests/docs/coverage_page.py"


def test_no_row_is_missing_and_none_is_there_twice():
    twice = [row for row, count in Counter(rows()).items() if count > 1]
    assert not twice
    assert Counter(row[0] for row in rows()) == ROWS
    assert {letter: part["rows"] for letter, part in DATA["parts"].items()} == ROWS


def test_every_task_of_the_nine_modules_is_listed_once_and_adds_up_to_a_hundred_points():
    names = [task["task"] for task in DATA["tasks"]]
    assert len(set(names)) == len(names)
    assert Counter(name[:2] for name in names) == TASKS
    points = Counter()
    for task in DATA["tasks"]:
        points[task["task"][:2]] += task["points"]
    assert set(points.values()) == {100}


def test_later_tasks_are_of_later_modules():
    assert all("10" <= task["task"][:2] <= "20" for task in DATA["open"])


def test_every_row_says_what_it_is():
    for task in DATA["tasks"]:
        for row, what in task.get("covers", {}).items():
            assert len(what.split()) > 1, row


@pytest.mark.parametrize("number", sorted(GRADED))
def test_a_modules_text_holds_exactly_its_tasks_with_their_points(number):
    wanted = sorted((task["task"], task["points"]) for task in DATA["tasks"] if task["task"][:2] == number)
    assert sorted((one.task, one.points) for one in GRADED[number]) == wanted


@pytest.mark.parametrize("number", sorted(GRADED))
def test_questions_are_marked_by_a_person_and_all_else_by_checks(number):
    assert {one.task: one.manual for one in GRADED[number]} == {
        one.task: ".Q" in one.task for one in GRADED[number]
    }


def test_every_released_module_has_a_text():
    course = Course.load(ROOT)
    released = {one.number for one in course.modules if course.release_notebook(one).is_file()}
    assert released <= set(GRADED)
    assert released


def test_the_cells_are_found_as_the_notebook_has_them():
    """The text is searched with an expression of our own; the built notebook must agree."""
    from course_tools.notebooks import read

    course = Course.load(ROOT)
    for module in course.modules:
        if course.source_notebook(module).is_file():
            marks = [
                one["metadata"].get("nbgrader", {}) for one in read(course.source_notebook(module))["cells"]
            ]
            names = [one["grade_id"] for one in marks if one.get("grade")]
            assert [one.grade_id for one in GRADED[module.number]] == names
