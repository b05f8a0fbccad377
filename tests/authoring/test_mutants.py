"""Each operator makes the mistakes its name promises, one at a time, inside solution regions only."""

from __future__ import annotations

import ast

import pytest

from course_tools.authoring.mutants import mutants_of_cell


def cell(*lines: str, head: str = "def f(x, y, model):") -> str:
    inner = ["### BEGIN SOLUTION", *lines, "### END SOLUTION"]
    return "\n".join(["#| export", head, *(f"    {line}" for line in inner), ""])


def made(*lines: str, operator: str, head: str = "def f(x, y, model):") -> list[str]:
    """The changed lines that an operator gives, without their marks."""
    mutants = mutants_of_cell(cell(*lines, head=head), cell="m01-f", task="01.1")
    return [
        "; ".join(line[2:] for line in one.diff if line.startswith("+"))
        for one in mutants
        if one.operator == operator
    ]


@pytest.mark.parametrize(
    ("operator", "line", "wrong"),
    [
        ("drop-transpose", "return x.T @ y", ["return x @ y"]),
        ("drop-transpose", "return x.transpose(1, 0)", ["return x"]),
        ("drop-transpose", "return np.transpose(x)", ["return x"]),
        ("drop-transpose", "return (x + y).T @ x", ["return (x + y) @ x"]),
        ("drop-copy", "return x.copy()", ["return x"]),
        ("drop-copy", "return np.array(x, dtype=y)", ["return np.asarray(x, dtype=y)"]),
        ("drop-copy", "return deepcopy(x)", ["return x"]),
        ("drop-copy", "return list(x)", ["return x"]),
        ("drop-term", "return x + y", ["return x", "return y"]),
        ("drop-term", "return x - y", ["return x", "return -y"]),
        ("drop-term", "return x * y", ["return x", "return y"]),
        ("drop-term", "return x / y", ["return x"]),
        ("drop-term", "x *= y", ["x = y"]),
        ("drop-term", "return 'a' + x", []),
        ("change-axis", "return x.sum(axis=0)", ["return x.sum(axis=1)", "return x.sum(axis=-1)"]),
        ("change-axis", "return x.max(axis=-1)", ["return x.max(axis=0)", "return x.max(axis=1)"]),
        ("keepdims", "return x.max(keepdims=True)", ["return x.max()"]),
        ("keepdims", "return x.max(keepdims=False)", ["return x.max(keepdims=True)"]),
        ("sum-mean", "return x.sum(axis=0)", ["return x.mean(axis=0)"]),
        ("sum-mean", "return np.mean(x)", ["return np.sum(x)"]),
        ("off-by-one", "return x[3]", ["return x[4]", "return x[2]"]),
        ("off-by-one", "return x[0]", ["return x[1]", "return x[-1]"]),
        ("off-by-one", "return x[:y]", ["return x[:y + 1]", "return x[:y - 1]"]),
        ("off-by-one", "return range(x)", ["return range(x + 1)", "return range(x - 1)"]),
        ("off-by-one", "return 0.5", []),
        ("off-by-one", "return f'{x[0]}'", []),
        ("train-eval", "model.train()", ["model.eval()"]),
        ("train-eval", "self.training = True", ["self.training = False"]),
        ("train-eval", "set_mode(model, training=False)", ["set_mode(model, training=True)"]),
        ("drop-argument", "return f(x, lr=y)", ["return f(x)"]),
        ("drop-argument", "return x.sum(keepdims=True)", []),
        ("flip-sign", "return x + y", ["return x - y"]),
        ("flip-sign", "return -x", ["return x"]),
        ("flip-sign", "x -= y", ["x += y"]),
        ("flip-comparison", "return x < y", ["return x <= y"]),
        ("flip-comparison", "return x == y", ["return x != y"]),
        ("flip-comparison", "return x not in y", ["return x in y"]),
        (
            "none-guard",
            "return 0 if x is None else y",
            ["return 0 if True else y", "return 0 if False else y"],
        ),
        ("invert-condition", "return 0 if x > y else 1", ["return 0 if not x > y else 1"]),
        ("invert-condition", "return x and y", ["return x or y"]),
        ("invert-condition", "return [a for a in x if a]", ["return [a for a in x if not a]"]),
        ("invert-condition", "assert x", ["assert not x"]),
    ],
)
def test_an_operator_makes_these_mistakes(operator, line, wrong):
    assert made(line, operator=operator) == wrong


def test_a_statement_is_left_out_whatever_its_size():
    found = mutants_of_cell(cell("if x:", "    raise ValueError(y)", "return x"), cell="c", task="t")
    left_out = [one.diff for one in found if one.operator == "delete-statement"]
    assert left_out == [
        ("- if x:", "-     raise ValueError(y)"),
        ("- raise ValueError(y)",),
        ("- return x",),
    ]


