"""The checks of module 03: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values come from plain loops in `oracles/layers.py`, or are written out. Statistics of drawn numbers are
held to six standard errors: at most 2e-9 each that right code fails.
"""

from __future__ import annotations

import math

import numpy as np
from oracles import layers as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
NEAR_ZERO = 1e-12  # where large terms cancel
SLOPES = {"rtol": 1e-6, "atol": 1e-8}  # what a central difference is good for
MODULE_05 = "compute with operations of Tensors, not with numpy on .data: module 05 follows the operations"


def expect_array(got, expected, what, *, rtol=CLOSE, atol=NEAR_ZERO):
    """The array of a Tensor: shape and numbers."""
    expect(got).true(lambda got: isinstance(got, np.ndarray), "no Tensor came back", what=what)
    expect(got).close(expected, rtol=rtol, atol=atol, what=what)


def expect_spread(values, deviation, what):
    """Normal numbers of mean 0: mean, deviation and fourth moment within six standard errors."""
    n = values.size
    error = deviation / math.sqrt(n)
    expect(float(values.mean())).close(0.0, atol=6 * error, what=f"mean of {what}")
    expect(math.sqrt(np.square(values).mean())).close(
        deviation, rtol=0, atol=6 * error / math.sqrt(2), what=f"standard deviation of {what}"
    )
    # 3 for normal numbers, with variance 96 / n; 1.8 for even ones.
    fourth = float(((values / deviation) ** 4).mean())
    expect(fourth).close(3.0, rtol=0, atol=6 * math.sqrt(96 / n), what=f"fourth moment of {what}")


def expect_followed(found, value, change, what, **tolerances):
    """The value, and how it changes with the inputs as module 05 will work it out."""
    expect_array(found["value"], value, what)
    expect_array(found["change"], change, f"derivative of {what}", **(tolerances or SLOPES))


# -- 03.1 Linear -----------------------------------------------------------------------------------------------

WEIGHT, BIAS = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([0.5, 0, -1])


@check(
    "m03-linear-test",
    visible=True,
    hint="weight has the inputs as rows; rows of x times columns of W, plus b",
)
def test_two_rows_through_a_small_layer(student, rng):
    """A 2x3 weight set by hand and two rows."""
    x = np.array([[1.0, -1], [0, 2]])
    (found,) = student.probe("linear_values", weight=WEIGHT, bias=BIAS, inputs=[x])
    expect_array(found, [[-2.5, -3, -4], [8.5, 10, 11]], "output")


@check("m03-linear-test", visible=True, hint="the product works on the last axis and leaves the others alone")
def test_a_small_layer_takes_three_axes(student, rng):
    """The same weight and an input of shape (2, 2, 2)."""
    x = np.arange(8.0).reshape(2, 2, 2)
    (found,) = student.probe("linear_values", weight=WEIGHT, bias=BIAS, inputs=[x])
    expect_array(found, [[[4.5, 5, 5], [14.5, 19, 23]], [[24.5, 33, 41], [34.5, 47, 59]]], "output")


@check("m03-linear-test", visible=True, hint="weight is (n_in, n_out), bias n_out zeros")
def test_shapes_of_a_new_layer(student, rng):
    """Shapes of weight and bias, and the bias at first."""
    found = student.probe("linear_parameters", n_in=2, n_out=3, bias=True)
    expect(found["shapes"]).equal([[2, 3], [3]], what="shapes of weight and bias")
    expect(found["bias"]).close(np.zeros(3), what="bias at first")


@check("m03-linear-test", hint="one bias per output, added to every row; x may be an array or a Tensor")
def test_three_axes_and_seven_outputs(student, rng):
    """Drawn weights, inputs of one, two and three axes."""
    weight, bias = rng.normal(size=(3, 7)), rng.normal(size=7)
    inputs = [
        rng.normal(size=(2, 5, 3)),
        rng.normal(size=(4, 3)),
        rng.normal(size=3),
        rng.normal(size=(1, 7, 3)),
    ]
    found = student.probe("linear_values", weight=weight, bias=bias, inputs=inputs)
    for i, (x, got) in enumerate(zip(inputs, found, strict=True)):
        expect_array(got, oracle.linear(x, weight, bias), f"output {i + 1}")


