"""The checks of module 02: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values come from `oracles/activations.py`: one number at a time, in other forms than the notebook's.
"""

from __future__ import annotations

import math

import numpy as np
from oracles import activations as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # another closed form, in float64
NEAR_ZERO = 1e-12  # where a sum cancels
DIFFERENCES = 1e-6  # central differences with H
H = 1e-5
SHAPE = (3, 5, 7)


def expect_kind(got, dtype, what):
    """An array, or a numpy number, of this dtype."""
    expect(got).true(
        lambda got: isinstance(got, np.ndarray) and got.dtype == dtype,
        f"the dtype is not {np.dtype(dtype).name}",
        what=what,
    )


def expect_calm(reply, what):
    """No warning on the way."""
    expect(reply["warnings"]).equal([], what=f"warnings of {what}")


def expect_untouched(reply, arguments, what):
    expect(reply["arguments"]).length(len(arguments), what=f"arguments of {what}")
    for after, before in zip(reply["arguments"], arguments, strict=True):
        expect(after).equal(before, what=f"argument of {what} afterwards")


def elementwise_gradient(student, rng, name, forward, slope, of_output):
    """A backward function on a random array and a random g, against g times the slope."""
    x, g = rng.normal(size=SHAPE) * 1.5, rng.normal(size=SHAPE)
    second = oracle.each(forward, x) if of_output else x
    got = student.probe("call", function=name, arguments=[g, second])
    expect(got).close(g * oracle.each(slope, x), rtol=CLOSE, atol=NEAR_ZERO, what=name)


# -- 02.1 sigmoid ----------------------------------------------------------------------------------------------


@check("m02-sigmoid-test", visible=True, hint="one over one plus the exponential of minus x")
def test_sigmoid_of_three_numbers(student, rng):
    """sigmoid of -2, 0 and 2."""
    x = np.array([-2.0, 0.0, 2.0])
    got = student.probe("call", function="sigmoid", arguments=[x])
    expect(got).close(oracle.each(oracle.sigmoid, x), rtol=CLOSE, what="sigmoid")


@check("m02-sigmoid-test", visible=True, hint="s(-x) = 1 - s(x): look at the sign of the exponent")
def test_sigmoid_is_symmetric(student, rng):
    """s(-x) is 1 - s(x)."""
    x = np.array([0.3, 1.7, 4.0])
    right, left = student.probe("calls", function="sigmoid", cases=[[x], [-x]])
    y = oracle.each(oracle.sigmoid, x)
    expect(right).close(y, rtol=CLOSE, what="sigmoid(x)")
    expect(left).close(1 - y, rtol=CLOSE, what="sigmoid(-x), beside 1 - sigmoid(x)")


@check("m02-sigmoid-test", visible=True, hint="g y (1 - y), written in the output")
def test_sigmoid_gradient_of_two_numbers(student, rng):
    """The gradient at outputs 0.5 and 0.9."""
    g, y = np.array([4.0, 2.0]), np.array([0.5, 0.9])
    got = student.probe("call", function="sigmoid_backward", arguments=[g, y])
    expect(got).close([1.0, 0.18], rtol=CLOSE, what="sigmoid_backward")


@check("m02-sigmoid-test", hint="both branches of np.where are computed everywhere: none may overflow")
def test_sigmoid_of_large_numbers(student, rng):
    """Numbers from -1e4 to 1e4 beside ordinary ones, without a warning."""
    x = np.concatenate([[-1e4, -1000.0, 1000.0, 1e4, 0.0], rng.normal(size=4)])
    reply = student.probe("watched", function="sigmoid", arguments=[x])
    expect_calm(reply, "sigmoid")
    expect(reply["result"]).close(oracle.each(oracle.sigmoid, x), rtol=CLOSE, what="sigmoid")


@check("m02-sigmoid-test", hint="for negative x: e / (1 + e) with e = exp(x); 1 - ... loses the digits")
def test_sigmoid_far_on_the_left(student, rng):
    """The digits of tiny values, from -40 on."""
    x = -np.array([40.0, 30.0 + rng.random(), 75.0 + rng.random(), 300.0])
    got = student.probe("call", function="sigmoid", arguments=[x])
    expect(got).close(oracle.each(oracle.sigmoid, x), rtol=CLOSE, what="sigmoid")


