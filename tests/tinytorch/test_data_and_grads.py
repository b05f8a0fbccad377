"""Small data sets keep to their geometry; gradients are read out of anything that holds them."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core.layers import Parameter
from tinytorch.given import accumulate, grad_array, to_numpy
from tinytorch.given.data import batches, line, one_hot, regression, two_moons, xor


def test_xor_and_one_hot():
    X, y = xor()
    assert np.array_equal(y, X[:, 0] != X[:, 1])
    assert y.dtype.kind == "i"
    assert np.array_equal(one_hot(y, 3)[1], [0, 1, 0])


def test_two_moons_lie_on_their_arcs(rng):
    X, y = two_moons(401, 0.0, rng)
    assert sorted(np.bincount(y)) == [200, 201]
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose((upper**2).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose((1 - lower[:, 0]) ** 2 + (0.5 - lower[:, 1]) ** 2, 1, rtol=1e-12)
    assert (upper[:, 1] >= 0).all()
    assert (lower[:, 1] <= 0.5).all()
    t = np.arccos(upper[:, 0])
    assert abs(t.mean() - np.pi / 2) < 5 * np.pi / np.sqrt(12 * len(t))
    assert 50 < (y[:200] == 0).sum() < 150  # in random order


def test_two_moons_noise_and_repetition():
    draws = [two_moons(2000, noise, np.random.default_rng(3)) for noise in (0.0, 0.2, 0.2)]
    gap = draws[1][0] - draws[0][0]
    assert abs(gap.std() - 0.2) < 5 * 0.2 / np.sqrt(2 * gap.size)
    assert all(np.array_equal(a, b) for a, b in zip(draws[1], draws[2], strict=True))


def test_linear_toys(rng):
    X, y = line(7, 0.0, rng, slope=-3.0, intercept=0.5)
    np.testing.assert_allclose(y, -3 * X + 0.5)
    X, y, weight = regression(9, 4, 0.0, rng)
    assert (X.shape, y.shape, weight.shape) == ((9, 4), (9, 1), (4, 1))
    np.testing.assert_allclose(y, X @ weight)
    X, y = line(4000, 0.3, rng)
    assert abs((y - 2 * X - 1).std() - 0.3) < 5 * 0.3 / np.sqrt(2 * y.size)


def test_batches():
    X, y = np.arange(10).reshape(5, 2), np.arange(5)
    pairs = batches(X, y, 2)
    assert [len(a) for a, _ in pairs] == [2, 2, 1]
    assert np.array_equal(np.concatenate([a for a, _ in pairs]), X)
    assert np.array_equal(np.concatenate([b for _, b in pairs]), y)
    for bad in [(X, y[:4], 2), (X, y, 0)]:
        with pytest.raises(ValueError, match="rows"):
            batches(*bad)


class Box:
    def __init__(self, data):
        self.data = data


def test_gradients_in_arrays_and_in_objects():
    weight, inner = Parameter([1.0, 2.0]), np.array([3.0, 4.0])
    assert grad_array(weight) is None
    weight.grad = inner
    assert grad_array(weight) is inner
    weight.grad = Box(inner)
    assert grad_array(weight) is inner
    for value in (np.float64(2), 2, 2.0, Box(2.0), np.array(2.0)):
        assert type(to_numpy(value)) is np.ndarray
        assert to_numpy(value) == 2


def test_accumulate_adds_and_keeps_no_alias():
    weight, g = Parameter([1.0, 2.0]), np.array([1.0, 1.0])
    accumulate(weight, g)
    weight.grad *= 3
    accumulate(weight, g)
    assert np.array_equal(weight.grad, [4, 4])
    assert np.array_equal(g, [1, 1])
    with pytest.raises(ValueError, match=r"\(3,\)"):
        accumulate(weight, np.ones(3))
