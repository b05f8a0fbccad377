"""Module 02: values, derivatives and the ends of the number range."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core import activations as act
from tinytorch.core.autograd import gradcheck
from tinytorch.core.tensor import Tensor

PAIRS = {
    "sigmoid": (act.sigmoid, lambda g, x: (act.sigmoid_backward(g, act.sigmoid(x)),)),
    "relu": (act.relu, lambda g, x: (act.relu_backward(g, x),)),
    "tanh": (act.tanh, lambda g, x: (act.tanh_backward(g, act.tanh(x)),)),
    "gelu": (act.gelu, lambda g, x: (act.gelu_backward(g, x),)),
    "softmax": (act.softmax, lambda g, x: (act.softmax_backward(g, act.softmax(x)),)),
    "softmax 0": (lambda x: act.softmax(x, 0), lambda g, x: (act.softmax_backward(g, act.softmax(x, 0), 0),)),
    "softmax -2": (
        lambda x: act.softmax(x, -2),
        lambda g, x: (act.softmax_backward(g, act.softmax(x, -2), -2),),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_backward_is_the_derivative(name, rng):
    forward, backward = PAIRS[name]
    x = rng.normal(size=(3, 5, 7))
    before = x.copy()
    assert gradcheck(forward, backward, (x,), rng)["x0"] < 1e-6
    assert x.tobytes() == before.tobytes()


@pytest.mark.parametrize("name", PAIRS)
def test_float32_and_shape_stay(name, rng):
    forward, backward = PAIRS[name]
    x = rng.normal(size=(3, 5)).astype(np.float32)
    assert forward(x).dtype == np.float32
    assert backward(x, x)[0].dtype == np.float32
    if "softmax" not in name:
        assert forward(np.zeros((0, 3))).shape == (0, 3)
        assert np.shape(forward(np.array(0.5))) == ()


def test_sigmoid_at_the_ends():
    x = np.array([-1e4, -1000.0, -40.0, 0.0, 2.0, 1000.0, 1e4])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = act.sigmoid(x)
    np.testing.assert_allclose(y, [0, 0, 4.248354255291589e-18, 0.5, 0.8807970779778823, 1, 1], rtol=1e-12)


def test_relu_at_kinks_and_beyond():
    x = np.array([-1.0, -0.0, 0.0, 2.0, np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(act.relu(x), [0, 0, 0, 2, np.nan, np.inf, 0])
    np.testing.assert_array_equal(act.relu_backward(-np.ones(5), x[:5]), [0, 0, 0, -1, 0])


def test_gelu_is_the_tanh_form():
    np.testing.assert_allclose(act.gelu(np.array([1, -0.5, 3])), [0.841192, -0.154286, 2.9963626], atol=5e-7)
    slope = act.gelu_backward(np.ones(4), np.array([-1.0, 0.0, 1.0, 1.4]))
    np.testing.assert_allclose(slope[:3], [-0.0830, 0.5, 1.0830], atol=5e-5)
    assert slope[3] > 1
    assert np.isfinite(act.gelu(np.array([-1e3, 1e3]))).all()
    assert np.isfinite(act.gelu_backward(np.ones(2), np.array([-1e3, 1e3]))).all()


def test_softmax_tables_and_levels():
    s = act.softmax(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(s, [0.0900, 0.2447, 0.6652], atol=5e-5)
    back = act.softmax_backward(np.array([1.0, 0.0, 2.0]), s)
    np.testing.assert_allclose(back, [-0.037859, -0.347640, 0.385499], atol=5e-7)
    rows = act.softmax(np.array([[1000.0, 1001.0, 1002.0], [-1000.0, -999.0, -998.0], [0.0, -np.inf, 0.0]]))
    np.testing.assert_allclose(rows[:2], [s, s], rtol=1e-12)
    np.testing.assert_array_equal(rows[2], [0.5, 0, 0.5])


def test_softmax_backward_builds_no_jacobian(rng):
    s, g = act.softmax(rng.normal(size=(40, 5000))), rng.normal(size=(40, 5000))
    row = act.softmax_backward(g, s)[7]
    np.testing.assert_allclose(row, s[7] * g[7] - s[7] * (s[7] @ g[7]), rtol=1e-9, atol=1e-18)


CLASSES = {
    "sigmoid": act.Sigmoid(),
    "relu": act.ReLU(),
    "tanh": act.Tanh(),
    "gelu": act.GELU(),
    "softmax": act.Softmax(),
    "softmax 0": act.Softmax(0),
    "softmax -2": act.Softmax(axis=-2),
}


@pytest.mark.parametrize("name", CLASSES)
def test_tensor_forms_compute_the_function_and_announce_it(name, rng, monkeypatch):
    seen = []
    record = staticmethod(lambda result, op, inputs, ctx: seen.append((result, op, inputs, ctx)))
    monkeypatch.setattr(Tensor, "recorder", record)
    x = rng.normal(size=(2, 3, 4))
    tensor = Tensor(x)
    for given in (tensor, x):
        result = CLASSES[name](given)
        assert type(result) is Tensor
        np.testing.assert_array_equal(result.data, PAIRS[name][0](x))
        told, op, inputs, ctx = seen.pop()
        assert told is result
        assert op == name.split()[0]
        np.testing.assert_array_equal(inputs[0].data, x)
        assert ctx == ({"axis": CLASSES[name].axis} if op == "softmax" else {})
    assert inputs[0].data is x  # a minibatch is not copied
