"""Module 02's expected values: one number at a time with `math`, in forms that neither overflow nor cancel.

Forward and slope take a float. For arrays there are `each`, for whole arrays of independent numbers, and `lines`,
for what happens along an axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def each(function: Callable[[float], float], x: Array) -> Array:
    """function of every element; float64, same shape."""
    return np.array([function(float(one)) for one in x.ravel()]).reshape(x.shape)


def sigmoid(x: float) -> float:
    """Two forms, by the sign of x, so that exp sees nothing positive."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def sigmoid_slope(x: float) -> float:
    """e / (1 + e)^2 with e = exp(-|x|): even in x, and without 1 - y."""
    e = math.exp(-abs(x))
    return e / (1 + e) ** 2


def tanh(x: float) -> float:
    """(1 - e) / (1 + e) with e = exp(-2|x|), 1 - e by expm1."""
    return math.copysign(-math.expm1(-2 * abs(x)) / (1 + math.exp(-2 * abs(x))), x)


def tanh_slope(x: float) -> float:
    """4 e / (1 + e)^2 with e = exp(-2|x|)."""
    e = math.exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2


def gelu(x: float) -> float:
    """x sigmoid(2u), the same as x (1 + tanh u) / 2. Hendrycks and Gimpel 2016, section 2."""
    return x * sigmoid(2 * _inside(x))


def gelu_slope(x: float) -> float:
    """Of x sigmoid(2u), by the product rule."""
    u = _inside(x)
    inner = math.sqrt(2 / math.pi) * (1 + 0.134145 * x**2)
    return sigmoid(2 * u) + 2 * x * sigmoid_slope(2 * u) * inner


def _inside(x: float) -> float:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)


def lines(function: Callable[..., Sequence[float]], axis: int, *arrays: Array) -> Array:
    """function of every line along the axis (one line of each array), put back in its place; float64."""
    turned = [np.moveaxis(one, axis, -1) for one in arrays]
    out = np.empty(turned[0].shape)
    for place in np.ndindex(out.shape[:-1]):
        out[place] = function(*([float(x) for x in one[place]] for one in turned))
    return np.moveaxis(out, -1, axis)


def softmax(line: Sequence[float]) -> list[float]:
    """Shares of one line."""
    top = max(line)
    raised = [math.exp(x - top) for x in line]
    whole = math.fsum(raised)
    return [x / whole for x in raised]


def softmax_backward(g: Sequence[float], s: Sequence[float]) -> list[float]:
    """The Jacobian of one line, element by element, times g."""
    n = range(len(s))
    return [math.fsum(g[i] * s[i] * ((i == j) - s[j]) for i in n) for j in n]