@check("m03-linear-test", hint='"he" divides by n_in: standard deviation sqrt(2 / n_in), normal numbers')
def test_size_of_he_weights(student, rng):
    """A hundred thousand He weights: mean, deviation, shape of the distribution.

    Three statistics, six standard errors each: false alarm below 1e-8.
    """
    weight = student.probe("linear_weights", n_in=250, n_out=400, init="he", seed=int(rng.integers(2**32)))
    expect(weight).shape((250, 400), what="weight")
    expect_spread(weight, math.sqrt(2 / 250), "the weights")


@check(
    "m03-linear-test", hint='"xavier" divides by n_in + n_out: standard deviation sqrt(2 / (n_in + n_out))'
)
def test_size_of_xavier_weights(student, rng):
    """A hundred thousand Xavier weights: mean, deviation, shape of the distribution.

    Three statistics, six standard errors each: false alarm below 1e-8.
    """
    weight = student.probe(
        "linear_weights", n_in=125, n_out=800, init="xavier", seed=int(rng.integers(2**32))
    )
    expect(weight).shape((125, 800), what="weight")
    expect_spread(weight, math.sqrt(2 / 925), "the weights")


@check(
    "m03-linear-test",
    hint="draw size=(n_in, n_out) numbers from the given rng, and make a new one only for None",
)
def test_weights_come_from_the_generator(student, rng):
    """Other weights for each unit and each layer, the same for the same random state."""
    seed = int(rng.integers(2**32))
    found = student.probe("linear_compared", n_in=5, n_out=7, seed=seed)
    expect(found["same_state"]).equal(True, what="the same weights for the same random state")
    expect(found["next_layer"]).equal(False, what="the same weights in the next layer of one generator")
    expect(found["own_generators"]).equal(False, what="the same weights in layers without a generator")
    weight = student.probe("linear_weights", n_in=5, n_out=7, init="he", seed=seed)
    expect(weight).shape((5, 7), what="weight")
    expect(weight).true(lambda w: len(np.unique(w)) == 35, "some weights are equal", what="weight")


@check("m03-linear-test", hint="with bias=False the attribute bias is None, and nothing is added")
def test_without_bias(student, rng):
    """bias=False: the values, and a single parameter."""
    weight, x = rng.normal(size=(4, 3)), rng.normal(size=(5, 4))
    (got,) = student.probe("linear_values", weight=weight, bias=None, inputs=[x])
    expect_array(got, oracle.linear(x, weight, None), "output")
    found = student.probe("linear_parameters", n_in=4, n_out=3, bias=False)
    expect(found["shapes"]).equal([[4, 3]], what="shapes of the parameters")
    expect(found["bias"]).equal(None, what="bias")


@check(
    "m03-linear-test", hint="compare the last axis of x with n_in first; name both numbers in the ValueError"
)
def test_linear_refuses(student, rng):
    """A wrong last axis and an unknown init are refused, a right one is not."""
    weight, bias = rng.normal(size=(13, 17)), rng.normal(size=17)
    shapes = [(2, 5, 19), (13, 1), (), (3, 13)]
    inputs = [np.asarray(rng.normal(size=shape)) for shape in shapes]
    wrong, one, number, right, init = student.probe(
        "linear_refusals", weight=weight, bias=bias, inputs=inputs, init="zeros"
    )
    expect(wrong).raises("ValueError", r"(13.*19|19.*13)", what="19 features for 13 inputs")
    expect(one).raises("ValueError", r"13", what="1 feature for 13 inputs")
    expect(number).raises("ValueError", what="a number without axes")
    expect_array(right, oracle.linear(inputs[3], weight, bias), "output for 13 features")
    expect(init).raises("ValueError", what="an unknown init")


