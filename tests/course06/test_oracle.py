"""What module 06 is judged by agrees with torch over fifty steps, and with the number tables of the course."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from course_tools.grading.checks import import_file

oracle = import_file(Path(__file__).resolve().parents[2] / "graders" / "oracles" / "optimizers.py")

CASES = [
    (oracle.sgd(), torch.optim.SGD, {}),
    (oracle.sgd(0.8, 0.05), torch.optim.SGD, {"momentum": 0.8, "weight_decay": 0.05}),
    (oracle.rmsprop(0.5, 0.1), torch.optim.RMSprop, {"alpha": 0.5, "eps": 0.1}),
    (
        oracle.rmsprop(0.9, 1e-8, 0.05, 0.7),
        torch.optim.RMSprop,
        {"alpha": 0.9, "weight_decay": 0.05, "momentum": 0.7},
    ),
    (oracle.adam(), torch.optim.Adam, {}),
    (
        oracle.adam((0.6, 0.8), 0.01, 0.05),
        torch.optim.Adam,
        {"betas": (0.6, 0.8), "eps": 0.01, "weight_decay": 0.05},
    ),
    (oracle.adam(decoupled=0.3), torch.optim.AdamW, {"weight_decay": 0.3}),
]


@pytest.mark.parametrize(("rule", "theirs", "options"), CASES)
def test_fifty_steps_are_torchs(rule, theirs, options):
    rng = np.random.default_rng(6)
    start = [rng.normal(size=(2, 3)), rng.normal(size=4)]
    gradients = [
        [None if i == 1 and step < 3 else rng.normal(size=one.shape) for i, one in enumerate(start)]
        for step in range(50)
    ]
    rates = [0.05 / (1 + step % 7) for step in range(50)]
    leaves = [torch.tensor(one, requires_grad=True) for one in start]
    optimizer = theirs(leaves, lr=0.05, **options)
    after = oracle.run(rule, start, gradients, rates)
    for step, given in enumerate(gradients):
        optimizer.param_groups[0]["lr"] = rates[step]
        for leaf, g in zip(leaves, given, strict=True):
            leaf.grad = None if g is None else torch.tensor(g)
        optimizer.step()
        for history, leaf in zip(after, leaves, strict=True):
            np.testing.assert_allclose(history[step], leaf.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_decay_after_the_step_is_the_second_table():
    gradients = [[np.array(g)] for g in (1.0, 0.5, -2.0)]
    rule = oracle.adam(decoupled=0.1, decay_last=True)
    (found,) = oracle.run(rule, [np.array(1.0)], gradients, [0.1] * 3)
    np.testing.assert_allclose(found, [0.891000, 0.789804, 0.802336], atol=5e-7)


def test_the_line_of_the_first_loop():
    X, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
    losses, weight, bias = oracle.fit(np.zeros((1, 1)), np.zeros(1), X, y, oracle.sgd(), 0.1, 3)
    np.testing.assert_allclose(losses, [10.0, 1.06, 0.1732], rtol=1e-9)
    assert [weight.item(), bias.item()] == pytest.approx([1.426, 0.828])


def test_the_least_loss_is_below_every_fit():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(32, 10)), rng.normal(size=(32, 2))
    least = oracle.least_loss(X, y)
    losses, *_ = oracle.fit(rng.normal(size=(10, 2)), np.zeros(2), X, y, oracle.sgd(), 0.25, 150)
    assert least <= losses[-1] < 1.01 * least
