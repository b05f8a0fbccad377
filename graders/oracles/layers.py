"""Module 03's expected values: sums written out in plain loops, and slopes by central differences of them.

Nothing here asks numpy for the operation that is judged; numpy arrays only hold the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """y_j = sum_i x_i W_ij + b_j for each place in the leading axes; float64."""
    n_in, n_out = weight.shape
    out = np.empty((*x.shape[:-1], n_out))
    for place in np.ndindex(out.shape):
        row, j = x[place[:-1]], place[-1]
        total = math.fsum(float(row[i]) * float(weight[i, j]) for i in range(n_in))
        out[place] = total + (0.0 if bias is None else float(bias[j]))
    return out


def rows(table: Array, ids: Array) -> Array:
    """The row of each id: (*ids.shape, dim)."""
    out = np.empty((*ids.shape, table.shape[1]))
    for place in np.ndindex(ids.shape):
        for j in range(table.shape[1]):
            out[(*place, j)] = table[int(ids[place]), j]
    return out


def layer_norm(x: Array, gamma: Sequence[float], beta: Sequence[float], eps: float) -> Array:
    """Each row of the last axis by its own mean and its own mean squared distance from it."""
    out = np.empty(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        row = [float(one) for one in x[place]]
        mean = math.fsum(row) / len(row)
        variance = math.fsum((one - mean) ** 2 for one in row) / len(row)
        root = math.sqrt(variance + eps)
        for j, one in enumerate(row):
            out[(*place, j)] = float(gamma[j]) * (one - mean) / root + float(beta[j])
    return out


def slope(function: Callable[..., Array], at: Sequence[Array], along: Sequence[Array]) -> Array:
    """How `function` changes per unit of a step from `at` in the direction `along`: a central difference.

    Truncation (h^2) and rounding (1e-16 / h) are both near 1e-10 for h = 1e-5 and numbers of size 1.
    """
    h = 1e-5
    above = function(*(a + h * d for a, d in zip(at, along, strict=True)))
    below = function(*(a - h * d for a, d in zip(at, along, strict=True)))
    return (above - below) / (2 * h)