@check("m03-linear-test", hint="self.weight first, then self.bias, both Parameter(..., name=...)")
def test_two_parameters_that_want_gradients(student, rng):
    """Two Parameters, weight before bias, named, both wanting gradients."""
    found = student.probe("linear_parameters", n_in=3, n_out=5, bias=True)
    expect(found["names"]).equal(["weight", "bias"], what="names in order")
    expect(found["shapes"]).equal([[3, 5], [5]], what="shapes in order")
    expect(found["want"]).equal([True, True], what="both want a gradient")


@check("m03-linear-test", hint=MODULE_05)
def test_linear_can_be_differentiated(student, rng):
    """What module 05 will see of Linear: changes of input, weight and bias reach the output."""
    weight, bias, x = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(2, 5, 3))
    changes = [rng.normal(size=one.shape) for one in (x, weight, bias)]
    found = student.probe("linear_followed", weight=weight, bias=bias, x=x, changes=changes)
    change = oracle.linear(changes[0], weight, changes[2]) + oracle.linear(x, changes[1], None)
    expect_followed(found, oracle.linear(x, weight, bias), change, "the output", rtol=CLOSE, atol=NEAR_ZERO)


# -- 03.2 Dropout ----------------------------------------------------------------------------------------------


def half_and_eval(student, p, shape, rng, modes=(True, True, False, True)):
    """Outputs of one layer in these modes for inputs that are nowhere 0."""
    x = rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    question = {"p": p, "x": x, "modes": list(modes), "seed": int(rng.integers(2**32))}
    reply = student.probe("dropout_outputs", **question)
    for i, out in enumerate(reply["outputs"]):
        expect(out).shape(shape, what=f"output {i + 1}")
    expect(reply["input"]).equal(x, what="the input afterwards")
    return x, reply


def expect_some_dropped(out, x, what):
    """Some elements became 0 and some did not."""
    expect(out).true(lambda out: 0 < int((out == 0).sum()) < x.size, "not just some are 0", what=what)


@check("m03-dropout-test", visible=True, hint="0, or 1 / (1 - p): half of the elements are doubled")
def test_ones_become_zero_or_two(student, rng):
    """p = 0.5 on ones: only 0 and 2 appear, both of them.

    200 elements: false alarm below 1e-59.
    """
    reply = student.probe("dropout_outputs", p=0.5, x=np.ones((20, 10)), modes=[True], seed=0)
    (out,) = reply["outputs"]
    expect(out).shape((20, 10), what="output")
    expect(np.unique(out)).close([0.0, 2.0], rtol=CLOSE, what="values that ones turn into")


@check(
    "m03-dropout-test",
    visible=True,
    hint="self.training says which mode it is; in evaluation mode x comes back",
)
def test_evaluation_mode_changes_nothing(student, rng):
    """Evaluation mode gives the values of the input, training mode does not."""
    x = 1.0 + np.arange(60.0).reshape(6, 10)
    reply = student.probe("dropout_outputs", p=0.5, x=x, modes=[False, True], seed=1)
    expect(reply["outputs"][0]).close(x, rtol=0, what="output in evaluation mode")
    expect_some_dropped(reply["outputs"][1], x, "output in training mode")


@check("m03-dropout-test", hint="what is not 0 is x / (1 - p)")
def test_survivors_are_scaled_up(student, rng):
    """Survivors for p = 0.3 are x / 0.7."""
    x, reply = half_and_eval(student, 0.3, (9, 11), rng)
    out = reply["outputs"][0]
    expect_some_dropped(out, x, "output")
    expect(out).close(np.where(out == 0, 0.0, x / 0.7), rtol=CLOSE, what="output")


