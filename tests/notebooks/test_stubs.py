from __future__ import annotations

import pytest

from course_tools.notebooks import export
from course_tools.notebooks.stubs import NoStub, stubbed


def cell(source, kind="code", task="07.2"):
    return {"id": "c", "cell_type": kind, "metadata": {"course": {"task": task}}, "source": source}


def stub(name):
    return f'raise NotImplementedError("07.2 {name}: write this part, then delete this line")'


def test_signature_docstring_and_given_lines_stay():
    source = (
        "#| export\n@given\ndef f(x: int) -> int:\n    '''What it does.'''\n    y = x\n"
        "    ### BEGIN SOLUTION\n    for i in range(y):\n        x += i\n    ### END SOLUTION\n    return x"
    )
    assert stubbed(cell(source)) == (
        "#| export\n@given\ndef f(x: int) -> int:\n    '''What it does.'''\n    y = x\n"
        f"    # YOUR CODE HERE\n    {stub('f')}\n    return x"
    )


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("def f():\n", "f"),
        ("async def f():\n", "f"),
        ("class A:\n    def m(self):\n", "A.m"),
        ("class A:\n    x = 1\n    class B:\n        @property\n        def m(self):\n", "A.B.m"),
        ("def outer():\n    def inner():\n", "inner"),
        ("def outer():\n    class A:\n        def m(self):\n", "A.m"),
        ("if True:\n    def f():\n        while True:\n", "f"),
        ("def other():\n    pass\n\ndef f():\n", "f"),
    ],
)
def test_the_stub_names_the_function_the_region_stands_in(before, name):
    last = before.rstrip("\n").rsplit("\n", 1)[-1]
    indent = " " * (len(last) - len(last.lstrip()) + 4)
    made = stubbed(cell(f"{before}{indent}### BEGIN SOLUTION\n{indent}x = 1\n{indent}### END SOLUTION"))
    assert made == f"{before}{indent}# YOUR CODE HERE\n{indent}{stub(name)}"


def test_each_method_has_its_own_stub():
    region = "        ### BEGIN SOLUTION\n        pass\n        ### END SOLUTION\n"
    made = stubbed(cell(f"class A:\n    def a(self):\n{region}\n    def b(self):\n{region}"))
    assert stub("A.a") in made
    assert stub("A.b") in made


def test_running_a_stub_does_not_raise_and_calling_it_does(paper):
    answers = [one for one in paper["cells"] if one["metadata"].get("nbgrader", {}).get("solution")]
    for one in answers:
        one["source"] = stubbed(one)
    names: dict = {}
    exec(export(paper, module="a.b"), names)
    with pytest.raises(NotImplementedError, match=r"^07\.2 clip: write this part, then delete this line$"):
        names["clip"](1)
    with pytest.raises(NotImplementedError, match=r"^07\.3 Counter\.step: "):
        names["Counter"]().step()


def test_outside_of_functions_only_a_comment_is_left():
    quiz = "answers = {'a': None}\n### BEGIN SOLUTION\nanswers['a'] = 3\n### END SOLUTION"
    assert stubbed(cell(quiz)) == "answers = {'a': None}\n# YOUR CODE HERE"
    inside = "answers = {\n    'a': None,\n    ### BEGIN SOLUTION\n    'a': 3,\n    ### END SOLUTION\n}"
    assert stubbed(cell(inside)) == "answers = {\n    'a': None,\n    # YOUR CODE HERE\n}"


def test_a_written_answer_becomes_one_line():
    source = "**Answer**\n\n### BEGIN SOLUTION\nBecause.\nMarking: all.\n### END SOLUTION"
    assert stubbed(cell(source, "markdown", task=None)) == "**Answer**\n\nYOUR ANSWER HERE"


@pytest.mark.parametrize(
    ("source", "task", "said"),
    [
        ("def f():\n    return 1", "07.2", "no solution region"),
        ("### BEGIN SOLUTION\nx = 1", "07.2", "not closed"),
        ("### END SOLUTION\nx = 1", "07.2", "not opened"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", None, "names no task"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", '07.2"); import os; ("', "names no task"),
        ("### BEGIN SOLUTION\nx = = 1\n### END SOLUTION", "07.2", "is not Python"),
        ("class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION", "07.2", "without its solution"),
    ],
)
def test_what_gives_no_stub_is_refused(source, task, said):
    with pytest.raises(NoStub, match=said):
        stubbed(cell(source, task=task))
