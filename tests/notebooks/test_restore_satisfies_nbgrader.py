"""Oracle: nbgrader's own metadata check, which stops a whole batch over one bad cell."""

from __future__ import annotations

import json
import random

import nbformat
import pytest
from nbgrader.nbgraderformat import SchemaTooOldError, ValidationError
from nbgrader.preprocessors import CheckCellMetadata

from course_tools.notebooks import read, restore

RUINED = [
    {},
    {"grade": True},
    {
        "schema_version": 3,
        "grade": True,
        "solution": False,
        "locked": False,
        "grade_id": "unknown",
        "points": 3,
    },
    {"schema_version": 1, "grade": False, "solution": True, "locked": False, "grade_id": "m07-clip"},
    {
        "schema_version": 3,
        "grade": True,
        "solution": True,
        "locked": True,
        "grade_id": "m07-clip-test",
        "extra": 1,
    },
    {"schema_version": 3, "grade": "yes", "solution": 1, "locked": None, "grade_id": "a b", "points": "NaN"},
    "not even an object",
]


def check(nb):
    CheckCellMetadata().preprocess(nbformat.from_dict(nb), {})


def test_the_paper_itself_passes(paper):
    check(paper)


@pytest.mark.parametrize("ruined", RUINED)
def test_what_nbgrader_would_refuse_passes_once_restored(submitted, paper, ruined):
    for one in submitted["cells"][::2]:
        one["metadata"]["nbgrader"] = ruined
    with pytest.raises(
        (ValidationError, SchemaTooOldError, AttributeError)
    ):  # the last for what is no object
        check(submitted)
    check(restore(submitted, paper).notebook)


@pytest.mark.parametrize("seed", range(12))
def test_shuffled_copied_and_ruined_cells_pass_once_restored(submitted, paper, seed):
    choose = random.Random(seed)
    cells = [json.loads(json.dumps(one)) for one in choose.choices(submitted["cells"], k=25)]
    for one in choose.sample(cells, 8):
        one["metadata"]["nbgrader"] = choose.choice(RUINED)
    nb = restore(read(json.dumps({**submitted, "cells": cells}).encode()), paper).notebook
    check(nb)
    nbformat.validate(nbformat.from_dict(nb))