@check("m03-dropout-test", hint="one random number per element, compared with p: rng.random(x.shape)")
def test_share_of_zeros(student, rng):
    """The share of zeros, and zeros and survivors in every row and column.

    Twice 10000 elements, six standard errors: false alarm 4e-9. Rows and columns of 100 without a survivor for
    p = 0.8: 200 times 0.8^100, 4e-8.
    """
    for p in (0.3, 0.8):
        x, reply = half_and_eval(student, p, (100, 100), rng, modes=(True,))
        zero = reply["outputs"][0] == 0
        spread = math.sqrt(p * (1 - p) / x.size)
        expect(float(zero.mean())).close(p, rtol=0, atol=6 * spread, what="share of zeros")
        for axis, name in ((1, "row"), (0, "column")):
            mixed = zero.any(axis=axis) & ~zero.all(axis=axis)
            expect(int(mixed.sum())).at_least(100, what=f"{name}s with zeros and survivors")


@check("m03-dropout-test", hint="draw in forward, from the generator that the constructor has kept")
def test_a_new_mask_in_each_call(student, rng):
    """Two calls differ, and the same random state repeats the first."""
    x = rng.uniform(0.5, 2.0, size=(9, 11))
    found = student.probe("dropout_compared", p=0.5, x=x, seed=int(rng.integers(2**32)))
    expect(found["same_state"]).equal(True, what="the same mask for the same random state")
    expect(found["next_call"]).equal(False, what="the same mask in the next call")
    expect(found["own_generators"]).equal(False, what="the same mask in layers without a generator")


@check("m03-dropout-test", hint="look at self.training in every call of forward")
def test_modes_change_back_and_forth(student, rng):
    """Training, evaluation, training again: only evaluation mode is the identity."""
    x, reply = half_and_eval(student, 0.4, (9, 11), rng)
    expect(reply["outputs"][2]).close(x, rtol=0, what="output in evaluation mode")
    expect_some_dropped(reply["outputs"][1], x, "output before")
    expect_some_dropped(reply["outputs"][3], x, "output afterwards")


@check("m03-dropout-test", hint="0 <= p < 1 is asked for; with p = 0 nothing drops out")
def test_limits_of_p(student, rng):
    """p = 0 changes nothing; 1, more, less than 0 and NaN are refused; p is 0.5 by default."""
    x = rng.uniform(0.5, 2.0, size=(9, 11))
    chances = [0.0, 1.0, 1.5, -0.1, math.nan, 0.5]
    nothing, *refused, half = student.probe("dropout_limits", chances=chances, x=x)
    expect(nothing).close(x, rtol=0, what="output for p = 0")
    for p, error in zip(chances[1:-1], refused, strict=True):
        expect(error).raises("ValueError", what=f"p = {p}")
    expect_some_dropped(half, x, "output for p = 0.5")
    expect(student.probe("dropout_default")).close(0.5, rtol=0, what="p when it is not given")


@check("m03-dropout-test", hint=MODULE_05)
def test_the_gradient_is_masked_like_the_output(student, rng):
    """What module 05 will see of Dropout: a change reaches the survivors, scaled, and nothing else."""
    x = rng.uniform(0.5, 2.0, size=(6, 7))
    change = rng.normal(size=x.shape)
    question = {"p": 0.3, "x": x, "change": change, "seed": int(rng.integers(2**32))}
    found = student.probe("dropout_followed", **question)
    expect_array(found["value"], np.where(found["value"] == 0, 0.0, x / 0.7), "the output")
    expect_some_dropped(found["value"], x, "the output")
    expect_array(
        found["change"], np.where(found["value"] == 0, 0.0, change / 0.7), "derivative of the output"
    )


# -- 03.3 Embedding --------------------------------------------------------------------------------------------


@check("m03-embedding-test", visible=True, hint="the rows of weight at these ids")
def test_three_ids(student, rng):
    """Rows 2, 0 and 3 of a table."""
    table = np.arange(12.0).reshape(4, 3)
    found = student.probe("embedding_rows", table=table, ids=np.array([2, 0, 3]), form="list")
    expect_array(found, [[6, 7, 8], [0, 1, 2], [9, 10, 11]], "rows")


@check("m03-embedding-test", visible=True, hint="IndexError with the id in its text")
def test_an_id_that_is_too_large(student, rng):
    """Id 4 in a table of four rows."""
    (error,) = student.probe("embedding_errors", table=np.arange(12.0).reshape(4, 3), questions=[[1, 4]])
    expect(error).raises("IndexError", r"\b4\b", what="ids 1 and 4")


