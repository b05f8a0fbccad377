"""The plain loops that module 01 is judged by agree with numpy, on many shapes."""

from __future__ import annotations

import math
import operator
from pathlib import Path

import numpy as np
import pytest

from course_tools.grading.checks import import_file

oracle = import_file(Path(__file__).resolve().parents[2] / "graders" / "oracles" / "tensor.py")


def stretchable(rng, shape):
    """A part of the shape from the right, some axes of length 1."""
    kept = shape[rng.integers(0, len(shape) + 1) :]
    return tuple(1 if rng.random() < 0.4 else n for n in kept)


@pytest.mark.parametrize("seed", range(50))
def test_loops_agree_with_numpy(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(1, 4, size=rng.integers(1, 5)))
    full = rng.normal(size=shape)
    a, b = rng.normal(size=stretchable(rng, shape)), rng.uniform(1, 2, size=stretchable(rng, shape))
    assert np.array_equal(oracle.elementwise(operator.truediv, a, b), a / b)
    axes = rng.permutation(len(shape))
    assert np.array_equal(oracle.permuted(full, axes), full.transpose(axes))
    assert np.array_equal(oracle.reshaped(full.T, (full.size,)), full.T.reshape(-1))
    some = tuple(int(axis) for axis in axes[: rng.integers(0, len(shape) + 1)])
    for how in ("sum", "mean", "max"):
        for keepdims in (False, True):
            got = oracle.reduced(full, some, how, keepdims=keepdims)
            expected = getattr(full, how)(axis=some, keepdims=keepdims)
            assert got.shape == expected.shape
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((3,), (2, 3, 4)),
        ((5, 2, 3), (3,)),
        ((1, 5, 2, 3), (4, 1, 3, 2)),
        ((4, 3), (5, 3, 2)),
    ],
)
def test_matmul_agrees_with_numpy(left, right):
    rng = np.random.default_rng(math.prod(left) + math.prod(right))
    a, b = rng.normal(size=left), rng.normal(size=right)
    got = oracle.matmul(a, b)
    assert got.shape == (a @ b).shape
    np.testing.assert_allclose(got, a @ b, rtol=1e-12, atol=1e-14)
