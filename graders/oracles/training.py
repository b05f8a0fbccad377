"""Module 07's expected values: a training loop in plain numpy that shares no code with the course's library.

One network serves everywhere: tanh between two dense layers, weights a list [W1, b1, W2, b2] with
W of shape (inputs, outputs). Everything is float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Weights = list[Array]
Batch = tuple[Array, Array]
Rule = Callable[[Weights, Weights, float], None]  # changes the weights in place, given gradients and rate


def draw(rng: np.random.Generator, inputs: int, hidden: int, outputs: int) -> Weights:
    """Weights of moderate size, biases not zero."""
    return [
        rng.normal(size=(inputs, hidden)) / math.sqrt(inputs),
        rng.normal(size=hidden) * 0.3,
        rng.normal(size=(hidden, outputs)) / math.sqrt(hidden),
        rng.normal(size=outputs) * 0.3,
    ]


def batches(rng: np.random.Generator, sizes: Sequence[int], inputs: int, outputs: int) -> list[Batch]:
    """Inputs and real targets; the targets differ in spread, so that means over batches are noticed."""
    return [
        (rng.normal(size=(n, inputs)), rng.normal(size=(n, outputs)) * (1 + i)) for i, n in enumerate(sizes)
    ]


def labelled(rng: np.random.Generator, sizes: Sequence[int], inputs: int, classes: int) -> list[Batch]:
    """Inputs and integer classes."""
    return [(rng.normal(size=(n, inputs)), rng.integers(0, classes, size=n)) for n in sizes]


def forward(weights: Weights, x: Array) -> tuple[Array, Array]:
    """Hidden values (N, hidden) and outputs (N, outputs)."""
    hidden = np.tanh(x @ weights[0] + weights[1])
    return hidden, hidden @ weights[2] + weights[3]


def mean_square(outputs: Array, targets: Array) -> tuple[float, Array]:
    """Squared error over all elements, and its derivative."""
    away = outputs - targets
    return float(np.mean(away**2)), 2 * away / away.size


def cross_entropy(outputs: Array, targets: Array) -> tuple[float, Array]:
    """Mean of -log softmax at the right class, and its derivative; targets (N,) integers."""
    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    rows = np.arange(len(outputs))
    loss = -float(np.log(shares[rows, targets]).mean())
    shares[rows, targets] -= 1
    return loss, shares / len(outputs)


def gradients(weights: Weights, x: Array, y: Array, loss: Any = mean_square) -> tuple[float, Weights]:
    """Loss and gradients of one batch, by the chain rule written out."""
    hidden, outputs = forward(weights, x)
    value, d_out = loss(outputs, y)
    d_hidden = (d_out @ weights[2].T) * (1 - hidden**2)
    return value, [x.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_out, d_out.sum(axis=0)]


def norm(grads: Iterable[Array]) -> float:
    """Joint L2 norm."""
    return math.sqrt(sum(float(np.vdot(g, g)) for g in grads))


def cosine(max_lr: float, min_lr: float, total: int, epoch: int) -> float:
    """Rate of an epoch, as pinned for 07.1."""
    if epoch >= total:
        return min_lr
    return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * epoch / total)) / 2


def sgd(momentum: float = 0.0) -> Rule:
    """v <- momentum v + g; weight <- weight - rate v."""
    velocity: Weights = []

    def update(weights: Weights, grads: Weights, rate: float) -> None:
        if not velocity:
            velocity.extend(np.zeros_like(w) for w in weights)
        for w, g, v in zip(weights, grads, velocity, strict=True):
            v *= momentum
            v += g
            w -= rate * v

    return update


def adam(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    decay: float = 0.0,
    decoupled: bool = False,
) -> Rule:
    """Adam with decay in the gradient, or AdamW (decay before the step), as pinned for module 06."""
    first: Weights = []
    second: Weights = []
    count = [0]

    def update(weights: Weights, grads: Weights, rate: float) -> None:
        if not first:
            first.extend(np.zeros_like(w) for w in weights)
            second.extend(np.zeros_like(w) for w in weights)
        count[0] += 1
        for w, g, m, v in zip(weights, grads, first, second, strict=True):
            if decoupled:
                w -= rate * decay * w
            else:
                g = g + decay * w
            m[...] = betas[0] * m + (1 - betas[0]) * g
            v[...] = betas[1] * v + (1 - betas[1]) * g * g
            w -= rate * (m / (1 - betas[0] ** count[0])) / (np.sqrt(v / (1 - betas[1] ** count[0])) + eps)

    return update


@dataclass
class Run:
    """What a run of epochs leaves behind."""

    weights: Weights
    losses: list[float] = field(default_factory=list)  # one per epoch, mean over samples
    rates: list[float] = field(default_factory=list)  # one per epoch
    norms: list[float] = field(default_factory=list)  # one per update, before clipping
    steps: int = 0


def train(
    weights: Weights,
    epochs: Sequence[Sequence[Batch]],
    rule: Rule,
    rate: Callable[[int], float],
    *,
    clip: float | None = None,
    group: int = 1,
    loss: Any = mean_square,
) -> Run:
    """Train on the joined samples of every `group` batches: what accumulation has to equal."""
    run = Run([w.copy() for w in weights])
    for epoch, data in enumerate(epochs):
        run.rates.append(rate(epoch))
        total = samples = 0.0
        for start in range(0, len(data), group):
            part = data[start : start + group]
            x, y = (np.concatenate([batch[i] for batch in part]) for i in (0, 1))
            value, grads = gradients(run.weights, x, y, loss)
            total, samples = total + value * len(x), samples + len(x)
            run.norms.append(norm(grads))
            if clip is not None and run.norms[-1] > clip:
                grads = [g * (clip / run.norms[-1]) for g in grads]
            rule(run.weights, grads, run.rates[-1])
            run.steps += 1
        run.losses.append(total / samples)
    return run