@check("m03-embedding-test", hint="ids of any shape S give (*S, dim); index once, do not flatten")
def test_ids_of_other_shapes(student, rng):
    """Ids of shape (2, 5) and a single one."""
    table, ids = rng.normal(size=(11, 3)), rng.integers(0, 11, size=(2, 5))
    found = student.probe("embedding_rows", table=table, ids=ids, form="array")
    expect_array(found, oracle.rows(table, ids), "rows of (2, 5) ids")
    one = np.array(7)
    for form in ("int", "array"):
        found = student.probe("embedding_rows", table=table, ids=one, form=form)
        expect_array(found, table[7], "row of a single id")


@check("m03-embedding-test", hint="check for ids below 0 before you index: numpy counts them from the end")
def test_ids_outside_the_table(student, rng):
    """Negative ids and ids that are just too large, beside valid ones."""
    table = rng.normal(size=(13, 3))
    questions = [np.array([2, -1]), np.array([[0, 13]]), -13, np.array([0, 12])]
    negative, large, far, valid = student.probe("embedding_errors", table=table, questions=questions)
    expect(negative).raises("IndexError", r"-1\b", what="id -1")
    expect(large).raises("IndexError", r"\b13\b", what="id 13 of 13 rows")
    expect(far).raises("IndexError", r"-13\b", what="id -13")
    expect_array(valid, oracle.rows(table, questions[3]), "rows 0 and 12")


@check("m03-embedding-test", hint='only dtype.kind "i" and "u" are whole numbers')
def test_ids_that_are_no_integers(student, rng):
    """Floats and truth values are refused, whole numbers of another size are not."""
    table = rng.normal(size=(5, 3))
    questions = [[1.0, 2.0], 3.0, [True, False], np.array([4, 0], dtype=np.uint8)]
    *refused, valid = student.probe("embedding_errors", table=table, questions=questions)
    for error, what in zip(refused, ("floats", "a float", "truth values"), strict=True):
        expect(error).raises("TypeError", what=what)
    expect_array(valid, table[[4, 0]], "rows 4 and 0")


@check("m03-embedding-test", hint="the result shares no memory with the table: indexing a Tensor copies")
def test_writing_into_the_result(student, rng):
    """A write into the result leaves the table alone, and the other way round."""
    table = rng.normal(size=(6, 3))
    for ids in (2, [1, 4, 1]):
        found = student.probe("embedding_written", table=table, ids=ids)
        expect(found["table"]).close(table, rtol=0, what="table after a write into the rows")
        expect_array(found["rows"], table[np.array(ids)], "rows after a write into the table")


@check("m03-embedding-test", hint="one Parameter, normal numbers of deviation 0.02 from the given rng")
def test_size_of_first_vectors(student, rng):
    """The table at first: one Parameter, and the size of its numbers.

    Three statistics of 10000 numbers, six standard errors each: false alarm below 1e-8.
    """
    found = student.probe("embedding_drawn", vocab_size=125, dim=80, seed=int(rng.integers(2**32)))
    expect(found["shapes"]).equal([[125, 80]], what="shapes of the parameters")
    expect([found["names"], found["want"]]).equal([["weight"], [True]], what="names, and gradients wanted")
    expect(found["same_state"]).equal(True, what="the same table for the same random state")
    expect_spread(found["values"][0], 0.02, "the table")


@check("m03-embedding-test", hint="an id that occurs twice takes its row twice")
def test_repeated_ids(student, rng):
    """Repeated ids, in no order."""
    table, ids = rng.normal(size=(4, 5)), np.array([[3, 1, 3], [3, 0, 1]])
    found = student.probe("embedding_rows", table=table, ids=ids, form="list")
    expect_array(found, oracle.rows(table, ids), "rows")


