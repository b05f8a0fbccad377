"""Module 09 against torch in float64, with random upstream gradients, as functions and as layers of a graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tinytorch.core import spatial
from tinytorch.core.layers import Sequential
from tinytorch.core.tensor import Tensor
from tinytorch.given.glyphs import GLYPHS, glyph_digits

F = torch.nn.functional
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("shape", "outputs", "k", "stride", "padding"),
    [
        ((2, 3, 7, 5), 4, 3, 2, 1),
        ((1, 2, 8, 11), 3, 3, 2, 0),
        ((2, 1, 8, 9), 2, 2, 3, 0),
        ((2, 2, 4, 4), 3, 1, 1, 2),
    ],
)
def test_convolution(rng, as_torch, shape, outputs, k, stride, padding, bias):
    x, W = rng.normal(size=shape), rng.normal(size=(outputs, shape[1], k, k))
    b = rng.normal(size=outputs) if bias else None
    theirs = [None if one is None else as_torch(one) for one in (x, W, b)]
    right = F.conv2d(*theirs, stride=stride, padding=padding)
    y, cache = spatial.conv2d_forward(x, W, b, stride, padding)
    np.testing.assert_allclose(y, right.detach().numpy(), **CLOSE)
    g = rng.normal(size=y.shape)
    right.backward(torch.tensor(g))
    for got, held in zip(spatial.conv2d_backward(g, cache), theirs, strict=True):
        if held is None:
            assert got is None
        else:
            np.testing.assert_allclose(got, held.grad.numpy(), **CLOSE)


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize(("k", "stride"), [(2, None), (3, 1), (2, 3), (3, 2)])
def test_pooling(rng, as_torch, kind, k, stride):
    x = rng.normal(size=(2, 3, 7, 6))
    theirs = as_torch(x)
    right = {"max": F.max_pool2d, "avg": F.avg_pool2d}[kind](theirs, k, stride)
    y, cache = getattr(spatial, f"{kind}pool2d_forward")(x, k, stride)
    g = rng.normal(size=y.shape)
    right.backward(torch.tensor(g))
    np.testing.assert_allclose(y, right.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(
        getattr(spatial, f"{kind}pool2d_backward")(g, cache), theirs.grad.numpy(), **CLOSE
    )


@pytest.mark.parametrize("training", [True, False])
def test_batch_normalisation(rng, as_torch, training):
    ours = spatial.BatchNorm2d(3, eps=1e-3, momentum=0.3)
    theirs = torch.nn.BatchNorm2d(3, eps=1e-3, momentum=0.3, dtype=torch.float64)
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    ours.gamma.data[:], ours.beta.data[:] = gamma, beta
    with torch.no_grad():
        theirs.weight[:], theirs.bias[:] = torch.tensor(gamma), torch.tensor(beta)
    before, x = rng.normal(size=(4, 3, 2, 5)) * 3 + 1, rng.normal(size=(2, 3, 4, 3))
    ours.forward(before)
    theirs(torch.tensor(before))
    ours.train(training)
    theirs.train(training)
    held = as_torch(x)
    right, y = theirs(held), ours.forward(x)
    g = rng.normal(size=x.shape)
    right.backward(torch.tensor(g))
    np.testing.assert_allclose(y, right.detach().numpy(), **CLOSE)
    for got, wanted in zip(ours.backward(g), (held.grad, theirs.weight.grad, theirs.bias.grad), strict=True):
        np.testing.assert_allclose(got, wanted.numpy(), **CLOSE)
    np.testing.assert_allclose(ours.running_mean, theirs.running_mean.numpy(), **CLOSE)
    np.testing.assert_allclose(ours.running_var, theirs.running_var.numpy(), **CLOSE)


def test_layers_in_one_graph(rng, as_torch):
    """Conv2d, BatchNorm2d twice, both pools: gradients reach the image and every parameter."""
    conv, norm = spatial.Conv2d(2, 3, 3, stride=1, padding=1, rng=rng), spatial.BatchNorm2d(3)
    model = Sequential(conv, norm, spatial.MaxPool2d(2), norm, spatial.AvgPool2d(2, 1))
    x = Tensor(rng.normal(size=(2, 2, 6, 8)), requires_grad=True)
    y = model(x)
    g = rng.normal(size=y.shape)
    y.backward(g)

    W, b, gamma, beta, held = map(
        as_torch, (conv.weight.data, conv.bias.data, norm.gamma.data, norm.beta.data, x.data)
    )

    def normalise(z):
        return F.batch_norm(z, None, None, gamma, beta, training=True)

    right = F.avg_pool2d(normalise(F.max_pool2d(normalise(F.conv2d(held, W, b, padding=1)), 2)), 2, 1)
    right.backward(torch.tensor(g))
    np.testing.assert_allclose(y.data, right.detach().numpy(), **CLOSE)
    ours = (conv.weight, conv.bias, norm.gamma, norm.beta, x)
    for mine, wanted in zip(ours, (W, b, gamma, beta, held), strict=True):
        np.testing.assert_allclose(mine.grad, wanted.grad.numpy(), rtol=1e-9, atol=1e-11)


def test_glyphs_are_ten_and_lie_where_they_are_put(rng):
    assert len({glyph.tobytes() for glyph in GLYPHS}) == 10
    X, y = glyph_digits(400, rng, place=(2, 4))
    assert X.shape == (400, 1, 8, 8)
    assert set(y) == set(range(10))
    assert np.abs(X[:, :, :2]).max() < 1.2  # noise alone: 6 deviations of 0.2
    bright = X[np.arange(400), 0, 2:, 4:][GLYPHS[y] > 0]
    assert 0.7 < bright.mean() < 1.0
    with pytest.raises(ValueError, match="does not fit"):
        glyph_digits(1, rng, place=(3, 0))


def test_glyphs_at_random_places_reach_every_corner(rng):
    X, _ = glyph_digits(2000, rng)
    assert X.max(axis=(0, 1)).min() > 0.9  # noise alone stays below 0.8 in 2000 draws
