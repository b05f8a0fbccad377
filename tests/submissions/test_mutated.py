"""Notebooks changed at random, but so that they stay nearly notebooks, through the whole grader."""

from __future__ import annotations

import copy
import json

from case import TASKS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NASTY = st.sampled_from(
    [
        None,
        True,
        -1,
        1e308,
        "",
        "x",
        "\x00",
        "\ud800",
        [],
        [[]],
        {},
        {"a": []},
        ["a", 1],
        "markdown",
        "raw",
        "code",
    ]
)
FIELDS = st.sampled_from(
    ["cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments", "new"]
)
MARKS = st.sampled_from(
    ["grade", "solution", "locked", "task", "points", "grade_id", "schema_version", "cell_type", "checksum"]
)
SOURCES = st.sampled_from(
    [
        "",
        "1/0",
        "%%bash\ntrue",
        "%magic",
        "!true",
        "def f(:",
        "raise SystemExit",
        "x" * 5000,
        "del norm",
        "?",
        "\t",
        "𝔵 = 1",
    ]
)


@st.composite
def changes(draw):
    """One change, as a function of the notebook."""
    kind = draw(st.sampled_from(["field", "mark", "source", "drop", "copy", "swap", "top", "course"]))
    at, other = draw(st.integers(0, 30)), draw(st.integers(0, 30))
    field, mark, value, source = draw(FIELDS), draw(MARKS), draw(NASTY), draw(SOURCES)

    def change(notebook):
        cells = notebook["cells"]
        if not isinstance(cells, list) or not cells:
            return
        i, j = at % len(cells), other % len(cells)
        cell = cells[i]
        if kind == "field":
            cell[field] = value
        elif kind == "mark" and isinstance(cell.get("metadata"), dict):
            marks = cell["metadata"].setdefault("nbgrader", {})
            if isinstance(marks, dict):
                marks[mark] = value
        elif kind == "course" and isinstance(cell.get("metadata"), dict):
            cell["metadata"]["course"] = value
        elif kind == "source":
            cell["source"] = source
        elif kind == "drop":
            del cells[i]
        elif kind == "copy":
            cells.insert(j, copy.deepcopy(cell))
        elif kind == "swap":
            cells[i], cells[j] = cells[j], cells[i]
        elif kind == "top":
            notebook[("metadata", "nbformat", "nbformat_minor", "extra")[at % 4]] = value

    return change


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(changes(), min_size=1, max_size=6))
def test_there_is_always_a_verdict_and_never_an_exception(grader, grade, reference, made):
    notebook = copy.deepcopy(reference)
    for change in made:
        change(notebook)
    report = grade(grader, {grader.stem: json.dumps(notebook).encode()}).report
    assert [task.grade_id for task in report.tasks] == list(TASKS)
    for task in report.tasks:
        assert task.verdict in ("passed", "failed", "skipped", "broken")
        assert (task.points is None) == (task.verdict == "broken")
        assert task.points is None or 0 <= task.points <= task.max_points == 10
    broken = any(task.verdict == "broken" for task in report.tasks)
    assert not broken or any(note.code == "unreadable" for note in report.notes)
