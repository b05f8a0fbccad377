"""Checks hold for whatever a release draws, and none of them gives points for an answer that took no work.

Module 07 has tests of its own for this.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from course_tools.course import Course
from course_tools.grading.checks import import_file
from course_tools.grading.examiner import Examiner
from course_tools.notebooks import build, export
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_test
from course_tools.notebooks.stubs import stubbed

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course.load(ROOT)
MODULES = [COURSE.find(number) for number in ("01", "02", "03", "04")]
STUB = re.compile(r"( *)# YOUR CODE HERE\n *raise NotImplementedError\([^\n]*\)")
ANSWERS = {
    "nothing": "return None",
    "zero": "return 0.0",
    "an empty list": "return []",
    "a list of None": "return [None] * 4",
    "two zeros": "return 0.0, 0.0",
    "NaN": "return float('nan')",
    "text": "return 'done'",
    "its first argument": "return next(iter(locals().values()))",
}
# The stand-in for the sandbox that module 07's tests use.
InProcess = import_file(ROOT / "tests" / "graders07" / "conftest.py").InProcess


@pytest.fixture(scope="module", params=MODULES, ids=lambda one: one.folder)
def module(request):
    return request.param


@pytest.fixture(scope="module")
def reference(module):
    return build(COURSE.source_text(module).read_text(encoding="utf-8"), stem=module.folder)


def names_of(notebook, module):
    """What the exported cells define, and their source."""
    source = export(notebook, module=module.export)
    names = {"__name__": "answer"}
    exec(compile(source, "answer", "exec"), names)
    return names, source


def judged(module, names, source, seed, cells=None):
    """Results of the checks of these cells, or of all."""
    files = COURSE.checks(module), COURSE.probes(module), COURSE.misconceptions(module)
    examiner = Examiner(*files, module=module.export, seed=seed)
    wanted = cells or dict.fromkeys(one.grade_id for one in examiner.checks)
    asker = InProcess(names)
    return [one for cell in wanted for one in examiner.judge(cell, asker, export=source)]


@pytest.mark.parametrize("seed", ["another", "a third"])
def test_the_reference_passes_with_other_inputs(module, reference, seed):
    results = judged(module, *names_of(reference, module), seed)
    assert len(results) > 30
    assert [(one.name, one.what, one.message) for one in results if one.verdict != "passed"] == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_trivial_answer_passes_no_check(module, reference, answer):
    """One task at a time is answered trivially, the others are solved."""
    for task in dict.fromkeys(course_data(one)["task"] for one in reference["cells"] if is_test(one)):
        made = copy.deepcopy(reference)
        own = [cell for cell in made["cells"] if course_data(cell).get("task") == task]
        for cell in own:
            if is_answer(cell) and cell["source"].startswith("#| export"):
                cell["source"] = STUB.sub(lambda found: found.group(1) + ANSWERS[answer], stubbed(cell))
                assert ANSWERS[answer] in cell["source"]
        tests = [grade_id(cell) for cell in own if is_test(cell)]
        results = judged(module, *names_of(made, module), module.seed, tests)
        assert len(results) >= 5
        assert [(one.name, one.message) for one in results if one.verdict == "broken"] == []
        assert {one.name for one in results if one.verdict == "passed"} == set()
