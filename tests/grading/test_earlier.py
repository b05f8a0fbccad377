"""Judged on the student's own earlier modules and on the reference, a report says whose fault a failure is."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.course import Course, CourseError
from course_tools.grading import batch, digests, earlier, faults, render
from course_tools.grading.batch import Task, Workers
from course_tools.grading.culprits import culprits
from course_tools.grading.feedback import feedback_page
from course_tools.grading.runner import Grader, Submission
from course_tools.records import CheckResult, EarlierModule, Report, from_json, to_json
from course_tools.sandbox import choose_tier


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chain = load("chain")
WRONG_UP, WRONG_DOUBLE = {"up": "return x + 2"}, {"double": "return 3 * x"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return chain.make(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def grader(course):
    module = course.find("03")
    with batch.open_nursery(course, module, choose_tier(), own=True) as nursery:
        yield Grader(course, module, nursery)


@pytest.fixture
def judge(course, grader, monkeypatch):
    """judge(base={...}, scale={...}, both={...}): a Graded; a module that is None was not handed in."""
    runs = []
    whole = grader.grade
    monkeypatch.setattr(grader, "grade", lambda *args: runs.append(args) or whole(*args))

    def make(base=None, scale=None, both=None, files=None):
        own = {}
        for folder, given in (("01_base", base), ("02_scale", scale)):
            if given is not None:
                own[folder] = (
                    given if isinstance(given, bytes) else chain.hand_in(course, folder[:2], **given)
                )
        work = {"03_both.ipynb": chain.hand_in(course, "03", **(both or {})), **(files or {})}
        runs.clear()
        made = earlier.grade(grader, Submission("ada", work, earlier=own), digests.Digests("", "", "", ""))
        assert from_json(Report, to_json(made.report)) == made.report
        return made, len(runs)

    return make


def verdicts(report):
    return {
        one.name.removeprefix("test_"): (one.verdict, one.fault)
        for task in report.tasks
        for one in task.checks
    }


def notes(report):
    return {one.code for one in report.notes}


PASSED = ("passed", ())
ALL = dict.fromkeys(["upped", "doubled", "product", "plain"], PASSED)


def test_right_modules_are_used_and_one_run_is_enough(judge):
    made, runs = judge(base={"up": "return 1 + x"}, scale={})
    assert verdicts(made.report) == ALL
    assert made.report.points == 100
    assert made.report.earlier == (EarlierModule("01_base", "own"), EarlierModule("02_scale", "own"))
    assert notes(made.report) == set()
    assert runs == 1


def test_what_an_earlier_module_gets_wrong_costs_nothing_and_is_named(judge):
    made, runs = judge(base=WRONG_UP, scale={"double": "return x + x"})
    blamed = ("passed", ("01_base",))
    assert verdicts(made.report) == ALL | {"upped": blamed, "product": blamed}
    assert made.report.points == 100
    assert notes(made.report) == {"earlier-fault"}
    assert runs == 4  # own, reference, the likelier culprit, the other
    (told,) = [one.message for one in made.report.notes]
    assert told == (
        "2 checks fail with your own 01_base and pass with the course's: the fault is there and costs no points here"
    )
    assert told in feedback_page(made.report, made.notebook).replace("&#x27;", "'")
    (upped,) = made.report.tasks[0].checks
    said = "fails with your own 01_base, passes with the course's"
    assert render.check_lines(upped) == ["✓ upped of 7", f"    {said}"]
    shown = [
        output["data"]["text/plain"]
        for cell in made.notebook["cells"]
        for output in cell.get("outputs", ())
        if "tito" in output.get("metadata", {})
    ]
    assert len(shown) == 4
    assert said in shown[0]


def test_each_failure_is_blamed_on_its_own_module_and_on_both_where_both_are_wrong(judge):
    made, _ = judge(base=WRONG_UP, scale=WRONG_DOUBLE)
    assert verdicts(made.report) == {
        "upped": ("passed", ("01_base",)),
        "doubled": ("passed", ("02_scale",)),
        "product": ("passed", ("01_base", "02_scale")),
        "plain": PASSED,
    }
    assert made.report.points == 100
    assert len([one for one in made.report.notes if one.code == "earlier-fault"]) == 3


def test_what_fails_on_both_is_the_fault_of_this_module(judge):
    made, _ = judge(base=WRONG_UP, scale={}, both={"plain": "return x", "upped": "return up(x)"})
    here = ("failed", ("03_both",))
    assert verdicts(made.report) == {
        "upped": here,
        "doubled": PASSED,
        "product": ("passed", ("01_base",)),
        "plain": here,
    }
    assert made.report.points == 50
    assert notes(made.report) == {"earlier-fault", "own-fault"}


def test_one_that_equals_the_reference_is_no_suspect(judge):
    made, runs = judge(base={}, scale={}, both={"plain": "return x"})
    assert runs == 1
    assert verdicts(made.report)["plain"] == ("failed", ("03_both",))
    made, runs = judge(base=WRONG_UP, scale={})
    assert runs == 2
    assert verdicts(made.report)["upped"] == ("passed", ("01_base",))


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (None, "it was not handed in"),
        (b"{", "cannot be read"),
        ({"up": "return ("}, "cannot be exported"),
    ],
)
def test_what_cannot_be_had_is_left_to_the_reference_and_the_report_says_so(judge, base, reason):
    made, _ = judge(base=base, scale=WRONG_DOUBLE)
    assert made.report.points == 100
    assert verdicts(made.report)["doubled"] == ("passed", ("02_scale",))
    first, second = made.report.earlier
    assert (first.module, first.used) == ("01_base", "reference")
    assert reason in first.reason
    assert second == EarlierModule("02_scale", "own")
    assert "the course's 01_base was used, not your own: " in " ".join(
        one.message for one in made.report.notes
    )


def test_with_nothing_handed_in_before_it_is_judged_on_the_reference_alone(judge):
    made, runs = judge(both={"plain": "return x"})
    assert runs == 1
    assert [one.used for one in made.report.earlier] == ["reference", "reference"]
    assert verdicts(made.report)["plain"] == ("failed", ())


def test_an_earlier_module_that_cannot_even_be_imported_is_blamed_for_what_needs_it(judge, course):
    other = json.loads(chain.hand_in(course, "02"))
    cell = {"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "execution_count": None}
    other["cells"].append({**cell, "source": "#| export\nundefined_name"})
    made, _ = judge(base={}, scale=json.dumps(other).encode())
    assert made.report.points == 100
    blamed = ("passed", ("02_scale",))
    assert verdicts(made.report) == ALL | {"doubled": blamed, "product": blamed}


def test_a_hand_in_cannot_bring_modules_of_its_own_along(judge):
    files = {".tito/workspace.json": b"{}", "tinytorch/core/base.py": b"def up(x):\n    return 0\n"}
    made, _ = judge(scale={}, files=files)
    assert verdicts(made.report) == ALL
    made, _ = judge(files=files)
    assert verdicts(made.report) == ALL


def test_what_passes_on_their_own_and_not_on_the_reference_keeps_its_points(judge):
    both = {"upped": "return up(x) + 9", "plain": "return x"}
    made, _ = judge(base=WRONG_UP, scale={}, both=both)
    assert verdicts(made.report)["upped"] == PASSED
    assert verdicts(made.report)["plain"] == ("failed", ("03_both",))


def test_of_several_checks_of_a_cell_each_keeps_the_better_verdict():
    def one(verdict):
        return CheckResult("x", "cell", "X", verdict, visible=True, weight=50.0)

    found = faults.Faults(earlier={"x": ("01_base",)})
    assert faults._check(one("passed"), one("failed"), found, "03_both") == one("passed")
    assert faults._check(one("skipped"), one("passed"), found, "03_both").fault == ("01_base",)
    assert faults._check(one("failed"), one("failed"), faults.Faults(), "03_both").fault == ("03_both",)
    assert faults._check(one("broken"), one("skipped"), faults.Faults(), "03_both") == one("skipped")


def test_needless_suspects_are_not_named_among_several():
    asked = []

    def passing(left_out):
        asked.append(tuple(left_out))
        return frozenset({"x"} if {"b", "d"} <= set(left_out) else ())

    assert culprits(frozenset({"x"}), ("a", "b", "c", "d"), passing) == {"x": ("b", "d")}
    assert len(asked) <= 2 * 4
    assert culprits(frozenset(), ("a",), passing) == {}


def test_workers_judge_both_ways(course):
    module = course.find("03")
    own = {"01_base": chain.hand_in(course, "01", **WRONG_UP)}
    work = {"03_both.ipynb": chain.hand_in(course, "03")}
    tasks = [
        Task(Submission("ada", work, earlier=own), digests.Digests("", "", "", "")),
        Task(Submission("bob", work), digests.Digests("", "", "", "")),
    ]
    with Workers(course, module, jobs=1, tier=choose_tier(), own=True) as workers:
        found = {task.submission.student: result.report for task, result in workers.run(tasks)}
    assert verdicts(found["ada"])["upped"] == ("passed", ("01_base",))
    assert verdicts(found["bob"])["upped"] == PASSED
    assert found["bob"].earlier == ()


def test_the_digest_holds_every_earlier_hand_in(course):
    module = course.find("03")
    one, other = chain.hand_in(course, "01"), chain.hand_in(course, "01", **WRONG_UP)
    made = [
        digests.of_earlier(course, module, given)
        for given in (
            {},
            {"01_base": one},
            {"01_base": other},
            {"02_scale": one},
            {"01_base": one, "elsewhere": one},
        )
    ]
    assert len(set(made)) == 4
    assert made[1] == made[4]  # nothing rests on a module that is not needed


def test_an_older_report_is_still_read(judge):
    made, _ = judge()
    data = json.loads(to_json(made.report))
    del data["earlier"], data["digests"]["earlier"]
    for task in data["tasks"]:
        for one in task["checks"]:
            del one["fault"]
    assert from_json(Report, json.dumps(data)) == replace(made.report, earlier=())


def test_the_catalogue_says_whose_and_refuses_other_words(course, tmp_path):
    shutil.copy(course.root / "course.toml", tmp_path)
    assert Course.load(tmp_path).earlier == "reference"
    (tmp_path / "course.toml").write_text('earlier = "own"\n' + chain.CATALOGUE)
    assert Course.load(tmp_path).earlier == "own"
    (tmp_path / "course.toml").write_text('earlier = "mine"\n' + chain.CATALOGUE)
    with pytest.raises(CourseError, match="earlier"):
        Course.load(tmp_path)
