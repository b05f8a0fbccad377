"""No check of module 07 gives points for an answer that took no work, and none of them breaks on one."""

from __future__ import annotations

import re

import pytest

STUB = re.compile(r"( *)# YOUR CODE HERE\n *raise NotImplementedError\([^\n]*\)")
ANSWERS = {
    "None": "return None",
    "zero": "return 0.0",
    "one": "return 1.0",
    "an empty list": "return []",
    "an empty dict": "return {}",
    "a list of None": "return [None] * 4",
    "two zeros": "return 0.0, 0.0",
    "NaN": "return float('nan')",
    "text": "return 'done'",
    "a generator": "yield 0.0",
    "its first argument": "return next(iter(locals().values()))",
}
# Constructors are kept from the reference, so that there is an object to ask at all.
CONSTRUCTORS = {"test_attributes_and_default_values", "test_attributes_of_a_new_trainer"}


def trivial(cell, statement):
    """A solution cell with every region, constructors aside, replaced by one statement."""
    from course_tools.notebooks.stubs import stubbed

    kept = re.search(r"    def __init__\(.*?### END SOLUTION\n", cell["source"], re.DOTALL)
    text = STUB.sub(lambda found: found.group(1) + statement, stubbed(cell))
    if kept:
        made = re.compile(r"    def __init__\(.*?\n *" + re.escape(statement) + r"\n", re.DOTALL)
        text = made.sub(lambda _: kept.group(0), text, count=1)
    assert statement in text
    return text


def names_with(reference, statement):
    """The exported names of the reference with that answer everywhere, and the source they come from."""
    import copy

    from course_tools.notebooks import export
    from course_tools.notebooks.cells import is_answer

    made = copy.deepcopy(reference)
    for cell in made["cells"]:
        if is_answer(cell) and cell["source"].startswith("#| export"):
            cell["source"] = trivial(cell, statement)
    source = export(made, module="tinytorch.core.training")
    names = {"__name__": "trivial", "answers": {"update": None}}
    exec(compile(source, "trivial", "exec"), names)
    return names, source


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_trivial_answer_passes_no_check(judged, reference, answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results, _ = judged(*names_with(reference, ANSWERS[answer]))
    assert len(results) > 90
    assert [(one.name, one.message) for one in results if one.verdict == "broken"] == []
    passed = {one.name for one in results if one.verdict == "passed"}
    assert passed == CONSTRUCTORS
