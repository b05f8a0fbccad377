from __future__ import annotations

import re

import nbformat
import pytest

from course_tools.notebooks import build, dump
from course_tools.notebooks.build import BuildError


def test_two_builds_are_the_same_bytes(percent):
    assert dump(build(percent, stem="07_training")) == dump(build(percent, stem="07_training"))


def test_a_built_notebook_is_valid_and_bare(paper):
    nbformat.validate(nbformat.from_dict(paper))
    assert paper["metadata"]["kernelspec"]["name"] == "python3"
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in paper["cells"])
    assert {key for c in paper["cells"] for key in c["metadata"]} == {"nbgrader", "course"}


def test_ids_are_the_grade_ids_else_the_place(paper):
    assert [cell["id"] for cell in paper["cells"]] == [
        "m07-title", "m07-setup", "m07-clip", "m07-clip-test", "07_training-005", "07_training-006", "m07-q1",
        "m07-module", "m07-module-test",
    ]  # fmt: skip


def test_ids_are_valid_and_unique_for_any_stem_and_any_grade_id(percent):
    text = percent.replace("m07-clip-test", "m07-clip").replace('"m07-q1"', '"' + "q" * 65 + '"')
    ids = [cell["id"] for cell in build(text, stem="ein Übungsblatt: " + "x" * 80)["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in ids)


def test_texts_arrive_as_written(paper):
    sources = [cell["source"] for cell in paper["cells"]]
    assert sources[0] == "# 07 Training"
    assert sources[1] == "#| export\nimport math"
    assert sources[3].endswith("\ntest_unit_clip()")
    assert sources[6].split("\n")[1] == "Fixed cost against cost per batch."


def test_commands_for_the_notebook_survive():
    nb = build("# %%\n# %matplotlib inline\nx = 1\n", stem="01_a")
    assert nb["cells"][0]["source"] == "%matplotlib inline\nx = 1"


def test_a_header_of_jupytext_leaves_nothing_behind(percent):
    header = "# ---\n# jupyter:\n#   kernelspec:\n#     name: ir\n#     display_name: R\n# ---\n\n"
    assert dump(build(header + percent, stem="07_training")) == dump(build(percent, stem="07_training"))


@pytest.mark.parametrize("text", ["", "\n\n", "# %%\n"])
def test_text_without_cells_is_refused(text):
    with pytest.raises(BuildError, match="no cells"):
        build(text, stem="07_training")
