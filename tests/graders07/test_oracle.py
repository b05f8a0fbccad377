"""The numpy loop that module 07 is judged by is itself held to differences and to torch."""

from __future__ import annotations

import math

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(707)


@pytest.mark.parametrize("kind", ["square", "entropy"])
def test_gradients_agree_with_central_differences(oracle, rng, kind):
    weights = oracle.draw(rng, 3, 4, 2)
    ((x, y),) = (oracle.batches if kind == "square" else oracle.labelled)(rng, (5,), 3, 2)
    loss = oracle.mean_square if kind == "square" else oracle.cross_entropy
    _, grads = oracle.gradients(weights, x, y, loss)
    h = 1e-5
    for w, grad in zip(weights, grads, strict=True):
        assert grad.shape == w.shape
        for i in np.ndindex(w.shape):
            kept = w[i]
            w[i] = kept + h
            above = oracle.gradients(weights, x, y, loss)[0]
            w[i] = kept - h
            below = oracle.gradients(weights, x, y, loss)[0]
            w[i] = kept
            # Truncation h^2 and rounding 1e-16 / h are both near 1e-10.
            assert grad[i] == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-9)


RULES = {
    "sgd": ({"momentum": 0.9}, lambda oracle: oracle.sgd(0.9)),
    "adam": ({"weight_decay": 0.05}, lambda oracle: oracle.adam(decay=0.05)),
    "adamw": ({"weight_decay": 0.2}, lambda oracle: oracle.adam(decay=0.2, decoupled=True)),
}


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize(("clip", "group"), [(None, 1), (0.05, 1), (0.3, 2)])
def test_training_agrees_with_torch(oracle, rng, kind, clip, group):
    torch = pytest.importorskip("torch")
    weights, data = oracle.draw(rng, 3, 4, 2), oracle.batches(rng, (8, 3, 5), 3, 2)
    settings, rule = RULES[kind]
    run = oracle.train(weights, [data] * 4, rule(oracle), lambda e: 0.05 / (1 + e), clip=clip, group=group)

    parameters = [torch.tensor(w, requires_grad=True) for w in weights]
    maker = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind]
    optimizer = maker(parameters, lr=1.0, **settings)
    losses = []
    for epoch in range(4):
        optimizer.param_groups[0]["lr"] = 0.05 / (1 + epoch)
        total = samples = 0
        for start in range(0, len(data), group):
            part = data[start : start + group]
            x, y = (torch.tensor(np.concatenate([batch[i] for batch in part])) for i in (0, 1))
            w1, b1, w2, b2 = parameters
            loss = torch.nn.functional.mse_loss(torch.tanh(x @ w1 + b1) @ w2 + b2, y)
            optimizer.zero_grad()
            loss.backward()
            if clip is not None:
                norm = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters))
                for p in parameters:
                    p.grad *= min(1.0, clip / norm)
            optimizer.step()
            total, samples = total + loss.item() * len(x), samples + len(x)
        losses.append(total / samples)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-9)
    for ours, theirs in zip(run.weights, parameters, strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-8, atol=1e-10)


def test_cross_entropy_agrees_with_torch(oracle, rng):
    torch = pytest.importorskip("torch")
    outputs, targets = rng.normal(size=(6, 4)) * 30, rng.integers(0, 4, size=6)
    right = torch.tensor(outputs, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(right, torch.tensor(targets))
    loss.backward()
    value, slope = oracle.cross_entropy(outputs, targets)
    assert value == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(slope, right.grad.numpy(), rtol=1e-9, atol=1e-15)


def test_the_cosine_has_the_pinned_values(oracle):
    right = [0.1, 0.08681981, 0.055, 0.02318019, 0.0100222, 0.01, 0.01]
    got = [oracle.cosine(0.1, 0.01, 100, epoch) for epoch in (0, 25, 50, 75, 99, 100, 105)]
    np.testing.assert_allclose(got, right, atol=5e-9)
