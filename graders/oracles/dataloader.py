"""Module 08's expected values: whole numbers counted by hand, and the geometry of two half circles."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def sizes(n: int, batch_size: int, *, drop_last: bool = False) -> list[int]:
    """How many items each batch of an epoch has, dealt out one by one."""
    found: list[int] = []
    for i in range(n):
        if i % batch_size == 0:
            found.append(0)
        found[-1] += 1
    return [size for size in found if size == batch_size or not drop_last]


def columns(X: Array) -> tuple[Array, Array]:
    """Mean and deviation of each column, by sums over its entries; deviation 1 where all are equal."""
    means, deviations = [], []
    for column in X.T.tolist():
        mean = math.fsum(column) / len(column)
        spread = math.sqrt(math.fsum((x - mean) ** 2 for x in column) / len(column))
        means.append(mean)
        deviations.append(1.0 if len(set(column)) == 1 else spread)
    return np.array(means), np.array(deviations)


def straightened(X: Array, y: Array) -> tuple[Array, Array]:
    """Both moons laid on the same upper half circle: its angle t and radius for every row."""
    upper = np.where(y[:, None] == 0, X, [1.0, 0.5] - X)
    return np.arctan2(upper[:, 1], upper[:, 0]), np.hypot(upper[:, 0], upper[:, 1])


def spread_of_moons(noise: float) -> Array:
    """Variance of each coordinate within a class: of cos t and sin t for uniform t, plus the noise."""
    return np.array([1 / 2, 1 / 2 - (2 / math.pi) ** 2]) + noise**2


def changes(values: Sequence[Any]) -> int:
    """How often a sequence goes to another value."""
    return sum(a != b for a, b in itertools.pairwise(values))
