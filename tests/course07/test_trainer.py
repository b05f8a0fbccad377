"""07.3 and 07.4 against torch's autograd and optimizers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tinytorch.core.layers import Linear
from tinytorch.core.losses import MSELoss
from tinytorch.core.optimizers import SGD

RATES = SimpleNamespace(get_lr=lambda epoch: 0.2 / (1 + epoch))


def data(rng, sizes):
    return [(rng.normal(size=(n, 3)), rng.normal(size=(n, 2)) * (1 + i)) for i, n in enumerate(sizes)]


def torch_run(torch, model, batches, epochs, group=1, clip=None):
    """The same run in torch, each group of batches joined: (weights, losses, updates)."""
    weights = [torch.tensor(np.array(p.data), requires_grad=True) for p in model.parameters()]
    optimizer = torch.optim.SGD(weights, lr=1.0, momentum=0.9)
    losses, steps = [], 0
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = RATES.get_lr(epoch)
        total = samples = 0
        for start in range(0, len(batches), group):
            part = batches[start : start + group]
            x, y = (torch.tensor(np.concatenate([batch[i] for batch in part])) for i in (0, 1))
            w1, b1, w2, b2 = weights
            loss = ((torch.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            if clip is not None:
                norm = float(torch.sqrt(sum((w.grad**2).sum() for w in weights)))
                for w in weights:
                    w.grad *= min(1.0, clip / norm)
            optimizer.step()
            total, samples, steps = total + loss.item() * len(x), samples + len(x), steps + 1
        losses.append(total / samples)
    return [w.detach().numpy() for w in weights], losses, steps


@pytest.mark.parametrize(
    ("sizes", "group", "clip"),
    [((8, 8, 3), 1, 0.05), ((8, 8, 8, 8, 8), 2, None), ((8, 8, 8, 8, 8), 3, 0.1), ((8, 3, 5), 3, None)],
)
def test_epochs_equal_those_of_torch(ns, torch, rng, sizes, group, clip):
    model, batches = ns["mlp"](3, 5, 2, rng=rng), data(rng, sizes)
    weights, losses, steps = torch_run(torch, model, batches, 3, group, clip)
    optimizer = SGD(model.parameters(), lr=9.0, momentum=0.9)
    trainer = ns["Trainer"](model, optimizer, MSELoss(), RATES, clip)
    for p in model.parameters():
        p.grad = np.full(p.data.shape, 1e3)  # left over from elsewhere
    got = [trainer.train_epoch((pair for pair in batches), accumulation_steps=group) for _ in range(3)]
    assert got == pytest.approx(losses, rel=1e-9)
    assert trainer.history["train_loss"] == got
    assert all(type(one) is float for one in got)
    assert trainer.history["learning_rates"] == [RATES.get_lr(e) for e in range(3)]
    assert (trainer.epoch, trainer.step) == (3, steps)
    for p, w in zip(model.parameters(), weights, strict=True):
        assert p.data == pytest.approx(w, rel=1e-9)


def test_the_pinned_line(ns):
    for group, weights, losses, steps in ((1, 2.0, 6.0, 3), (2, 1.9, 12.2, 2)):
        model = Linear(1, 1, bias=False)
        model.weight.data[...] = 0.0
        batches = [(np.array(x)[:, None], 2 * np.array(x)[:, None]) for x in ([1.0, 2.0], [3.0, 1.0], [2.0])]
        trainer = ns["Trainer"](model, SGD(model.parameters(), lr=0.1), MSELoss())
        assert trainer.train_epoch(batches, accumulation_steps=group) == pytest.approx(losses)
        assert model.weight.data.item() == pytest.approx(weights)
        assert trainer.step == steps


def test_a_tail_without_loss_still_moves_by_momentum(ns):
    model = Linear(1, 1, bias=False)
    model.weight.data[...] = 0.0
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.5)
    trainer = ns["Trainer"](model, optimizer, MSELoss())
    zero = np.zeros((2, 1))
    trainer.train_epoch([(np.ones((2, 1)), np.ones((2, 1)))] * 2 + [(zero, zero)], accumulation_steps=2)
    # first update: v = -2, w = 0.2; tail: v = -1, w = 0.3
    assert model.weight.data.item() == pytest.approx(0.3)
    assert trainer.step == 2


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "2", None])
def test_numbers_of_batches_that_are_refused_change_nothing(ns, rng, k):
    model = ns["mlp"](3, 2, rng=rng)
    trainer = ns["Trainer"](model, SGD(model.parameters(), lr=0.5), MSELoss(), RATES)
    before = [np.array(p.data) for p in model.parameters()]
    for loader in (data(rng, (4, 4)), []):
        with pytest.raises(ValueError, match="positive integer"):
            trainer.train_epoch(loader, accumulation_steps=k)
    assert trainer.history == {"train_loss": [], "eval_loss": [], "learning_rates": []}
    assert (trainer.epoch, trainer.step, trainer.optimizer.get_lr()) == (0, 0, 0.5)
    assert all(np.array_equal(p.data, w) for p, w in zip(model.parameters(), before, strict=True))
    trainer.train_epoch(data(rng, (4, 4)), accumulation_steps=np.int64(2))
    assert trainer.step == 1


def test_an_empty_loader_trains_nothing_and_counts_as_an_epoch(ns, rng):
    model = ns["mlp"](3, 2, rng=rng)
    trainer = ns["Trainer"](model, SGD(model.parameters(), momentum=0.9), MSELoss())
    trainer.train_epoch(data(rng, (4,)))
    before = np.array(model.parameters()[0].data)
    for k in (1, 3):
        assert trainer.train_epoch(iter(()), accumulation_steps=k) == 0.0
    assert np.array_equal(model.parameters()[0].data, before)
    assert (trainer.epoch, trainer.step) == (3, 1)


def test_plain_objects_are_enough(ns):
    """A function as model, a loss with .data and .backward() only; clipping finds the optimizer's parameters."""
    weight = SimpleNamespace(data=np.zeros(()), grad=None)
    seen = []

    def model(x):
        seen.append(x)
        return SimpleNamespace(data=x * weight.data)

    def loss_fn(outputs, targets):
        away = outputs.data - targets

        def backward():
            add = np.array((2 * away * seen[-1]).mean())
            weight.grad = add if weight.grad is None else weight.grad + add

        return SimpleNamespace(data=np.float32((away**2).mean()), backward=backward)

    batches = [(np.array(x), 2 * np.array(x)) for x in ([1.0, 2.0], [3.0, 1.0], [2.0])]
    trainer = ns["Trainer"](model, SGD([weight], lr=0.1), loss_fn, grad_clip_norm=5.0)
    assert trainer.train_epoch(batches) > 0
    assert weight.data.item() == pytest.approx(1.5)  # gradients -10, -15, -8, each cut to -5
