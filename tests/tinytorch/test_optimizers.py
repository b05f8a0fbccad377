"""Module 06: tables, torch over 50 steps, states, and what a step leaves alone."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
import torch

from tinytorch.core.layers import Linear, Parameter
from tinytorch.core.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop, fit_linear

TABLES = [  # start 1.0, lr 0.1, gradients 1.0, 0.5, -2.0
    (SGD, {}, [0.9, 0.85, 1.05]),
    (SGD, {"momentum": 0.9}, [0.9, 0.76, 0.834]),
    (SGD, {"momentum": 0.9, "weight_decay": 0.1}, [0.89, 0.7321, 0.782669]),
    (RMSprop, {"alpha": 0.9}, [0.683772, 0.536330, 0.818188]),
    (RMSprop, {"alpha": 0.9, "momentum": 0.9}, [0.683772, 0.251725, 0.144741]),
    (Adam, {}, [0.9, 0.806782, 0.827418]),
    (Adam, {"betas": (0.5, 0.8), "eps": 0.1}, [0.909091, 0.831909, 0.888734]),
    (Adam, {"weight_decay": 0.1}, [0.9, 0.805772, 0.819654]),
    (AdamW, {"weight_decay": 0.1}, [0.89, 0.787882, 0.800639]),
]


@pytest.mark.parametrize(("kind", "options", "expected"), TABLES)
def test_number_tables(kind, options, expected):
    weight = Parameter(1.0)
    optimizer = kind([weight], lr=0.1, **options)
    for g, after in zip([1.0, 0.5, -2.0], expected, strict=True):
        weight.grad = np.array(g)
        optimizer.step()
        assert weight.item() == pytest.approx(after, abs=5e-7)
        assert weight.grad == g


CASES = [
    (SGD, torch.optim.SGD, {}),
    (SGD, torch.optim.SGD, {"momentum": 0.8, "weight_decay": 0.05}),
    (RMSprop, torch.optim.RMSprop, {"alpha": 0.5, "eps": 0.1}),
    (RMSprop, torch.optim.RMSprop, {"alpha": 0.9, "weight_decay": 0.05, "momentum": 0.7}),
    (Adam, torch.optim.Adam, {}),
    (Adam, torch.optim.Adam, {"betas": (0.6, 0.8), "eps": 0.01, "weight_decay": 0.05}),
    (AdamW, torch.optim.AdamW, {"betas": (0.6, 0.8), "eps": 0.01, "weight_decay": 0.3}),
]


@pytest.mark.parametrize(("ours", "theirs", "options"), CASES)
def test_fifty_steps_are_torchs(ours, theirs, options, rng, as_torch):
    """Changing rates, missing gradients, and a parameter whose first gradient comes in step 3."""
    mine = [Parameter(rng.normal(size=shape)) for shape in [(3, 5), (7,), ()]]
    other = [as_torch(one) for one in mine]
    left, right = ours(iter(mine), lr=0.05, **options), theirs(other, lr=0.05, **options)
    for step in range(50):
        lr = 0.05 / (1 + step % 7)
        left.set_lr(lr)
        right.param_groups[0]["lr"] = lr
        for i, (a, b) in enumerate(zip(mine, other, strict=True)):
            g = rng.normal(size=a.shape) * 10.0 ** rng.integers(-3, 2)
            missing = (i == 1 and step < 3) or rng.random() < 0.2
            a.grad, b.grad = (None, None) if missing else (g, torch.tensor(g))
        held = [None if one.grad is None else one.grad.copy() for one in mine]
        left.step()
        right.step()
        for a, b, g in zip(mine, other, held, strict=True):
            np.testing.assert_allclose(a.data, b.detach(), rtol=1e-9, atol=1e-12)
            assert (a.grad is None) if g is None else np.array_equal(a.grad, g)


@pytest.mark.parametrize(("ours", "_theirs", "options"), CASES)
def test_a_saved_state_continues_bit_for_bit(ours, _theirs, options, rng):
    def run(optimizer, weights, steps):
        for number in steps:
            draw = np.random.default_rng(number)
            for weight in weights:
                g = draw.normal(size=weight.shape)
                weight.grad = None if draw.random() < 0.2 else g
            optimizer.step()

    start = [rng.normal(size=(3, 5)), rng.normal(size=7)]
    one, other = [Parameter(a) for a in start], None
    first = ours(one, lr=0.05, **options)
    run(first, one, range(10))
    other, state = [Parameter(p) for p in one], first.state_dict()
    text = repr(state)
    run(first, one, range(10, 20))
    assert repr(state) == text  # the saved state does not follow
    second = ours(other, lr=9.0)
    second.load_state_dict(state)
    assert second.get_lr() == second.lr == 0.05
    run(second, other, range(10, 20))
    assert all(np.array_equal(a.data, b.data) for a, b in zip(one, other, strict=True))
    assert repr(second.state_dict()) == repr(first.state_dict())


def test_a_state_shares_no_array_with_the_optimizer():
    weight = Parameter([1.0, 2.0])
    optimizer = SGD([weight], momentum=0.9)
    weight.grad = np.ones(2)
    optimizer.step()
    saved = optimizer.state_dict()
    saved["momentum_buffers"][0][:] = 5
    assert np.array_equal(optimizer.momentum_buffers[0], [1, 1])
    optimizer.load_state_dict(saved)
    saved["momentum_buffers"][0][:] = 6
    assert np.array_equal(optimizer.momentum_buffers[0], [5, 5])


@pytest.mark.parametrize("kind", [SGD, RMSprop, Adam, AdamW])
def test_a_state_that_does_not_fit_changes_nothing(kind, rng):
    options = {"momentum": 0.9} if kind in (SGD, RMSprop) else {}
    weights = [Parameter(rng.normal(size=(2, 3))), Parameter(rng.normal(size=3))]
    optimizer = kind(weights, lr=0.1, **options)
    for weight in weights:
        weight.grad = np.ones(weight.shape)
    optimizer.step()
    good = optimizer.state_dict()
    buffer = optimizer.buffers[-1]
    bad = [
        {**good, "lr": 7.0, buffer: [good[buffer][0], np.zeros(4)]},
        {**good, "lr": 7.0, buffer: good[buffer][:1]},
        {**good, "lr": -1.0},
        {name: value for name, value in good.items() if name != buffer},
    ]
    for state, said in zip(bad, ["shape", "entries", "lr", buffer], strict=True):
        with pytest.raises(ValueError, match=said):
            optimizer.load_state_dict(state)
        assert repr(optimizer.state_dict()) == repr(good)
    optimizer.load_state_dict({**good, "lr": 7.0})
    assert optimizer.lr == 7.0


@pytest.mark.parametrize("kind", [SGD, RMSprop, Adam, AdamW])
def test_bad_numbers_name_themselves_before_anything_is_touched(kind):
    numbers = set(inspect.signature(kind).parameters) & {"lr", "momentum", "weight_decay", "eps"}
    for name in numbers:
        for value in (-0.1, math.nan, math.inf, "1", None, True):
            weight = Parameter(1.0)
            weight.requires_grad = False
            with pytest.raises(ValueError, match=name):
                kind([weight], **{name: value})
            assert not weight.requires_grad
        kind([Parameter(1.0)], **{name: 0})
    if "betas" in inspect.signature(kind).parameters:
        for betas in [(0.9,), (0.9, 1.0), (-0.1, 0.9), 0.9, ("a", 0.9), (0.9, math.nan), (0.9, 0.9, 0.9)]:
            with pytest.raises(ValueError, match="betas"):
                kind([], betas=betas)
        kind([], betas=(0, 0))
    with pytest.raises(ValueError, match="lr"):
        kind([]).set_lr(-1)


def test_zero_grad_both_ways_and_the_base_class():
    weights = [Parameter([1.0, 2.0]), Parameter([3.0])]
    weights[0].requires_grad = False
    optimizer = Optimizer((one for one in weights), lr=0.5)
    assert weights[0].requires_grad
    assert optimizer.params == weights
    weights[0].grad = held = np.array([5.0, 6.0])
    optimizer.zero_grad(set_to_none=False)
    assert weights[0].grad is held
    assert np.array_equal(held, [0, 0])
    assert weights[1].grad is None
    optimizer.zero_grad()
    assert weights[0].grad is None
    with pytest.raises(NotImplementedError):
        optimizer.step()


def test_pinned_attributes():
    weights = [Parameter([1.0, 2.0]), Parameter([3.0])]
    sgd, adam = SGD(weights, momentum=0.9), Adam(weights)
    assert sgd.momentum_buffers == [None, None]
    weights[0].grad = np.ones(2)
    sgd.step()
    adam.step()
    assert sgd.momentum_buffers[1] is None
    assert sgd.momentum_buffers[0] is not weights[0].grad
    assert (adam.update_counts, adam.step_count) == ([1, 0], 1)
    assert adam.m_buffers[1] is adam.v_buffers[1] is None
    plain = {"decay": AdamW(weights, weight_decay=0.3), "none": AdamW(weights, weight_decay=0.0)}
    for one in plain.values():
        one.step()
    assert np.array_equal(plain["decay"].v_buffers[0], plain["none"].v_buffers[0])


def test_stale_zero_and_missing_gradients_move_as_taught():
    moved = []
    for fresh in (np.array(1.0), np.array(0.0), None):
        weight = Parameter(1.0)
        optimizer = Adam([weight], lr=0.1)
        weight.grad = np.array(1.0)
        optimizer.step()
        weight.grad = fresh
        optimizer.step()
        moved.append(round(weight.item() - 0.9, 3))
    assert moved == [-0.1, -0.067, 0]


class Held:
    """All that a parameter must offer."""

    def __init__(self, data, grad=None):
        self.data, self.grad, self.requires_grad = data, grad, False


@pytest.mark.parametrize("kind", [SGD, RMSprop, Adam, AdamW])
def test_plain_objects_and_gradients_in_objects_will_do(kind):
    plain, wrapped = Held(np.ones(2), np.array([1.0, -2.0])), Held(np.ones(2), Held(np.array([1.0, -2.0])))
    optimizer = kind([plain, wrapped, Held(np.ones(1))], lr=0.1)
    optimizer.step()
    assert np.array_equal(plain.data, wrapped.data)
    assert not np.array_equal(plain.data, np.ones(2))
    optimizer.zero_grad(set_to_none=False)
    assert np.array_equal(wrapped.grad.data, [0, 0])


def test_float32_weights_stay_float32():
    weight = Parameter(np.float32([1, 2]))
    for kind in (SGD, RMSprop, Adam, AdamW):
        optimizer = kind([weight], lr=0.1)
        weight.grad = np.float32([1, 2])
        optimizer.step()
        assert weight.dtype == np.float32


def test_fit_linear_table_and_stale_gradients():
    X, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
    model = Linear(1, 1)
    model.weight.data[:] = 0
    model.weight.grad = np.array([[1e6]])
    losses = fit_linear(model, X, y, SGD(model.parameters(), lr=0.1), epochs=3)
    np.testing.assert_allclose(losses, [10.0, 1.06, 0.1732], rtol=1e-9)
    assert all(type(loss) is float for loss in losses)
    assert model.weight.item() == pytest.approx(1.426)
    assert model.bias.item() == pytest.approx(0.828)
    assert fit_linear(model, X, y, SGD(model.parameters()), epochs=0) == []


def test_fit_linear_reaches_the_least_squares_floor(rng):
    X, y = rng.normal(size=(32, 10)), rng.normal(size=(32, 1))
    model = Linear(10, 1, rng=rng)
    losses = fit_linear(model, X, y, Adam(model.parameters(), lr=0.01), epochs=3000)
    full = np.hstack([X, np.ones((32, 1))])
    floor = np.mean((full @ np.linalg.lstsq(full, y, rcond=None)[0] - y) ** 2)
    assert floor <= losses[-1] < 1.01 * floor
