"""Module 06's expected values: every update rule for one number, in plain floats, called number by number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Memory = dict[str, float]  # what one number's rule remembers from step to step
Rule = Callable[[float, float, float, Memory], float]  # weight, gradient, rate, memory -> new weight


def sgd(momentum: float = 0.0, weight_decay: float = 0.0) -> Rule:
    def update(w: float, g: float, lr: float, memory: Memory) -> float:
        g += weight_decay * w
        memory["v"] = momentum * memory["v"] + g if "v" in memory else g
        return w - lr * memory["v"]

    return update


def rmsprop(alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0, momentum: float = 0.0) -> Rule:
    def update(w: float, g: float, lr: float, memory: Memory) -> float:
        g += weight_decay * w
        memory["s"] = alpha * memory.get("s", 0.0) + (1 - alpha) * g**2
        memory["b"] = momentum * memory.get("b", 0.0) + g / (math.sqrt(memory["s"]) + eps)
        return w - lr * memory["b"]

    return update


def adam(
    betas: Sequence[float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    decoupled: float = 0.0,
    decay_last: bool = False,
) -> Rule:
    """weight_decay goes into the gradient, decoupled beside it: before the step, or with decay_last after it."""
    beta1, beta2 = betas

    def update(w: float, g: float, lr: float, memory: Memory) -> float:
        g += weight_decay * w
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
        v = memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g**2
        step = lr * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + eps)
        if decay_last:
            return (w - step) * (1 - lr * decoupled)
        return w * (1 - lr * decoupled) - step

    return update


def run(
    rule: Rule,
    start: Sequence[Array],
    gradients: Sequence[Sequence[Array | None]],
    rates: Sequence[float],
) -> list[Array]:
    """The weights after every step: for each parameter an array (steps, *shape). None: no gradient in that step."""
    after = []
    for i, first in enumerate(start):
        history = np.empty((len(gradients), *first.shape))
        for place in np.ndindex(first.shape):
            weight, memory = float(first[place]), Memory()
            for step, given in enumerate(gradients):
                g = given[i]
                if g is not None:
                    weight = rule(weight, float(g[place]), rates[step], memory)
                history[(step, *place)] = weight
        after.append(history)
    return after


def fit(
    weight: Array, bias: Array, X: Array, y: Array, rule: Rule, lr: float, epochs: int
) -> tuple[list[float], Array, Array]:
    """Losses before each update, and the weights at the end, of a linear layer under the mean squared error."""
    weight, bias, losses = weight.copy(), bias.copy(), []
    memories = {place: Memory() for array in (weight, bias) for place in np.ndindex(array.shape)}
    for _ in range(epochs):
        gap = np.array([[math.fsum(row * column) for column in weight.T] for row in X]) + bias - y
        losses.append(float((gap**2).mean()))
        slopes = gap * (2 / gap.size)
        to_weight = np.array([[math.fsum(column * slope) for slope in slopes.T] for column in X.T])
        for array, gradient in ((weight, to_weight), (bias, slopes.sum(axis=0))):
            for place in np.ndindex(array.shape):
                array[place] = rule(float(array[place]), float(gradient[place]), lr, memories[place])
    return losses, weight, bias


def least_loss(X: Array, y: Array) -> float:
    """The smallest mean squared error that any linear layer with a bias reaches."""
    full = np.hstack([X, np.ones((len(X), 1))])
    return float(((full @ np.linalg.lstsq(full, y, rcond=None)[0] - y) ** 2).mean())