def test_the_head_of_a_block_is_changed_and_its_body_stays():
    (text,) = [
        one.source
        for one in mutants_of_cell(
            cell("if x is None:", "    y = [1.5,  # kept", "         2.5]", "return y"), cell="c", task="t"
        )
        if one.operator == "none-guard" and "True" in one.diff[1]
    ]
    assert "    if True:\n        y = [1.5,  # kept\n" in text


def test_an_elif_is_left_out_by_never_coming_true():
    lines = ("if x:", "    return 2.5", "elif y:", "    return 3.5", "return 4.5")
    found = mutants_of_cell(cell(*lines), cell="c", task="t")
    assert any("elif False:" in one.source for one in found if one.operator == "delete-statement")


@pytest.mark.parametrize(
    "lines",
    [
        ("model.step()", "model.zero_grad()"),
        ("x = model(x)", "model.zero_grad()"),
        ("x = x + 1.5", "y = x"),
        ("self.count += 1", "self.run()"),
        ("if y == 0:", "    return 0.5", "x = x / y"),
    ],
)
def test_statements_whose_order_may_matter_are_swapped(lines):
    assert len(made(*lines, operator="swap-statements")) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("x = 1.5", "y = 2.5"),
        ("self.x = x", "self.y = y"),
        ("samples += n", "total = model(x)"),
        ("if x:", "    raise ValueError", "n = len(y)"),
        ("answers.update(a=x())", "answers.update(b=y())"),
        ("x = model()", "return x"),
    ],
)
def test_statements_whose_order_nobody_can_see_are_not(lines):
    assert made(*lines, operator="swap-statements") == []


def test_in_a_constructor_nobody_sees_what_was_assigned_before_it_raised():
    lines = ("if y < 1:", "    raise ValueError", "self.x = x")
    assert made(*lines, operator="swap-statements", head="def __init__(self, x, y):") == []
    assert len(made(*lines, operator="swap-statements", head="def move(self, x, y):")) == 1


def test_nothing_outside_of_solution_regions_is_touched():
    text = cell("return x + y") + "\n\ndef given(x):\n    return x + 1\n"
    found = mutants_of_cell(text, cell="c", task="t")
    assert found
    assert all(one.source.endswith("def given(x):\n    return x + 1\n") for one in found)
    assert all(one.source.startswith("#| export\ndef f(x, y, model):\n    ### BEGIN") for one in found)


def test_cells_without_a_region_or_that_are_not_python_have_none():
    assert mutants_of_cell("def f(x):\n    return x + 1\n", cell="c", task="t") == []
    assert mutants_of_cell(cell("%time x"), cell="c", task="t") == []
    assert mutants_of_cell("### BEGIN SOLUTION\nx = 1", cell="c", task="t") == []


def test_texts_and_messages_are_left_alone():
    assert made("raise ValueError(f'{x + 1}', x + 1)", operator="drop-term") == []
    assert made("x: list[1 + 2] = y", operator="drop-term") == []


def test_mutants_differ_from_the_reference_and_from_each_other_once_compiled():
    # x + 0 and 0 + x lose different terms; deleting the only statement of a block and making its guard false
    # are one and the same.
    text = cell("if x is None:", "    y = 1.5", "return -(-x) + y * 1")
    found = mutants_of_cell(text, cell="c", task="t")
    trees = [ast.dump(ast.parse(one.source)) for one in found]
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(text)) not in trees
    empty = [one.name for one in found if one.diff[-1] in ("+ if False:", "- y = 1.5")]
    assert len(empty) == len(set(empty))


def test_names_and_order_are_the_same_each_time():
    text = cell("y = x + 1", "return y[:x] @ x.T")
    one, other = (mutants_of_cell(text, cell="m01-f", task="01.1") for _ in range(2))
    assert one == other
    assert [each.line for each in one] == sorted(each.line for each in one)
    assert one[0].name == "m01-f:4:delete-statement"
    assert len({each.name for each in one}) == len({each.digest for each in one}) == len(one)


def test_a_digest_survives_what_is_written_elsewhere():
    before = mutants_of_cell(cell("return x + y"), cell="c", task="t")
    after = mutants_of_cell(cell("print(x)", "return x + y  # a remark"), cell="c", task="t")
    assert {one.digest for one in before} <= {one.digest for one in after}
    other = mutants_of_cell(cell("return x + y"), cell="c", task="u")
    assert not {one.digest for one in before} & {one.digest for one in other}


def test_the_place_of_a_mutant_is_its_innermost_function():
    text = "class A:\n" + "\n".join(f"    {line}" for line in cell("return x + y").splitlines()[1:])
    assert {one.place for one in mutants_of_cell(text, cell="c", task="t")} == {"A.f"}
