"""A comparison looks at type, shape, dtype, size and finiteness before it looks at values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.grading import BrokenCheck, expect
from course_tools.grading.checks import Failed

RIGHT = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "answer",
    [
        np.array([1.0, 2.0, 3.0]),
        [1.0, 2.0, 3.0],
        [1, 2, 3],
        np.array([1, 2, 3]),
        np.array([1, 2, 3], dtype=np.float32),
    ],
)
def test_the_same_numbers_pass_whatever_holds_them(answer: object) -> None:
    expect(answer).close(RIGHT)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "1 2 3",
        {"a": 1},
        2.0,
        [],
        [1.0, 2.0],
        [[1.0, 2.0, 3.0]],
        [1.0, "2", 3.0],
        [1.0, [2.0], 3.0],
        np.array([]),
        np.array(2.0),
        np.ones((3, 1)),
        np.array([1.0, np.nan, 3.0]),
        np.array([1.0, np.inf, 3.0]),
        np.array([1.0, 2.0, 3.0], dtype=complex),
        np.array([1.0, 2.0, 3.0], dtype=np.float16),
        np.array([True, True, True]),
        np.array([1.0, 2.0, 3.00001]),
    ],
    ids=repr,
)
def test_anything_else_fails_and_never_crashes(answer: object) -> None:
    with pytest.raises(Failed):
        expect(answer).close(RIGHT)


@pytest.mark.parametrize("answer", [5, 5.0, np.array(5.0), np.array(5)])
def test_a_number_may_be_of_any_kind(answer: object) -> None:
    expect(answer).close(5.0)


@pytest.mark.parametrize("answer", [True, "5", None, [5.0], np.array([5.0]), math.nan, math.inf, 10**400])
def test_what_is_no_number_is_not_taken_for_one(answer: object) -> None:
    with pytest.raises(Failed):
        expect(answer).close(5.0)


@given(st.floats(-1e12, 1e12), st.floats(-1e-3, 1e-3))
def test_the_tolerance_is_numpys_and_relative_to_what_we_expect(right: float, off: float) -> None:
    got, rtol, atol = right + off, 1e-6, 1e-9
    if np.isclose(got, right, rtol=rtol, atol=atol):  # the oracle
        expect(got).close(right, rtol=rtol, atol=atol)
    else:
        with pytest.raises(Failed):
            expect(got).close(right, rtol=rtol, atol=atol)


@pytest.mark.parametrize("ours", [[], [1.0, np.nan], np.inf])
def test_an_expectation_that_makes_no_sense_is_our_fault(ours: object) -> None:
    with pytest.raises(BrokenCheck):
        expect(1.0).close(ours)


def test_the_message_names_the_worst_element() -> None:
    with pytest.raises(Failed, match=r"element \[1\] is off: 5 instead of 2") as caught:
        expect(np.array([1.1, 5.0, 3.0])).close(RIGHT, what="third layer")
    assert caught.value.what == "third layer"
    assert caught.value.expected == "[1., 2., 3.]"


@pytest.mark.parametrize(
    ("answer", "right"),
    [(1, True), (True, 1), ("a", "b"), ([1, 2], [1]), ({"a": 1}, {"a": 1, "b": 2}), (1.0, "1.0"), (None, 0)],
)
def test_equal_means_the_same_type_too(answer: object, right: object) -> None:
    with pytest.raises(Failed):
        expect(answer).equal(right)


def test_equal_arrays_are_equal_bit_for_bit() -> None:
    expect(np.array([1.0, np.nan])).equal(np.array([1.0, np.nan]))
    with pytest.raises(Failed):
        expect(np.array([1, 2])).equal(np.array([1.0, 2.0]))
    with pytest.raises(Failed):
        expect(np.array([1.0 + 1e-16 * 3, 2.0])).equal(np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    "reply", [None, {"norm": 1}, {"raised": 5}, {"raised": "TypeError", "message": "finite"}]
)
def test_the_right_error_is_asked_for(reply: object) -> None:
    with pytest.raises(Failed):
        expect(reply).raises("ValueError", match="finite")


def test_an_error_whose_message_does_not_say_why_fails() -> None:
    expect({"raised": "ValueError", "message": "must be FINITE"}).raises("ValueError", match="finite")
    with pytest.raises(Failed, match="does not say why"):
        expect({"raised": "ValueError", "message": "no"}).raises("ValueError", match="finite")


@pytest.mark.parametrize("answer", [math.nan, math.inf, "0", None, [0.0]])
def test_a_bound_is_not_met_by_what_cannot_be_ordered(answer: object) -> None:
    for bound in ("below", "at_most", "above", "at_least"):
        with pytest.raises(Failed):
            getattr(expect(answer), bound)(1.0)


def test_one_of_says_which_answer_was_recognised() -> None:
    assert expect(0.8).one_of([0.7, 0.8], rtol=1e-9) == 1
    with pytest.raises(Failed, match="none of the accepted"):
        expect(0.9).one_of([0.7, 0.8])
