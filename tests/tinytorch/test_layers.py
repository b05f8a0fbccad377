"""Module 03: values, initial statistics, modes and the order of parameters."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import tinytorch.core.autograd  # noqa: F401  installs `backward`
from tinytorch.core.layers import (
    GELU,
    Dropout,
    Embedding,
    Layer,
    LayerNorm,
    Linear,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)
from tinytorch.core.tensor import Tensor


def test_linear_value_and_gradients(rng, as_torch):
    layer, x, g = Linear(5, 7, rng=rng), rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 7))
    layer.bias.data[:] = rng.normal(size=7)
    inputs = Tensor(x, requires_grad=True)
    y = layer(inputs)
    y.backward(g)
    t, w, b = as_torch(x), as_torch(layer.weight), as_torch(layer.bias)
    expected = t @ w + b
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(y.data, expected.detach(), rtol=1e-12)
    for one, right in [(inputs, t), (layer.weight, w), (layer.bias, b)]:
        np.testing.assert_allclose(one.grad, right.grad, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("init", "spread"), [("he", np.sqrt(2 / 250)), ("xavier", np.sqrt(2 / 650))])
def test_linear_starts_as_wide_as_it_says(init, spread, rng):
    weight = Linear(250, 400, init=init, rng=rng).weight.data
    assert weight.shape == (250, 400)
    assert abs(weight.std() - spread) < 5 * spread / np.sqrt(2 * weight.size)  # standard error of a deviation
    assert abs(weight.mean()) < 5 * spread / np.sqrt(weight.size)
    again = Linear(250, 400, init=init, rng=np.random.default_rng(1)).weight.data
    assert np.array_equal(again, Linear(250, 400, init=init, rng=np.random.default_rng(1)).weight.data)


def test_linear_without_bias_and_its_refusals():
    layer = Linear(3, 2, bias=False)
    assert layer.bias is None
    assert [p.name for p in layer.parameters()] == ["weight"]
    with pytest.raises(ValueError, match=r"3.*4"):
        layer(np.ones((2, 4)))
    with pytest.raises(ValueError, match="init"):
        Linear(3, 2, init="zeros")


def test_dropout_scales_survivors_and_keeps_its_mean():
    layer, x = Dropout(0.3, rng=np.random.default_rng(5)), np.full((200, 50), 3.0)
    once, twice = layer(x).data, layer(x).data
    assert set(np.unique(once)) == {0.0, 3.0 / 0.7}
    assert abs((once == 0).mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / x.size)
    assert (once == 0).any(axis=1).all()  # elements drop, not rows
    assert (once == 0).mean(axis=1).max() < 1
    assert not np.array_equal(once, twice)
    assert np.array_equal(once, Dropout(0.3, rng=np.random.default_rng(5))(x).data)


def test_dropout_masks_the_gradient_like_the_output(rng):
    x = Tensor(rng.normal(size=(6, 5)), requires_grad=True)
    y = Dropout(0.5, rng=rng)(x)
    y.backward(np.ones((6, 5)))
    np.testing.assert_allclose(x.grad * x.data, y.data, rtol=1e-12)
    assert (x.grad == 0).any()


def test_dropout_modes_and_limits():
    layer, x = Dropout(0.5, rng=np.random.default_rng(0)), np.ones(100)
    assert np.array_equal(layer.eval()(x).data, x)
    assert not np.array_equal(layer.train()(x).data, x)
    assert np.array_equal(Dropout(0)(x).data, x)
    for p in (1, 1.5, -0.1, float("nan")):
        with pytest.raises(ValueError, match="p must"):
            Dropout(p)


def test_embedding_looks_up_and_adds_repeated_gradients():
    layer = Embedding(5, 3, rng=np.random.default_rng(0))
    ids = np.array([[1, 4, 1]])
    y = layer(ids)
    assert np.array_equal(y.data, layer.weight.data[ids])
    assert layer(2).shape == (3,)
    ids[:] = 0  # reused by the caller before backward
    y.backward(np.ones((1, 3, 3)))
    assert np.array_equal(layer.weight.grad[:, 0], [0, 2, 0, 0, 1])
    y.data[:] = 9
    assert not (layer.weight.data == 9).any()


@pytest.mark.parametrize(
    ("ids", "error", "said"),
    [
        ([0, 5], IndexError, "id 5"),
        ([-1, 2], IndexError, "id -1"),
        ([1.0], TypeError, "float"),
        (True, TypeError, "bool"),
    ],
)
def test_embedding_refuses(ids, error, said):
    with pytest.raises(error, match=said):
        Embedding(5, 3)(ids)


def test_embedding_starts_small(rng):
    weight = Embedding(500, 200, rng=rng).weight.data
    assert abs(weight.std() - 0.02) < 5 * 0.02 / np.sqrt(2 * weight.size)


def test_layernorm_tables():
    np.testing.assert_allclose(
        LayerNorm(4)(np.array([1.0, 2, 3, 4])).data, [-1.3416354, -0.4472118, 0.4472118, 1.3416354], atol=5e-8
    )
    tiny = LayerNorm(3)(np.array([0.001, 0.002, 0.003])).data
    np.testing.assert_allclose(tiny, [-0.3061862, 0, 0.3061862], atol=5e-8)


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layernorm_and_its_gradients(eps, rng, as_torch):
    layer, g = LayerNorm(5, eps=eps), rng.normal(size=(2, 3, 5))
    layer.gamma.data[:], layer.beta.data[:] = rng.normal(size=5), rng.normal(size=5)
    x = Tensor(rng.normal(size=(2, 3, 5)), requires_grad=True)
    x.data[1, 1] = 4.0  # a constant row
    y = layer(x)
    y.backward(g)
    t, gamma, beta = as_torch(x), as_torch(layer.gamma), as_torch(layer.beta)
    expected = torch.nn.functional.layer_norm(t, (5,), gamma, beta, eps)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(y.data, expected.detach(), rtol=1e-9, atol=1e-12)
    for one, right in [(x, t), (layer.gamma, gamma), (layer.beta, beta)]:
        np.testing.assert_allclose(one.grad, right.grad, rtol=1e-8, atol=1e-10)
    with pytest.raises(ValueError, match="5"):
        layer(np.ones((2, 1)))


class Branches(Layer):
    def __init__(self):
        self.scale = Parameter(2.0, name="scale")
        self.table = np.ones(3)  # a plain array is no parameter
        self.arms = [Linear(2, 3), Sequential(Dropout(0.5), Linear(3, 1, bias=False))]
        self.shared = self.arms[0]


def test_parameters_are_found_once_and_in_order():
    model = Branches()
    shapes = [p.shape for p in model.parameters()]
    assert shapes == [(), (2, 3), (3,), (3, 1)]
    assert all(a is b for a, b in zip(model.parameters(), model.parameters(), strict=True))
    assert all(p.requires_grad for p in model.parameters())
    assert model.children() == [*model.arms, model.shared]


def test_modes_reach_every_layer_and_return_self():
    model = Branches()
    dropout = model.arms[1].layers[0]
    assert model.eval() is model
    assert (model.training, dropout.training, model.shared.training) == (False, False, False)
    assert model.train() is model
    assert dropout.training is True


def test_sequential_computes_in_order_with_every_activation(rng):
    layers = [
        Linear(2, 3, rng=rng),
        Tanh(),
        ReLU(),
        GELU(),
        Sigmoid(),
        Softmax(axis=0),
        Linear(3, 1, rng=rng),
    ]
    model, x = Sequential(*layers), rng.normal(size=(4, 2))
    expected = x
    for layer in layers:
        expected = layer(expected)
    assert np.array_equal(model(x).data, expected.data)
    assert model.children() == layers
    assert len(model.parameters()) == 4
    with pytest.raises(NotImplementedError, match="Branches"):
        Branches()(x)
