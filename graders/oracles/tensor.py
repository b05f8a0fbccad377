"""Module 01's expected values: what an array operation means, element by element, in plain loops.

Nothing here asks numpy for the operation that is judged; numpy arrays only hold the numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def common_shape(a: Shape, b: Shape) -> Shape:
    """The shape of both after broadcasting: aligned from the right, 1 stretches."""
    pairs = itertools.zip_longest(reversed(a), reversed(b), fillvalue=1)
    return tuple(reversed([m if n == 1 else n for m, n in pairs]))


def stretched(a: Array, place: Shape) -> Any:
    """The element of `a` that broadcasting puts at `place`."""
    own = place[len(place) - a.ndim :]
    return a[tuple(0 if n == 1 else i for i, n in zip(own, a.shape, strict=True))]


def elementwise(operation: Callable[..., float], *operands: Array) -> Array:
    """operation(x, ...) of every element, operands broadcast; float64."""
    shape: Shape = ()
    for one in operands:
        shape = common_shape(shape, one.shape)
    out = np.empty(shape)
    for place in np.ndindex(shape):
        out[place] = operation(*(float(stretched(one, place)) for one in operands))
    return out


def matmul(a: Array, b: Array) -> Array:
    """Rows times columns, for operands of any number of axes but 0."""
    left = a.reshape(1, -1) if a.ndim == 1 else a
    right = b.reshape(-1, 1) if b.ndim == 1 else b
    stack = common_shape(left.shape[:-2], right.shape[:-2])
    n, k, m = left.shape[-2], left.shape[-1], right.shape[-1]
    out = np.empty((*stack, n, m))
    for place in np.ndindex(stack):
        first = left[tuple(0 if s == 1 else i for i, s in _aligned(place, left.shape[:-2]))]
        second = right[tuple(0 if s == 1 else i for i, s in _aligned(place, right.shape[:-2]))]
        for i, j in itertools.product(range(n), range(m)):
            out[(*place, i, j)] = math.fsum(first[i, q] * second[q, j] for q in range(k))
    kept = [*stack, *([n] if a.ndim > 1 else []), *([m] if b.ndim > 1 else [])]
    return out.reshape(kept)


def _aligned(place: Shape, shape: Shape) -> Iterator[tuple[int, int]]:
    return zip(place[len(place) - len(shape) :], shape, strict=True)


def permuted(a: Array, axes: Sequence[int]) -> Array:
    """Axis i of the result is axis axes[i] of `a`."""
    out = np.empty([a.shape[axis] for axis in axes], dtype=a.dtype)
    for place in np.ndindex(out.shape):
        source = [0] * a.ndim
        for i, axis in zip(place, axes, strict=True):
            source[axis] = i
        out[place] = a[tuple(source)]
    return out


def reshaped(a: Array, shape: Shape) -> Array:
    """The elements row by row under another shape, all lengths given."""
    out = np.empty(shape, dtype=a.dtype)
    for place, source in zip(np.ndindex(shape), np.ndindex(a.shape), strict=True):
        out[place] = a[source]
    return out


def reduced(a: Array, axes: Sequence[int], how: str, *, keepdims: bool = False) -> Array:
    """Sum, mean or max over these axes, none of them negative."""
    groups: dict[Shape, list[float]] = {}
    for place in np.ndindex(a.shape):
        rest = tuple(0 if axis in axes else i for axis, i in enumerate(place))
        groups.setdefault(rest, []).append(float(a[place]))
    kept = tuple(1 if axis in axes else n for axis, n in enumerate(a.shape))
    out = np.empty(kept)
    for rest, members in groups.items():
        total = math.fsum(members)
        out[rest] = {"sum": total, "mean": total / len(members), "max": sorted(members)[-1]}[how]
    return out if keepdims else out.reshape([n for axis, n in enumerate(kept) if axis not in axes])
