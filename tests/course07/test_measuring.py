"""07.7, 07.8 and 07.9: formulas, measured bytes, measured noise, and a demonstration that computes its claims."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinytorch.core.autograd import no_grad
from tinytorch.core.optimizers import SGD, Adam

MEMORY = {
    "parameters": 3.8147,
    "gradients": 3.8147,
    "optimizer": 7.6294,
    "activations": 384.0,
    "inference_total": 35.8147,
    "training_total": 399.2588,
    "overhead_ratio": 11.148,
}


def test_memory_table(ns):
    got = ns["estimate_memory_usage"](1e6)
    assert set(got) == set(MEMORY)
    assert got == pytest.approx(MEMORY, rel=1e-4)


def test_memory_of_other_settings(ns):
    estimate = ns["estimate_memory_usage"]
    mib = 10**7 * 8 / 2**20
    for optimizer, copies in (("sgd", 0), ("momentum", 1), ("adam", 2), ("adamw", 2)):
        got = estimate(10**7, 4, 128, hidden_dim=64, num_layers=3, optimizer=optimizer, bytes_per_value=8)
        assert got["optimizer"] == pytest.approx(copies * mib)
        assert got["activations"] == pytest.approx(4 * 128 * 64 * 3 * 8 / 2**20)
        assert got["training_total"] == pytest.approx((2 + copies) * mib + got["activations"])
        assert got["inference_total"] == pytest.approx(mib + got["activations"] / 3)
    ratios = [estimate(10**n)["overhead_ratio"] for n in range(5, 12)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[-1] == pytest.approx(4, rel=1e-2)


def test_measured_bytes_are_exact(ns, rng):
    model, n = ns["mlp"](3, 7, 2, rng=rng), 5
    values = 3 * 7 + 7 + 7 * 2 + 2
    for optimizer, copies in ((SGD(model.parameters()), 0), (Adam(model.parameters()), 2)):
        got = ns["analyze_training_memory"](model, optimizer, (rng.normal(size=(n, 3)), None))
        assert got["parameters"] == got["gradients"] == 8 * values
        assert got["optimizer"] == 8 * values * copies
        # x @ W1, + b1, tanh, @ W2, + b2
        assert got["activations"] == 8 * n * (7 + 7 + 7 + 2 + 2)
        assert got["training_total"] == sum(v for k, v in got.items() if k != "training_total")


def test_measured_activations_follow_the_batch_and_vanish_without_a_graph(ns, rng):
    model = ns["mlp"](4, 6, 1, rng=rng)
    x = rng.normal(size=(16, 4))
    one = ns["analyze_training_memory"](model, None, (x[:8], None))
    two = ns["analyze_training_memory"](model, None, (x, None))
    assert two["activations"] == 2 * one["activations"] > 0
    before = [np.array(p.data) for p in model.parameters()]
    with no_grad():
        none = ns["analyze_training_memory"](model, None, (x, None))
    assert (none["activations"], none["gradients"], none["parameters"]) == (0, 0, one["parameters"])
    assert all(np.array_equal(p.data, w) for p, w in zip(model.parameters(), before, strict=True))


@pytest.mark.parametrize(
    ("size", "total", "steps"), [(64, 50000, 782), (50, 100, 2), (51, 100, 2), (7, 5, 1)]
)
def test_steps_are_rounded_up(ns, size, total, steps):
    got = ns["simulate_training_efficiency"](size, total, repeats=1)
    assert (got["batch_size"], got["steps_per_epoch"]) == (size, steps)
    assert got["time_per_step_ms"] > 0
    assert got["samples_per_s"] == pytest.approx(size / got["time_per_step_ms"] * 1000)


def test_noise_falls_like_one_over_the_batch_size(ns, rng):
    """Mean of B * noise equals the variance of single rows; its spread over repeats is estimated from rows."""
    model, repeats = ns["mlp"](4, 3, 1, rng=rng), 300
    before = [np.array(p.data) for p in model.parameters()]
    simulate = ns["simulate_training_efficiency"]
    noise = {size: simulate(size, 200, model=model, repeats=repeats)["gradient_noise"] for size in (2, 8, 32)}
    scaled = np.array([size * value for size, value in noise.items()])
    # A squared distance has a relative spread of at most about 3 here; 5 standard errors of a mean of 300.
    assert np.ptp(scaled) / scaled.mean() < 5 * 3 * math.sqrt(2 / repeats)
    assert all(np.array_equal(p.data, w) for p, w in zip(model.parameters(), before, strict=True))


def test_one_row_per_size_in_order(ns):
    rows = ns["analyze_batch_size_effects"]((8, 2, 4))
    assert [row["batch_size"] for row in rows] == [8, 2, 4]
    assert [row["batch_size"] for row in ns["analyze_batch_size_effects"]()] == [1, 4, 16, 64, 256]


@pytest.mark.parametrize("seed", range(5))
def test_the_demonstration_solves_xor(ns, seed):
    got = ns["demonstrate_complete_training"](np.random.default_rng(seed))
    assert [len(got[key]) for key in ("train_loss", "learning_rates", "grad_norms")] == [200] * 3
    rates = [0.001 + 0.099 * (1 + math.cos(math.pi * e / 200)) / 2 for e in range(200)]
    assert got["learning_rates"] == pytest.approx(rates)
    assert got["train_loss"][-1] < 0.01
    assert got["eval_loss"] < 0.01
    assert (got["accuracy"], got["resumed_equal"]) == (1.0, True)


def test_resumed_equal_is_computed(ns, monkeypatch):
    trainer = ns["Trainer"]

    class Forgetful(trainer):
        def _get_optimizer_state(self):
            state = super()._get_optimizer_state()
            return {**state, "momentum_buffers": [None] * len(state["momentum_buffers"])}

    monkeypatch.setitem(ns, "Trainer", Forgetful)
    got = ns["demonstrate_complete_training"](np.random.default_rng(0))
    assert got["resumed_equal"] is False
    assert got["accuracy"] == 1.0


def test_the_quiz_key_is_right(nb):
    names = {"math": math}
    (cell,) = (one for one in nb["cells"] if one["id"] == "m07-quiz")
    exec(cell["source"], names)
    answers = names["answers"]
    assert answers["update"] == pytest.approx(0.8 - 0.04 * -2.5)
    assert answers["cosine"] == pytest.approx(0.02 + 0.18 * (1 + math.sqrt(0.5)) / 2)
    assert answers["clipped"] == pytest.approx(6 * 3.5 / math.sqrt(2**2 + 6**2 + 3**2))
    assert answers["accumulated"] == pytest.approx(np.average([2, -1, 6], weights=[4, 3, 1]))
    assert [answers[f"{what}_training"] for what in ("dropout", "statistics", "recording")] == [
        "drops",
        "batch",
        "on",
    ]
    told = [answers[f"{what}_evaluation"] for what in ("dropout", "statistics", "recording")]
    assert told == ["passes", "stored", "off"]
