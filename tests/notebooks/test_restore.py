"""Whatever happened to the cells, the paper's tests meet the student's answers, and a note says what was done."""

from __future__ import annotations

import copy

import nbformat
import pytest

from course_tools.notebooks import restore
from course_tools.notebooks.cells import grade_id

SOLVED = "#| export\ndef clip(value, limit=1.0):\n    return max(-limit, min(limit, value))"


def cell(nb, name):
    return next(one for one in nb["cells"] if grade_id(one) == name)


def index(nb, name):
    return next(at for at, one in enumerate(nb["cells"]) if grade_id(one) == name)


def names(nb):
    return [grade_id(one) for one in nb["cells"] if grade_id(one)]


def codes(restored):
    return [note.code for note in restored.notes]


def extra(source, kind="code", **more):
    made = {"id": "mine", "cell_type": kind, "metadata": {}, "source": source, **more}
    return {**made, "outputs": [], "execution_count": None} if kind == "code" else made


def test_an_honest_submission_is_left_as_it_is_and_nothing_is_noted(submitted, paper):
    cell(submitted, "m07-clip")["source"] = SOLVED
    cell(submitted, "m07-q1")["source"] = "Because of the fixed cost."
    submitted["cells"].insert(4, extra("clip(5)"))
    restored = restore(submitted, paper)
    assert restored.notes == ()
    assert restored.missing_answers == ()
    assert restored.notebook == submitted


def test_neither_argument_is_changed(submitted, paper):
    cell(submitted, "m07-clip-test")["source"] = "pass"
    before = copy.deepcopy((submitted, paper))
    made = restore(submitted, paper).notebook
    made["cells"][1]["metadata"]["nbgrader"]["grade_id"] = "spoiled"
    made["metadata"]["kernelspec"]["name"] = "spoiled"
    assert (submitted, paper) == before


@pytest.mark.parametrize("name", ["m07-title", "m07-setup", "m07-clip-test"])
def test_changed_locked_cells_are_put_back(submitted, paper, name):
    cell(submitted, name)["source"] = "pass  # nothing to see"
    restored = restore(submitted, paper)
    assert cell(restored.notebook, name) == cell(paper, name)
    assert codes(restored) == ["cell-restored"]
    assert restored.notes[0].where == name


def test_blanks_at_line_ends_are_no_change_worth_a_note(submitted, paper):
    test = cell(submitted, "m07-clip-test")
    test["source"] = test["source"].replace("\n", "  \n") + "\n\n"
    restored = restore(submitted, paper)
    assert restored.notes == ()
    assert cell(restored.notebook, "m07-clip-test") == cell(paper, "m07-clip-test")


@pytest.mark.parametrize(
    "change",
    [
        {"points": 100},
        {"grade": False},
        {"locked": False},
        {"grade": False, "locked": False},
        {"solution": True},
    ],
)
def test_flags_and_points_come_from_the_paper(submitted, paper, change):
    marks = cell(submitted, "m07-clip-test")["metadata"]["nbgrader"]
    marks.update(change)
    restored = restore(submitted, paper)
    assert cell(restored.notebook, "m07-clip-test") == cell(paper, "m07-clip-test")
    assert codes(restored) == ["marks-restored"]
    assert all(key in restored.notes[0].message for key in change)


def test_an_answer_is_not_overwritten_by_locking_it(submitted, paper):
    answer = cell(submitted, "m07-clip")
    answer["source"] = SOLVED
    answer["metadata"]["nbgrader"].update(solution=False, locked=True)
    assert cell(restore(submitted, paper).notebook, "m07-clip")["source"] == SOLVED


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_turned_into_text_is_code_again(submitted, paper, kind):
    at = index(submitted, "m07-clip")
    submitted["cells"][at] = {
        **extra(SOLVED, kind, id="m07-clip"), "metadata": submitted["cells"][at]["metadata"], "attachments": {"a": {}}
    }  # fmt: skip
    restored = restore(submitted, paper)
    made = cell(restored.notebook, "m07-clip")
    assert (made["cell_type"], made["source"]) == ("code", SOLVED)
    assert "attachments" not in made
    assert codes(restored) == ["type-restored"]
    nbformat.validate(nbformat.from_dict(restored.notebook))