@check("m02-sigmoid-test", hint="g times y times (1 - y); y is already the output")
def test_sigmoid_gradient(student, rng):
    """The gradient from a random g on three axes."""
    elementwise_gradient(student, rng, "sigmoid_backward", oracle.sigmoid, oracle.sigmoid_slope, True)


@check("m02-sigmoid-test", hint="compute into new arrays: no out=, no *=")
def test_sigmoid_leaves_its_arguments(student, rng):
    """Arguments of both functions afterwards, and the results."""
    x, g = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    y = oracle.each(oracle.sigmoid, x)
    forward = student.probe("watched", function="sigmoid", arguments=[x])
    backward = student.probe("watched", function="sigmoid_backward", arguments=[g, y])
    expect(forward["result"]).close(y, rtol=CLOSE, what="sigmoid")
    slope = oracle.each(oracle.sigmoid_slope, x)
    expect(backward["result"]).close(g * slope, rtol=CLOSE, what="sigmoid_backward")
    expect_untouched(forward, [x], "sigmoid")
    expect_untouched(backward, [g, y], "sigmoid_backward")


@check("m02-sigmoid-test", hint="no float64 array may enter the calculation of a float32 one")
def test_sigmoid_keeps_float32(student, rng):
    """float32 stays float32, and so does float64."""
    x = rng.normal(size=(3, 2)).astype(np.float32)
    single, double = student.probe("calls", function="sigmoid", cases=[[x], [x.astype(np.float64)]])
    right = oracle.each(oracle.sigmoid, x)
    for got, dtype in ((single, np.float32), (double, np.float64)):
        expect(got).close(right, rtol=CLOSE, what="sigmoid")
        expect_kind(got, dtype, "sigmoid")


# -- 02.2 relu -------------------------------------------------------------------------------------------------


def relu(x):
    return np.array([one if one > 0 else 0.0 for one in x.ravel()]).reshape(x.shape)


def relu_gradient(g, x):
    return np.array([a if b > 0 else 0.0 for a, b in zip(g.ravel(), x.ravel(), strict=True)]).reshape(x.shape)


def with_zeros(rng, *shape):
    """A random array, a third of it exactly 0."""
    return rng.normal(size=shape) * (rng.permutation(math.prod(shape)).reshape(shape) % 3 > 0)


@check("m02-relu-test", visible=True, hint="negative numbers become 0, the others stay")
def test_relu_of_five_numbers(student, rng):
    """relu of five numbers."""
    x = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    got = student.probe("call", function="relu", arguments=[x])
    expect(got).close([0, 0, 0, 0.5, 2], rtol=CLOSE, what="relu")


@check("m02-relu-test", visible=True, hint="the gradient passes where x > 0; at exactly 0 it is 0")
def test_relu_gradient_at_three_places(student, rng):
    """The gradient at -1, 0 and 2."""
    got = student.probe("call", function="relu_backward", arguments=[np.ones(3), np.array([-1.0, 0.0, 2.0])])
    expect(got).close([0, 0, 1], rtol=CLOSE, what="relu_backward")


@check("m02-relu-test", hint="x > 0, not x >= 0")
def test_relu_with_zeros_scattered(student, rng):
    """Zeros scattered over a random array, forward and backward."""
    x, g = with_zeros(rng, 4, 6), rng.uniform(0.5, 2.0, size=(4, 6))
    forward = student.probe("call", function="relu", arguments=[x])
    backward = student.probe("call", function="relu_backward", arguments=[g, x])
    expect(forward).close(relu(x), rtol=CLOSE, what="relu")
    expect(backward).close(relu_gradient(g, x), rtol=CLOSE, what="relu_backward")


@check("m02-relu-test", hint="the mask comes from x; g passes with its sign")
def test_relu_gradient_with_negative_g(student, rng):
    """The gradient from a random g with negative entries."""
    x, g = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    got = student.probe("call", function="relu_backward", arguments=[g, x])
    expect(got).close(relu_gradient(g, x), rtol=CLOSE, what="relu_backward")


@check("m02-relu-test", hint="0 times inf is NaN, and NaN > 0 is False: use the larger of two numbers")
def test_relu_of_strange_numbers(student, rng):
    """-0.0, NaN and both infinities, without a warning."""
    x = np.array([-0.0, np.nan, np.inf, -np.inf, -1.5, 1.5])
    reply = student.probe("watched", function="relu", arguments=[x])
    expect_calm(reply, "relu")
    expect(reply["result"]).equal(np.array([0.0, np.nan, np.inf, 0.0, 0.0, 1.5]), what="relu")


