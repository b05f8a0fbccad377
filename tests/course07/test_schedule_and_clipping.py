"""07.1 and 07.2 against the pinned tables, closed forms and torch."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

TABLE = {0: 0.1, 25: 0.08681981, 50: 0.055, 75: 0.02318019, 99: 0.0100222, 100: 0.01, 105: 0.01}


def held(*grads):
    return [SimpleNamespace(data=None, grad=None if one is None else np.array(one)) for one in grads]


def test_cosine_table_of_the_defaults(ns):
    schedule = ns["CosineSchedule"]()
    assert [schedule.get_lr(e) for e in TABLE] == pytest.approx(list(TABLE.values()), rel=1e-6)
    assert (schedule.max_lr, schedule.min_lr, schedule.total_epochs) == (0.1, 0.01, 100)


def test_cosine_agrees_with_torch(ns, torch):
    for low, high, total in ((0.001, 0.1, 5), (1e-5, 3e-4, 7), (0.02, 0.5, 1)):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=high)
        theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total, eta_min=low)
        ours = ns["CosineSchedule"](high, low, total)
        for epoch in range(total + 1):
            assert ours.get_lr(epoch) == pytest.approx(theirs.get_last_lr()[0], rel=1e-9)
            optimizer.step()
            theirs.step()
        assert [ours.get_lr(total + k) for k in range(5)] == [low] * 5


def test_a_length_below_one_is_refused(ns):
    for total in (0, -3):
        with pytest.raises(ValueError, match="total_epochs"):
            ns["CosineSchedule"](total_epochs=total)
    assert ns["CosineSchedule"](0.2, 0.1, 2).get_lr(1) == pytest.approx(0.15)


def test_clip_table(ns):
    grads = held([3.0, 4.0], [6.0, 8.0])
    assert ns["clip_grad_norm"](grads, 1.0) == pytest.approx(11.180340, rel=1e-6)
    assert grads[0].grad == pytest.approx(np.array([0.268328, 0.357771]), rel=1e-5)
    assert grads[1].grad == pytest.approx(np.array([0.536656, 0.715542]), rel=1e-5)
    assert ns["clip_grad_norm"](held([100.0, 200.0, 50.0])) == pytest.approx(229.128785, rel=1e-6)


@pytest.mark.parametrize("limit", [0.3, 5.0, 20.0, 1e6])
def test_clip_agrees_with_torch(ns, torch, rng, limit):
    arrays = [rng.normal(size=(3, 5)) * 4, rng.normal(size=7), rng.normal(size=(2, 1, 3))]
    theirs = [torch.zeros(a.shape, dtype=torch.float64, requires_grad=True) for a in arrays]
    for one, array in zip(theirs, arrays, strict=True):
        one.grad = torch.tensor(array)
    ours = held(arrays[0], None, arrays[1], arrays[2])
    norm = ns["clip_grad_norm"]((one for one in ours), limit)
    assert norm == pytest.approx(float(torch.nn.utils.clip_grad_norm_(theirs, limit)), rel=1e-12)
    got = [one.grad for one in ours if one.grad is not None]
    for mine, other in zip(got, theirs, strict=True):
        # torch adds 1e-6 to the norm, the course does not
        assert mine == pytest.approx(other.grad.numpy(), rel=1e-5)
    if norm <= limit:
        assert all(np.array_equal(mine, array) for mine, array in zip(got, arrays, strict=True))


def test_clip_without_gradients_with_objects_and_with_zero(ns):
    assert ns["clip_grad_norm"](held(None, None)) == 0.0
    assert ns["clip_grad_norm"]([]) == 0.0
    boxed = held([0.0])[0]
    boxed.grad = SimpleNamespace(data=np.array([3.0, 4.0]))
    assert ns["clip_grad_norm"]([boxed], 1.0) == 5.0
    assert boxed.grad.data == pytest.approx(np.array([0.6, 0.8]))
    zeroed = held([3.0, -4.0])
    assert ns["clip_grad_norm"](zeroed, 0) == 5.0
    assert not zeroed[0].grad.any()


def test_clip_of_large_float32_and_of_norms_that_are_not_finite(ns):
    large = held(np.full(4, 3e20, dtype=np.float32))
    assert ns["clip_grad_norm"](large, 2.0) == pytest.approx(6e20, rel=1e-6)
    assert large[0].grad.dtype == np.float32
    assert large[0].grad == pytest.approx(np.ones(4), rel=1e-6)
    for odd in (math.nan, math.inf):
        grads = held([1.0, odd], [2.0])
        norm = ns["clip_grad_norm"](grads, 1.0)
        assert not math.isfinite(norm)
        np.testing.assert_array_equal(grads[0].grad, [1.0, odd])
        np.testing.assert_array_equal(grads[1].grad, [2.0])


@pytest.mark.parametrize("limit", [-1.0, math.nan, math.inf])
def test_clip_refuses_a_limit(ns, limit):
    grads = held([3.0, 4.0])
    with pytest.raises(ValueError, match="finite and nonnegative"):
        ns["clip_grad_norm"](grads, limit)
    assert list(grads[0].grad) == [3.0, 4.0]
