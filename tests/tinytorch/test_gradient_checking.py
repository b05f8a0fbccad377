"""Module 05: the tools that check a gradient are themselves right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinytorch.core.activations import softmax, softmax_backward
from tinytorch.core.autograd import gradcheck, numerical_grad, rel_error, unbroadcast


def test_differences_are_central_and_exact_where_theory_says(rng):
    x = rng.normal(size=(3, 5)).T  # not contiguous
    before = x.copy()
    g = rng.normal(size=x.shape)
    assert rel_error(numerical_grad(np.exp, x, g, h=1e-4), g * np.exp(x)) < 1e-8
    biased = numerical_grad(lambda one: (one**4).sum(), x, h=0.1)
    np.testing.assert_allclose(biased, 4 * x**3 + 4 * x * 0.1**2, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(numerical_grad(lambda one: one, x, g), g, rtol=1e-9)  # f may return x itself
    assert x.tobytes() == before.tobytes()


def test_x_is_put_back_when_f_raises():
    x = np.array([1.0, 2.0])

    def fails(one):
        raise KeyError

    with pytest.raises(KeyError):
        numerical_grad(fails, x)
    assert np.array_equal(x, [1, 2])


@pytest.mark.parametrize("x", [np.array([1, 2]), [1.0, 2.0], 3.0])
def test_only_float_arrays_are_moved(x):
    with pytest.raises(TypeError):
        numerical_grad(lambda one: 1.0, x)


def test_an_array_needs_an_upstream_of_its_shape():
    with pytest.raises(ValueError, match="upstream"):
        numerical_grad(np.exp, np.ones(3))
    with pytest.raises(ValueError, match="upstream"):
        numerical_grad(np.exp, np.ones(3), np.ones((3, 1)))


def test_rel_error():
    assert rel_error([1.0, 2.0], [1.0, 2.0]) == 0
    assert rel_error(3.0, -3.0) == 1
    assert type(rel_error(3.0, -3.0)) is float
    assert rel_error([0.0, 1.0], [0.0, 1.0]) == 0
    assert rel_error([1e-12], [2e-12]) == pytest.approx(1e-4)
    assert rel_error([1.0, np.nan], [1.0, np.nan]) == math.inf
    one_bad = np.ones(10_000)
    one_bad[7777] = 1.5
    assert rel_error(one_bad, np.ones(10_000)) == pytest.approx(0.2)
    with pytest.raises(ValueError, match=r"\(2,\)"):
        rel_error([1.0, 1.0], 1.0)


def test_gradcheck_tells_right_from_wrong(rng):
    x = rng.normal(size=(3, 5))
    right = lambda g, x: (softmax_backward(g, softmax(x)),)  # noqa: E731
    assert gradcheck(softmax, right, (x,), rng)["x0"] < 1e-6
    zeros = lambda g, x: (np.zeros_like(x),)  # noqa: E731
    mean = lambda g, x: (softmax(x) * (g - g.mean(-1, keepdims=True)),)  # noqa: E731
    assert gradcheck(softmax, zeros, (x,), rng)["x0"] > 1e-2
    assert gradcheck(softmax, mean, (x,), rng)["x0"] > 1e-2


def test_gradcheck_names_the_wrong_input(rng):
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    errors = gradcheck(np.matmul, lambda g, a, b: (g @ b.T, 2 * a.T @ g), (a, b), rng)
    assert errors["x0"] < 1e-6 < 1e-2 < errors["x1"]

    def one_element_wrong(g, a, b):
        right = a.T @ g
        right[2, 1] += 0.1
        return g @ b.T, right

    assert gradcheck(np.matmul, one_element_wrong, (a, b), rng)["x1"] > 1e-3


def test_gradcheck_on_missing_misshapen_and_raising(rng):
    a, b = rng.normal(size=(2, 3)), rng.normal(size=3)
    assert gradcheck(np.add, lambda g, a, b: (g, g), (a, b), rng)["x1"] == math.inf  # not summed to (3,)
    assert set(gradcheck(np.add, lambda g, a, b: (g,), (a, b), rng).values()) == {math.inf}
    with pytest.raises(KeyError):
        gradcheck(np.add, lambda g, a, b: {}["x"], (a, b), rng)


@pytest.mark.parametrize(
    "shape", [(3,), (2, 1), (1, 3), (), (4, 2, 3), (4, 1, 3), (1, 1, 1), (1,)], ids=lambda shape: str(shape)
)
def test_unbroadcast_is_the_gradient_of_broadcasting(shape, rng):
    full = np.broadcast_shapes(shape, (4, 2, 3))
    g, a = rng.normal(size=full), rng.normal(size=shape)
    got = unbroadcast(g, shape)
    assert got.shape == shape
    np.testing.assert_allclose(
        got, numerical_grad(lambda one: one + np.zeros(full), a, g), rtol=1e-7, atol=1e-9
    )
    assert unbroadcast(g.astype(np.float32), shape).dtype == np.float32
