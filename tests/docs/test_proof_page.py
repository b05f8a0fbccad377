"""docs/reference/proof.md is about the modules as they are: what can be counted without running stands there."""

from __future__ import annotations

import re

import pytest
from documents import ROOT

from course_tools.authoring.strength_plan import planned
from course_tools.course import Course

COURSE = Course.load(ROOT)
PAGE = (ROOT / "docs" / "reference" / "proof.md").read_text(encoding="utf-8")


def row(title: str, first: str) -> list[str]:
    part = next(one for one in PAGE.split("\n## ")[1:] if one.startswith(title))
    line = re.search(rf"^\| {re.escape(first)} \| (.*) \|$", part, re.MULTILINE)
    assert line, f"{first} is not there; run: python tests/docs/proof_page.py"
    return line.group(1).split(" | ")


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda one: one.number)
def test_mistakes_right_solutions_and_mutants_are_those_of_the_module(module):
    plan = planned(COURSE, module)
    listed = sum(one.digest in plan.listed for one in plan.mutants)
    mistakes, right, mutants, caught, equivalent, score, _ = row("`tito author strength", module.folder)
    assert mistakes == f"{len(plan.bank.mistakes)} of {len(plan.bank.mistakes)}"
    assert right.split(" of ")[0] == right.split(" of ")[1]
    assert (int(mutants), int(equivalent)) == (len(plan.mutants) - listed, listed)
    assert score == f"{int(caught) / int(mutants):.1%}"
    assert float(score[:-1]) >= 90


def test_every_task_is_over_the_gate():
    found = re.findall(r"^\| (\d\d\.\d+) \|.*\| ([\d.]+)% \|$", PAGE, re.MULTILINE)
    assert len(found) > 50
    assert all(float(score) >= 85 for _, score in found)


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda one: one.number)
def test_no_gate_of_a_module_found_anything(module):
    assert row("`tito author check", module.folder)[-1] == "0"