def test_a_written_answer_turned_into_code_is_text_again(submitted, paper):
    at = index(submitted, "m07-q1")
    submitted["cells"][at] = {
        **extra("Because.", id="m07-q1"),
        "metadata": submitted["cells"][at]["metadata"],
    }
    made = cell(restore(submitted, paper).notebook, "m07-q1")
    assert (made["cell_type"], made["source"]) == ("markdown", "Because.")
    assert "outputs" not in made


def test_a_test_turned_into_text_is_a_test_again(submitted, paper):
    at = index(submitted, "m07-clip-test")
    test = submitted["cells"][at]
    submitted["cells"][at] = {**extra(test["source"], "raw", id=test["id"]), "metadata": test["metadata"]}
    restored = restore(submitted, paper)
    assert cell(restored.notebook, "m07-clip-test") == cell(paper, "m07-clip-test")
    assert codes(restored) == ["type-restored"]


def test_pictures_in_a_written_answer_are_kept(submitted, paper):
    cell(submitted, "m07-q1")["attachments"] = {"a.png": {"image/png": "QUJD"}}
    made = cell(restore(submitted, paper).notebook, "m07-q1")
    assert made["attachments"] == {"a.png": {"image/png": "QUJD"}}


def test_the_last_copy_of_an_answer_counts_and_the_others_are_only_run(submitted, paper):
    at = index(submitted, "m07-clip")
    first = submitted["cells"][at]
    first["source"] = "first = 1"
    submitted["cells"].insert(at + 1, {**copy.deepcopy(first), "id": "copy", "source": SOLVED})
    restored = restore(submitted, paper)
    assert cell(restored.notebook, "m07-clip")["source"] == SOLVED
    assert names(restored.notebook) == names(paper)
    first = restored.notebook["cells"][at]
    assert (first["source"], first["metadata"]) == ("first = 1", {})
    assert codes(restored) == ["cell-duplicated"]
    assert "2 times" in restored.notes[0].message
    assert len({one["id"] for one in restored.notebook["cells"]}) == len(restored.notebook["cells"])


def test_of_copied_tests_the_last_stays_and_of_copied_setups_the_first(submitted, paper):
    setup, test = (copy.deepcopy(cell(submitted, name)) for name in ("m07-setup", "m07-clip-test"))
    submitted["cells"] += [{**setup, "id": "s"}, {**test, "id": "t", "source": "pass"}]
    made = restore(submitted, paper).notebook
    assert index(made, "m07-setup") == 1
    assert index(made, "m07-clip-test") == len(made["cells"]) - 1
    assert cell(made, "m07-clip-test")["source"] == cell(paper, "m07-clip-test")["source"]


def test_a_copy_that_became_another_cell_still_counts_once(submitted, paper):
    """A copied cell whose grade_id was overwritten: nbgrader stops the whole batch over this."""
    copied = copy.deepcopy(cell(submitted, "m07-clip-test"))
    copied["id"] = "copy"
    copied["metadata"]["nbgrader"]["grade_id"] = "m07-clip-test-copy"
    submitted["cells"].append(copied)
    restored = restore(submitted, paper)
    assert names(restored.notebook) == names(paper)
    assert codes(restored) == ["cell-foreign"]
    assert restored.notebook["cells"][-1]["metadata"] == {}


@pytest.mark.parametrize("name", ["m07-title", "m07-setup", "m07-clip-test", "m07-module-test"])
def test_a_deleted_locked_cell_is_put_back_where_it_belongs(submitted, paper, name):
    del submitted["cells"][index(submitted, name)]
    restored = restore(submitted, paper)
    assert restored.notebook["cells"] == paper["cells"]
    assert codes(restored) == ["cell-missing"]
    assert restored.missing_answers == ()


def test_a_deleted_answer_is_reported_and_its_stub_stands_in(submitted, paper):
    del submitted["cells"][index(submitted, "m07-clip")]
    restored = restore(submitted, paper)
    assert restored.missing_answers == ("m07-clip",)
    assert restored.notebook["cells"] == paper["cells"]
    assert codes(restored) == ["answer-missing"]


def test_neighbours_deleted_together_come_back_in_their_order(submitted, paper):
    submitted["cells"] = [one for one in submitted["cells"] if not grade_id(one).startswith("m07-clip")]
    restored = restore(submitted, paper)
    assert restored.notebook["cells"] == paper["cells"]
    assert restored.missing_answers == ("m07-clip",)


