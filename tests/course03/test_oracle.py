"""The plain loops that module 03 is judged by agree with torch, and its probes differentiate every operation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from course_tools.grading.checks import import_file
from tinytorch.core.tensor import Tensor

ROOT = Path(__file__).resolve().parents[2]
oracle = import_file(ROOT / "graders" / "oracles" / "layers.py")
probes = import_file(ROOT / "graders" / "probes" / "03_layers.py")


@pytest.fixture
def rng():
    return np.random.default_rng(303)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 5, 3)])
def test_linear_agrees_with_torch(shape, rng):
    x, weight, bias = rng.normal(size=shape), rng.normal(size=(3, 7)), rng.normal(size=7)
    expected = torch.nn.functional.linear(torch.tensor(x), torch.tensor(weight.T), torch.tensor(bias))
    np.testing.assert_allclose(oracle.linear(x, weight, bias), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(oracle.linear(x, weight, None), x @ weight, rtol=1e-12, atol=1e-14)


def test_rows_agree_with_torch(rng):
    table, ids = rng.normal(size=(6, 4)), rng.integers(0, 6, size=(2, 3))
    expected = torch.nn.functional.embedding(torch.tensor(ids), torch.tensor(table))
    assert np.array_equal(oracle.rows(table, ids), expected)


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_norm_agrees_with_torch(eps, rng):
    x, gamma, beta = rng.normal(size=(2, 3, 5)), rng.normal(size=5), rng.normal(size=5)
    x[0, 1] = 2.0
    expected = torch.nn.functional.layer_norm(
        torch.tensor(x), (5,), torch.tensor(gamma), torch.tensor(beta), eps
    )
    np.testing.assert_allclose(oracle.layer_norm(x, gamma, beta, eps), expected, rtol=1e-10, atol=1e-12)


OPERATIONS = {
    "add": lambda t, u: t + u[0],
    "sub": lambda t, u: u - t * 3.0,
    "mul": lambda t, u: t * u,
    "div": lambda t, u: t / u,
    "neg": lambda t, u: -t,
    "pow": lambda t, u: t**2.5,
    "exp": lambda t, u: t.exp(),
    "log": lambda t, u: t.log(),
    "matmul": lambda t, u: t @ u.T,
    "reshape": lambda t, u: t.reshape(2, 6) * 2.0,
    "transpose": lambda t, u: t.transpose(1, 0) * u.T,
    "getitem": lambda t, u: t[[0, 2, 0]] * u,
    "sum": lambda t, u: t.sum(axis=0, keepdims=True) * u,
    "mean": lambda t, u: t.mean(axis=-1) + u.mean(),
    "max": lambda t, u: t.max(axis=1, keepdims=True) * u,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_probes_differentiate_every_operation(name, rng):
    """A student may use any of them; the change that is followed is that of a central difference."""
    assert set(OPERATIONS) == set(probes.RULES)
    at = [rng.uniform(0.5, 2.0, size=(3, 4)) for _ in range(2)]
    along = [rng.normal(size=(3, 4)) for _ in range(2)]
    t, u = (Tensor(one) for one in at)
    recorder = Tensor.recorder
    found = probes.followed(lambda: OPERATIONS[name](t, u), list(zip((t, u), along, strict=True)))
    assert Tensor.recorder is recorder

    def value(first, second):
        return OPERATIONS[name](Tensor(first), Tensor(second)).data

    assert np.array_equal(found["value"], value(*at))
    np.testing.assert_allclose(found["change"], oracle.slope(value, at, along), rtol=1e-7, atol=1e-8)


def test_what_is_made_behind_the_tensors_has_no_change():
    x = Tensor([1.0, 2.0])
    found = probes.followed(lambda: Tensor(x.data * 2), [(x, np.ones(2))])
    assert found["change"] is None
    assert np.array_equal(found["value"], [2.0, 4.0])
