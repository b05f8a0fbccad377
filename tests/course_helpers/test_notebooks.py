"""What every module's notebook keeps to, module 07 apart, whose own tests ask for more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_tools.course import Course
from course_tools.notebooks import build, lint
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_test, marks
from course_tools.notebooks.regions import SOLUTION, regions

COURSE = Course.load(Path(__file__).resolve().parents[2])
MODULES = [one for one in COURSE.modules if one.number != "07" and COURSE.source_text(one).is_file()]
# Not read by a student, or not read as prose.
NO_PROSE = (r"### BEGIN SOLUTION.*?### END SOLUTION", r"```.*?```", r"\$\$.*?\$\$", r"<[^>]*>")


@pytest.fixture(scope="module", params=MODULES, ids=lambda one: one.folder)
def module(request):
    return request.param


@pytest.fixture(scope="module")
def nb(module):
    return build(COURSE.source_text(module).read_text(encoding="utf-8"), stem=module.folder)


@pytest.fixture(scope="module")
def texts(nb):
    return [cell for cell in nb["cells"] if cell["cell_type"] == "markdown"]


def solution_lines(cell):
    """Lines of each region of a cell, by where it begins."""
    lines = cell["source"].split("\n")
    for region in regions(cell["source"], SOLUTION):
        yield region.begin, [line for line in lines[region.begin : region.end - 1] if line.strip()]


def test_nothing_to_repair_and_a_hundred_points(nb):
    assert lint(nb) == []
    assert sum(marks(cell).get("points", 0) for cell in nb["cells"]) == 100


def test_cells_and_words_stay_within_their_limits(nb, texts):
    words = 0
    for cell in texts:
        text = cell["source"]
        for kind in NO_PROSE:
            text = re.sub(kind, " ", text, flags=re.DOTALL)
        words += len(re.findall(r"\w[\w'’.,-]*", text))
    assert words <= 2500
    assert 20 <= len(nb["cells"]) <= 45


def test_regions_are_short(nb):
    code = [cell for cell in nb["cells"] if cell["cell_type"] == "code" and is_answer(cell)]
    lengths = {(grade_id(cell), begin): len(body) for cell in code for begin, body in solution_lines(cell)}
    assert len(lengths) > 5
    assert {where: n for where, n in lengths.items() if n > 15} == {}


def test_written_tasks_have_three_folded_hints_and_an_error(nb, texts, module):
    written = {
        course_data(cell)["task"]
        for cell in nb["cells"]
        if is_answer(cell) and cell["cell_type"] == "code" and cell["source"].startswith("#| export")
    }
    assert written
    for task in written:
        (text,) = (one["source"] for one in texts if course_data(one).get("task") == task)
        summaries = re.findall(r"<details><summary>(.*?)</summary>", text)
        assert [one.split(":")[0] for one in summaries[:3]] == ["Hint 1", "Hint 2", "Hint 3"], task
        assert summaries[3:], f"{task} names no error"
        assert all(one.startswith("I get ") for one in summaries[3:]), task
        assert text.count("</details>") == len(summaries), task


def test_hints_hold_no_line_of_the_solution(nb, texts):
    read = {line.strip() for cell in texts for line in cell["source"].split("\n")}
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            for _, body in solution_lines(cell):
                assert [line for line in body if len(line.strip()) >= 12 and line.strip() in read] == []


def test_graded_cells_say_what_else_is_checked_and_rest_on_earlier_ones(nb):
    seen = set()
    for cell in nb["cells"]:
        if is_test(cell):
            assert re.match(r"#.*(Also checked:|looks at the form only)", cell["source"]), grade_id(cell)
            assert re.fullmatch(r"test_\w+\(\)", cell["source"].strip().split("\n")[-1])
            assert set(course_data(cell)["needs"]) <= seen, grade_id(cell)
            seen.add(grade_id(cell))


def test_minutes_of_the_tasks_are_the_minutes_of_the_module(texts, module):
    assert f"{module.minutes} minutes" in texts[0]["source"]
    assert sum(course_data(cell).get("minutes", 0) for cell in texts) <= module.minutes


def test_plots_say_what_to_see_and_are_small(nb):
    free = [cell for cell in nb["cells"] if "nbgrader" not in cell["metadata"]]
    assert 1 <= len(free) <= 5
    for cell in free:
        assert "ou should see" in cell["source"], cell["id"]
        assert cell["source"].count("subplots(") == cell["source"].count("subplots(figsize=(5, 3), dpi=72)")


def test_marking_points_of_a_manual_question_add_up(nb):
    manual = [cell for cell in nb["cells"] if cell["cell_type"] == "markdown" and is_answer(cell)]
    assert manual
    for cell in manual:
        assert re.fullmatch(r"### BEGIN SOLUTION\n.*\n### END SOLUTION", cell["source"], flags=re.DOTALL)
        marking = cell["source"].split("Marking:")[1]
        assert sum(int(n) for n in re.findall(r"\((\d)\)", marking)) == marks(cell)["points"], grade_id(cell)
