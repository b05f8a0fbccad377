"""tito author strength on a tiny course: what it counts, what it finds, and that it agrees with real grading."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.authoring import release, release_module
from course_tools.authoring.proof import short_of
from course_tools.authoring.steady import steadiness
from course_tools.authoring.strength import measure
from course_tools.authoring.strength_equivalent import load as load_listed
from course_tools.authoring.strength_plan import REFERENCE, planned
from course_tools.authoring.strength_workers import try_all
from course_tools.authoring.trials import Trial
from course_tools.authoring.trials import run as grade
from course_tools.cli.main import run
from course_tools.course import Course
from course_tools.files import UserError

TEXT, CHECKS, PROBES = "source/01_sums/01_sums.py", "graders/test_01_sums.py", "graders/probes/01_sums.py"
BANK, LISTED = "graders/mistakes/01_sums.py", "graders/equivalent/01_sums.toml"
LOOP = """\
    count = 0
    while count < x:
        count += 1
    return double(x) + count"""


def load(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tiny = load("tiny")


@pytest.fixture
def root(tmp_path):
    tiny.write(tmp_path)
    return tmp_path


def strength(root, **settings):
    course = Course.load(root)
    return measure(course, course.modules[0], jobs=1, **settings)


def problems(outcome):
    return [one.problem for one in outcome.findings]


def test_a_well_tested_module_is_over_the_gate(root):
    outcome = strength(root)
    assert problems(outcome) == []
    assert outcome.ok
    double, triple = outcome.tasks
    assert (double.task, double.mistakes, double.mistakes_caught, double.right, double.right_kept) == (
        "01.1",
        2,
        2,
        1,
        1,
    )
    assert double.mutants == double.caught
    assert double.mutants > 4
    # The visible test calls double(3) alone: it cannot see what becomes of text.
    assert double.mistakes_seen == 1
    assert 0 < double.seen < double.mutants
    assert triple.mutants == triple.caught == triple.seen == 4
    assert outcome.score == 1.0
    assert outcome.operators["flip-sign"] == (1, 1)


def test_a_check_that_is_missing_shows_as_survivors_below_the_gate(root):
    whole = (root / CHECKS).read_text()
    begin = whole.index('@check("m01-double-test", hint="raise ValueError")')
    (root / CHECKS).write_text(whole[:begin] + whole[whole.index('@check("m01-triple-test", visible') :])
    tiny.replace(
        root / BANK, 'caught_by=("test_double_refuses_text",)', 'caught_by=("test_double_of_three",)'
    )
    outcome = strength(root)
    assert any("W01.1b (text is doubled like a number) costs no points" in one for one in problems(outcome))
    assert any("the checks of task 01.1 notice" in one and "not 85%" in one for one in problems(outcome))
    assert any("the checks of the module notice" in one and "not 90%" in one for one in problems(outcome))
    diffs = {one.diff for one in outcome.survivors}
    assert ("- raise ValueError('x is text')",) in diffs
    assert all(one.task == "01.1" and one.place == "double" for one in outcome.survivors)


def test_a_listed_mutant_counts_apart_and_must_stay_unnoticed_and_alive(root):
    plan = planned(*_both(root))
    text = next(one for one in plan.mutants if one.operator == "drop-term" and one.task == "01.2")
    _list(root, (text.digest, "noticed"), ("0123456789ab", "long gone"))
    outcome = strength(root)
    assert outcome.tasks[1].equivalent == 1
    assert outcome.tasks[1].mutants == 3
    assert problems(outcome) == [
        f"{text.name} is listed as equivalent, but test_triple_of_five notices it",
        "long gone is listed as equivalent, but no such mutant is made any more",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[equivalent]", "is not TOML"),
        ("[[other]]\n", "[[equivalent]] entries and nothing else"),
        ('[[equivalent]]\ndigest = "a"\nmutant = "b"\n', "must have the texts"),
        ('[[equivalent]]\ndigest = "a"\nmutant = "b"\nreason = " "\n', "has no reason"),
        ('[[equivalent]]\ndigest = "a"\nmutant = "b"\nreason = "c"\n' * 2, "is listed twice"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(tmp_path, text, said):
    path = tmp_path / "01_sums.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"01_sums\.toml") as caught:
        load_listed(path)
    assert said in str(caught.value)


def test_a_right_variant_that_loses_points_is_a_finding(root):
    tiny.replace(root / CHECKS, "equal(15,", 'equal(15 if "double(x) + x" in student.export else 16,')
    assert problems(strength(root)) == [
        "R01.2a (a product) is right but fails test_triple_of_five: not the same"
    ]


def test_a_reference_that_fails_is_said_first(root):
    tiny.replace(root / CHECKS, "equal(15,", "equal(16,")
    with pytest.raises(UserError, match="The reference itself fails test_triple_of_five"):
        strength(root)


def test_a_mutant_that_never_ends_is_noticed_and_costs_only_its_limit(root):
    tiny.replace(root / TEXT, "    return double(x) + x", LOOP)
    plan = planned(*_both(root))
    setting = replace(plan.setting, seconds=0.3)
    endless = [one for one in plan.mutants if one.diff == ("- count += 1",)]
    assert len(endless) == 1
    jobs = [one for one in plan.jobs if one.name == endless[0].name or one.name == REFERENCE]
    found = try_all(setting, jobs, workers=1)
    assert "time limit of 0.3 s" in found[endless[0].name].failed[0].detail
    assert found[endless[0].name].cpu_seconds < 3


def test_what_the_wall_clock_cuts_is_given_more_time_before_it_counts(root, monkeypatch):
    monkeypatch.setattr("course_tools.sandbox.limits.WALL_EXTRA", 0.1)
    # 0.3 s of processor time go with 1.3 s on the wall clock, five times as much with 6.1 s.
    tiny.replace(root / TEXT, "return double(x) + x", "import time; time.sleep(1.5); return double(x) + x")
    plan = planned(*_both(root))
    reference = [one for one in plan.jobs if one.name == REFERENCE]
    assert not try_all(replace(plan.setting, seconds=0.3), reference, workers=1)[REFERENCE].failed


def test_what_one_mutant_leaves_behind_does_not_reach_the_next(root):
    # The reference reads a file that lies beside the notebook; every mutant of the line that writes it spoils it.
    (root / "source/01_sums/data.txt").write_text("1")
    tiny.replace(
        root / TEXT,
        "    return double(x) + x",
        "    start = int(open('data.txt').read())\n"
        "    open('data.txt', 'w').write(str(start * 5))\n"
        "    open('data.txt', 'w').write(str(start))\n"
        "    return (double(x) + x) * start",
    )
    outcome = strength(root)
    assert outcome.tasks[1].right == 1
    assert [one for one in problems(outcome) if "is right but fails" in one] == []


def test_the_fast_way_says_what_real_grading_says(root, monkeypatch):
    monkeypatch.setattr(release, "_generate", tiny.generate)
    course, module = _both(root)
    release_module(course, module)
    _weaken(root)
    plan = planned(course, module)
    fast = try_all(plan.setting, plan.jobs, workers=1)
    trials = []
    for job in plan.jobs:
        cells = [dict(one) for one in plan.notebook["cells"]]
        cells[job.index]["source"] = job.source
        trials.append(Trial(job.name, {**plan.notebook, "cells": cells}))
    slow = grade(course, module, trials, tier=plan.setting.tier, jobs=1, files={})
    asked = {one.name: set(one.asked) for one in plan.jobs}
    verdicts = {name: bool(asked[name] & short_of(one.report).keys()) for name, one in slow.items()}
    assert {name: bool(one.failed) for name, one in fast.items()} == verdicts
    assert set(verdicts.values()) == {True, False}
    seen = {
        name: {run.grade_id for run in one.report.cells if run.status != "ok" and run.grade_id in asked[name]}
        for name, one in slow.items()
    }
    assert all(set(fast[name].seen) <= seen[name] for name in seen)


def test_a_check_that_depends_on_the_draw_is_found_with_its_seed(root):
    tiny.replace(
        root / CHECKS,
        'expect(student.probe("one", name="triple", x=x)).close(3 * x',
        'expect(student.probe("one", name="triple", x=x)).close(3 * x + (rng.random() < 0.3)',
    )
    course, module = _both(root)
    found = steadiness(course, module, 12, workers=1)
    assert found.solutions == 3  # the reference and two right variants
    problems = [one.problem for one in found.findings]
    assert len(problems) == 2
    assert all("test_triple_of_others fails" in one for one in problems)
    assert all("its inputs are drawn from the seed 1f0e-seed-of-01/" in one for one in problems)
    # Checks that draw nothing are asked once per five seeds, the others each time.
    assert found.asked == 12 * (2 + 1 + 1) + 3 * (3 + 2 + 1)


def test_steady_checks_have_no_findings(root):
    assert steadiness(*_both(root), 3, workers=1).findings == ()


def test_the_command_prints_survivors_and_ends_with_one_below_the_gate(root, monkeypatch, capsys):
    _weaken(root)
    monkeypatch.chdir(root)
    assert run(["author", "strength", "1", "--jobs", "1"]) == 1
    printed = capsys.readouterr().out
    assert "- raise ValueError('x is text')" in printed
    assert "notice" in printed
    assert run(["author", "strength", "--all", "--jobs", "1", "--json"]) == 1
    (data,) = json.loads(capsys.readouterr().out)["modules"]
    assert data["module"] == "01_sums"
    assert data["survivors"][0]["digest"]
    assert set(data["tasks"][0]) >= {"task", "mutants", "caught", "seen", "elsewhere", "equivalent", "score"}


def test_the_command_wants_one_module_or_all(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert run(["author", "strength"]) == 2
    assert run(["author", "check", "1", "--all"]) == 2
    assert "Name one MODULE, or say --all." in capsys.readouterr().err


def _both(root):
    course = Course.load(root)
    return course, course.modules[0]


def _weaken(root):
    """No check looks at text any more."""
    tiny.replace(root / CHECKS, 'x="3")).raises("ValueError", what="double of text")', "x=3)).equal(6)")
    tiny.replace(
        root / BANK, 'caught_by=("test_double_refuses_text",)', 'caught_by=("test_double_of_three",)'
    )


def _list(root, *entries):
    (root / LISTED).parent.mkdir()
    (root / LISTED).write_text(
        "".join(
            f'[[equivalent]]\ndigest = "{digest}"\nmutant = "{mutant}"\nreason = "none here"\n'
            for digest, mutant in entries
        )
    )


def test_without_mutants_the_bank_is_tried_alone(root):
    (root / LISTED).parent.mkdir(exist_ok=True)
    (root / LISTED).write_text('[[equivalent]]\ndigest = "0"\nmutant = "m"\nreason = "r"\n')
    whole, bank = strength(root), strength(root, mutants=False)
    assert [one.mutants for one in bank.tasks] == [0] * len(bank.tasks)
    assert sum(one.mistakes_caught for one in bank.tasks) == sum(one.mistakes for one in whole.tasks) > 0
    assert bank.ok, problems(bank)  # what is listed about mutants is not asked
    assert not whole.ok


def test_the_command_tells_of_a_bank_alone(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    assert run(["author", "strength", "01", "--no-mutants"]) == 0
    said = capsys.readouterr().out
    assert "known mistakes are caught" in said
    assert "mutants are caught" not in said
