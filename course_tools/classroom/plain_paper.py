"""The paper of an nbgrader assignment, put together from its gradebook.

nbgrader's release has lost its hidden tests and its database has lost the order of cells. The texts come from
the database, order and cell ids from the notebook in source/, when it is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_tools.gradebook.assignment import NotebookRow
from course_tools.notebooks import UnreadableNotebook, read


def paper_of(row: NotebookRow, source: Path, metadata: dict[str, Any]) -> dict[str, Any]:
    """A notebook `notebooks.restore` can restore from: every known cell once, hidden tests included.

    source    source/<assignment>/<notebook>.ipynb
    metadata  of the notebook that comes out; nbgrader's own step sets the kernel afterwards
    """
    try:
        order = read(source)["cells"]
    except UnreadableNotebook:
        order = []
    cells, placed = [], set()
    for cell in order:
        marks = cell["metadata"].get("nbgrader", {})
        name = marks.get("grade_id")
        flagged = any(marks.get(one) for one in ("grade", "solution", "locked", "task"))
        if flagged and name in row.sources:
            cells.append(cell | _known(row, name, cell["metadata"]))
            placed.add(name)
        elif not flagged:
            cells.append(cell)
    for name in sorted(row.sources):
        if name not in placed:
            cells.append({"id": name[:64], **_known(row, name, {})})
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _known(row: NotebookRow, name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    source = row.sources[name]
    graded = row.grades.get(name)
    own = metadata.get("nbgrader", {})
    marks: dict[str, Any] = {
        "grade": graded is not None and not graded.is_task,
        "grade_id": name,
        # nbgrader stores "locked" for every test cell, whatever its own flag says
        "locked": source.locked if graded is None else bool(own.get("locked", True)),
        "schema_version": 3,
        "solution": name in row.solutions,
        "task": graded is not None and graded.is_task,
        "cell_type": source.cell_type,
    }
    if graded is not None:
        marks["points"] = graded.max_score
    if source.checksum:
        marks["checksum"] = source.checksum
    return {
        "cell_type": source.cell_type,
        "source": source.source,
        "metadata": metadata | {"nbgrader": marks},
    }
