"""Every rule of module 05 against torch in float64, with random upstream gradients."""

from __future__ import annotations

import operator

import numpy as np
import pytest
import torch

from tinytorch.core import activations, layers, losses, spatial
from tinytorch.core.autograd import RULES
from tinytorch.core.tensor import Tensor

F = torch.nn.functional

ROWS, COLUMNS = [0, 2, 2, 1], [1, 1, 1, 0]


def _both_ways(scores):
    right = torch.arange(len(scores))
    return (F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)) / 2


CASES = {  # name: shapes of the inputs, ours, torch's
    "add": ([(2, 1, 3), (4, 1)], lambda a, b: a + b, None),
    "add to itself": ([(2, 3)], lambda a: a + a, None),
    "add to a number": ([()], lambda a: a + 3, None),
    "sub": ([(2, 3), (3,)], lambda a, b: a - b, None),
    "sub from a number": ([(2, 3)], lambda a: 1 - a, None),
    "mul": ([(5, 1), (2, 5, 3)], lambda a, b: a * b, None),
    "div": ([(2, 1), (3,)], lambda a, b: a / b, None),
    "number div": ([(4,)], lambda a: 2 / a, None),
    "neg": ([(2, 3)], lambda a: -a, None),
    "pow 3": ([(2, 3)], lambda a: a**3, None),
    "pow 0.5": ([(2, 3)], lambda a: a**0.5, None),
    "pow -1": ([(2, 3)], lambda a: a**-1, None),
    "pow 0": ([(2, 3)], lambda a: a**0, None),
    "exp": ([(3, 2)], lambda a: a.exp(), None),
    "log": ([(3, 2)], lambda a: a.log(), None),
    "matmul 2-d": ([(2, 3), (3, 5)], lambda a, b: a @ b, None),
    "matmul stacked left": ([(5, 2, 3), (3, 4)], lambda a, b: a @ b, None),
    "matmul stacked right": ([(2, 3), (5, 3, 4)], lambda a, b: a @ b, None),
    "matmul stacked both": ([(5, 2, 3), (5, 3, 5)], lambda a, b: a @ b, None),
    "matmul broadcast stacks": ([(1, 5, 2, 3), (4, 1, 3, 2)], lambda a, b: a @ b, None),
    "matmul vector matrix": ([(3,), (3, 5)], lambda a, b: a @ b, None),
    "matmul vector stack": ([(3,), (4, 3, 5)], lambda a, b: a @ b, None),
    "matmul matrix vector": ([(2, 3), (3,)], lambda a, b: a @ b, None),
    "matmul stack vector": ([(4, 2, 3), (3,)], lambda a, b: a @ b, None),
    "matmul vectors": ([(3,), (3,)], lambda a, b: a @ b, None),
    "reshape": ([(2, 3, 5)], lambda a: a.reshape(5, -1), None),
    "transpose": ([(2, 3, 5)], lambda a: a.transpose(-1, 0, 1), lambda a: a.permute(2, 0, 1)),
    "T": ([(2, 3, 5)], lambda a: a.T, lambda a: a.transpose(-2, -1)),
    "getitem integers": ([(3, 2)], lambda a: a[ROWS, COLUMNS], None),
    "getitem slice": ([(5, 3)], lambda a: a[1::2, 0], None),
    "getitem ellipsis": ([(2, 3, 5)], lambda a: a[..., None, -1], None),
    "getitem mask": ([(2, 3)], lambda a: a[np.eye(2, 3) > 0], lambda a: a[torch.eye(2, 3) > 0]),
    "sum": ([(2, 3)], lambda a: a.sum(), None),
    "sum axis": ([(2, 3, 5)], lambda a: a.sum(axis=-2), lambda a: a.sum(-2)),
    "sum axes": ([(2, 3, 5)], lambda a: a.sum(axis=(0, -1)), lambda a: a.sum((0, -1))),
    "sum keepdims": ([(2, 3)], lambda a: a.sum(axis=1, keepdims=True), lambda a: a.sum(1, keepdim=True)),
    "mean": ([(2, 3)], lambda a: a.mean(), None),
    "mean axis": ([(3, 5, 7)], lambda a: a.mean(axis=1), lambda a: a.mean(1)),
    "mean axes keepdims": (
        [(3, 5, 7)],
        lambda a: a.mean(axis=(0, -1), keepdims=True),
        lambda a: a.mean((0, -1), keepdim=True),
    ),
    "max": ([(2, 3)], lambda a: a.max(), None),
    "max axis": ([(3, 5, 7)], lambda a: a.max(axis=-2), lambda a: a.amax(-2)),
    "max keepdims": ([(3, 5)], lambda a: a.max(axis=0, keepdims=True), lambda a: a.amax(0, keepdim=True)),
    "relu": ([(3, 5)], lambda a: activations.ReLU()(a - 1), lambda a: F.relu(a - 1)),
    "sigmoid": ([(3, 5)], activations.Sigmoid(), torch.sigmoid),
    "tanh": ([(3, 5)], activations.Tanh(), torch.tanh),
    "gelu": ([(3, 5)], lambda a: activations.GELU()(a - 1), lambda a: F.gelu(a - 1, approximate="tanh")),
    "softmax": ([(3, 5)], activations.Softmax(), lambda a: torch.softmax(a, -1)),
    "softmax axis 0": ([(3, 5, 2)], activations.Softmax(axis=0), lambda a: torch.softmax(a, 0)),
    "loss": (
        [(3, 5)],
        lambda a: losses.CrossEntropyLoss()(a, np.array([1, -100, 4])) * 3,
        lambda a: F.cross_entropy(a, torch.tensor([1, -100, 4])) * 3,
    ),
    "pair_loss": (
        [(3, 2), (3, 2)],
        losses.ContrastiveLoss(0.5),
        lambda a, b: _both_ways(F.normalize(a) @ F.normalize(b).T / 0.5),
    ),
    "many uses": ([(2, 2), (2,)], lambda a, b: (a @ a * b + a) / (a.sum() + b * b) - a * a.T, None),
    "layers": (
        [(4, 3)],
        lambda a: layers.LayerNorm(3)(layers.Tanh()(a)),
        lambda a: F.layer_norm(torch.tanh(a), (3,)),
    ),
    "array_function": ([(2, 3, 5, 4)], lambda a: spatial.AvgPool2d(2)(a), lambda a: F.avg_pool2d(a, 2)),
}


