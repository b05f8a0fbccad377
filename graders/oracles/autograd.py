"""Module 05's expected values: slopes by differences of plain numpy, broadcasting undone index by index, and
derivatives carried forwards by dual numbers. Nothing here walks a graph backwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def gathered(g: Array, shape: tuple[int, ...]) -> Array:
    """Each number of g added to the place of `shape` it was broadcast from; float64."""
    total = np.zeros(shape)
    for place in np.ndindex(g.shape):
        own = place[len(place) - len(shape) :]
        total[tuple(0 if size == 1 else i for i, size in zip(own, shape, strict=True))] += float(g[place])
    return total


def slopes(forward: Callable[..., Array], arrays: Sequence[Array], g: Array, h: float = 1e-4) -> list[Array]:
    """The gradient of sum(g * forward(*arrays)) for each array, by differences of fourth order.

    Error about h^4 and 1e-16 / h: near 1e-12 for numbers about 1, so 1e-8 is a safe tolerance.
    """
    found = []
    for i, array in enumerate(arrays):
        gradient = np.empty(array.shape)
        for place in np.ndindex(array.shape):

            def moved(by: float, i: int = i, place: tuple[int, ...] = place) -> float:
                changed = [one.copy() for one in arrays]
                changed[i][place] += by
                return float((g * forward(*changed)).sum())

            near, far = moved(h) - moved(-h), moved(2 * h) - moved(-2 * h)
            gradient[place] = (8 * near - far) / (12 * h)
        found.append(gradient)
    return found


def softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x)
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


# -- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dual:
    """A number and how fast it changes with each leaf: (leaves,)."""

    value: float
    change: Array


def add(a: Dual, b: Dual) -> Dual:
    return Dual(a.value + b.value, a.change + b.change)


def sub(a: Dual, b: Dual) -> Dual:
    return Dual(a.value - b.value, a.change - b.change)


def mul(a: Dual, b: Dual) -> Dual:
    return Dual(a.value * b.value, a.change * b.value + b.change * a.value)


def div(a: Dual, b: Dual) -> Dual:
    return Dual(a.value / b.value, (a.change * b.value - b.change * a.value) / b.value**2)


def neg(a: Dual, _: Dual) -> Dual:
    return Dual(-a.value, -a.change)


def tanh(a: Dual, _: Dual) -> Dual:
    return Dual(math.tanh(a.value), a.change / math.cosh(a.value) ** 2)


def sigmoid(a: Dual, _: Dual) -> Dual:
    bent = math.tanh(a.value / 2)
    return Dual((1 + bent) / 2, a.change * (1 - bent * bent) / 4)


STEPS = {"add": add, "sub": sub, "mul": mul, "div": div, "neg": neg, "tanh": tanh, "sigmoid": sigmoid}
Program = list[list[Any]]  # [name, position of a, position of b] of each step; leaves come first


def program(rng: np.random.Generator, starts: Sequence[float], length: int) -> Program:
    """Steps that draw on everything before them, the later the likelier, with numbers that stay below 20.

    Division is by a leaf only, and a leaf is not 0.
    """
    steps: Program = []
    for i in range(length):
        name = str(rng.choice(list(STEPS)))
        last = len(starts) + i - 1
        a = max(last - int(rng.geometric(0.5)) + 1, 0)
        b = int(rng.integers(len(starts) if name == "div" else last + 1))
        value = run([*steps, [name, a, b]], starts).value
        steps.append([name, a, b] if abs(value) < 20 else ["tanh", a, b])
    return steps


def run(steps: Program, starts: Sequence[float]) -> Dual:
    """Value of the last step and its slopes for all leaves, worked out from the leaves on."""
    line = np.eye(len(starts))
    known = [Dual(float(value), line[i]) for i, value in enumerate(starts)]
    for name, a, b in steps:
        known.append(STEPS[name](known[a], known[b]))
    return known[-1]