@check("m03-embedding-test", hint=MODULE_05 + "; copy the ids, the caller may write over them")
def test_embedding_can_be_differentiated(student, rng):
    """What module 05 will see of Embedding: changes of the table reach every place of a row."""
    table, ids = rng.normal(size=(5, 3)), np.array([[4, 1], [1, 3]])
    change = rng.normal(size=table.shape)
    found = student.probe("embedding_followed", table=table, ids=ids, change=change)
    right = oracle.rows(table, ids), oracle.rows(change, ids)
    expect_followed(found, *right, "the rows", rtol=CLOSE, atol=NEAR_ZERO)


# -- 03.4 LayerNorm --------------------------------------------------------------------------------------------

FLAT = np.array([1.0, 2, 3, 4])


@check("m03-layernorm-test", visible=True, hint="the variance divides by 4, not by 3")
def test_first_row_of_the_table(student, rng):
    """The row [1, 2, 3, 4]."""
    (found,) = student.probe("layernorm_values", inputs=[FLAT])
    expect_array(found, oracle.layer_norm(FLAT, [1.0] * 4, [0.0] * 4, 1e-5), "output")


@check("m03-layernorm-test", visible=True, hint="mean and variance over the last axis, not over the batch")
def test_three_axes_are_normalised_row_by_row(student, rng):
    """A (2, 3, 4) input: mean 0 and variance 1 in each row."""
    x = rng.normal(3.0, 2.0, size=(2, 3, 4))
    (found,) = student.probe("layernorm_values", inputs=[x])
    expect_array(found, oracle.layer_norm(x, [1.0] * 4, [0.0] * 4, 1e-5), "output")


@check("m03-layernorm-test", hint="eps is added to the variance, under the root")
def test_small_variance(student, rng):
    """A row whose variance is smaller than eps."""
    tiny = np.array([0.001, 0.002, 0.003])
    (found,) = student.probe("layernorm_values", inputs=[tiny])
    expect_array(found, oracle.layer_norm(tiny, [1.0] * 3, [0.0] * 3, 1e-5), "output")
    expect(found).close([-0.3061862, 0, 0.3061862], rtol=0, atol=5e-8, what="output")


@check("m03-layernorm-test", hint="gamma times the normalised row, plus beta, each per feature")
def test_gamma_and_beta(student, rng):
    """Other gammas and betas than at first."""
    x, gamma, beta = rng.normal(size=(4, 5)), rng.normal(size=5), rng.normal(size=5)
    (found,) = student.probe("layernorm_values", inputs=[x], gamma=gamma, beta=beta)
    expect_array(found, oracle.layer_norm(x, gamma, beta, 1e-5), "output")


@check("m03-layernorm-test", hint="each row of the last axis has a mean and variance of its own")
def test_rows_do_not_know_each_other(student, rng):
    """Rows of (2, 3, 5) of very different size, together and one by one."""
    x = rng.normal(size=(2, 3, 5)) * 10.0 ** np.arange(-1, 2)[:, None] + rng.normal(size=(2, 3, 1))
    gamma, beta = rng.uniform(0.5, 2.0, size=5), rng.normal(size=5)
    found = student.probe("layernorm_values", inputs=[x, x[1, 2], x[:1]], gamma=gamma, beta=beta)
    right = oracle.layer_norm(x, gamma, beta, 1e-5)
    for got, expected in zip(found, (right, right[1, 2], right[:1]), strict=True):
        expect_array(got, expected, "output")


@check(
    "m03-layernorm-test", hint="a row without variance becomes 0, and so beta; eps keeps the division finite"
)
def test_a_row_of_equal_numbers(student, rng):
    """A constant row gives beta, the rows beside it do not."""
    x, gamma, beta = rng.normal(size=(3, 4)), rng.uniform(0.5, 2.0, size=4), rng.normal(size=4)
    x[1] = 4.0
    (found,) = student.probe("layernorm_values", inputs=[x], gamma=gamma, beta=beta)
    expect_array(found, oracle.layer_norm(x, gamma, beta, 1e-5), "output")


