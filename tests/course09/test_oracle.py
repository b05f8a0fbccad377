"""The loops that module 09 is judged by are held to torch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
F = torch.nn.functional
CLOSE = {"rtol": 1e-11, "atol": 1e-12}


@pytest.fixture(scope="module")
def oracle():
    sys.path.insert(0, str(ROOT / "graders"))
    try:
        from oracles import spatial
    finally:
        sys.path.remove(str(ROOT / "graders"))
    return spatial


@pytest.fixture
def rng():
    return np.random.default_rng(909)


def wanted(array):
    return torch.tensor(array, requires_grad=True)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 0)])
def test_convolution_and_its_gradients(oracle, rng, stride, padding):
    x, W, b = rng.normal(size=(2, 3, 7, 5)), rng.normal(size=(4, 3, 2, 2)), rng.normal(size=4)
    tx, tW, tb = map(wanted, (x, W, b))
    right = F.conv2d(tx, tW, tb, stride=stride, padding=padding)
    np.testing.assert_allclose(oracle.convolved(x, W, b, stride, padding), right.detach().numpy(), **CLOSE)
    g = rng.normal(size=right.shape)
    right.backward(torch.tensor(g))
    for got, held in zip(oracle.conv_gradients(x, W, g, stride, padding), (tx, tW, tb), strict=True):
        np.testing.assert_allclose(got, held.grad.numpy(), **CLOSE)


@pytest.mark.parametrize("how", ["max", "mean"])
@pytest.mark.parametrize(("k", "stride"), [(2, 2), (3, 1), (3, 2)])
def test_pooling_and_its_gradient(oracle, rng, how, k, stride):
    x = rng.normal(size=(2, 2, 7, 6))
    held = wanted(x)
    right = {"max": F.max_pool2d, "mean": F.avg_pool2d}[how](held, k, stride)
    g = rng.normal(size=right.shape)
    right.backward(torch.tensor(g))
    y, dx = oracle.pooled(x, k, stride, how, g)
    np.testing.assert_allclose(y, right.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(dx, held.grad.numpy(), **CLOSE)


def test_normalisation_and_differences(oracle, rng):
    x, gamma, beta = rng.normal(size=(3, 2, 2, 3)), rng.normal(size=2), rng.normal(size=2)
    held = wanted(x)
    right = F.batch_norm(held, None, None, torch.tensor(gamma), torch.tensor(beta), training=True, eps=0.01)
    g = rng.normal(size=x.shape)
    right.backward(torch.tensor(g))

    def forward():
        mean, biased, _ = oracle.channel_numbers(x)
        return oracle.normalised(x, mean, biased, gamma, beta, 0.01)

    np.testing.assert_allclose(forward(), right.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(oracle.differences(forward, x, g), held.grad.numpy(), rtol=1e-6, atol=1e-9)


def test_least_squares_on_separable_images(oracle, rng):
    y = np.arange(10).repeat(20)
    X = np.eye(64)[y].reshape(200, 1, 8, 8) + rng.normal(size=(200, 1, 8, 8)) * 0.01
    assert oracle.least_squares_accuracy((X, y), (X, y)) == 1.0
