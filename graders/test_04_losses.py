"""The checks of module 04: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values come from plain loops and central differences in `oracles/losses.py`, or are written out. What
depends on the drawn inputs alone is worked out once per worker: the drawing functions are cached by seed.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from oracles import losses as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
NEAR_ZERO = 1e-12  # where large terms cancel
SLOPES = {"rtol": 1e-6, "atol": 1e-9}  # what a central difference is good for

LOGITS = np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]])
TARGETS = np.array([0, 2])
TABLE = [LOGITS, TARGETS]
IGNORED = -100
RULES = {
    "CrossEntropyLoss": lambda: oracle.entropy,
    "LabelSmoothingLoss": oracle.smoothed,
    "FocalLoss": oracle.focal,
}


def seed_of(rng):
    return int(rng.integers(2**63))


@cache
def drawn(seed, *, share=0.0, width=1.5):
    """Logits (2, 5, 7) and targets (2, 5), of which so many are ignored, unevenly over the rows."""
    rng = np.random.default_rng(seed)
    logits, targets = rng.normal(scale=width, size=(2, 5, 7)), rng.integers(0, 7, size=(2, 5))
    if share:
        targets.reshape(-1)[rng.permutation(10)[: round(10 * share)]] = IGNORED
    return logits, targets


@cache
def right_answer(seed, loss, *setting, share=0.0, ignored=IGNORED):
    """Loss and gradient that `drawn` has with this loss."""
    question, rule = drawn(seed, share=share), RULES[loss](*setting)
    return oracle.mean_loss(*question, rule, ignored), oracle.slopes(*question, rule, ignored)


def expect_answer(found, value, gradient, what="the question", **tolerances):
    """Loss and gradient."""
    expect(found["loss"]).close(value, rtol=CLOSE, atol=NEAR_ZERO, what=f"loss of {what}")
    expect(found["gradient"]).close(gradient, **(tolerances or SLOPES), what=f"gradient of {what}")


# -- 04.1 log_softmax ------------------------------------------------------------------------------------------


def expect_log_softmax(student, cases):
    """Each case is (array, axis or None)."""
    found = student.probe("log_softmaxes", inputs=[list(case) for case in cases])
    for one, (x, axis) in zip(found, cases, strict=True):
        right = oracle.log_softmax(x, -1 if axis is None else axis)
        expect(one["out"]).close(right, rtol=CLOSE, atol=NEAR_ZERO, what="log_softmax")
    return found


@check("m04-log-softmax-test", visible=True, hint="x - max - log(sum(exp(x - max)))")
def test_one_two_three(student, rng):
    """The numbers 1, 2, 3."""
    expect_log_softmax(student, [(np.array([1.0, 2, 3]), None)])


@check("m04-log-softmax-test", hint="shift by the largest before exp; then nothing overflows")
def test_huge_logits(student, rng):
    """Logits of 1e4 and -1e4 in one array, beside ordinary ones."""
    x = rng.normal(size=(3, 4))
    x[0, 1], x[1, 2], x[2] = 1e4, -1e4, [1e4, -1e4, 1e4, 9999.0]
    expect_log_softmax(student, [(x, None)])


@check("m04-log-softmax-test", hint="maximum and sum are both taken along the given axis")
def test_other_axes(student, rng):
    """Axis 0, -2 and 1 of three axes."""
    x = rng.normal(scale=3.0, size=(3, 5, 7))
    expect_log_softmax(student, [(x, 0), (x, -2), (x, 1), (x, 2)])


@check("m04-log-softmax-test", hint="subtract log of the sum of exp; write into no given array")
def test_exponentials_sum_to_one(student, rng):
    """exp of the result sums to 1, with the right values; the input stays as it was."""
    cases = [(rng.normal(scale=2.0, size=shape), None) for shape in [(6,), (4, 5), (2, 3, 4)]]
    for found, (x, _) in zip(expect_log_softmax(student, cases), cases, strict=True):
        sums = np.asarray(np.exp(found["out"]).sum(axis=-1))
        expect(sums).close(np.ones(x.shape[:-1]), rtol=CLOSE, what="sum of the exponentials")
        expect(found["input"]).equal(x, what="the input afterwards")


@check("m04-log-softmax-test", hint="no logarithm of a softmax: its 0 would become -inf")
def test_a_gap_of_800(student, rng):
    """A gap of 800 stays -800."""
    x = np.array([[0.0, 800.0, 1.0], [0.5, -799.5, 0.25]])
    expect_log_softmax(student, [(x, None)])


# -- 04.2 MSELoss ----------------------------------------------------------------------------------------------


def square_gradient(outputs, targets):
    return 2 * (outputs - targets) / outputs.size


@check(
    "m04-mse-test", visible=True, hint="mean over all elements; 2 (outputs - targets) / number of elements"
)
def test_square_of_a_small_table(student, rng):
    """A 2x2 table: loss and gradient."""
    question = [np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 0], [4, 4]])]
    (found,) = student.probe("losses", loss="MSELoss", questions=[question])
    expect_answer(found, 1.25, [[0.0, 1.0], [-0.5, 0.0]], rtol=CLOSE)


@check("m04-mse-test", hint="over all elements, whatever the shape")
def test_square_of_three_axes(student, rng):
    """Loss and gradient of shape (3, 5, 7)."""
    outputs, targets = rng.normal(size=(3, 5, 7)), rng.normal(size=(3, 5, 7))
    (found,) = student.probe("losses", loss="MSELoss", questions=[[outputs, targets]])
    expect_answer(found, oracle.mean_square(outputs, targets), square_gradient(outputs, targets), rtol=CLOSE)


@check("m04-mse-test", hint="the gradient is positive where the output is too large")
def test_sign_of_the_square_gradient(student, rng):
    """Outputs that are too large have a positive gradient, the others a negative one."""
    targets = rng.normal(size=(4, 3))
    signs = np.where(np.arange(12).reshape(4, 3) % 2 == 0, 1.0, -1.0)
    outputs = targets + signs * rng.uniform(0.5, 1.5, size=(4, 3))
    (found,) = student.probe("losses", loss="MSELoss", questions=[[outputs, targets]])
    expect(found["gradient"]).shape((4, 3), what="gradient")
    expect(np.sign(found["gradient"])).close(signs, rtol=0, what="signs of the gradient")


@check("m04-mse-test", hint="compare the shapes first, and raise ValueError with both in the text")
def test_shapes_that_differ(student, rng):
    """(N, 1) against (N,), other shapes and no elements are refused, equal shapes are not."""
    column, flat = rng.normal(size=(5, 1)), rng.normal(size=5)
    other, empty, table = rng.normal(size=(1, 5)), np.zeros((0, 3)), rng.normal(size=(2, 3))
    questions = [[column, flat], [flat, other], [table, column], [empty, empty], [column, column + 0.5]]
    first, second, third, none, right = student.probe("refused", loss="MSELoss", questions=questions)
    expect(first).raises("ValueError", r"\(5, 1\).*\(5,\)", what="shapes (5, 1) and (5,)")
    expect(second).raises("ValueError", r"\(5,\).*\(1, 5\)", what="shapes (5,) and (1, 5)")
    # numpy's own text has no blanks in its shapes, and comes only where broadcasting fails.
    expect(third).raises("ValueError", r"\(2, 3\).*\(5, 1\)", what="shapes (2, 3) and (5, 1)")
    expect(none).raises("ValueError", what="no elements")
    expect(right).close(0.25, rtol=CLOSE, what="loss of equal shapes")


@check("m04-mse-test", hint="a mean over one element, and shape (1, 1) stays")
def test_square_of_one_element(student, rng):
    """A single element, with two axes and with none."""
    questions = [[np.array([[3.0]]), np.array([[1.0]])], [np.array(0.5), np.array(2.0)]]
    found = student.probe("losses", loss="MSELoss", questions=questions)
    expect_answer(found[0], 4.0, [[4.0]], rtol=CLOSE)
    expect_answer(found[1], 2.25, -3.0, rtol=CLOSE)


@check("m04-mse-test", hint="np.asarray first: a list has neither a shape nor a difference")
def test_square_of_lists(student, rng):
    """Nested lists on both sides, or on one; lists of two shapes are refused."""
    outputs, targets = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    questions = [
        [outputs.tolist(), targets.tolist()],
        [outputs, targets.tolist()],
        [outputs.tolist(), targets],
    ]
    right = oracle.mean_square(outputs, targets), square_gradient(outputs, targets)
    for found in student.probe("losses", loss="MSELoss", questions=questions):
        expect_answer(found, *right, rtol=CLOSE)
    (refused,) = student.probe("refused", loss="MSELoss", questions=[[[[1.0], [2.0]], [1.0, 2.0]]])
    expect(refused).raises("ValueError", r"\(2, 1\).*\(2,\)", what="lists of shapes (2, 1) and (2,)")


@check("m04-mse-test", hint="forward keeps its difference in self.saved; backward starts with _saved()")
def test_the_last_forward_counts(student, rng):
    """Two forwards, then backward: it belongs to the last. Before any forward it is refused."""
    questions = [[rng.normal(size=shape), rng.normal(size=shape)] for shape in [(4, 3), (2, 5)]]
    early = student.probe("backward_first", loss="MSELoss", question=questions[0])
    expect(early["too_early"]).raises("RuntimeError", what="backward before forward")
    found = student.probe("last_forward", loss="MSELoss", questions=questions)
    expect(found["losses"]).close([oracle.mean_square(*one) for one in questions], rtol=CLOSE, what="losses")
    expect(found["gradient"]).close(square_gradient(*questions[1]), rtol=CLOSE, what="gradient of the second")
    first = oracle.mean_square(*questions[0]), square_gradient(*questions[0])
    expect_answer(found["again"], *first, "the first once more", rtol=CLOSE)


# -- 04.3 CrossEntropyLoss -------------------------------------------------------------------------------------


@check("m04-cross-entropy-test", visible=True, hint="minus the mean of log p of the right classes")
def test_loss_of_the_table(student, rng):
    """The table: the loss."""
    (found,) = student.probe("losses", loss="CrossEntropyLoss", questions=[TABLE])
    expect(found["loss"]).close(oracle.mean_loss(*TABLE, oracle.entropy), rtol=CLOSE, what="loss")


@check(
    "m04-cross-entropy-test", visible=True, hint="softmax minus one-hot, divided by the number of positions"
)
def test_gradient_of_the_table(student, rng):
    """The table: the gradient."""
    (found,) = student.probe("losses", loss="CrossEntropyLoss", questions=[TABLE])
    chances = np.exp(oracle.log_softmax(LOGITS, -1))
    right = (chances - np.array([[1.0, 0, 0], [0, 0, 1]])) / 2
    expect(found["gradient"]).close(right, rtol=CLOSE, what="gradient")


@check("m04-cross-entropy-test", visible=True, hint="divide by the number of positions that count, here 1")
def test_an_ignored_row_of_the_table(student, rng):
    """Targets [0, -100]: loss of the first row alone, gradient 0 in the second."""
    question = [LOGITS, np.array([0, IGNORED])]
    (found,) = student.probe("losses", loss="CrossEntropyLoss", questions=[question])
    right = oracle.mean_loss(*question, oracle.entropy), oracle.slopes(*question, oracle.entropy)
    expect_answer(found, *right)


@check("m04-cross-entropy-test", hint="flatten the leading axes; one mean over all positions")
def test_sequences_of_targets(student, rng):
    """Logits (2, 5, 7) with targets (2, 5)."""
    seed = seed_of(rng)
    (found,) = student.probe("losses", loss="CrossEntropyLoss", questions=[list(drawn(seed))])
    value, _ = right_answer(seed, "CrossEntropyLoss")
    expect(found["loss"]).close(value, rtol=CLOSE, what="loss")
    expect(found["gradient"]).shape((2, 5, 7), what="gradient")


@check("m04-cross-entropy-test", hint="log_softmax, never the logarithm of a probability")
def test_logits_of_a_thousand(student, rng):
    """Logits of 1000 and -1000: finite, with the right value."""
    logits = np.array([[1000.0, -1000.0, 0.0], [0.0, 0.0, 800.0], [25.0, 0.0, 0.0], [0.5, 0.0, -1000.0]])
    questions = [[logits, np.array(targets)] for targets in ([1, 2, 1, 0], [2, 0, 2, 2], [0, 2, 0, 1])]
    found = student.probe("losses", loss="CrossEntropyLoss", questions=questions)
    for one, question in zip(found, questions, strict=True):
        right = oracle.mean_loss(*question, oracle.entropy)
        expect(one["loss"]).close(right, rtol=CLOSE, atol=1e-15, what="loss")
        expect(one["gradient"]).close(
            oracle.slopes(*question, oracle.entropy), rtol=1e-6, atol=1e-7, what="gradient"
        )


@check("m04-cross-entropy-test", hint="the number of classes is the last axis; natural logarithm")
def test_equal_logits(student, rng):
    """Equal logits: the loss is log V, whatever the target."""
    questions = [
        [np.full((3, 7), level), np.array([0, 3, 6])] for level in (0.0, float(rng.uniform(1, 2)), -1e4)
    ]
    questions.append([np.zeros((2, 4, 11)), rng.integers(0, 11, size=(2, 4))])
    found = student.probe("losses", loss="CrossEntropyLoss", questions=questions)
    right = [math.log(question[0].shape[-1]) for question in questions]
    expect([one["loss"] for one in found]).close(right, rtol=CLOSE, what="losses")


@check(
    "m04-cross-entropy-test", hint="the divisor of loss and gradient is the number of positions that count"
)
def test_ignored_positions(student, rng):
    """Some positions ignored, all of them, and another ignore_index."""
    seed = seed_of(rng)
    logits, targets = drawn(seed, share=0.4)
    questions = [[logits, targets], [logits, np.full((2, 5), IGNORED)]]
    some, every = student.probe("losses", loss="CrossEntropyLoss", questions=questions)
    expect_answer(some, *right_answer(seed, "CrossEntropyLoss", share=0.4), "some ignored")
    expect_answer(every, 0.0, np.zeros((2, 5, 7)), "all ignored")
    other = [logits, np.where(targets == IGNORED, 3, targets)]
    (found,) = student.probe(
        "losses", loss="CrossEntropyLoss", questions=[other], settings={"ignore_index": 3}
    )
    rule = oracle.entropy
    right = oracle.mean_loss(*other, rule, 3), oracle.slopes(*other, rule, 3)
    expect_answer(found, *right, "ignore_index 3")


@check("m04-cross-entropy-test", hint="softmax minus one-hot in every position, divided by the count")
def test_cross_entropy_gradient(student, rng):
    """Every element of the gradient against differences."""
    seed = seed_of(rng)
    (found,) = student.probe("losses", loss="CrossEntropyLoss", questions=[list(drawn(seed))])
    expect(found["gradient"]).close(right_answer(seed, "CrossEntropyLoss")[1], **SLOPES, what="gradient")


@check("m04-cross-entropy-test", hint="backward starts with self._saved()")
def test_backward_comes_after_forward(student, rng):
    """backward before forward raises RuntimeError, after it works."""
    seed = seed_of(rng)
    found = student.probe("backward_first", loss="CrossEntropyLoss", question=list(drawn(seed)))
    expect(found["too_early"]).raises("RuntimeError", what="backward before forward")
    expect_answer(found, *right_answer(seed, "CrossEntropyLoss"))


@check("m04-cross-entropy-test", hint="numpy takes -1 for the last class: test the range before you index")
def test_targets_outside_the_classes(student, rng):
    """Targets below 0 and from V on are refused, the last class is not."""
    logits = rng.normal(size=(3, 5))
    questions = [
        [logits, np.array(targets)] for targets in ([0, -1, 2], [4, 5, 0], [0, IGNORED, -3], [4, 0, 3])
    ]
    *wrong, right = student.probe("refused", loss="CrossEntropyLoss", questions=questions)
    for error, what in zip(wrong, ("target -1", "target 5 of 5 classes", "target -3"), strict=True):
        expect(error).raises("IndexError", what=what)
    expect(right).close(
        oracle.mean_loss(*questions[3], oracle.entropy), rtol=CLOSE, what="loss of right targets"
    )


@check("m04-cross-entropy-test", hint="counted_rows: test the range before you return; V itself is outside")
def test_which_rows_count(student, rng):
    """counted_rows alone: rows, classes and the mask; classes from V on and below 0 are refused."""
    logits, targets = rng.normal(size=(2, 3, 4)), np.array([[3, -7, 0], [-7, 2, 3]])
    outside = [np.array([[3, 0, 1], [-7, 2, one]]) for one in (4, 5, -1, -100)]
    questions = [[logits, targets, -7], [logits, np.full((2, 3), -7), -7]]
    questions += [[logits, one, -7] for one in outside]
    some, none, *refused = student.probe("counted", questions=questions)
    places = [(0, 0), (0, 2), (1, 1), (1, 2)]
    expect(some).length(3, what="what counted_rows returns")
    expect(some[0]).equal(np.array([logits[place] for place in places]), what="rows that count")
    expect(some[1]).close([3, 0, 2, 3], rtol=0, what="their classes")
    expect(some[2]).equal(np.array([True, False, True, False, True, True]), what="which positions count")
    expect(none).length(3, what="what counted_rows returns with all positions ignored")
    expect(none[0]).shape((0, 4), what="rows with all positions ignored")
    expect(none[2]).equal(np.zeros(6, dtype=bool), what="which positions count with all ignored")
    for one in refused:
        expect(one).raises("IndexError", what="a class that is not there")


@check("m04-cross-entropy-test", hint="spread_rows: zeros of rows.dtype, then the rows where counts is True")
def test_rows_go_back_to_their_places(student, rng):
    """spread_rows alone: places, shape and dtype."""
    counts, questions = np.array([False, True, True, False, False, True]), []
    for kind in (np.float64, np.float32):
        questions.append([rng.normal(size=(3, 4)).astype(kind), counts, [2, 3, 4]])
    questions.append([np.zeros((0, 4)), np.zeros(6, dtype=bool), [6, 4]])
    for got, (rows, mask, shape) in zip(student.probe("spread", questions=questions), questions, strict=True):
        right = np.zeros(shape)
        for row, place in zip(rows, np.flatnonzero(mask), strict=True):
            right[np.unravel_index(place, shape[:-1])] = row
        expect(got).close(right, rtol=0, what="rows in their places")
        expect(got).true(lambda got, rows=rows: got.dtype == rows.dtype, "not that of the rows", what="dtype")


# -- 04.4 LabelSmoothingLoss -----------------------------------------------------------------------------------


@check("m04-smoothing-test", visible=True, hint="(1 - eps) at the right class, and eps / V at every class")
def test_smoothed_loss_of_the_table(student, rng):
    """The table with smoothing 0.1, by default."""
    (found,) = student.probe("values", loss="LabelSmoothingLoss", questions=[TABLE], settings=[{}])
    expect(found).close(oracle.mean_loss(*TABLE, oracle.smoothed(0.1)), rtol=CLOSE, what="loss")


@check("m04-smoothing-test", visible=True, hint="with smoothing 0 only the right class is wanted")
def test_without_smoothing(student, rng):
    """Smoothing 0 is cross-entropy."""
    question = {"questions": [TABLE], "settings": [{"smoothing": 0.0}]}
    (found,) = student.probe("values", loss="LabelSmoothingLoss", **question)
    expect(found).close(oracle.mean_loss(*TABLE, oracle.entropy), rtol=CLOSE, what="loss")


@check("m04-smoothing-test", hint="V is the last axis of the logits; the mean runs over all positions")
def test_seven_classes_smoothed(student, rng):
    """Smoothing 0.3, seven classes, three axes."""
    seed = seed_of(rng)
    question = {"questions": [list(drawn(seed))], "settings": [{"smoothing": 0.3}]}
    (found,) = student.probe("values", loss="LabelSmoothingLoss", **question)
    expect(found).close(right_answer(seed, "LabelSmoothingLoss", 0.3)[0], rtol=CLOSE, what="loss")


@check("m04-smoothing-test", hint="softmax minus the wanted distribution, divided by the count")
def test_smoothed_gradient(student, rng):
    """Every element of the gradient against differences."""
    seed = seed_of(rng)
    question = {"questions": [list(drawn(seed))], "settings": {"smoothing": 0.25}}
    (found,) = student.probe("losses", loss="LabelSmoothingLoss", **question)
    expect(found["gradient"]).close(
        right_answer(seed, "LabelSmoothingLoss", 0.25)[1], **SLOPES, what="gradient"
    )


@check("m04-smoothing-test", hint="ignored positions: no loss, no gradient, no part in the divisor")
def test_ignored_positions_smoothed(student, rng):
    """Some positions ignored, all but one, and all of them."""
    seed = seed_of(rng)
    logits, targets = drawn(seed, share=0.3)
    questions = [[logits, targets], [logits, np.full((2, 5), IGNORED)]]
    settings = {"smoothing": 0.2}
    some, every = student.probe("losses", loss="LabelSmoothingLoss", questions=questions, settings=settings)
    expect_answer(some, *right_answer(seed, "LabelSmoothingLoss", 0.2, share=0.3), "some ignored")
    question = {"questions": [list(drawn(seed, share=0.9))], "settings": settings}
    (one,) = student.probe("losses", loss="LabelSmoothingLoss", **question)
    expect_answer(one, *right_answer(seed, "LabelSmoothingLoss", 0.2, share=0.9), "all but one ignored")
    expect_answer(every, 0.0, np.zeros((2, 5, 7)), "all ignored")


@check("m04-smoothing-test", hint="the minimum is where softmax equals what is wanted")
def test_minimum_at_the_smoothed_distribution(student, rng):
    """At the smoothed distribution the gradient is 0 and the loss is its entropy; beyond it grows."""
    wanted = np.full((2, 5), 0.3 / 5)
    targets = np.array([1, 4])
    wanted[[0, 1], targets] += 0.7
    logits = np.log(wanted) + rng.normal(size=(2, 1))
    further = logits + 3.0 * (np.arange(5) == targets[:, None])
    question = {"questions": [[logits, targets], [further, targets]], "settings": {"smoothing": 0.3}}
    at, beyond = student.probe("losses", loss="LabelSmoothingLoss", **question)
    least = float(-(wanted * np.log(wanted)).sum() / 2)
    expect(at["loss"]).close(least, rtol=CLOSE, what="loss at the smoothed distribution")
    expect(at["gradient"]).close(np.zeros((2, 5)), atol=1e-12, what="gradient there")
    expect_answer(
        beyond, *(f(further, targets, oracle.smoothed(0.3)) for f in (oracle.mean_loss, oracle.slopes))
    )


@check("m04-smoothing-test", hint="0 <= smoothing < 1 is asked for, else ValueError")
def test_values_of_smoothing(student, rng):
    """Smoothing below 0, 1 and more, NaN are refused; 0.2 gives the right value."""
    values = [-0.1, 1.0, 1.5, math.nan, 0.2]
    settings = [{"smoothing": one} for one in values]
    *wrong, right = student.probe("made", loss="LabelSmoothingLoss", settings=settings, question=TABLE)
    for value, error in zip(values, wrong, strict=False):
        expect(error).raises("ValueError", what=f"smoothing {value}")
    expect(right).close(oracle.mean_loss(*TABLE, oracle.smoothed(0.2)), rtol=CLOSE, what="loss with 0.2")


# -- 04.5 FocalLoss --------------------------------------------------------------------------------------------


@check("m04-focal-test", visible=True, hint="-(1 - p) ** gamma * log p for each position, then the mean")
def test_focal_loss_of_the_table(student, rng):
    """The table with gamma 0, 1 and 2, and 2 by default."""
    settings = [{"gamma": 0}, {"gamma": 1}, {"gamma": 2}, {}]
    found = student.probe("values", loss="FocalLoss", questions=[TABLE], settings=settings)
    right = [oracle.mean_loss(*TABLE, oracle.focal(gamma)) for gamma in (0, 1, 2, 2)]
    expect(found).close(right, rtol=CLOSE, what="losses for gamma 0, 1, 2 and by default")


@check("m04-focal-test", hint="the factor depends on the logits too: product rule")
def test_focal_gradient_of_the_table(student, rng):
    """The gradient of the table for gamma 2."""
    (found,) = student.probe("losses", loss="FocalLoss", questions=[TABLE])
    expect(found["gradient"]).close(oracle.slopes(*TABLE, oracle.focal(2.0)), **SLOPES, what="gradient")


@check("m04-focal-test", hint="(1-p)^gamma - gamma (1-p)^(gamma-1) p log p, times softmax minus one-hot")
def test_focal_gradients(student, rng):
    """Gradients for gamma 0.5, 2 and 3.7 against differences."""
    seed = seed_of(rng)
    for gamma in (0.5, 2.0, 3.7):
        question = {"questions": [list(drawn(seed))], "settings": {"gamma": gamma}}
        (found,) = student.probe("losses", loss="FocalLoss", **question)
        expect(found["gradient"]).close(
            right_answer(seed, "FocalLoss", gamma)[1], **SLOPES, what=f"gradient for gamma {gamma}"
        )


@check("m04-focal-test", hint="where 1 - p is 0, (1 - p) ** (gamma - 1) is infinite for gamma < 1: rearrange")
def test_focal_next_to_certainty(student, rng):
    """p next to 0 and 1 with gamma 0.5: finite, with the right values."""
    gaps = [800.0, 40.0, 30.0, 2.0, -2.0, -40.0, -800.0]
    logits = np.array([[gap, 0.0, -5.0] for gap in gaps])
    (found,) = student.probe(
        "losses", loss="FocalLoss", questions=[[logits, np.zeros(7, dtype=int)]], settings={"gamma": 0.5}
    )
    question, rule = (logits, np.zeros(7, dtype=int)), oracle.focal(0.5)
    expect(found["loss"]).close(oracle.mean_loss(*question, rule), rtol=CLOSE, what="loss")
    expect(found["gradient"]).close(oracle.slopes(*question, rule), rtol=1e-6, atol=1e-7, what="gradient")


@check("m04-focal-test", hint="positions and ignore_index as in cross-entropy")
def test_focal_with_ignored_positions(student, rng):
    """Three axes with some positions ignored, all but one, and all; a negative gamma is refused."""
    seed = seed_of(rng)
    logits, targets = drawn(seed, share=0.3)
    questions = [[logits, targets], [logits, np.full((2, 5), IGNORED)]]
    some, every = student.probe("losses", loss="FocalLoss", questions=questions, settings={"gamma": 1.5})
    expect_answer(some, *right_answer(seed, "FocalLoss", 1.5, share=0.3), "some ignored")
    question = {"questions": [list(drawn(seed, share=0.9))], "settings": {"gamma": 1.5}}
    (one,) = student.probe("losses", loss="FocalLoss", **question)
    expect_answer(one, *right_answer(seed, "FocalLoss", 1.5, share=0.9), "all but one ignored")
    expect_answer(every, 0.0, np.zeros((2, 5, 7)), "all ignored")
    settings = [{"gamma": -1.0}, {"gamma": math.nan}]
    for error in student.probe("made", loss="FocalLoss", settings=settings, question=TABLE):
        expect(error).raises("ValueError", what="a gamma that is not at least 0")


@check("m04-focal-test", hint="with gamma 0 the factor is 1 and its derivative 0")
def test_focal_without_focus(student, rng):
    """Gamma 0: loss and gradient of cross-entropy."""
    seed = seed_of(rng)
    question = {"questions": [list(drawn(seed))], "settings": {"gamma": 0}}
    (found,) = student.probe("losses", loss="FocalLoss", **question)
    expect_answer(found, *right_answer(seed, "CrossEntropyLoss"))


# -- 04.6 ContrastiveLoss --------------------------------------------------------------------------------------

PAIRS = [np.array([[3.0, 4], [0, 2]]), np.array([[4.0, 3], [0, 1]])]


@cache
def five_pairs(seed):
    """U and V (5, 7), and the right answer for temperature 0.2."""
    rng = np.random.default_rng(seed)
    pair = rng.normal(size=(5, 7)), rng.normal(size=(5, 7))
    return pair, oracle.contrastive(*pair, 0.2), oracle.contrastive_slopes(*pair, 0.2)


def expect_gradients(got, right, what="", **tolerances):
    """dU and dV, as a tuple."""
    expect(got).length(2, what=f"gradients{what}")
    for one, expected, name in zip(got, right, ("dU", "dV"), strict=True):
        expect(one).close(expected, **(tolerances or SLOPES), what=f"{name}{what}")


@check(
    "m04-contrastive-test", visible=True, hint="rows give 0.458497, columns 0.454805; the loss is their mean"
)
def test_contrastive_loss_of_the_table(student, rng):
    """The table: loss, and gradients of the right shape."""
    (found,) = student.probe("pairs", temperature=0.5, questions=[PAIRS])
    expect(found["loss"]).close(oracle.contrastive(*PAIRS, 0.5), rtol=CLOSE, what="loss")
    expect(found["gradients"]).length(2, what="gradients")
    for one, name in zip(found["gradients"], ("dU", "dV"), strict=True):
        expect(one).shape((2, 2), what=name)


@check("m04-contrastive-test", hint="unit rows, all products, divided by the temperature; both directions")
def test_five_pairs_of_seven(student, rng):
    """Five pairs of seven numbers, and the default temperature."""
    pair, value, _ = five_pairs(seed_of(rng))
    (found,) = student.probe(
        "values", loss="ContrastiveLoss", questions=[list(pair)], settings=[{"temperature": 0.2}]
    )
    expect(found).close(value, rtol=CLOSE, what="loss")
    (found,) = student.probe("values", loss="ContrastiveLoss", questions=[list(pair)], settings=[{}])
    expect(found).close(oracle.contrastive(*pair, 0.07), rtol=CLOSE, what="loss with the default temperature")


@check("m04-contrastive-test", hint="through scores, product and lengths; dV takes the transposed gradient")
def test_gradients_of_both_sides(student, rng):
    """Gradients of both inputs against differences."""
    pair, _, right = five_pairs(seed_of(rng))
    (found,) = student.probe("pairs", temperature=0.2, questions=[list(pair)])
    expect_gradients(found["gradients"], right)


@check("m04-contrastive-test", hint="only directions count: drop what points along a row")
def test_longer_rows(student, rng):
    """Longer rows: the same loss, shorter gradients, at a right angle to their rows."""
    pair, value, right = five_pairs(seed_of(rng))
    factors = rng.uniform(2.0, 5.0, size=(5, 1))
    longer = pair[0] * factors, pair[1] / factors
    (found,) = student.probe("pairs", temperature=0.2, questions=[list(longer)])
    expect(found["loss"]).close(value, rtol=CLOSE, what="loss of longer rows")
    expect_gradients(found["gradients"], (right[0] / factors, right[1] * factors), " of longer rows")
    for one, rows, name in zip(found["gradients"], longer, ("dU", "dV"), strict=True):
        along = (np.asarray(one) * rows).sum(axis=1)
        expect(along).close(np.zeros(5), atol=1e-10, what=f"part of {name} along its rows")


@check("m04-contrastive-test", hint="without relation every partner is as likely: about log B")
def test_pairs_without_relation(student, rng):
    """A hundred pairs that have nothing to do with each other: about log B.

    Scores at temperature 0.5 in 64 dimensions have variance 1/16: the expected loss lies 1/32 above log B, and
    that of one batch within 0.25 / sqrt(100), of which six are allowed: false alarm 2e-9.
    """
    pair = [5.0 * rng.normal(size=(100, 64)) for _ in range(2)]
    (found,) = student.probe(
        "values", loss="ContrastiveLoss", questions=[pair], settings=[{"temperature": 0.5}]
    )
    expect(found).close(math.log(100) + 1 / 32, rtol=0, atol=6 * 0.25 / 10, what="loss")


@check("m04-contrastive-test", hint="log_softmax of the scores, which may be as large as 100")
def test_a_low_temperature(student, rng):
    """Temperature 0.01 stays finite, with the right value and gradients; 0 and less are refused."""
    pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
    (found,) = student.probe("pairs", temperature=0.01, questions=[pair])
    expect(found["loss"]).close(oracle.contrastive(*pair, 0.01), rtol=CLOSE, what="loss")
    # The third derivative grows with 1 / temperature^3, and with it the error of the difference.
    expect_gradients(found["gradients"], oracle.contrastive_slopes(*pair, 0.01), rtol=1e-4, atol=1e-4)
    settings = [{"temperature": 0.0}, {"temperature": -1.0}]
    for error in student.probe("made", loss="ContrastiveLoss", settings=settings, question=PAIRS):
        expect(error).raises("ValueError", what="a temperature that is not above 0")


@check("m04-contrastive-test", hint="a length counts as 1e-12 at least, before you divide by it")
def test_a_row_of_zeros(student, rng):
    """A row of zeros gives no NaN, and the other rows what they should."""
    pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
    pair[0][2] = 0.0
    (found,) = student.probe("pairs", temperature=0.3, questions=[pair])
    expect(found["loss"]).close(oracle.contrastive(*pair, 0.3), rtol=CLOSE, what="loss")
    expect(found["gradients"]).length(2, what="gradients")
    for one, name in zip(found["gradients"], ("dU", "dV"), strict=True):
        expect(one).shape((4, 3), what=name)
        expect(one).true(lambda one: bool(np.isfinite(np.asarray(one)).all()), "not finite", what=name)
    others = [0, 1, 3]  # moving the row of zeros turns it at once, so it has no slope
    right = oracle.contrastive_slopes(*pair, 0.3)
    expect(np.asarray(found["gradients"][0])[others]).close(
        right[0][others], **SLOPES, what="dU of the other rows"
    )
    expect(found["gradients"][1]).close(right[1], **SLOPES, what="dV")


@check(
    "m04-contrastive-test", hint="where the norm is 1e-12 it is a constant: there the gradient is g / norm"
)
def test_back_through_the_lengths(student, rng):
    """unit_rows_backward alone: with long rows, and where the floor of 1e-12 was used."""
    rows, g = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    units, norms, floor = np.array(oracle.unit(rows)), np.sqrt((rows**2).sum(axis=1, keepdims=True)), 1e-12
    units[1], norms[1] = 0.25 * units[1], floor  # a row a quarter as long as the floor
    units[3], norms[3] = 0.0, floor  # a row of zeros
    found = student.probe("unit_rows_backwards", g=g, units=units, norms=norms)
    right = oracle.unit_slopes(rows, g)
    right[[1, 3]] = g[[1, 3]] / floor
    expect(found).shape((4, 3), what="gradient of the rows")
    expect(np.asarray(found)[[0, 2]]).close(right[[0, 2]], **SLOPES, what="gradient of long rows")
    expect(np.asarray(found)[[1, 3]]).close(
        right[[1, 3]], rtol=CLOSE, what="gradient where the floor was used"
    )