@check("m02-relu-test", hint="a Python 0 takes the dtype of the array, an array of float64 zeros does not")
def test_relu_keeps_float32(student, rng):
    """float32 stays float32, forward and backward."""
    x, g = (rng.normal(size=(3, 4)).astype(np.float32) for _ in range(2))
    forward = student.probe("call", function="relu", arguments=[x])
    backward = student.probe("call", function="relu_backward", arguments=[g, x])
    for got, right, what in (
        (forward, relu(x), "relu"),
        (backward, relu_gradient(g, x), "relu_backward"),
    ):
        expect(got).close(right, rtol=CLOSE, what=what)
        expect_kind(got, np.float32, what)


# -- 02.3 tanh -------------------------------------------------------------------------------------------------


@check("m02-tanh-test", visible=True, hint="numpy has this function")
def test_tanh_of_three_numbers(student, rng):
    """tanh of -1, 0 and 1."""
    x = np.array([-1.0, 0.0, 1.0])
    got = student.probe("call", function="tanh", arguments=[x])
    expect(got).close(oracle.each(oracle.tanh, x), rtol=CLOSE, atol=NEAR_ZERO, what="tanh")


@check("m02-tanh-test", visible=True, hint="one minus the square of the output, times g")
def test_tanh_gradient_at_two_outputs(student, rng):
    """The gradient at outputs 0 and 0.5."""
    g, y = np.array([1.0, 2.0]), np.array([0.0, 0.5])
    got = student.probe("call", function="tanh_backward", arguments=[g, y])
    expect(got).close([1.0, 1.5], rtol=CLOSE, what="tanh_backward")


@check("m02-tanh-test", hint="the quotient of exponentials is inf over inf there; numpy's function is not")
def test_tanh_of_large_numbers(student, rng):
    """Large numbers of both signs beside ordinary ones, without a warning."""
    x = np.concatenate([[-1e4, -1000.0, -20.0, 20.0, 1000.0, 1e4], rng.normal(size=4)])
    reply = student.probe("watched", function="tanh", arguments=[x])
    expect_calm(reply, "tanh")
    expect(reply["result"]).close(oracle.each(oracle.tanh, x), rtol=CLOSE, what="tanh")


@check("m02-tanh-test", hint="g times (1 - y squared); y is already the output")
def test_tanh_gradient(student, rng):
    """The gradient from a random g on three axes."""
    elementwise_gradient(student, rng, "tanh_backward", oracle.tanh, oracle.tanh_slope, True)


@check("m02-tanh-test", hint="tanh(-x) is -tanh(x)")
def test_tanh_is_odd(student, rng):
    """tanh(-x) is -tanh(x), with the values."""
    x = rng.uniform(0.1, 3.0, size=6)
    right, left = student.probe("calls", function="tanh", cases=[[x], [-x]])
    y = oracle.each(oracle.tanh, x)
    expect(right).close(y, rtol=CLOSE, what="tanh(x)")
    expect(left).close(-y, rtol=CLOSE, what="tanh(-x), beside -tanh(x)")


@check("m02-tanh-test", hint="whole-array functions take any shape; loops over len(x) do not")
def test_tanh_of_other_shapes(student, rng):
    """Shapes (0, 3) and (), and a stack."""
    number, stack = np.asarray(rng.normal()), rng.normal(size=(2, 1, 3))
    cases = [[np.zeros((0, 3))], [number], [stack]]
    empty, single, many = student.probe("calls", function="tanh", cases=cases)
    expect(single).close(oracle.tanh(float(number)), rtol=CLOSE, what="tanh of a single number")
    expect(many).close(oracle.each(oracle.tanh, stack), rtol=CLOSE, what="tanh of a stack")
    expect(empty).equal(np.zeros((0, 3)), what="tanh of shape (0, 3)")


# -- 02.4 gelu -------------------------------------------------------------------------------------------------


