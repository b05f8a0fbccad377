"""Module 09's expected values: windows visited one by one, in plain loops.

Images are (N, C, H, W), kernels (O, C, k, k). A gradient is collected along the same loops as its forward, or
taken by central differences where the forward is not a sum of products.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def places(length: int, k: int, stride: int) -> list[int]:
    """Where windows of k begin on an axis of this length."""
    found, start = [], 0
    while start + k <= length:
        found.append(start)
        start += stride
    return found


def visits(x: Array, k: int, stride: int) -> Iterator[tuple[int, int, int, int]]:
    """(row, column) of every output and of the upper left corner of its window."""
    for r, top in enumerate(places(x.shape[2], k, stride)):
        for c, left in enumerate(places(x.shape[3], k, stride)):
            yield r, c, top, left


def padded(x: Array, p: int) -> Array:
    """Zeros on all four sides."""
    out = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * p, x.shape[3] + 2 * p))
    out[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    return out


def convolved(x: Array, W: Array, b: Array | None, stride: int = 1, padding: int = 0) -> Array:
    """What 09.1 asks for: one sum of products per output pixel."""
    big, k = padded(x, padding), W.shape[2]
    size = [len(places(length, k, stride)) for length in big.shape[2:]]
    y = np.zeros((len(x), len(W), *size))
    for r, c, top, left in visits(big, k, stride):
        for n in range(len(x)):
            for o in range(len(W)):
                window = big[n, :, top : top + k, left : left + k]
                y[n, o, r, c] = float((window * W[o]).sum()) + (0.0 if b is None else float(b[o]))
    return y


def convolved_at(x: Array, W: Array, b: Array, place: tuple[int, int, int, int]) -> float:
    """One output pixel (n, o, row, column) at stride 1 without padding."""
    n, o, r, c = place
    k = W.shape[2]
    return float((x[n, :, r : r + k, c : c + k] * W[o]).sum() + b[o])


def conv_gradients(x: Array, W: Array, dy: Array, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """dx, dW, db: every output hands its upstream number to all that went into it."""
    big, k = padded(x, padding), W.shape[2]
    d_big, dW, db = np.zeros_like(big), np.zeros_like(W), np.zeros(len(W))
    for r, c, top, left in visits(big, k, stride):
        for n in range(len(x)):
            for o in range(len(W)):
                g = float(dy[n, o, r, c])
                d_big[n, :, top : top + k, left : left + k] += g * W[o]
                dW[o] += g * big[n, :, top : top + k, left : left + k]
                db[o] += g
    return d_big[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]], dW, db


def pooled(x: Array, k: int, stride: int, how: str, dy: Array | None = None) -> tuple[Array, Array]:
    """Pooled images and, for an upstream dy, the gradient of x; how is "max" or "mean"."""
    size = [len(places(length, k, stride)) for length in x.shape[2:]]
    y, dx = np.zeros((*x.shape[:2], *size)), np.zeros_like(x)
    for r, c, top, left in visits(x, k, stride):
        for n in range(x.shape[0]):
            for channel in range(x.shape[1]):
                window = x[n, channel, top : top + k, left : left + k].ravel().tolist()
                g = 0.0 if dy is None else float(dy[n, channel, r, c])
                if how == "max":
                    winner = window.index(max(window))  # the first one
                    y[n, channel, r, c] = window[winner]
                    dx[n, channel, top + winner // k, left + winner % k] += g
                else:
                    y[n, channel, r, c] = math.fsum(window) / k**2
                    dx[n, channel, top : top + k, left : left + k] += g / k**2
    return y, dx


def channel_numbers(x: Array) -> tuple[Array, Array, Array]:
    """Mean, biased and unbiased variance of each channel."""
    found = []
    for channel in range(x.shape[1]):
        entries = x[:, channel].ravel().tolist()
        mean = math.fsum(entries) / len(entries)
        squares = math.fsum((entry - mean) ** 2 for entry in entries)
        found.append((mean, squares / len(entries), squares / max(len(entries) - 1, 1)))
    mean, biased, unbiased = np.array(found).T
    return mean, biased, unbiased


def normalised(x: Array, mean: Array, variance: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """gamma (x - mean) / sqrt(variance + eps) + beta, channel by channel."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        y[:, c] = gamma[c] * (x[:, c] - mean[c]) / math.sqrt(variance[c] + eps) + beta[c]
    return y


def differences(f: Callable[[], Array], x: Array, upstream: Array, h: float = 1e-5) -> Array:
    """Gradient of sum(upstream * f()) for the array x, entry by entry; x is put back."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + h
        above = f()
        x[place] = kept - h
        below = f()
        x[place] = kept
        grad[place] = ((above - below) * upstream).sum() / (2 * h)
    return grad


def scores(parameters: list[Array], images: Array) -> Array:
    """SimpleCNN by these loops: two convolutions with ReLU and max pooling, then a linear layer."""
    w1, b1, w2, b2, w3, b3 = parameters
    hidden = np.maximum(convolved(images, w1, b1, 1, 1), 0.0)
    hidden = pooled(hidden, 2, 2, "max")[0]
    hidden = pooled(np.maximum(convolved(hidden, w2, b2, 1, 1), 0.0), 2, 2, "max")[0]
    return np.array([[float(row.ravel() @ column) for column in w3.T] for row in hidden]) + b3


def least_squares_accuracy(train: tuple[Array, Array], test: tuple[Array, Array]) -> float:
    """Share of test images a linear model gets right, by the normal equations."""
    (A, y), (B, right) = (
        (np.insert(X.reshape(len(X), -1), 0, 1.0, axis=1), labels) for X, labels in (train, test)
    )
    wanted = np.array([[float(label == k) for k in range(10)] for label in y])
    weights = np.linalg.solve(A.T @ A, A.T @ wanted)
    return float(np.mean(np.argmax(B @ weights, axis=1) == right))
