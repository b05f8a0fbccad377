"""Small data sets, generated."""

from __future__ import annotations

import numpy as np


def xor():
    """The four corners and whether their coordinates differ: X (4, 2) float, y (4,) int."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, np.array([0, 1, 1, 0])


def one_hot(labels, classes):
    """labels (...) int -> (..., classes) float: 1 at the label, else 0."""
    return np.eye(classes)[np.asarray(labels)]


def two_moons(n, noise, rng):
    """Two interleaved half circles: X (n, 2) float, y (n,) int, in random order.

    Class 0 lies on (cos t, sin t) and class 1 on (1 - cos t, 0.5 - sin t), t uniform in [0, pi], with normal noise
    of deviation `noise` on both coordinates. The class sizes differ by at most 1.
    """
    y = rng.permutation(np.arange(n) % 2)
    t = rng.uniform(0.0, np.pi, size=n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    X = np.where(y[:, None] == 0, upper, lower)
    return X + rng.normal(0.0, noise, size=X.shape), y


def line(n, noise, rng, slope=2.0, intercept=1.0):
    """Points near a line: X (n, 1) uniform in [-1, 1], y (n, 1) = slope * X + intercept + normal noise."""
    X = rng.uniform(-1.0, 1.0, size=(n, 1))
    return X, slope * X + intercept + rng.normal(0.0, noise, size=X.shape)


def regression(n, features, noise, rng):
    """A linear problem with a known answer: X (n, features), y (n, 1) = X @ weight + noise, weight (features, 1)."""
    X, weight = rng.normal(size=(n, features)), rng.normal(size=(features, 1))
    return X, X @ weight + rng.normal(0.0, noise, size=(n, 1)), weight


def batches(X, y, size):
    """[(X, y), ...] in order, `size` rows each and the rest in a shorter last one; a list, so it can be used again."""
    if len(X) != len(y) or size < 1:
        raise ValueError(
            f"{len(X)} rows of X, {len(y)} of y, size {size}: rows must pair up and size be at least 1"
        )
    return [(X[start : start + size], y[start : start + size]) for start in range(0, len(X), size)]
