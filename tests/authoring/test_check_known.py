"""Which answers get the title of a known mistake, and when the file that says so is out of date."""

from __future__ import annotations

import json
import types

import pytest

from course_tools.authoring import known
from course_tools.authoring.proof import Files
from course_tools.course import Course
from course_tools.grading.bank import Bank
from course_tools.grading.batch import Lost
from course_tools.grading.misconceptions import load
from course_tools.records import CheckResult, Mistake, TaskResult

FILES = Files("text", "checks", "mistakes", "01")
CELL = {"test_a": "a-test", "test_b": "a-test", "test_c": "c-test"}


def mistake(name, title, grade_id="a-test"):
    return Mistake(name, title, grade_id, grade_id.removesuffix("-test"), "before", "after", ())


def graded(prints, named=None):
    """A result whose failed checks gave these fingerprints and show these titles."""
    tasks = []
    for cell in sorted({CELL[one] for one in prints}):
        checks = tuple(
            CheckResult(one, cell, one, "failed", False, 50.0, misconception=(named or {}).get(one, ""))
            for one in prints
            if CELL[one] == cell
        )
        tasks.append(TaskResult(cell, cell, "failed", 0.0, 5.0, "examined", checks=checks))
    return types.SimpleNamespace(report=types.SimpleNamespace(tasks=tuple(tasks)), fingerprints=prints)


def test_each_answer_gets_the_title_of_its_mistake():
    bank = Bank((mistake("1", "one"), mistake("2", "two")))
    run = {"1": graded({"test_a": "x", "test_b": "y"}), "2": graded({"test_a": "z"})}
    assert known.table(bank, [run], []) == {"test_a": {"x": "one", "z": "two"}, "test_b": {"y": "one"}}


def test_alike_answers_get_the_title_of_the_checks_own_task_and_else_of_the_first():
    bank = Bank((mistake("1", "one"), mistake("2", "two"), mistake("3", "three", "c-test")))
    run = {
        "1": graded({"test_a": "x", "test_c": "shared"}),
        "2": graded({"test_a": "x"}),
        "3": graded({"test_c": "shared"}),
    }
    assert known.table(bank, [run], []) == {"test_a": {"x": "one"}, "test_c": {"shared": "three"}}


def test_what_unwritten_work_answers_is_no_misconception():
    bank = Bank((mistake("1", "one"),))
    run = {"1": graded({"test_a": "stub", "test_b": "own"})}
    blank = [graded({"test_a": "stub", "test_b": "other"}), Lost("its worker ended, 2 times")]
    assert known.table(bank, [run], blank) == {"test_b": {"own": "one"}}


def test_what_differs_between_runs_is_not_listed():
    bank = Bank((mistake("1", "one"),))
    runs = [{"1": graded({"test_a": "x", "test_b": first})} for first in ("time 1", "time 2")]
    assert known.table(bank, runs, []) == {"test_a": {"x": "one"}}
    assert known.table(bank, [runs[0], {"1": Lost("gone")}], []) == {}


def test_a_mistake_must_show_its_own_title_or_that_of_its_double():
    bank = Bank((mistake("1", "one"), mistake("2", "two"), mistake("3", "three"), mistake("4", "four")))
    run = {
        "1": graded({"test_a": "x"}, {"test_a": "one"}),
        "2": graded({"test_a": "x"}, {"test_a": "one"}),  # the same everywhere: nobody can tell them apart
        "3": graded({"test_a": "x", "test_b": "y"}, {"test_a": "one"}),  # test_b could
        "4": graded({"test_a": "v"}),
    }
    assert [(one.cell, one.problem) for one in known.unnamed(bank, run, FILES)] == [
        ("a", "3 (three) is named by no check: it is taken for “one”"),
        ("a", "4 (four) is named by no check: its answers change from run to run"),
    ]


@pytest.fixture
def course(tmp_path):
    files = {
        "course.toml": 'name = "tiny"\ntitle = "t"\n[[modules]]\nnumber = "01"\nname = "sums"\ntitle = "S"\n'
        'export = "tinytorch.core.sums"\nseed = "s"\n',
        "source/01_sums/01_sums.py": "# %%\n1\n",
        "graders/test_01_sums.py": "from oracles import sums\n",
        "graders/probes/01_sums.py": "",
        "graders/mistakes/01_sums.py": "",
        "graders/oracles/sums.py": "",
        "tinytorch/core/tensor.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Course.load(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        "source/01_sums/01_sums.py",
        "graders/test_01_sums.py",
        "graders/probes/01_sums.py",
        "graders/mistakes/01_sums.py",
        "graders/oracles/sums.py",
        "tinytorch/core/tensor.py",
    ],
)
def test_the_file_is_old_when_anything_it_rests_on_changed(course, changed):
    (module,) = course.modules
    assert not known.is_fresh(course, module)
    table = {"test_a": {"x": "one"}}
    assert known.write(course, module, table, known.digest(course, module))
    assert known.is_fresh(course, module)
    assert not known.write(course, module, table, known.digest(course, module))
    assert load(course.misconceptions(module))["test_a"] == {"x": "one"}
    (course.root / changed).write_text("# changed\n")
    assert not known.is_fresh(course, module)


def test_a_damaged_file_is_old_and_a_course_without_bank_needs_none(course):
    (module,) = course.modules
    path = course.misconceptions(module)
    path.parent.mkdir()
    for damaged in ("", "[]", "{}", json.dumps({known.MADE_FROM: "x"})):
        path.write_text(damaged)
        assert not known.is_fresh(course, module)
    path.unlink()
    course.mistakes(module).unlink()
    assert known.is_fresh(course, module)
