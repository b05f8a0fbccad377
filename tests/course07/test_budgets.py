"""What a module notebook may be: points, ids, metadata, length of text and regions, hints, plots, figures."""

from __future__ import annotations

import re
import runpy
import statistics

import pytest

from course_tools.notebooks import lint
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_test, marks
from course_tools.notebooks.regions import SOLUTION, regions

POINTS = {
    "m07-cosine-test": 10,
    "m07-clip-test": 10,
    "m07-trainer-test": 15,
    "m07-accumulate-test": 10,
    "m07-evaluate-test": 10,
    "m07-checkpoint-test": 10,
    "m07-memory-test": 5,
    "m07-batch-size-test": 5,
    "m07-demo-test": 5,
    "m07-module-test": 5,
    "m07-quiz-test": 5,
    "m07-q1": 5,
    "m07-q2": 5,
}
TEXT_KINDS = (r"### BEGIN SOLUTION.*?### END SOLUTION", r"```.*?```", r"\$\$.*?\$\$", r"<[^>]*>")


def prose(cell):
    """The text a student reads: without model answers, pseudo-code, set formulas and tags."""
    text = cell["source"]
    for kind in TEXT_KINDS:
        text = re.sub(kind, " ", text, flags=re.DOTALL)
    return re.findall(r"\w[\w'’.,-]*", text)


@pytest.fixture(scope="session")
def texts(nb):
    return [cell for cell in nb["cells"] if cell["cell_type"] == "markdown"]


def test_points_are_a_hundred_and_stand_where_agreed(nb):
    found = {grade_id(cell): marks(cell)["points"] for cell in nb["cells"] if "points" in marks(cell)}
    assert found == POINTS
    assert sum(found.values()) == 100


def test_nothing_to_repair_before_release(nb):
    assert lint(nb) == []


def test_every_marked_cell_has_exactly_the_agreed_keys(nb):
    expected = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
    for cell in nb["cells"]:
        if "nbgrader" in cell["metadata"]:
            assert set(marks(cell)) - {"points"} == expected, grade_id(cell)
            assert re.fullmatch(r"m07-[a-z0-9-]+", grade_id(cell))


def test_number_of_cells_and_words(nb, texts):
    assert 25 <= len(nb["cells"]) <= 45
    assert 1500 <= sum(len(prose(cell)) for cell in texts) <= 2500


def test_regions_of_the_reference_are_short(code_cells):
    lengths = {}
    for cell in code_cells:
        lines = cell["source"].split("\n")
        for region in regions(cell["source"], SOLUTION):
            body = [line for line in lines[region.begin : region.end - 1] if line.strip()]
            lengths[f"{grade_id(cell)} line {region.begin}"] = len(body)
    assert len(lengths) > 25
    assert {where: n for where, n in lengths.items() if n > 15} == {}
    assert statistics.median(lengths.values()) <= 9


def test_solution_and_test_cells_say_their_task_and_what_they_need(nb):
    tests = {grade_id(cell) for cell in nb["cells"] if is_test(cell)}
    for cell in nb["cells"]:
        if cell["cell_type"] == "code" and (is_answer(cell) or is_test(cell)):
            data = course_data(cell)
            assert re.fullmatch(r"07\.\d+", data["task"]), grade_id(cell)
            assert set(data["needs"]) <= tests - {grade_id(cell)}


def test_a_graded_cell_says_first_what_else_is_checked_and_calls_its_test_last(code_cells):
    for cell in code_cells:
        if is_test(cell):
            assert cell["source"].startswith(("# Also checked:", "# This test looks at the form only"))
            assert re.fullmatch(r"test_(unit_\w+|module)\(\)", cell["source"].strip().split("\n")[-1])


def test_names_of_the_visible_tests_are_kept(code_cells):
    everything = "\n".join(cell["source"] for cell in code_cells if is_test(cell))
    for name in ("unit_cosine_schedule", "unit_clip_grad_norm", "unit_trainer", "module"):
        assert f"def test_{name}():" in everything


def test_every_written_task_has_three_folded_hints_and_an_error(texts):
    for number in range(1, 10):
        (cell,) = (one for one in texts if course_data(one).get("task") == f"07.{number}")
        summaries = re.findall(r"<details><summary>(.*?)</summary>", cell["source"])
        assert [one.split(":")[0] for one in summaries[:3]] == ["Hint 1", "Hint 2", "Hint 3"]
        assert summaries[3:], f"07.{number} names no error"
        assert all(one.startswith("I get ") for one in summaries[3:])
        assert cell["source"].count("</details>") == len(summaries)


def test_hints_hold_no_line_of_the_solution(texts, code_cells):
    read = {line.strip() for cell in texts for line in cell["source"].split("\n")}
    for cell in code_cells:
        lines = cell["source"].split("\n")
        for region in regions(cell["source"], SOLUTION):
            for line in lines[region.begin : region.end - 1]:
                assert len(line.strip()) < 12 or line.strip() not in read, line


def test_minutes_of_the_tasks_are_the_minutes_of_the_module(texts):
    assert sum(course_data(cell).get("minutes", 0) for cell in texts) == 160
    assert "160 minutes" in texts[0]["source"]


def test_free_cells_are_plots_and_tables_that_say_what_to_see(nb):
    free = [cell for cell in nb["cells"] if "nbgrader" not in cell["metadata"]]
    assert len(free) == 4
    for cell in free:
        assert "ou should see" in cell["source"].split("\n\n")[0].split("import")[0]
    plots = [cell for cell in free if "subplots" in cell["source"]]
    assert len(plots) == 3
    for cell in plots:
        assert cell["source"].count("subplots(figsize=(5, 3), dpi=72)") == 1


def test_manual_answers_hold_a_model_answer_and_marking_points_only_inside_the_marks(nb):
    for name in ("m07-q1", "m07-q2"):
        (cell,) = (one for one in nb["cells"] if grade_id(one) == name)
        assert re.fullmatch(r"### BEGIN SOLUTION\n.*\n### END SOLUTION", cell["source"], flags=re.DOTALL)
        marking = cell["source"].split("Marking:")[1]
        assert sum(int(n) for n in re.findall(r"\((\d)\)", marking)) == 5


def test_figures_come_from_their_script_and_have_alternative_text(folder, texts):
    figures = [found for cell in texts for found in re.findall(r"!\[(.*?)\]\((.*?)\)", cell["source"])]
    assert [path for _, path in figures] == ["figures/epoch.svg"]
    assert all(len(alternative.split()) > 10 for alternative, _ in figures)
    drawn = runpy.run_path(str(folder / "figures" / "07_epoch.py"))["drawing"]()
    assert (folder / "figures" / "epoch.svg").read_text(encoding="utf-8") == drawn
