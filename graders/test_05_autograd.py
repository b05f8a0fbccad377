"""The checks of module 05: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values are closed forms, plain loops, differences of fourth order and dual numbers, all in
`oracles/autograd.py`; none of them walks a graph backwards.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from oracles import autograd as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
ZERO = 1e-12  # where large terms cancel
MEASURED = {
    "rtol": 1e-6,
    "atol": 1e-7,
}  # central differences with h = 1e-5: about 1e-10 of truncation and rounding
RIGHT, WRONG = 1e-6, 1e-2  # what gradcheck finds for a right and for a wrong backward


def seed_of(rng):
    return int(rng.integers(2**63))


def expect_array(got, expected, what, *, rtol=CLOSE, atol=ZERO):
    """An ndarray of this shape and with these numbers; a number alone will not do for shape ()."""
    expect(got).true(lambda got: isinstance(got, np.ndarray), "no array came back", what=what)
    expect(got).close(expected, rtol=rtol, atol=atol, what=what)


def expect_measured(reply, expected, what, *, rtol=MEASURED["rtol"], atol=MEASURED["atol"]):
    """A gradient by differences, and an x that is bit for bit what it was."""
    expect_array(reply["found"], expected, what, rtol=rtol, atol=atol)
    expect(reply["same"]).equal(True, what="x is the same as before")


# -- 05.1 numerical_grad ---------------------------------------------------------------------------------------


@check("m05-numerical-test", visible=True, hint="(f(x + h) - f(x - h)) / (2h), one element at a time")
def test_slopes_of_a_sum_of_squares(student, rng):
    """The sum of squares at [3, -1]."""
    reply = student.probe("differences", function="sum of squares", x=np.array([3.0, -1.0]))
    expect_array(reply["found"], [6.0, -2.0], "gradient", **MEASURED)


@check(
    "m05-numerical-test",
    visible=True,
    hint="multiply the change of f by upstream, element by element, and add up",
)
def test_slopes_of_a_product_of_matrices(student, rng):
    """A product of matrices with an upstream gradient."""
    right, upstream = np.array([[3.0, 5.0, 7.0], [2.0, 4.0, 6.0]]), np.array([[1.0, -2.0, 0.5]])
    reply = student.probe(
        "differences", function="", x=np.array([[1.0, 2.0]]), upstream=upstream, matrix=right
    )
    expect_array(reply["found"], [[-3.5, -3.0]], "gradient", **MEASURED)


@check("m05-numerical-test", hint="move to both sides: f(x + h) - f(x - h), over 2h")
def test_differences_are_central(student, rng):
    """exp with h = 1e-4: a one-sided difference is five thousand times too coarse.

    The error of a central difference is h^2/6 of the slope, 1.7e-9, and rounding adds about 1e-12.
    """
    x, upstream = rng.uniform(-1, 1, size=(3, 2)), rng.uniform(0.5, 2, size=(3, 2))
    reply = student.probe("differences", function="exp", x=x, upstream=upstream, h=1e-4)
    expect_measured(reply, upstream * np.exp(x), "gradient", rtol=1e-8, atol=0)


@check("m05-numerical-test", hint="use the h that is given: move by h and divide by 2h")
def test_the_known_error_of_a_large_step(student, rng):
    """x to the fourth with h = 0.1 is off by exactly 4xh^2."""
    x = rng.uniform(0.5, 2, size=5)
    reply = student.probe("differences", function="sum of fourth powers", x=x, h=0.1)
    expect_measured(reply, 4 * x**3 + 4 * x * 0.1**2, "gradient", rtol=CLOSE, atol=0)


@check(
    "m05-numerical-test", hint="sum of upstream * change; without upstream only a single number is allowed"
)
def test_a_random_upstream(student, rng):
    """A result with more axes than x, weighed at random; and refused without weights."""
    x, upstream = rng.normal(size=(2, 3)), rng.normal(size=(2, 2, 3))
    reply = student.probe("differences", function="sine and cosine", x=x, upstream=upstream)
    expect_measured(reply, upstream[0] * np.cos(x) - 2 * upstream[1] * np.sin(2 * x), "gradient")
    reply = student.probe("differences", function="sine and cosine", x=x)
    expect(reply["found"]).raises("ValueError", what="several numbers without upstream")


@check("m05-numerical-test", hint="upstream has the shape of f(x); only a single number can do without it")
def test_which_upstreams_fit(student, rng):
    """An upstream of another shape is refused, also one that numpy would broadcast; one number needs none."""
    x = rng.uniform(0.5, 2, size=(2, 3))
    for shape in ((3,), (1, 3), (2, 3, 1), (3, 2), ()):
        reply = student.probe("differences", function="exp", x=x, upstream=np.ones(shape))
        expect(reply["found"]).raises("ValueError", what="an upstream of another shape")
    for function in ("sum of squares", "sum of squares in a table"):
        reply = student.probe("differences", function=function, x=x)
        expect_measured(reply, 2 * x, "gradient of a single number")


@check(
    "m05-numerical-test", hint="keep a copy of the first result: f may hand out the array that is moved next"
)
def test_an_f_that_returns_x_itself(student, rng):
    """An f that returns x itself."""
    x, upstream = rng.normal(size=(2, 3)), rng.uniform(0.5, 2, size=(2, 3))
    reply = student.probe("differences", function="itself", x=x, upstream=upstream)
    expect_measured(reply, upstream, "gradient")


@check("m05-numerical-test", hint="index x itself, x[index]: a reshaped x may be a copy")
def test_an_x_that_is_not_contiguous(student, rng):
    """An x whose rows are columns in memory."""
    x, upstream = rng.uniform(-1, 1, size=(2, 4)), rng.normal(size=(4, 2))
    reply = student.probe("differences", function="exp", x=x, upstream=upstream, turned=True)
    expect_measured(reply, upstream * np.exp(x.T), "gradient")


@check("m05-numerical-test", hint="keep the old number and write it back in a finally; adding h again rounds")
def test_x_is_put_back_to_the_bit(student, rng):
    """x keeps every bit, also when f raises in the middle."""
    x, upstream = rng.normal(size=7) * 10.0 ** rng.integers(-6, 2, size=7), rng.uniform(1, 2, size=7)
    reply = student.probe("differences", function="times the neighbour", x=x, upstream=upstream)
    right = upstream * np.roll(x, 1) + np.roll(upstream, -1) * np.roll(x, -1)
    # Adding up all products before the difference is taken leaves rounding of about 1e-7; a wrong h, 1e-5.
    expect_measured(reply, right, "gradient", atol=2e-6)
    for calls in (3, 4):
        reply = student.probe("differences_interrupted", x=x, calls=calls)
        expect(reply["found"]).raises("KeyError", what="what f raises")
        expect(reply["called"]).equal(calls, what="calls of f")
        expect(reply["same"]).equal(True, what="x is the same after f raised")


@check("m05-numerical-test", hint="raise TypeError unless x is an array whose dtype is a float")
def test_an_x_of_whole_numbers(student, rng):
    """Whole numbers and lists are refused, the same numbers in a float array are not."""
    x = rng.integers(1, 9, size=4)
    reply = student.probe("differences", function="sum of squares", x=x)
    expect(reply["found"]).raises("TypeError", what="an x of whole numbers")
    reply = student.probe("differences", function="exp", x=[0.5, 1.5], upstream=np.ones(2))
    expect(reply["found"]).raises("TypeError", what="an x that is a list")
    reply = student.probe("differences", function="sum of squares", x=x.astype(np.float64))
    expect_measured(reply, 2.0 * x, "gradient")


# -- 05.2 rel_error --------------------------------------------------------------------------------------------


@check("m05-rel-error-test", visible=True, hint="|a - b| is 0 everywhere; but [3] and [4] differ")
def test_equal_arrays(student, rng):
    """Equal arrays give 0, unequal ones do not."""
    same, other = student.probe("errors", pairs=[[np.array([1.0, 2.0]), np.array([1.0, 2.0])], [3.0, 4.0]])
    expect(same).close(0.0, what="error of equal arrays")
    expect(other).close(1 / 7, what="error of 3 and 4")


@check(
    "m05-rel-error-test", visible=True, hint="divide by |a| + |b|, element by element, and take the largest"
)
def test_opposite_numbers(student, rng):
    """An opposite number gives 1."""
    (found,) = student.probe("errors", pairs=[[np.array([3.0, 50.0]), np.array([-3.0, 50.0])]])
    expect(found).close(1.0, what="error")


@check("m05-rel-error-test", hint="the largest error counts, not the mean")
def test_one_bad_element(student, rng):
    """One bad element among ten thousand."""
    a = rng.normal(size=(100, 100))
    b = a.copy()
    b[71, 13] = a[71, 13] * 1.5
    (found,) = student.probe("errors", pairs=[[a, b]])
    expect(found).close(0.2, what="error")


@check("m05-rel-error-test", hint="the divisor is at least eps, so that 0 beside 0 gives 0")
def test_zeros_on_both_sides(student, rng):
    """Zeros in both, next to a pair that differs."""
    gap = rng.uniform(0.1, 0.5)
    a, b = np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0 + gap, 0.0])
    found, nothing = student.probe("errors", pairs=[[a, b], [a[:1], b[:1]]])
    expect(found).close(gap / (2 + gap), what="error with zeros beside")
    expect(nothing).close(0.0, what="error of 0 and 0")


@check("m05-rel-error-test", hint="the divisor is max(eps, |a| + |b|): eps does not add to it")
def test_tiny_numbers_are_held_to_eps(student, rng):
    """Numbers below eps, with eps given and not."""
    a, b = 1e-12 * rng.uniform(1, 2, size=(2, 3)), 1e-12 * rng.uniform(3, 4, size=(2, 3))
    gap = np.abs(a - b)
    found, larger, plain = student.probe("errors", pairs=[[a, b], [a, b, 1e-3], [a * 1e9, b * 1e9, 1e-3]])
    expect(found).close(gap.max() / 1e-8, what="error with the eps of the signature")
    expect(larger).close(gap.max() / 1e-3, what="error with eps 1e-3")
    expect(plain).close((gap / (a + b)).max(), what="error of numbers above eps")


@check("m05-rel-error-test", hint="NaN makes every comparison false: look for it, and answer inf")
def test_nan_is_never_right(student, rng):
    """NaN on either side, or on both, is infinitely wrong."""
    good = rng.normal(size=3)
    bad = good.copy()
    bad[1] = np.nan
    answers = student.probe("errors", pairs=[[bad, good], [good, bad], [bad, bad], [good, -good]])
    for found in answers[:3]:
        expect(found).not_finite(math.inf, what="error with a NaN")
    expect(answers[3]).close(1.0, what="error without")


@check("m05-rel-error-test", hint="compare the shapes first, before numpy broadcasts")
def test_shapes_that_differ(student, rng):
    """Different shapes are refused, equal ones are not."""
    row = rng.uniform(1, 2, size=3)
    pairs = [[row, row[None]], [row, 1.0], [row, row[:2]], [row[None], 3 * row[None]]]
    *refused, found = student.probe("errors", pairs=pairs)
    for one in refused:
        expect(one).raises("ValueError", what="shapes that differ")
    expect(found).close(0.5, what="error of equal shapes")


@check("m05-rel-error-test", hint="compare the shapes before you look for NaN")
def test_shapes_that_differ_beside_nan(student, rng):
    """Different shapes are refused with NaN in them too; NaN in equal shapes is not refused."""
    row = rng.uniform(1, 2, size=3)
    bad = row.copy()
    bad[int(rng.integers(3))] = np.nan
    pairs = [[bad, row[:2]], [row[None], bad], [row[None], row], [bad, row]]
    *refused, found = student.probe("errors", pairs=pairs)
    for one in refused:
        expect(one).raises("ValueError", what="shapes that differ")
    expect(found).not_finite(math.inf, what="error of equal shapes with a NaN")


@check("m05-rel-error-test", hint="max(initial=0.0) answers for no elements; the shapes still have to agree")
def test_arrays_without_elements(student, rng):
    """No elements give 0, of two shapes they are refused; some elements give an error."""
    pairs = [[np.zeros(0), np.zeros(0)], [np.zeros((2, 0)), np.zeros((2, 0))]]
    pairs += [[np.zeros((2, 0)), np.zeros((0, 2))], [1.0, 4.0]]
    *nothing, refused, found = student.probe("errors", pairs=pairs)
    for one in nothing:
        expect(one).close(0.0, what="error of no elements")
    expect(refused).raises("ValueError", what="shapes that differ")
    expect(found).close(0.6, what="error of two numbers")


@check("m05-rel-error-test", hint="work in float64: unsigned 3 - 5 is 254, and float32 ends at 3e38")
def test_numbers_of_other_types(student, rng):
    """Unsigned integers and float32, on either side or on both."""
    small = rng.integers(1, 50, size=4)
    large = small + rng.integers(60, 200, size=4)
    right = float(((large - small) / (large + small)).max())
    small, large = small.astype(np.uint8), large.astype(np.uint8)
    big = np.full(2, 2.5e38, dtype=np.float32)
    pairs = [[small, large], [large, small], [small, large.astype(np.float64)], [big, -big]]
    *found, opposite = student.probe("errors", pairs=pairs)
    for one in found:
        expect(one).close(right, what="error of whole numbers")
    expect(opposite).close(1.0, what="error of opposite numbers in float32")


# -- 05.3 gradcheck --------------------------------------------------------------------------------------------


def matrices(rng):
    return [rng.uniform(0.5, 2, size=(3, 2)), rng.uniform(0.5, 2, size=(2, 5))]


def expect_errors(found, verdicts, what):
    """The dict of gradcheck: for each input "right", "wrong" or "inf"."""
    expect(found).true(lambda found: isinstance(found, dict), "not a dict", what=what)
    names = [f"x{i}" for i in range(len(verdicts))]
    expect(sorted(found)).equal(names, what=f"{what}: the keys")
    for name, verdict in zip(names, verdicts, strict=True):
        one = expect(found[name])
        if verdict == "inf":
            one.not_finite(math.inf, what=f"{what}: {name}")
        elif verdict == "right":
            one.below(RIGHT, what=f"{what}: {name}").at_least(0.0, what=f"{what}: {name}")
        else:
            one.above(WRONG, what=f"{what}: {name}")


@check(
    "m05-gradcheck-test",
    visible=True,
    hint="compare each gradient with numerical_grad under the same upstream",
)
def test_a_product_right_and_with_a_wrong_sign(student, rng):
    """A product of matrices: right, and with a wrong sign in each input in turn."""
    pairs = ["product", "product, last sign", "product, first sign"]
    right, last, first = student.probe("checked", pairs=pairs, inputs=matrices(rng), seed=5)
    expect_errors(right, ["right", "right"], "right backward")
    expect_errors(last, ["right", "wrong"], "wrong sign in the last gradient")
    expect_errors(first, ["wrong", "right"], "wrong sign in the first gradient")


@check(
    "m05-gradcheck-test",
    hint="draw the upstream at random: under ones the zero gradient of a softmax is right",
)
def test_a_softmax_of_zeros_is_found_out(student, rng):
    """A softmax backward that returns zeros."""
    right, zeros = student.probe(
        "checked", pairs=["softmax", "softmax, zeros"], inputs=[rng.normal(size=(3, 5))], seed=seed_of(rng)
    )
    expect_errors(right, ["right"], "right softmax")
    expect_errors(zeros, ["wrong"], "zeros")


@check("m05-gradcheck-test", hint="draw the upstream at random, one number per element of the output")
def test_a_softmax_with_the_plain_mean_is_found_out(student, rng):
    """A softmax backward that subtracts the plain mean of g."""
    right, mean = student.probe(
        "checked",
        pairs=["softmax", "softmax, plain mean"],
        inputs=[rng.normal(size=(3, 5))],
        seed=seed_of(rng),
    )
    expect_errors(right, ["right"], "right softmax")
    expect_errors(mean, ["wrong"], "plain mean")


@check("m05-gradcheck-test", hint="every input has an entry of its own, whatever the others are")
def test_attention_without_the_softmax_derivative(student, rng):
    """Attention without the derivative of its softmax: two gradients of three are wrong."""
    inputs = [rng.normal(size=shape) for shape in ((3, 2), (4, 2), (4, 5))]
    right, printed = student.probe(
        "checked", pairs=["attention", "attention, no jacobian"], inputs=inputs, seed=seed_of(rng)
    )
    expect_errors(right, ["right"] * 3, "right attention")
    expect_errors(printed, ["wrong", "wrong", "right"], "attention without the softmax derivative")


@check("m05-gradcheck-test", hint="numerical_grad of every input, not of the first alone")
def test_an_error_in_the_last_input_only(student, rng):
    """An error in the last input only."""
    pairs = ["product", "product, last sign"]
    right, wrong = student.probe("checked", pairs=pairs, inputs=matrices(rng), seed=seed_of(rng))
    expect_errors(right, ["right", "right"], "right backward")
    expect_errors(wrong, ["right", "wrong"], "last gradient wrong")


@check("m05-gradcheck-test", hint="compare every element of every gradient, and keep the largest error")
def test_an_error_in_one_element_only(student, rng):
    """An error in the last element of one gradient."""
    pairs = ["product", "product, first element", "product, last element"]
    right, first, last = student.probe("checked", pairs=pairs, inputs=matrices(rng), seed=seed_of(rng))
    expect_errors(right, ["right", "right"], "right backward")
    expect_errors(first, ["wrong", "right"], "one element of the first gradient wrong")
    expect_errors(last, ["right", "wrong"], "one element of the last gradient wrong")


@check("m05-gradcheck-test", hint="h stays as small as it is given; far from kinks a right backward agrees")
def test_a_right_pair_away_from_kinks(student, rng):
    """relu at points away from its kink: right is right, all through is wrong."""
    x = rng.choice([-1.0, 1.0], size=(3, 4)) * rng.uniform(0.2, 1, size=(3, 4))
    x[0, 0] = -0.5
    right, wrong = student.probe(
        "checked", pairs=["relu", "relu, all through"], inputs=[x], seed=seed_of(rng)
    )
    expect_errors(right, ["right"], "right relu")
    expect_errors(wrong, ["wrong"], "relu that lets everything through")


@check("m05-gradcheck-test", hint="do not catch what bwd raises")
def test_an_exception_in_bwd_comes_through(student, rng):
    """An exception in bwd comes through; a right pair gives errors."""
    raised, right = student.probe(
        "checked", pairs=["product, raising", "product"], inputs=matrices(rng), seed=seed_of(rng)
    )
    expect(raised).raises("KeyError", what="what bwd raises")
    expect_errors(right, ["right", "right"], "right backward")


@check("m05-gradcheck-test", hint="inf for a gradient of another shape, and for all if there are too few")
def test_gradients_that_are_missing_or_misshapen(student, rng):
    """Too few gradients, and one of another shape."""
    pairs = ["product, one short", "product, turned", "product"]
    short, turned, right = student.probe("checked", pairs=pairs, inputs=matrices(rng), seed=seed_of(rng))
    expect_errors(short, ["inf", "inf"], "one gradient for two inputs")
    expect_errors(turned, ["right", "inf"], "second gradient of another shape")
    expect_errors(right, ["right", "right"], "right backward")


# -- 05.4 unbroadcast ------------------------------------------------------------------------------------------


def expect_reduced(student, *cases):
    """unbroadcast of each array to each shape, against the sum over all places one by one."""
    found = student.probe("reduced", cases=[[g, list(shape)] for g, shape in cases])
    for got, (g, shape) in zip(found, cases, strict=True):
        expect_array(got, oracle.gathered(g, shape), f"from {g.shape} to {shape}", rtol=CLOSE, atol=ZERO)


SMALL = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])


@check("m05-unbroadcast-test", visible=True, hint="(3,) is (2, 3) without its first axis: sum over that one")
def test_an_added_axis(student, rng):
    """From (2, 3) to (3,)."""
    expect_reduced(student, (SMALL, (3,)))


@check(
    "m05-unbroadcast-test", visible=True, hint="the second axis was stretched from 1: sum, with keepdims=True"
)
def test_a_stretched_axis(student, rng):
    """From (2, 3) to (2, 1)."""
    expect_reduced(student, (SMALL, (2, 1)))


@check("m05-unbroadcast-test", hint="sum over the added axes first; then both shapes have as many axes")
def test_an_added_and_a_stretched_axis(student, rng):
    """From (4, 2, 3), and from (1, 2, 3), to (1, 3)."""
    expect_reduced(student, (rng.normal(size=(4, 2, 3)), (1, 3)), (rng.normal(size=(1, 2, 3)), (1, 3)))


@check(
    "m05-unbroadcast-test", hint="the shape () is a single number: everything was added; an array comes back"
)
def test_down_to_a_single_number(student, rng):
    """From (2, 3) and from (1, 1) to ()."""
    expect_reduced(student, (rng.normal(size=(2, 3)), ()), (rng.normal(size=(1, 1)), ()))


@check("m05-unbroadcast-test", hint="an axis that is 1 on both sides was not stretched, and stays")
def test_axes_of_length_one(student, rng):
    """Axes of length 1 on both sides stay."""
    expect_reduced(student, (rng.normal(size=(2, 1, 3)), (1, 3)), (rng.normal(size=(4, 1, 3)), (4, 1, 1)))


@check("m05-unbroadcast-test", hint="where nothing was broadcast, the gradient stays as it is")
def test_nothing_to_sum(student, rng):
    """A shape that was not broadcast, and one that was."""
    g = rng.normal(size=(3, 2, 5))
    expect_reduced(student, (g, (3, 2, 5)), (g, (2, 1)), (g, (1, 2, 5)))


@check(
    "m05-unbroadcast-test", hint="let numpy's sum keep the dtype: no conversion, no array of float64 zeros"
)
def test_float32_stays_float32(student, rng):
    """float32 stays float32."""
    g = rng.normal(size=(4, 2, 3)).astype(np.float32)
    found = student.probe("reduced", cases=[[g, [2, 1]], [g, [3]]])
    for got, shape in zip(found, ((2, 1), (3,)), strict=True):
        expect_array(got, oracle.gathered(g, shape), f"from (4, 2, 3) to {shape}", rtol=1e-5, atol=1e-6)
        expect(got).true(lambda got: got.dtype == np.float32, "not float32", what="dtype")


# -- 05.5 topological_order ------------------------------------------------------------------------------------


def expect_order(found, graph, root, reachable):
    """Positions of nodes: each reachable one once, inputs before users, the root last."""
    expect(found).true(lambda found: isinstance(found, list), "not a list", what="order")
    expect(sorted(found)).equal(sorted(reachable), what="the nodes, each once")
    expect(found[-1]).equal(root, what="the last node is the root")
    place = {node: i for i, node in enumerate(found)}
    for node in reachable:
        for made_from in graph[node]:
            expect(place[made_from] < place[node]).equal(True, what="an input stands before its user")


@check("m05-order-test", visible=True, hint="write a node down after all its inputs, and each only once")
def test_a_diamond(student, rng):
    """A diamond: d from b and c, both from a."""
    graph = [[], [0], [0], [1, 2]]
    expect_order(student.probe("ordered", graph=graph, root=3), graph, 3, range(4))


@check("m05-order-test", hint="not by distance from the root: a node waits for its longest way")
def test_a_long_and_a_short_way(student, rng):
    """A node reached by a long and by a short way, in both orders of the inputs."""
    for ends in ([0, 4], [4, 0], [1, 4, 0]):
        graph = [[], [0], [1], [2], [3, 1], ends]
        expect_order(student.probe("ordered", graph=graph, root=5), graph, 5, range(6))


@check("m05-order-test", hint="mark a node when it is opened, and never open it again")
def test_a_part_that_is_used_three_times(student, rng):
    """A shared part that three nodes use."""
    graph = [[], [], [0, 1], [2], [2, 3], [4, 2], [5, 3]]
    expect_order(student.probe("ordered", graph=graph, root=6), graph, 6, range(7))


@check("m05-order-test", hint="no recursion: keep a stack of your own")
def test_five_thousand_nodes_in_a_row(student, rng):
    """A chain of 5000 nodes."""
    found = student.probe("ordered_chain", length=5000)
    expect(found).equal(np.arange(5000), what="order of a chain")


@check("m05-order-test", hint="two equal entries in inputs are still one node")
def test_the_same_node_twice_as_an_input(student, rng):
    """The same node twice among the inputs."""
    graph = [[], [0, 0], [1, 0, 1], [2, 2]]
    expect_order(student.probe("ordered", graph=graph, root=3), graph, 3, range(4))


@check("m05-order-test", hint="only what can be reached from root; compare nodes by id, not by ==")
def test_exactly_the_nodes_that_can_be_reached(student, rng):
    """Nodes that cannot be reached are left out; equal nodes are told apart."""
    graph = [[], [], [0], [2, 1], [1], [3, 2], [5, 4]]
    expect_order(student.probe("ordered", graph=graph, root=5), graph, 5, [0, 1, 2, 3, 5])
    expect_order(student.probe("ordered", graph=graph, root=5, equal=True), graph, 5, [0, 1, 2, 3, 5])


# -- 05.6 backward rules ---------------------------------------------------------------------------------------


SLOPES = {}  # differences take time and depend on the drawn inputs alone: once per worker


def slopes_of(name, forward, arrays, g):
    key = (name, g.shape, g.tobytes())
    if key not in SLOPES:
        SLOPES[key] = oracle.slopes(forward, arrays, g)
    return SLOPES[key]


def is_broadcast(shape, full):
    """Whether an array of this shape can have been broadcast to `full`."""
    ends = zip(reversed(shape), reversed(full), strict=False)
    return len(shape) <= len(full) and all(one in (1, other) for one, other in ends)


def expect_rule(student, rng, name, forward, *cases, promised=None):
    """A rule under a random upstream against differences; each case is (arrays, settings).

    promised : for the arrays of a case, the shapes that the rule's gradients have when the rule reduces nothing
    """
    questions = []
    for arrays, settings in cases:
        shape = np.shape(forward(*arrays, **settings))
        questions.append([rng.normal(size=shape), list(arrays), settings])
    answers = student.probe("rule", name=name, cases=questions)
    for found, (g, arrays, _), (_, settings) in zip(answers, questions, cases, strict=True):
        expected = slopes_of(name, lambda *a, s=settings: forward(*a, **s), arrays, g)
        expect(found).length(len(arrays), what="gradients of the rule")
        widest = promised(*arrays) if promised else [g.shape] * len(arrays)
        for i, (got, right, array) in enumerate(zip(found, expected, arrays, strict=True)):
            what = f"gradient of input {i + 1}, shape {array.shape}"
            expect(got).true(lambda got: isinstance(got, np.ndarray), "no array came back", what=what)
            if got.ndim > array.ndim:
                expect(is_broadcast(got.shape, widest[i])).equal(True, what=f"no axis too many: {what}")
            # In the broadcast shape, or reduced by the rule itself: both are right.
            if is_broadcast(array.shape, got.shape):
                got = oracle.gathered(got, array.shape)
            expect_array(got, right, what, rtol=1e-7, atol=1e-8)


def positive(rng, *shape):
    return rng.uniform(0.5, 2, size=shape)


@check(
    "m05-rules-test",
    visible=True,
    hint="moving either input moves the sum by as much: the gradient passes through",
)
def test_rule_add(student, rng):
    """The rule of a + b."""
    pairs = [[positive(rng, 2, 3), positive(rng, 2, 3)], [positive(rng, 2, 1, 3), positive(rng, 4, 1)]]
    expect_rule(student, rng, "add", lambda a, b: a + b, *[(pair, {}) for pair in pairs])


@check("m05-rules-test", visible=True, hint="the slope for a is b, the slope for b is a")
def test_rule_mul(student, rng):
    """The rule of a * b."""
    pairs = [[positive(rng, 2, 3), positive(rng, 2, 3)], [positive(rng, 5, 1), positive(rng, 2, 5, 3)]]
    expect_rule(student, rng, "mul", lambda a, b: a * b, *[(pair, {}) for pair in pairs])


@check("m05-rules-test", visible=True, hint="n x^(n-1) times g; the power 0 has the slope 0, also at x = 0")
def test_rule_pow(student, rng):
    """The rule of x ** n for n = 3, 0.5, -1 and 0."""
    cases = [([positive(rng, 2, 3)], {"exponent": n}) for n in (3, 0.5, -1)]
    cases.append(([np.array([0.0, 1.5])], {"exponent": 0}))
    expect_rule(student, rng, "pow", lambda a, exponent: a**exponent, *cases)


@check("m05-rules-test", visible=True, hint="the slope of log is 1 / x")
def test_rule_log(student, rng):
    """The rule of the logarithm."""
    expect_rule(student, rng, "log", np.log, ([positive(rng, 2, 3)], {}))


@check("m05-rules-test", visible=True, hint="g where the input is above 0; the sign of g says nothing")
def test_rule_relu(student, rng):
    """The rule of relu."""
    x = rng.choice([-1.0, 1.0], size=(4, 5)) * positive(rng, 4, 5)
    expect_rule(student, rng, "relu", lambda a: np.maximum(a, 0), ([x], {}))


def shapes_in_a_product(a, b):
    """Both operands with the leading axes of the product, and without the axis that a vector gets for it."""
    leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return [leading + one.shape[-2:] for one in (a, b)]


@check(
    "m05-rules-test", hint="dA = g Bᵀ, dB = Aᵀ g over the last two axes; a vector is one row or one column"
)
def test_rule_matmul(student, rng):
    """The rule of @: matrices, stacks, vectors."""
    shapes = [
        [(2, 3), (3, 4)],
        [(5, 2, 3), (3, 4)],
        [(2, 3), (5, 3, 2)],
        [(3,), (3, 5)],
        [(2, 3), (3,)],
        [(3,), (2, 3, 2)],
        [(4, 2, 3), (3,)],
        [(3,), (3,)],
    ]
    cases = [([rng.normal(size=a), rng.normal(size=b)], {}) for a, b in shapes]
    expect_rule(student, rng, "matmul", lambda a, b: a @ b, *cases, promised=shapes_in_a_product)


REDUCTIONS = [
    {},
    {"axis": 1},
    {"axis": -2, "keepdims": True},
    {"axis": [0, -1]},
    {"axis": None, "keepdims": True},
]


def reduction(function):
    def forward(a, axis=None, keepdims=False):
        return function(a, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    return forward


@check("m05-rules-test", hint="put the removed axes back as 1, then spread g over the shape of the input")
def test_rule_sum(student, rng):
    """The rule of the sum: all axes, one, negative, several, kept."""
    cases = [([rng.normal(size=(2, 3, 4))], settings) for settings in REDUCTIONS]
    expect_rule(student, rng, "sum", reduction(np.sum), *cases)


@check("m05-rules-test", hint="as the sum, divided by the number of elements in each mean")
def test_rule_mean(student, rng):
    """The rule of the mean: all axes, one, negative, several, kept."""
    cases = [([rng.normal(size=(2, 3, 4))], settings) for settings in REDUCTIONS]
    expect_rule(student, rng, "mean", reduction(np.mean), *cases)


@check("m05-rules-test", hint="g in the shape of the input; the elements keep their order")
def test_rule_reshape(student, rng):
    """The rule of reshape."""
    cases = [([rng.normal(size=(2, 3, 4))], {"shape": shape}) for shape in ([4, 6], [24], [3, 2, 4])]
    expect_rule(student, rng, "reshape", lambda a, shape: a.reshape(shape), *cases)


@check(
    "m05-rules-test", hint="the inverse permutation: argsort of the axes, negative ones made positive first"
)
def test_rule_transpose(student, rng):
    """The rule of transpose, for permutations of three axes."""
    cases = [([rng.normal(size=(2, 3, 4))], {"axes": axes}) for axes in ([1, 2, 0], [-1, 0, 1], [0, 2, 1])]
    expect_rule(student, rng, "transpose", lambda a, axes: a.transpose(axes), *cases)


ROWS = np.array([0, 2, 2, 1, 2])
PICKS = {
    "repeated": ROWS,
    "repeated pairs": (ROWS, np.array([1, 0, 0, 1, 0])),
    "slices": (slice(None, None, 2), slice(1, 3)),
    "one": (1, 2),
    "mask": np.array([True, False, True]),
}


@check("m05-rules-test", hint="zeros, then np.add.at(zeros, index, g): an element picked twice gets both")
def test_rule_getitem(student, rng):
    """The rule of x[index]: repeated integers, pairs, slices, a single element, a mask."""
    cases = [([rng.normal(size=(3, 4))], {"pick": pick}) for pick in PICKS]
    expect_rule(student, rng, "getitem", lambda a, pick: a[PICKS[pick]], *cases)


@check("m05-rules-test", hint='softmax_backward takes the axis: ctx["axis"]')
def test_rule_softmax(student, rng):
    """The rule of softmax along the first, a middle and the last axis."""
    cases = [([rng.normal(size=(3, 4, 2))], {"axis": axis}) for axis in (0, 1, -1)]
    expect_rule(student, rng, "softmax", oracle.softmax, *cases)


# -- 05.7 Tensor.backward --------------------------------------------------------------------------------------


@check("m05-backward-test", visible=True, hint="each user of x sends a gradient to x, and they are added up")
def test_the_pinned_expression(student, rng):
    """x * x + x at 3 gives 7."""
    (found,) = student.probe("backward_of", kind="pinned", values=[3.0])
    expect_array(found, 7.0, "x.grad")


@check("m05-backward-test", hint="add up what all users send, before the node is passed on")
def test_one_leaf_used_five_times(student, rng):
    """One leaf used five times in one expression."""
    values = [float(one) for one in rng.uniform(0.5, 2, size=3)]
    for got, x in zip(student.probe("backward_of", kind="five", values=values), values, strict=True):
        expect_array(got, 6 * x**2 + 3, "x.grad")


@check(
    "m05-backward-test", hint="one visit per node, in topological order; not one per way through the graph"
)
def test_forks_in_a_row(student, rng):
    """Sixty forks in a row: one visit per node, where there are 2 to the 60 ways."""
    value = float(rng.normal())
    expect_array(student.probe("forks", value=value, depth=60), 2.0**60, "x.grad")


@check(
    "m05-backward-test",
    hint="the graph stays, .grad is added to; what waits on the way starts empty each time",
)
def test_a_second_backward_adds_again(student, rng):
    """A second backward through the same graph adds the same again."""
    a, b, g = rng.normal(size=(3, 2, 3))
    first, second = student.probe("twice", a=a, b=b, g=g)
    expect_array(first, 2 * a * b * g, "x.grad after one backward")
    expect_array(second, 4 * a * b * g, "x.grad after two")


@check("m05-backward-test", hint="add to the .grad that is there, do not replace it")
def test_two_losses_add_up(student, rng):
    """Two results that share a part: their gradients add up."""
    a, b, first, second = rng.normal(size=(4, 3))
    early, x, y = student.probe("two_losses", a=a, b=b, first=first, second=second)
    expect_array(early, first * (b + 1), "x.grad after the first")
    expect_array(x, first * (b + 1) + second * b * b, "x.grad after both")
    expect_array(y, first * a + second * 2 * a * b, "y.grad after both")


@check(
    "m05-backward-test",
    hint="start from grad; RuntimeError when an array has none, ValueError for another shape",
)
def test_arrays_need_a_grad(student, rng):
    """Arrays: grad given, missing, and of another shape."""
    a, b, g = rng.normal(size=(3, 2, 3))
    reply = student.probe("with_grad", a=a, b=b, g=g, wrong=g[:1])
    for got, right, name in zip(reply["grads"], (g * b, g * a), "xy", strict=True):
        expect_array(got, right, f"{name}.grad")
    expect(reply["upstream"]).equal(True, what="the caller's grad is unchanged")
    expect(reply["missing"]).raises("RuntimeError", what="backward of an array without grad")
    expect(reply["misshapen"]).raises("ValueError", what="backward with grad of another shape")
    expect(reply["untouched"]).equal(True, what="no gradient after a refusal")


@check("m05-backward-test", hint="RuntimeError unless self.requires_grad: nothing has been recorded")
def test_results_of_constants_are_refused(student, rng):
    """What constants alone make has no backward, nor has a constant; with a leaf it has."""
    a = rng.normal(size=3)
    reply = student.probe("nothing_recorded", a=a)
    for one in reply["refused"]:
        expect(one).raises("RuntimeError", what="backward where nothing was recorded")
    expect(reply["untouched"]).equal(True, what="no gradient in the constant")
    expect_array(reply["x"], a, "gradient of a leaf")


@check("m05-backward-test", hint="np.asarray(grad, dtype=root.data.dtype), before its shape is compared")
def test_what_the_walk_starts_with(student, rng):
    """first_gradient: lists and another dtype become an array of the shape and dtype of the result."""
    a = rng.normal(size=(2, 3))
    g = rng.integers(-4, 5, size=(2, 3)).astype(np.float64)  # the same numbers in float32
    narrow, one = a.astype(np.float32), np.ones((1, 1), dtype=np.float32)
    questions = [(a, g.tolist()), (narrow, g), (a, g.astype(np.float32)), (one, None), (a[0, 0], 2.0)]
    questions.append((a, g[0].tolist()))
    roots, grads = (list(side) for side in zip(*questions, strict=True))
    *found, refused = student.probe("first_gradients", roots=roots, grads=grads)
    for got, root, right in zip(found, roots, [g, g, g, [[1.0]], 2.0], strict=False):
        expect_array(got, right, "first gradient", rtol=0, atol=0)
        expect(got.dtype == np.asarray(root).dtype).equal(True, what="the dtype of the result")
    expect(refused).raises("ValueError", what="a list of another shape")


@check("m05-backward-test", hint="a leaf's .grad has the dtype of leaf.data, whatever comes in")
def test_a_float32_leaf_beside_float64(student, rng):
    """A float32 leaf in a float64 expression: its gradient is float32, after a second backward too."""
    wide = rng.uniform(0.5, 2, size=4)
    narrow = rng.normal(size=4).astype(np.float32)
    found = student.probe("narrow_leaf", narrow=narrow, wide=wide)
    for got, right in zip(found, (wide, 2 * wide, wide.sum()), strict=True):
        expect_array(got, right, "x.grad", rtol=1e-6)  # float32 has seven digits
        expect(got.dtype == np.float32).equal(True, what="the dtype of x.grad is float32")


@check("m05-backward-test", hint="rules hand out shared and read-only arrays: a leaf needs a copy of its own")
def test_gradients_that_are_changed_in_place(student, rng):
    """A gradient is changed in place; the other leaf and the caller's grad do not feel it."""
    a, b, g = rng.normal(size=(3, 2, 3))
    reply = student.probe("changed_in_place", a=a, b=b, g=g)
    for got, right in zip(reply["changed"], (0.5 * g, np.full((2, 3), 0.5), 1.5), strict=True):
        expect_array(got, right, "a gradient that was changed in place")
    expect_array(reply["other"], g, "gradient of the other leaf")
    expect_array(reply["upstream"], g, "the caller's grad", rtol=0, atol=0)


