"""nbgrader's rule for plain notebooks, made fail-closed."""

from __future__ import annotations

import pytest

from course_tools.classroom import in_process, kernels
from course_tools.gradebook.assignment import Grading, NotebookRow, SourceCell
from course_tools.sandbox import Limits, Nursery, choose_tier


def result(text):
    return {
        "output_type": "execute_result",
        "data": {"text/plain": text},
        "metadata": {},
        "execution_count": 1,
    }


PRINTED = {"output_type": "stream", "name": "stdout", "text": "0"}


@pytest.mark.parametrize(
    ("outputs", "verdict", "points"),
    [
        ([], "passed", 2),
        ([PRINTED], "passed", 2),
        ([{"output_type": "stream", "name": "stderr", "text": "bad"}], "passed", 2),
        ([{"output_type": "display_data", "data": {"text/plain": "0"}, "metadata": {}}], "passed", 2),
        ([result("2")], "passed", 2),
        ([result("2.0")], "passed", 2),
        ([result("1e0")], "failed", 1),
        ([result("0")], "failed", 0),
        ([PRINTED, result("0.5")], "failed", 0.5),
        ([result("np.float64(1.5)")], "failed", 1.5),
        ([result("np.float64(nan)")], "broken", None),
        ([result("nan")], "broken", None),
        ([result("inf")], "broken", None),
        ([result("-inf")], "broken", None),
        ([result("-0.5")], "broken", None),
        ([result("2.1")], "broken", None),
        ([result("True")], "broken", None),
        ([result("'2'")], "broken", None),
        ([result("[2]")], "broken", None),
        ([result("")], "broken", None),
        ([result("1.2.3")], "broken", None),
        ([result("np.float64(1) or 2")], "broken", None),
        ([{"output_type": "execute_result", "data": {"text/html": "2"}, "metadata": {}}], "broken", None),
        ([result("2"), result("2")], "broken", None),
    ],
)
def test_points_are_a_number_within_range_or_a_persons_to_give(outputs, verdict, points):
    assert in_process._earned(outputs, 2.0)[:2] == (verdict, points)


def code(text, name=None):
    marks = {"grade": True, "grade_id": name, "solution": False} if name else None
    metadata = {"nbgrader": marks} if marks else {}
    return {"cell_type": "code", "id": name or "free", "metadata": metadata, "source": text, "outputs": []}


def grade(cells, limits):
    names = [one["id"] for one in cells if one["metadata"]]
    row = NotebookRow(
        id="n",
        name="p1",
        kernelspec=None,
        grades={name: Grading(name, name, 1.0, "code", False) for name in [*names, "gone"]},
        comments={},
        solutions=frozenset(),
        sources={name: SourceCell(name, "code", "", True, None) for name in names},
    )
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    with Nursery(choose_tier(unsafe=True), limits=limits, preload=()) as nursery:
        report, done = in_process.grade(notebook, row, nursery, limits, names=("c", "ps1", "ann"), files={})
    return {task.grade_id: task for task in report.tasks}, done, report


def test_what_was_never_reached_shows_an_error_and_earns_nothing():
    limits = Limits(cell_seconds=1.0, total_seconds=1.0)
    tasks, done, report = grade([code("while True: pass"), code("pass", "late")], limits)
    assert (tasks["late"].verdict, tasks["late"].points) == ("skipped", 0.0)
    assert [one["ename"] for one in done.notebook["cells"][1]["outputs"]] == ["NotRun"]
    assert report.max_points == 2.0


def test_a_cell_that_is_not_in_the_notebook_is_broken_not_zero():
    tasks, _, report = grade([code("pass", "there")], Limits())
    assert (tasks["there"].verdict, tasks["there"].points) == ("passed", 1.0)
    assert (tasks["gone"].verdict, tasks["gone"].points) == ("broken", None)
    assert report.state == "needs_person"


def test_output_that_looks_like_an_error_is_only_output():
    text = (
        "from IPython.display import display\ndisplay({'output_type': 'error'}, raw=True)\nprint('Traceback')"
    )
    tasks, _, _ = grade([code(text, "loud"), code("assert False", "quiet")], Limits())
    assert tasks["loud"].verdict == "passed"
    assert tasks["quiet"].message.startswith("AssertionError")


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {}}, {"kernelspec": {"name": "python"}}])
def test_python_by_any_of_its_names_is_run(metadata):
    kernels.check(metadata)


def test_a_kernel_that_is_not_installed_is_named():
    with pytest.raises(kernels.WrongKernel, match="'blarg', which is not installed"):
        kernels.check({"kernelspec": {"name": "blarg"}})


def test_another_language_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "kernels" / "ir"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text('{"argv": ["R"], "display_name": "R", "language": "R"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with pytest.raises(kernels.WrongKernel, match="runs R; this grader runs Python alone"):
        kernels.check({"kernelspec": {"name": "ir"}})
