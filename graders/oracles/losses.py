"""Module 04's expected values: losses written out position by position, and slopes by central differences.

Logarithms of probabilities come from the largest logit and one `fsum`; no array operation of the module is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Rule = Callable[[Sequence[float], int], float]  # (logits of one position, its class) -> its loss
H = 1e-5  # truncation (H^2) and rounding (1e-16 / H) are both near 1e-10


def log_probabilities(logits: Sequence[float]) -> list[float]:
    """log softmax of one row of numbers."""
    top = max(logits)
    total = math.log(math.fsum(math.exp(one - top) for one in logits))
    return [one - top - total for one in logits]


def log_softmax(x: Array, axis: int) -> Array:
    """Row by row along the axis."""
    moved = np.moveaxis(x, axis, -1)
    out = np.empty(moved.shape)
    for place in np.ndindex(moved.shape[:-1]):
        out[place] = log_probabilities([float(one) for one in moved[place]])
    return np.moveaxis(out, -1, axis)


def entropy(logits: Sequence[float], right: int) -> float:
    """Surprise at the right class."""
    return -log_probabilities(logits)[right]


def smoothed(smoothing: float) -> Rule:
    """Surprise under (1 - smoothing) one-hot + smoothing / V."""

    def rule(logits: Sequence[float], right: int) -> float:
        logs = log_probabilities(logits)
        shared = math.fsum(logs) * smoothing / len(logs)
        return -(1 - smoothing) * logs[right] - shared

    return rule


def focal(gamma: float) -> Rule:
    """-(1 - p)^gamma log p; 1 - p as the sum of the others, because a difference has no digits left near p = 1."""

    def rule(logits: Sequence[float], right: int) -> float:
        logs = log_probabilities(logits)
        rest = math.fsum(math.exp(one) for j, one in enumerate(logs) if j != right)
        return -(rest**gamma) * logs[right]

    return rule


def mean_loss(logits: Array, targets: Array, rule: Rule, ignored: int = -100) -> float:
    """Mean over the positions whose target is not `ignored`; 0 if there is none."""
    losses = [rule(logits[place].tolist(), int(targets[place])) for place in counted(targets, ignored)]
    return math.fsum(losses) / len(losses) if losses else 0.0


def slopes(logits: Array, targets: Array, rule: Rule, ignored: int = -100) -> Array:
    """Gradient of `mean_loss`: each logit is moved both ways, in its own position."""
    out = np.zeros(logits.shape)
    places = counted(targets, ignored)
    for place in places:
        right = int(targets[place])
        for j in range(logits.shape[-1]):
            above, below = logits[place].tolist(), logits[place].tolist()
            above[j] += H
            below[j] -= H
            out[(*place, j)] = (rule(above, right) - rule(below, right)) / (2 * H) / len(places)
    return out


def counted(targets: Array, ignored: int) -> list[tuple[int, ...]]:
    """Places of the targets that count."""
    return [place for place in np.ndindex(targets.shape) if int(targets[place]) != ignored]


def mean_square(outputs: Array, targets: Array) -> float:
    """Mean of the squared differences."""
    pairs = zip(outputs.ravel().tolist(), targets.ravel().tolist(), strict=True)
    return math.fsum((one - other) ** 2 for one, other in pairs) / outputs.size


def unit(rows: Array) -> list[list[float]]:
    """Rows divided by their length; a row of zeros stays one."""
    lengths = [math.sqrt(math.fsum(one * one for one in row)) for row in rows.tolist()]
    return [
        [one / (length or 1.0) for one in row] for row, length in zip(rows.tolist(), lengths, strict=True)
    ]


def unit_slopes(rows: Array, g: Array) -> Array:
    """Central differences of the sum of g times the unit rows, in every element of the rows."""
    out = np.zeros(rows.shape)
    for i, j in np.ndindex(rows.shape):
        ends = []
        for step in (H, -H):
            row = rows[i].tolist()
            row[j] += step
            ends.append(
                math.fsum(a * b for a, b in zip(g[i].tolist(), unit(np.array([row]))[0], strict=True))
            )
        out[i, j] = (ends[0] - ends[1]) / (2 * H)
    return out


def contrastive(left: Array, right: Array, temperature: float) -> float:
    """Half the mean surprise at the own partner along rows, half of that along columns."""
    first, second = unit(left), unit(right)
    scores = [
        [math.fsum(a * b for a, b in zip(u, v, strict=True)) / temperature for v in second] for u in first
    ]
    columns = [list(one) for one in zip(*scores, strict=True)]
    surprise = [entropy(row, i) for side in (scores, columns) for i, row in enumerate(side)]
    return math.fsum(surprise) / len(surprise)


def contrastive_slopes(left: Array, right: Array, temperature: float) -> tuple[Array, Array]:
    """Central differences of `contrastive` in every element of both."""
    pair = [np.array(left, dtype=float), np.array(right, dtype=float)]
    found = []
    for moved in pair:
        out = np.zeros(moved.shape)
        for place in np.ndindex(moved.shape):
            kept = moved[place]
            moved[place] = kept + H
            above = contrastive(*pair, temperature)
            moved[place] = kept - H
            out[place] = (above - contrastive(*pair, temperature)) / (2 * H)
            moved[place] = kept
        found.append(out)
    return found[0], found[1]