@check("m05-backward-test", hint="unbroadcast each part to the shape of its input before it is added")
def test_leaves_that_were_broadcast(student, rng):
    """Leaves of three shapes in one expression."""
    arrays = [rng.normal(size=shape) for shape in ((2, 1, 3), (4, 1), ())]
    g = rng.normal(size=(2, 4, 3))
    a, b, _ = arrays
    found = student.probe("broadcast_leaves", arrays=arrays, g=g)
    full = [g * b, g * a, g]
    for got, one, array, name in zip(found, full, arrays, "abc", strict=True):
        expect_array(got, oracle.gathered(one, array.shape), f"{name}.grad")


@check("m05-backward-test", hint="only a leaf that wants a gradient gets one, an array of its own")
def test_who_has_a_gradient(student, rng):
    """Constants and results in between have no gradient; two leaves never share one."""
    a, b = rng.normal(size=(2, 3))
    reply = student.probe("who_has_one", a=a, b=b)
    expect_array(reply["x"], b, "gradient of a leaf")
    expect_array(reply["y"], np.ones(3), "gradient of another leaf")
    expect_array(reply["y afterwards"], np.ones(3), "the same after the first one was scaled in place")
    expect(reply["others"]).equal(
        [True] * 3, what="no gradient in the constant, in between and in the result"
    )


