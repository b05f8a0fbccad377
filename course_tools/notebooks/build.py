"""A notebook from the author's percent text: the same text, the same bytes."""

from __future__ import annotations

import re
from collections import Counter

from course_tools.files import UserError
from course_tools.notebooks.cells import CELL_ID, Notebook, grade_id
from course_tools.notebooks.read import read

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
JUPYTEXT_ONLY = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "title")


class BuildError(UserError):
    """The author's text is not percent text."""


def build(text: str, *, stem: str) -> Notebook:
    """The notebook of an author's text, solutions inside, without outputs.

    text  jupytext's percent format: "# %%" opens a code cell, "# %% [markdown]" a text
    stem  the module's folder, "07_training"; part of the ids of cells without a grade_id

    A cell's id is its grade_id, else its place ("07_training-012"), so rebuilding changes no byte.
    Raises BuildError when there is no cell or a cell's metadata is not JSON.
    """
    import jupytext
    import nbformat

    try:
        made = jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # jupytext names no errors of its own
        raise BuildError(f"{stem}.py cannot be read as percent text: {error}.") from error
    nb = read(nbformat.writes(made).encode())
    if not any(cell["source"].strip() for cell in nb["cells"]):
        raise BuildError(f"{stem}.py has no cells.\nOpen each with a line  # %%  or  # %% [markdown].")
    nb["metadata"] = {
        "course": {"module": stem},
        "kernelspec": dict(KERNEL),
        "language_info": {"name": "python"},
    }
    place = re.sub(r"[^A-Za-z0-9_-]", "-", stem)[:58]
    named = Counter(grade_id(cell) for cell in nb["cells"])
    for number, cell in enumerate(nb["cells"], start=1):
        for key in JUPYTEXT_ONLY:
            cell["metadata"].pop(key, None)
        name = grade_id(cell)
        fits = bool(CELL_ID.fullmatch(name)) and named[name] == 1
        cell["id"] = name if fits else f"{place}-{number:03d}"
    return nb