@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_are_torchs(name, rng, as_torch):
    shapes, ours, theirs = CASES[name]
    arrays = [rng.uniform(0.3, 2, size=shape) for shape in shapes]
    mine = [Tensor(array, requires_grad=True) for array in arrays]
    other = [as_torch(array) for array in arrays]
    result, expected = ours(*mine), (theirs or ours)(*other)
    np.testing.assert_allclose(result.data, expected.detach(), rtol=1e-12, atol=1e-14)
    assert result.shape == tuple(expected.shape)
    g = rng.normal(size=result.shape)
    result.backward(g)
    expected.backward(torch.tensor(g))
    for one, right in zip(mine, other, strict=True):
        assert type(one.grad) is np.ndarray
        assert one.grad.shape == one.shape
        np.testing.assert_allclose(one.grad, right.grad, rtol=1e-9, atol=1e-12)
        one.grad *= 2  # its own array, writable


def test_every_rule_is_among_the_cases():
    assert {name.split()[0] for name in CASES} >= set(RULES)


@pytest.mark.parametrize("seed", range(12))
def test_random_expressions(seed, as_torch):
    rng = np.random.default_rng(seed)
    arrays = [rng.uniform(0.5, 1.5, size=shape) for shape in [(3, 3), (3,), (1, 3), ()]]

    steps = [operator.add, operator.mul, operator.sub, lambda a, b: a / (b * b + 1)]

    def grow(leaves, draw):
        pool = list(leaves)
        for _ in range(12):
            a, b = (pool[i] for i in draw.integers(0, len(pool), size=2))
            pool.append(steps[draw.integers(4)](a, b))
        return sum((one * one).sum() for one in pool)

    mine = [Tensor(array, requires_grad=True) for array in arrays]
    other = [as_torch(array) for array in arrays]
    grow(mine, np.random.default_rng(seed)).backward()
    grow(other, np.random.default_rng(seed)).backward()
    for one, right in zip(mine, other, strict=True):
        np.testing.assert_allclose(one.grad, right.grad, rtol=1e-9)