@cache
def twelve_programs(seed):
    rng = np.random.default_rng(seed)
    starts = [[float(one) for one in rng.uniform(0.5, 1.5, size=3)] for _ in range(12)]
    programs = [oracle.program(rng, values, 12) for values in starts]
    right = [oracle.run(steps, values).change for steps, values in zip(programs, starts, strict=True)]
    return programs, starts, right


@check("m05-backward-test", hint="users before inputs, each rule with its own node: print node.op on the way")
def test_twelve_random_expressions(student, rng):
    """Twelve random expressions of three leaves, against slopes worked out from the leaves on."""
    programs, starts, right = twelve_programs(seed_of(rng))
    found = student.probe("run_programs", programs=programs, starts=starts)
    for got, slopes in zip(found, right, strict=True):
        expect(got).length(3, what="gradients of three leaves")
        for one, slope in zip(got, slopes, strict=True):
            if one is None and slope == 0:  # the expression does not use this leaf
                continue
            expect_array(one, slope, "gradient of a leaf", rtol=1e-8, atol=1e-12)


# -- 05.8 no_grad ----------------------------------------------------------------------------------------------


@check("m05-no-grad-test", visible=True, hint="switch recording off on entry, back on leaving")
def test_nothing_is_recorded_inside(student, rng):
    """A result inside has no inputs, one before and one after have two."""
    reply = student.probe("quiet", a=np.array([1.0, 2.0]))
    expect(reply["inside"]).equal(0, what="inputs of a result inside")
    expect(reply["wants"]).equal(False, what="requires_grad of a result inside")
    expect([reply["before"], reply["after"]]).equal([2, 2], what="inputs of a result before and after")