@check("m03-layernorm-test", hint="eps is added once, and it is the one that was given")
def test_a_large_eps(student, rng):
    """eps = 0.1."""
    x = rng.normal(size=(3, 5))
    (found,) = student.probe("layernorm_values", inputs=[x], eps=0.1)
    expect_array(found, oracle.layer_norm(x, [1.0] * 5, [0.0] * 5, 0.1), "output")


@check("m03-layernorm-test", hint="two Parameters: gamma of ones, then beta of zeros")
def test_gamma_and_beta_at_first(student, rng):
    """The parameters of a new layer."""
    found = student.probe("layernorm_parameters", dim=3)
    expect(found["names"]).equal(["gamma", "beta"], what="names in order")
    expect(found["want"]).equal([True, True], what="both want a gradient")
    expect(found["values"][0]).close(np.ones(3), rtol=0, what="gamma")
    expect(found["values"][1]).close(np.zeros(3), rtol=0, what="beta")


@check("m03-layernorm-test", hint=MODULE_05 + "; mean and variance depend on x too")
def test_layernorm_can_be_differentiated(student, rng):
    """What module 05 will see of LayerNorm: changes of input, gamma and beta."""
    at = [rng.normal(size=(2, 3, 5)), rng.uniform(0.5, 2.0, size=5), rng.normal(size=5)]
    changes = [rng.normal(size=one.shape) for one in at]
    question = dict(zip(("x", "gamma", "beta"), at, strict=True))
    found = student.probe("layernorm_followed", **question, eps=1e-3, changes=changes)

    def normed(x, gamma, beta):
        return oracle.layer_norm(x, gamma, beta, 1e-3)

    expect_followed(found, normed(*at), oracle.slope(normed, at, changes), "the output")


# -- 03.5 modes, parameters, Sequential ------------------------------------------------------------------------


@check("m03-modes-test", visible=True, hint="each layer's output is the next one's input, in their order")
def test_value_of_a_small_network(student, rng):
    """Linear, ReLU, Dropout, Linear in evaluation mode: the value."""
    x = np.array([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]])
    found = student.probe("two_layers", seed=5, sizes=[3, 8, 2], x=x)
    for got, shape in zip(found["weights"], [(3, 8), (8,), (8, 2), (2,)], strict=True):
        expect(got).shape(shape, what="weight or bias of a Linear inside")
    w1, b1, w2, b2 = found["weights"]
    right = oracle.linear(np.maximum(oracle.linear(x, w1, b1), 0), w2, b2)
    expect(found["value"]).close(right, rtol=CLOSE, atol=NEAR_ZERO, what="output")


@check("m03-modes-test", visible=True, hint="parameters() asks every child for its own")
def test_four_parameters(student, rng):
    """The four parameters of that network, in order."""
    found = student.probe("two_layers", seed=5, sizes=[3, 8, 2], x=np.ones((2, 3)))
    expect(found["shapes"]).equal([[3, 8], [8], [8, 2], [2]], what="shapes of the parameters")


@check("m03-modes-test", visible=True, hint="eval() goes on to every child, and returns self")
def test_eval_reaches_the_dropout(student, rng):
    """Dropout is active at first; eval() reaches it and returns the network."""
    found = student.probe("two_layers", seed=5, sizes=[3, 8, 2], x=np.ones((20, 3)))
    expect(found["drops_at_first"]).equal(True, what="two calls differ before eval()")
    expect(found["returns_itself"]).equal(True, what="eval() returns the layer")
    expect(found["modes"]).equal([False] * 5, what="training, of the network and its layers")


@check("m03-modes-test", hint="look into lists and tuples, and let every child look into itself")
def test_layers_in_lists_and_tuples(student, rng):
    """Layers in a list, in a tuple and in a Sequential inside a list."""
    found = student.probe("tree_modes", calls=[["eval"]])
    expect(found["modes"]).equal([[True] * 9, [False] * 9], what="training of all nine layers")
    found = student.probe("tree_parameters")
    expect(sorted(found["sizes"])).equal([1, 2, 3, 4, 5, 6, 7, 8], what="sizes of all parameters, sorted")
    expect(found["deep"]).equal([5, 6], what="parameters of a Sequential in a list")


