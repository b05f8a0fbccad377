"""The helpers of visible tests: what passes, what fails, and the words."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core.tensor import Tensor
from tinytorch.given import check as ck


def said(helper, *args, **keywords):
    with pytest.raises(AssertionError) as caught:
        helper(*args, **keywords)
    return str(caught.value)


def test_close_passes_within_tolerance():
    ck.close(11.180339887, 11.18034, "norm")
    ck.close(np.float32(0.1), 0.1, "one number")
    ck.close(Tensor([1.0, 2.0]), [1, 2], "a tensor")
    ck.close([1.0, 2.0], Tensor([1.0, 2.0]), "a list")
    ck.close(1e-9, 0.0, "nearly nothing")
    ck.close(1.01, 1.0, "wide", rtol=0.02)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (0.6, 0.268328),
        (1.0, [1.0, 1.0]),  # a scalar does not stretch
        ([1.0], 1.0),
        ([], [1.0]),
        (np.ones((2, 1)), np.ones(2)),
        (float("nan"), 1.0),
        ([1.0, np.inf], [1.0, 2.0]),
        (True, 1.0),
        (1.0, True),
        (None, 1.0),
        ("1.0", 1.0),
        (object(), 1.0),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0]),
        (1.0 + 0j, 1.0),
        (1.00002, 1.0),  # just outside 1e-5
        (1e-7, 0.0),
    ],
)
def test_close_fails(got, expected):
    said(ck.close, got, expected, "value")


def test_tolerance_is_relative_to_what_is_expected():
    said(ck.close, 2.0, 1.0, "x", rtol=0.6)  # 0.6 of the answer would be enough
    ck.close(1.0, 2.0, "x", rtol=0.6)


def test_the_wording():
    text = said(ck.close, [0.6, 0.8], [0.2683281, 0.3577708], "first gradient", hint="one factor for all")
    assert text.splitlines() == [
        "first gradient",
        "  got [0.6, 0.8]   expected [0.268328, 0.357771]",
        "  largest gap at [1]: 0.8, not 0.357771",
        "  one factor for all",
    ]
    assert said(ck.close, 0.5, 0.25, "norm") == "norm\n  got 0.5   expected 0.25"
    assert "shape (2, 1)" in said(ck.close, np.ones((2, 1)), np.zeros(2), "x")  # shape before value
    assert "NaN or inf" in said(ck.close, [1.0, np.nan], [1.0, 2.0], "x")
    assert "forget return" in said(ck.close, None, 1.0, "x")
    long = said(ck.close, np.zeros(1000), np.eye(1, 1000, 777)[0], "x")
    assert "[777]: 0, not 1" in long
    assert len(long) < 300


def test_numbers_that_look_equal_are_told_apart():
    assert "1.0000005" in said(ck.close, 1.0000005, 1.0, "x", rtol=1e-9)


@pytest.mark.parametrize("expected", [[], float("nan"), [1.0, np.inf], "one", None])
def test_a_check_that_cannot_be_right_is_our_error(expected):
    with pytest.raises(ValueError, match="expected value"):
        ck.close(1.0, expected, "x")


def test_same_is_bit_for_bit():
    ck.same(np.array([0.3, 0.4]), [0.3, 0.4], "x")
    ck.same(np.float32([1, 2]), [1, 2], "x")
    ck.same([1.0, float("nan")], [1.0, float("nan")], "x")
    ck.same("text", "text", "x")
    ck.same({"a": 1}, {"a": 1}, "x")
    for got, expected in [
        (np.array([0.3, np.nextafter(0.4, 1)]), [0.3, 0.4]),
        (np.array([-0.0]), [0.0]),
        (np.float32([1, 2]), np.array([1.0, 2.0])),
        (1, True),
        (True, 1),
        (0, None),
        ([1.0], 1.0),
        (np.int64([1]), [1.5]),
    ]:
        said(ck.same, got, expected, "x")
    assert "dtype float32" in said(ck.same, np.float32([1]), np.float64([1]), "x")


def test_shape_float_true():
    ck.shape(Tensor(np.ones((2, 3))), (2, 3), "x")
    ck.shape(1.0, (), "x")
    assert said(ck.shape, np.ones(3), (3, 1), "x") == "x\n  got shape (3,)   expected shape (3, 1)"
    ck.is_float(0.5, "loss")
    for wrong in (np.float64(0.5), 1, np.array(0.5), Tensor(0.5), None):
        assert "a Python float" in said(ck.is_float, wrong, "loss")
    ck.true(np.bool_(True), "x")
    assert (
        said(ck.true, False, "weights moved", "call step")
        == "weights moved\n  got False   expected True\n  call step"
    )
    said(ck.true, [1], "x")  # a list is no condition, however full


def fails(text):
    raise ValueError(text)


def test_raises():
    ck.raises(ValueError, "finite", fails, "must be FINITE")
    ck.raises(ValueError, "", fails, text="anything")
    assert 'ValueError with "finite"' in said(ck.raises, ValueError, "finite", fails, "no")
    assert 'got ValueError: "no"' in said(ck.raises, KeyError, "", fails, "no")
    assert "no exception, the result 3" in said(ck.raises, ValueError, "", abs, -3)
    assert said(ck.raises, ValueError, "", abs, -3).startswith("abs(-3)")


def unwritten():
    raise NotImplementedError("07.2 clip_grad_norm: write this part")


def test_an_unwritten_cell_is_seen_as_unwritten():
    with pytest.raises(NotImplementedError, match=r"07\.2"):
        ck.raises(ValueError, "", unwritten)
    ck.raises(NotImplementedError, "07.2", unwritten)


def test_params_hold_copies():
    source = np.array([3.0, 4.0])
    first, second = ck.params(source, None)
    first.grad *= 2
    assert np.array_equal(source, [3, 4])
    assert first.data.shape == (2,)
    assert second.grad is None
    assert ck.params([3, 4])[0].grad.dtype == np.float64


def test_answered_looks_at_the_form_only():
    form = {"step": float, "dropout": ("on", "off")}
    ck.answered({"step": 1, "dropout": "off"}, form)
    for answers in (
        {"step": None, "dropout": "on"},
        {"step": 1.0, "dropout": None},
        {},
        {"step": True, "dropout": "on"},
    ):
        said(ck.answered, answers, form)
    assert said(ck.answered, {"step": 1.0, "dropout": "maybe"}, form) == (
        "dropout\n  got 'maybe'   expected one of 'on', 'off'"
    )