@check("m05-no-grad-test", hint="put the state back in a finally, so that an exception passes there too")
def test_recording_returns_after_an_exception(student, rng):
    """Recording works again after an exception, which comes through."""
    reply = student.probe("quiet_interrupted", a=rng.normal(size=2))
    expect(reply["caught"]).raises("KeyError", what="the exception of the block")
    expect(reply["counts"]).equal([2, 0, 2], what="inputs of a result before, inside and after")


@check("m05-no-grad-test", hint="on leaving, recording becomes what it was on entry, not simply on")
def test_blocks_inside_each_other(student, rng):
    """Leaving an inner block keeps the outer one off."""
    counts = student.probe("quiet_nested", a=rng.normal(size=2))
    expect(counts).equal([0, 0, 2], what="inputs of a result in the inner block, in the outer one, and after")


@check("m05-no-grad-test", hint="only the recording changes, no number does")
def test_the_same_numbers_as_outside(student, rng):
    """The same numbers as outside, without a graph."""
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    reply = student.probe("quiet_values", a=a, b=b)
    right = 2 * np.tanh(a @ b) - a.sum(axis=0, keepdims=True)[:, :1]
    for got, where in zip(reply["same"], ("outside", "inside"), strict=True):
        expect_array(got, right, f"value {where}")
    expect(reply["inputs"]).equal([2, 0], what="inputs of the result outside and inside")