def test_of_a_notebook_with_nothing_of_ours_everything_is_put_back(paper):
    empty = {"cells": [extra("hello = 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    restored = restore(empty, paper)
    assert names(restored.notebook) == names(paper)
    assert restored.missing_answers == ("m07-clip", "m07-q1", "m07-module")
    assert restored.notebook["cells"][-1]["source"] == "hello = 1"


def test_the_order_of_cells_stays_the_students(submitted, paper):
    submitted["cells"].reverse()
    restored = restore(submitted, paper)
    assert [one["id"] for one in restored.notebook["cells"]] == [
        one["id"] for one in reversed(paper["cells"])
    ]


def test_a_renamed_cell_is_recognised_by_its_cell_id(submitted, paper):
    cell(submitted, "m07-clip")["source"] = SOLVED
    cell(submitted, "m07-clip")["metadata"]["nbgrader"]["grade_id"] = "m07-clip-mine"
    cell(submitted, "m07-clip-test")["metadata"] = {}
    restored = restore(submitted, paper)
    assert names(restored.notebook) == names(paper)
    assert cell(restored.notebook, "m07-clip")["source"] == SOLVED
    assert codes(restored).count("cell-recognised") == 2
    assert restored.missing_answers == ()


def test_a_cell_id_taken_by_another_cell_does_not_steal_the_answer(submitted, paper):
    answer = cell(submitted, "m07-clip")
    answer.update(source=SOLVED, id="other")
    submitted["cells"].insert(0, extra("stolen = 1", id="m07-clip"))
    made = restore(submitted, paper).notebook
    assert cell(made, "m07-clip")["source"] == SOLVED
    assert cell(made, "m07-clip")["id"] == "m07-clip"
    assert made["cells"][0]["source"] == "stolen = 1"
    assert made["cells"][0]["id"] != "m07-clip"


def test_metadata_that_steers_execution_is_dropped(submitted, paper):
    for one in submitted["cells"]:
        one["metadata"] |= {
            "tags": ["raises-exception", "skip-execution"],
            "jupyter": {"source_hidden": True},
            "deletable": True,
            "editable": True,
            "execution": {"timeout": "1"},
        }
    submitted["metadata"] |= {"widgets": {"state": {}}, "celltoolbar": "Create Assignment"}
    restored = restore(submitted, paper)
    assert restored.notebook == paper
    assert {note.code for note in restored.notes} == {"tags-dropped"}
    assert {note.audience for note in restored.notes} == {"staff"}


def test_extra_keys_beside_ours_and_our_own_data_come_from_the_paper(submitted, paper):
    test = cell(submitted, "m07-module-test")
    test["metadata"]["nbgrader"]["points_earned"] = 5
    test["metadata"]["course"] = {"needs": [], "task": "07.3"}
    assert cell(restore(submitted, paper).notebook, "m07-module-test") == cell(paper, "m07-module-test")


@pytest.mark.parametrize("version", [1, 2, 4, "3", None])
def test_marks_of_another_schema_version_are_brought_to_ours(submitted, paper, version):
    for one in submitted["cells"]:
        if grade_id(one):
            one["metadata"]["nbgrader"]["schema_version"] = version
    restored = restore(submitted, paper)
    assert restored.notebook == paper
    assert set(codes(restored)) == {"schema-restored"}


@pytest.mark.parametrize(
    ("metadata", "noted"),
    [
        ({}, False),
        ({"kernelspec": {"name": "conda-x", "display_name": "x", "language": "python"}}, False),
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, True),
        ({"language_info": {"name": "julia"}}, True),
    ],
)
def test_the_courses_kernel_is_used(submitted, paper, metadata, noted):
    submitted["metadata"] = metadata
    restored = restore(submitted, paper)
    assert restored.notebook["metadata"] == paper["metadata"]
    assert codes(restored) == ["kernel-replaced"] * noted


def test_outputs_that_came_along_are_dropped(submitted, paper):
    for one in submitted["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "10/10"}]
            one["execution_count"] = 3
    assert restore(submitted, paper).notebook == paper


def test_hostile_names_are_shown_as_one_short_line_and_many_are_counted(submitted, paper):
    for number in range(100):
        bad = extra("x", id=f"bad-{number}")
        bad["metadata"] = {"nbgrader": {"grade_id": "\x1b[31m\n<b>" + "x" * 999, "grade": True}}
        submitted["cells"].append(bad)
    restored = restore(submitted, paper)
    assert len(restored.notes) == 21
    assert "80 more" in restored.notes[-1].message
    for note in restored.notes:
        assert note.message.isprintable()
        assert len(note.message) < 200
