"""The plain loops and differences that module 04 is judged by agree with torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from course_tools.grading.checks import import_file

F = torch.nn.functional
oracle = import_file(Path(__file__).resolve().parents[2] / "graders" / "oracles" / "losses.py")


@pytest.fixture
def rng():
    return np.random.default_rng(404)


@pytest.mark.parametrize("axis", [0, -2, -1])
def test_log_softmax_agrees_with_torch(axis, rng):
    x = rng.normal(size=(3, 4, 5)) * 100
    np.testing.assert_allclose(
        oracle.log_softmax(x, axis), F.log_softmax(torch.tensor(x), axis), rtol=1e-12, atol=1e-12
    )


def focal(gamma):
    def loss(logits, targets):
        logs = F.log_softmax(logits, -1).gather(-1, targets.clamp(min=0)[:, None])[:, 0]
        losses = -((1 - logs.exp()) ** gamma) * logs
        return losses[targets != -100].mean()

    return loss


RULES = {
    "entropy": (oracle.entropy, F.cross_entropy),
    "smoothed": (oracle.smoothed(0.3), lambda *two: F.cross_entropy(*two, label_smoothing=0.3)),
    "focal": (oracle.focal(1.7), focal(1.7)),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("ignored", [0, 3])
def test_losses_and_slopes_agree_with_torch(name, ignored, rng):
    rule, theirs = RULES[name]
    logits, targets = rng.normal(size=(2, 4, 5)), rng.integers(0, 5, size=(2, 4))
    targets.reshape(-1)[rng.permutation(8)[:ignored]] = -100
    right = torch.tensor(logits, requires_grad=True)
    loss = theirs(right.flatten(0, 1), torch.tensor(targets).flatten())
    loss.backward()
    assert oracle.mean_loss(logits, targets, rule) == pytest.approx(loss.item(), rel=1e-12)
    # Truncation and rounding of the difference are both near 1e-10.
    np.testing.assert_allclose(oracle.slopes(logits, targets, rule), right.grad, rtol=1e-7, atol=1e-10)


def test_focal_at_certainty_is_finite_and_right():
    rule = oracle.focal(0.5)
    assert rule([800.0, 0.0], 0) == 0.0
    assert rule([-800.0, 0.0], 0) == 800.0
    # Two classes: 1 - p is 1 / (1 + e^10), and log p is -log1p(e^-10).
    assert rule([10.0, 0.0], 0) == pytest.approx(
        np.sqrt(1 / (1 + np.exp(10.0))) * np.log1p(np.exp(-10.0)), rel=1e-10, abs=0
    )


def test_contrastive_agrees_with_torch(rng):
    pair = [rng.normal(size=(5, 3)) for _ in range(2)]
    u, v = (torch.tensor(one, requires_grad=True) for one in pair)
    scores = F.normalize(u, dim=1) @ F.normalize(v, dim=1).T / 0.2
    own = torch.arange(5)
    loss = (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2
    loss.backward()
    assert oracle.contrastive(*pair, 0.2) == pytest.approx(loss.item(), rel=1e-12)
    for got, right in zip(oracle.contrastive_slopes(*pair, 0.2), (u.grad, v.grad), strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-6, atol=1e-9)


def test_mean_square_agrees_with_torch(rng):
    outputs, targets = rng.normal(size=(3, 5, 7)), rng.normal(size=(3, 5, 7))
    expected = F.mse_loss(torch.tensor(outputs), torch.tensor(targets))
    assert oracle.mean_square(outputs, targets) == pytest.approx(expected.item(), rel=1e-12)


def test_slopes_through_the_lengths_agree_with_torch(rng):
    rows, g = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    right = torch.tensor(rows, requires_grad=True)
    (F.normalize(right, dim=1) * torch.tensor(g)).sum().backward()
    np.testing.assert_allclose(oracle.unit_slopes(rows, g), right.grad, rtol=1e-7, atol=1e-9)