@check("m02-gelu-test", visible=True, hint="the form with tanh: root of 2/pi, constant 0.044715, x cubed")
def test_gelu_of_three_numbers(student, rng):
    """gelu of 1, -0.5 and 3."""
    x = np.array([1.0, -0.5, 3.0])
    got = student.probe("call", function="gelu", arguments=[x])
    expect(got).close(oracle.each(oracle.gelu, x), rtol=CLOSE, what="gelu")


@check("m02-gelu-test", visible=True, hint="product rule: one summand with 1 + t, one with x (1 - t squared)")
def test_gelu_slope_at_three_places(student, rng):
    """The derivative at -1, 0 and 1."""
    x = np.array([-1.0, 0.0, 1.0])
    got = student.probe("call", function="gelu_backward", arguments=[np.ones(3), x])
    expect(got).close(oracle.each(oracle.gelu_slope, x), rtol=CLOSE, what="gelu_backward")


@check("m02-gelu-test", hint="follow the formula digit by digit: 0.5, 0.044715, the root of 2/pi")
def test_gelu_on_fifty_points(student, rng):
    """50 points between -5 and 5."""
    x = np.linspace(-5, 5, 50) + rng.uniform(-0.05, 0.05, size=50)
    got = student.probe("call", function="gelu", arguments=[x])
    # In the left tail 1 + tanh keeps few digits: an absolute bound of 1e-12 is what the formula can give.
    expect(got).close(oracle.each(oracle.gelu, x), rtol=CLOSE, atol=NEAR_ZERO, what="gelu")


@check("m02-gelu-test", hint="the derivative of x cubed is 3 x squared; multiply everything by g")
def test_gelu_gradient(student, rng):
    """The gradient from a random g on three axes."""
    elementwise_gradient(student, rng, "gelu_backward", oracle.gelu, oracle.gelu_slope, False)


@check("m02-gelu-test", hint="tanh itself does not overflow; exponentials written out do")
def test_gelu_of_large_numbers(student, rng):
    """-1000 and 1000 beside ordinary numbers, forward and backward, without a warning."""
    x, g = np.concatenate([[-1e3, 1e3], rng.normal(size=3)]), rng.normal(size=5)
    forward = student.probe("watched", function="gelu", arguments=[x])
    backward = student.probe("watched", function="gelu_backward", arguments=[g, x])
    expect_calm(forward, "gelu")
    expect_calm(backward, "gelu_backward")
    expect(forward["result"]).close(oracle.each(oracle.gelu, x), rtol=CLOSE, atol=NEAR_ZERO, what="gelu")
    slope = oracle.each(oracle.gelu_slope, x)
    expect(backward["result"]).close(g * slope, rtol=CLOSE, atol=NEAR_ZERO, what="gelu_backward")


@check("m02-gelu-test", hint="the second summand, x (1 - t squared) du/dx, lifts the slope above 1 there")
def test_gelu_slope_above_one(student, rng):
    """The derivative near 1.4 is larger than 1."""
    x = 1.4 + rng.uniform(-0.1, 0.1, size=3)
    got = student.probe("call", function="gelu_backward", arguments=[np.ones(3), x])
    expect(got).close(oracle.each(oracle.gelu_slope, x), rtol=CLOSE, what="gelu_backward")
    expect(float(np.min(got))).above(1.0, what="derivative near 1.4")


# -- 02.5 softmax ----------------------------------------------------------------------------------------------


@check("m02-softmax-test", visible=True, hint="exponentials, divided by their sum")
def test_softmax_of_three_numbers(student, rng):
    """softmax of [1, 2, 3]."""
    x = np.array([1.0, 2.0, 3.0])
    got = student.probe("call", function="softmax", arguments=[x])
    expect(got).close(oracle.softmax(list(x)), rtol=CLOSE, what="softmax")


@check("m02-softmax-test", visible=True, hint="maximum and sum along the axis, both with keepdims")
def test_softmax_by_rows_and_by_columns(student, rng):
    """Along axis 1 and along axis 0 of a 2x3 array."""
    x = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]])
    rows, columns = student.probe("along", x=x, axes=[1, 0])
    expect(rows).close(oracle.lines(oracle.softmax, 1, x), rtol=CLOSE, what="softmax along axis 1")
    expect(columns).close(oracle.lines(oracle.softmax, 0, x), rtol=CLOSE, what="softmax along axis 0")