@check("m03-modes-test", hint="remember the identity of what you have: id(parameter), not its numbers")
def test_what_is_shared_counts_once(student, rng):
    """A layer held twice, a parameter held twice, and two that are merely equal."""
    found = student.probe("shared_parameters")
    expect(found).equal([3, 2, 4, 4], what="sizes of the parameters")


@check("m03-modes-test", hint="own parameters first, then child by child, in the order of vars(self)")
def test_order_of_parameters(student, rng):
    """Own parameters come first, then those of each child, at every depth."""
    found = student.probe("tree_parameters")
    expect(found["sizes"]).equal([1, 2, 3, 4, 5, 6, 7, 8], what="sizes of the parameters in order")


@check("m03-modes-test", hint="only layers held directly, as attributes or in a list or tuple, in order")
def test_children_in_order(student, rng):
    """children(): directly held layers in order, nothing else."""
    found = student.probe("tree_children")
    expect(found["root"]).equal(["first", "deep", "row", "pair", "last"], what="children of the outer layer")
    expect(found["row"]).equal([5, 6], what="children of the Sequential")
    expect(found["leaf"]).equal(0, what="number of children of a layer without any")


@check("m03-modes-test", hint="forward hands x from the first layer to the last")
def test_order_of_computation(student, rng):
    """Factors and shifts in a row, in the opposite order, and in nested Sequentials."""
    x, factors, shifts = rng.normal(size=(3, 4)), rng.uniform(1.5, 3.0, size=3), rng.uniform(1.0, 2.0, size=3)
    question = {"x": x, "factors": factors.tolist(), "shifts": shifts.tolist()}
    there, back, nested = student.probe("sequential_outputs", **question)
    forth, other = x, x
    for factor, shift in zip(factors, shifts, strict=True):
        forth = forth * factor + shift
    for factor, shift in zip(factors[::-1], shifts[::-1], strict=True):
        other = (other + shift) * factor
    expect_array(there, forth, "output of the row")
    expect_array(back, other, "output of the reversed row")
    expect_array(nested, forth, "output of nested rows")


@check("m03-modes-test", hint="train() sets True in every layer below, however deep; train(False) is eval()")
def test_train_after_eval(student, rng):
    """train() after eval() reaches every layer again, and both return the layer."""
    calls = [["eval"], ["train"], ["train", False], ["train", True]]
    found = student.probe("tree_modes", calls=calls)
    expect(found["returned"]).equal([True] * 4, what="each call returns the layer itself")
    right = [[mode] * 9 for mode in (True, False, True, False, True)]
    expect(found["modes"]).equal(right, what="training of all layers after each call")
    x = rng.uniform(0.5, 2.0, size=(9, 11))
    changed = student.probe("restored_dropout", x=x, seed=int(rng.integers(2**32)))
    expect(changed).equal([True, False, True], what="a dropout two levels down is active")


@check(
    "m03-modes-test", hint="isinstance(value, Parameter): an array or a plain Tensor does not want a gradient"
)
def test_arrays_are_no_parameters(student, rng):
    """Arrays and plain Tensors among the attributes are not listed, the parameters beside them are."""
    found = student.probe("tree_parameters")
    expect([size for size in found["sizes"] if size > 8]).equal([], what="sizes of what is no parameter")
    expect(sorted(set(found["sizes"]))).equal([1, 2, 3, 4, 5, 6, 7, 8], what="sizes of the parameters")


@check("m03-modes-test", hint="a list of the very objects, made anew in each call; no copies, no generator")
def test_the_same_objects_each_time(student, rng):
    """parameters() twice: the same objects, and the layers' own."""
    found = student.probe("tree_parameters")
    expect(found["is_list"]).equal(True, what="a list or tuple came back")
    expect(len(found["sizes"])).equal(8, what="number of parameters")
    expect(found["again"]).equal(True, what="the same objects in a second call")
    expect(found["the_objects_themselves"]).equal(True, what="the layers' own objects, not copies")
