"""Oracle: the library that defined the format, on every notebook that other packages brought along."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import nbgrader
import pytest

from course_tools.notebooks import dump, read

BROUGHT = sorted(Path(nbgrader.__file__).parent.rglob("*.ipynb"))


def test_there_are_notebooks_to_compare():
    assert len(BROUGHT) >= 50


@pytest.mark.filterwarnings("ignore")  # nbformat complains about the old ones
@pytest.mark.parametrize("minor", range(6))
def test_texts_types_and_outputs_are_those_nbformat_reads(minor):
    files = [file for file in BROUGHT if json.loads(file.read_text()).get("nbformat_minor") == minor]
    for file in files:
        theirs = nbformat.read(file, as_version=4)
        ours = read(file, keep_outputs=True)
        nbformat.validate(nbformat.from_dict(ours))
        assert [(c["cell_type"], c["source"]) for c in ours["cells"]] == [
            (c.cell_type, c.source) for c in theirs.cells
        ], file
        assert [c.get("outputs", []) for c in ours["cells"]] == [
            c.get("outputs", []) for c in theirs.cells
        ], file


def test_written_bytes_are_those_nbformat_writes():
    for file in BROUGHT:
        nb = read(file, keep_outputs=True)
        assert dump(nb).decode() == nbformat.writes(nbformat.from_dict(nb)) + "\n", file