@check("m02-softmax-test", hint="each row is shifted by its own maximum; nothing is cut off")
def test_softmax_of_rows_at_different_levels(student, rng):
    """Rows near 1000, near -1000 and near 0, and one far spread out, in one array."""
    x = rng.normal(size=(4, 4)) + np.array([[1000.0], [-1000.0], [0.0], [0.0]])
    x[3, 2] = 3000.0
    got = student.probe("call", function="softmax", arguments=[x])
    expect(got).close(oracle.lines(oracle.softmax, -1, x), rtol=CLOSE, what="softmax")


@check("m02-softmax-test", hint="hand axis to the maximum and to the sum")
def test_softmax_along_each_axis(student, rng):
    """Axes 0, 1 and -2 of three, and the last one when none is given."""
    x = rng.normal(size=SHAPE)
    axes = [0, 1, -2]
    found = student.probe("along", x=x, axes=axes)
    default = student.probe("call", function="softmax", arguments=[x])
    for got, axis in zip([*found, default], [*axes, -1], strict=True):
        expect(got).close(
            oracle.lines(oracle.softmax, axis, x), rtol=CLOSE, what=f"softmax along axis {axis}"
        )


@check("m02-softmax-test", hint="a constant added to a row cancels if the row's own maximum is subtracted")
def test_softmax_with_a_constant_added(student, rng):
    """A constant added to each row changes nothing."""
    x = rng.normal(size=(4, 5))
    moved = x + rng.uniform(750.0, 900.0, size=(4, 1))
    right = oracle.lines(oracle.softmax, -1, x)
    for got in student.probe("calls", function="softmax", cases=[[x], [moved]]):
        # The sum x + 900 is rounded to 1e-13, and exp passes this on as a relative error.
        expect(got).close(right, rtol=CLOSE, what="softmax")


@check("m02-softmax-test", hint="exp(-inf) is 0 all by itself, if the maximum of the row is finite")
def test_softmax_with_forbidden_entries(student, rng):
    """Entries of -inf get exactly 0."""
    x = rng.normal(size=(3, 4))
    x[0, 2] = x[1, 0] = x[1, 3] = -np.inf
    reply = student.probe("watched", function="softmax", arguments=[x])
    expect_calm(reply, "softmax")
    expect(reply["result"]).close(oracle.lines(oracle.softmax, -1, x), rtol=CLOSE, what="softmax")


@check("m02-softmax-test", hint="the shift keeps exp small in float32 as well; let no float64 array in")
def test_softmax_keeps_float32(student, rng):
    """float32 stays float32, without a warning."""
    x = (rng.normal(size=(3, 5)) + np.array([[200.0], [-300.0], [0.0]])).astype(np.float32)
    reply = student.probe("watched", function="softmax", arguments=[x])
    expect_calm(reply, "softmax")
    expect(reply["result"]).close(oracle.lines(oracle.softmax, -1, x), rtol=CLOSE, what="softmax")
    expect_kind(reply["result"], np.float32, "softmax")


@check("m02-softmax-test", hint="subtract into a new array: x -= ... changes the caller's logits")
def test_softmax_leaves_its_argument(student, rng):
    """The logits afterwards, and the result."""
    x = rng.normal(size=(2, 3))
    reply = student.probe("watched", function="softmax", arguments=[x], keywords={"axis": 0})
    expect(reply["result"]).close(oracle.lines(oracle.softmax, 0, x), rtol=CLOSE, what="softmax")
    expect_untouched(reply, [x], "softmax")


# -- 02.6 softmax_backward -------------------------------------------------------------------------------------


def shares(rng, *shape):
    """Softmax outputs along the last axis."""
    return oracle.lines(oracle.softmax, -1, rng.normal(size=shape))


@check("m02-softmax-backward-test", visible=True, hint="s times (g minus the sum of g s)")
def test_softmax_gradient_of_three_numbers(student, rng):
    """The gradient for g = [1, 0, 2] at softmax([1, 2, 3])."""
    s, g = oracle.softmax([1.0, 2.0, 3.0]), [1.0, 0.0, 2.0]
    got = student.probe("call", function="softmax_backward", arguments=[np.array(g), np.array(s)])
    expect(got).close(oracle.softmax_backward(g, s), rtol=CLOSE, what="softmax_backward")


