"""What module 05 is judged by agrees with torch: slopes, broadcasting undone, random expressions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from course_tools.grading.checks import import_file

oracle = import_file(Path(__file__).resolve().parents[2] / "graders" / "oracles" / "autograd.py")

STEPS = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": lambda a, b: -a,
    "tanh": lambda a, b: torch.tanh(a),
    "sigmoid": lambda a, b: torch.sigmoid(a),
}


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1, 3), (), (4, 1, 3), (4, 2, 3), (1, 1)], ids=str)
def test_gathering_is_the_gradient_of_expanding(shape):
    rng = np.random.default_rng(len(shape))
    g = rng.normal(size=(4, 2, 3))
    leaf = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    leaf.expand(4, 2, 3).backward(torch.tensor(g))
    got = oracle.gathered(g, shape)
    assert got.shape == shape
    np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("ours", "theirs", "shapes"),
    [
        (np.matmul, torch.matmul, [(5, 2, 3), (3, 4)]),
        (np.log, torch.log, [(2, 3)]),
        (lambda a: oracle.softmax(a, 0), lambda a: torch.softmax(a, 0), [(3, 4, 2)]),
    ],
    ids=["matmul", "log", "softmax"],
)
def test_slopes_are_torchs_well_below_what_checks_allow(ours, theirs, shapes):
    rng = np.random.default_rng(3)
    arrays = [rng.uniform(0.5, 2, size=shape) for shape in shapes]
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    out = theirs(*leaves)
    g = rng.normal(size=tuple(out.shape))
    out.backward(torch.tensor(g))
    for got, leaf in zip(oracle.slopes(ours, arrays, g), leaves, strict=True):
        np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-9, atol=1e-10)  # checks allow 1e-7, 1e-8


@pytest.mark.parametrize("seed", range(20))
def test_random_expressions_are_torchs(seed):
    rng = np.random.default_rng(seed)
    starts = [float(one) for one in rng.uniform(0.5, 1.5, size=3)]
    steps = oracle.program(rng, starts, 12)
    leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in starts]
    known = list(leaves)
    for name, a, b in steps:
        known.append(STEPS[name](known[a], known[b]))
    known[-1].backward()
    found = oracle.run(steps, starts)
    assert found.value == pytest.approx(known[-1].item(), rel=1e-12)
    right = [0.0 if leaf.grad is None else leaf.grad.item() for leaf in leaves]
    np.testing.assert_allclose(found.change, right, rtol=1e-9, atol=1e-13)
