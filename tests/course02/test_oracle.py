"""What module 02 is judged by agrees with torch, and its slopes with differences of its values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_tools.grading.checks import import_file

oracle = import_file(Path(__file__).resolve().parents[2] / "graders" / "oracles" / "activations.py")
POINTS = np.array([-35.0, -7.3, -2.0, -1.0, -0.4, 1e-3, 0.7, 1.4, 3.0, 12.0])


@pytest.fixture
def torch():
    import torch

    return torch


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu"])
def test_values_and_slopes_agree_with_torch(torch, name):
    x = torch.tensor(POINTS, requires_grad=True)
    y = torch.nn.functional.gelu(x, approximate="tanh") if name == "gelu" else getattr(torch, name)(x)
    y.sum().backward()
    # torch computes 1 + tanh as it stands, which keeps 16 digits after the point and no more.
    atol = 1e-14 if name == "gelu" else 0.0
    got = oracle.each(getattr(oracle, name), POINTS)
    np.testing.assert_allclose(got, y.detach().numpy(), rtol=1e-12, atol=atol)
    slopes = oracle.each(getattr(oracle, f"{name}_slope"), POINTS)
    np.testing.assert_allclose(slopes, x.grad.numpy(), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu"])
def test_slopes_are_those_of_the_values(name):
    forward, slope, h = getattr(oracle, name), getattr(oracle, f"{name}_slope"), 1e-5
    for x in POINTS[1:-1]:
        # Truncation h^2 and rounding 1e-16 / h are both near 1e-10 of a value near 1.
        assert slope(x) == pytest.approx((forward(x + h) - forward(x - h)) / (2 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("axis", [0, 1, -2, -1])
def test_softmax_and_its_gradient_agree_with_torch(torch, axis):
    rng = np.random.default_rng(axis % 7)
    x, g = rng.normal(size=(2, 3, 4)) * 30, rng.normal(size=(2, 3, 4))
    theirs = torch.tensor(x, requires_grad=True)
    s = torch.softmax(theirs, dim=axis)
    s.backward(torch.tensor(g))
    ours = oracle.lines(oracle.softmax, axis, x)
    np.testing.assert_allclose(ours, s.detach().numpy(), rtol=1e-12)
    back = oracle.lines(oracle.softmax_backward, axis, g, ours)
    np.testing.assert_allclose(back, theirs.grad.numpy(), rtol=1e-9, atol=1e-15)