@check("m02-softmax-backward-test", visible=True, hint="the shares sum to 1, so their changes sum to 0")
def test_softmax_gradient_sums_to_zero(student, rng):
    """The gradient sums to 0, and is not 0."""
    s, g = oracle.softmax([1.0, 2.0, 3.0]), [1.0, 0.0, 2.0]
    got = student.probe("call", function="softmax_backward", arguments=[np.array(g), np.array(s)])
    expect(got).shape((3,), what="softmax_backward")
    expect(float(np.sum(got))).close(0.0, atol=NEAR_ZERO, what="sum of the gradient")
    expect(float(np.max(np.abs(got)))).above(0.01, what="largest element of the gradient")


@check("m02-softmax-backward-test", hint="compare with the matrix s_i (delta_ij - s_j) for a short row")
def test_softmax_gradient_is_the_jacobian_times_g(student, rng):
    """The Jacobian times g for 7 classes."""
    s, g = shares(rng, 7), rng.normal(size=7)
    got = student.probe("call", function="softmax_backward", arguments=[g, s])
    expect(got).close(oracle.lines(oracle.softmax_backward, -1, g, s), rtol=CLOSE, what="softmax_backward")


@check("m02-softmax-backward-test", hint="one sum per row, subtracted from that row")
def test_softmax_gradient_against_differences(student, rng):
    """The gradient from a random g, against differences of the shares."""
    x, g = rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
    differences = np.empty_like(x)
    for place in np.ndindex(x.shape):
        ends = [np.array(x), np.array(x)]
        ends[0][place] += H
        ends[1][place] -= H
        above, below = (math.fsum((g * oracle.lines(oracle.softmax, -1, one)).ravel()) for one in ends)
        differences[place] = (above - below) / (2 * H)
    s = oracle.lines(oracle.softmax, -1, x)
    got = student.probe("call", function="softmax_backward", arguments=[g, s])
    expect(got).close(differences, rtol=DIFFERENCES, atol=1e-9, what="softmax_backward")


@check("m02-softmax-backward-test", hint="hand axis to the sum, with keepdims")
def test_softmax_gradient_along_other_axes(student, rng):
    """Axes 0 and -2 of three."""
    x, g = rng.normal(size=(3, 4, 5)), rng.normal(size=(3, 4, 5))
    axes = [0, -2]
    outputs = [oracle.lines(oracle.softmax, axis, x) for axis in axes]
    found = student.probe("gradient_along", g=g, s=outputs, axes=axes)
    for got, s, axis in zip(found, outputs, axes, strict=True):
        right = oracle.lines(oracle.softmax_backward, axis, g, s)
        expect(got).close(right, rtol=CLOSE, atol=NEAR_ZERO, what=f"softmax_backward along axis {axis}")


@check("m02-softmax-backward-test", hint="the sum of g s, not the mean of g: equal g then cancel exactly")
def test_softmax_gradient_of_equal_g(student, rng):
    """Equal g give 0, other g do not."""
    s, g = shares(rng, 3, 5), rng.normal(size=(3, 5))
    equal, other = student.probe(
        "calls", function="softmax_backward", cases=[[np.full((3, 5), 2.5), s], [g, s]]
    )
    expect(equal).close(np.zeros((3, 5)), atol=NEAR_ZERO, what="softmax_backward of equal g")
    right = oracle.lines(oracle.softmax_backward, -1, g, s)
    expect(other).close(right, rtol=CLOSE, atol=NEAR_ZERO, what="softmax_backward of other g")


@check("m02-softmax-backward-test", hint="build no Jacobian: everything has the size of s")
def test_softmax_gradient_of_long_rows(student, rng):
    """40 rows of 5000 classes, within the memory limit."""
    s, g = rng.uniform(0.5, 1.5, size=5000), rng.normal(size=5000)
    s /= s.sum()
    found = student.probe("gradient_of_many", g=g, s=s, rows=40, looked_at=[0, 17, 39])
    expect(found["shape"]).equal([40, 5000], what="shape of softmax_backward")
    common = math.fsum(g * s)
    right = [(x - common) * share for x, share in zip(g, s, strict=True)]
    for got, shift in zip(found["rows"], (0, 17, 39), strict=True):
        moved = np.array(right[-shift:] + right[:-shift] if shift else right)  # row k is moved by k places
        expect(got).close(moved, rtol=CLOSE, atol=NEAR_ZERO, what=f"row {shift}")
