"""07.5: what evaluate counts, and the modes of layers before, during and after."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core.autograd import is_recording
from tinytorch.core.layers import Dropout, Linear, Sequential
from tinytorch.core.losses import CrossEntropyLoss, MSELoss
from tinytorch.core.optimizers import SGD


def modes(model):
    return [model.training, *(mode for child in model.children() for mode in modes(child))]


def trainer_of(ns, model, loss=None):
    return ns["Trainer"](model, SGD(model.parameters(), lr=0.1), loss or MSELoss())


def test_unequal_batches_equal_one_batch_and_torch(ns, torch, rng):
    model, x, y = ns["mlp"](3, 6, 4, rng=rng), rng.normal(size=(16, 3)), rng.integers(0, 4, size=16)
    trainer = trainer_of(ns, model, CrossEntropyLoss())
    whole = trainer.evaluate([(x, y)])
    parts = trainer.evaluate((x[a:b], y[a:b]) for a, b in ((0, 8), (8, 11), (11, 16)))
    assert parts == pytest.approx(whole, rel=1e-12)
    w1, b1, w2, b2 = (torch.tensor(np.array(p.data)) for p in model.parameters())
    scores = torch.tanh(torch.tensor(x) @ w1 + b1) @ w2 + b2
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
    right = float((scores.argmax(1) == torch.tensor(y)).double().mean())
    assert whole == pytest.approx((loss.item(), right), rel=1e-9)
    assert trainer.history["eval_loss"] == [whole[0], parts[0]]
    assert all(type(one) is float for one in whole)


def test_evaluate_changes_nothing_and_records_nothing(ns, rng):
    recorded = []

    class Watched(Sequential):
        def forward(self, x):
            recorded.append(is_recording())
            return super().forward(x)

    model = Watched(Linear(3, 2, rng=rng))
    for p in model.parameters():
        p.grad = rng.normal(size=p.data.shape)
    before = [(np.array(p.data), np.array(p.grad)) for p in model.parameters()]
    trainer = trainer_of(ns, model)
    assert trainer.evaluate([(rng.normal(size=(4, 3)), rng.normal(size=(4, 2)))])[0] > 0
    assert recorded == [False]
    assert is_recording()
    for p, (data, grad) in zip(model.parameters(), before, strict=True):
        assert np.array_equal(p.data, data)
        assert np.array_equal(p.grad, grad)


def test_evaluate_stays_in_evaluation_mode_until_the_next_epoch(ns, rng):
    model = Sequential(
        Linear(3, 8, rng=rng), Sequential(Sequential(Dropout(0.5, rng=rng))), Linear(8, 1, rng=rng)
    )
    trainer, batches = trainer_of(ns, model), [(rng.normal(size=(5, 3)), rng.normal(size=(5, 1)))]
    assert trainer.evaluate(batches) == trainer.evaluate(batches)
    assert not any(modes(model))
    assert trainer.training_mode is False
    trainer.train_epoch(batches)
    assert all(modes(model))
    assert trainer.training_mode is True


OUTPUTS = np.array([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 2.0], [0.0, 5.0, 1.0]])
LABELS = np.array([0, 1, 1, 1])


@pytest.mark.parametrize(
    ("outputs", "targets", "expected"),
    [
        (OUTPUTS, LABELS, 3),
        (OUTPUTS, LABELS[:, None], 3),
        (OUTPUTS, LABELS.astype(np.uint8), 3),
        (OUTPUTS, np.eye(3)[LABELS], 3),
        (OUTPUTS, np.eye(3, dtype=int)[LABELS], 3),
        (OUTPUTS, np.eye(3)[LABELS] * 0.9 + 0.1 / 3, 0),  # smoothed
        (OUTPUTS, np.eye(3)[LABELS] + np.eye(3)[(LABELS + 1) % 3], 0),  # two ones
        (OUTPUTS, np.zeros((4, 3)), 0),
        (OUTPUTS, np.array([[2.0, -1.0, 0.0]] * 4), 0),  # sums to 1
        (OUTPUTS, LABELS + 0.5, 0),
        (OUTPUTS, LABELS.astype(float), 0),  # integers by dtype: labels go in as arrays, not as Tensors
        (OUTPUTS[:, :1], np.zeros((4, 1), dtype=int), 0),
        (OUTPUTS[:, 0], np.zeros(4, dtype=int), 0),
        (OUTPUTS[:, :1], np.ones((4, 1)), 0),
    ],
)
def test_rows_that_count_as_right(ns, outputs, targets, expected):
    assert ns["count_correct"](outputs, targets) == expected


def test_regression_has_accuracy_zero_and_the_right_loss(ns, rng):
    model = Linear(3, 1, rng=rng)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    loss, accuracy = trainer_of(ns, model).evaluate([(x, y)])
    expected = np.mean((x @ model.weight.data + model.bias.data - y) ** 2)
    assert (loss, accuracy) == (pytest.approx(expected, rel=1e-12), 0.0)


def test_an_empty_loader_gives_zeros(ns, rng):
    assert trainer_of(ns, Linear(3, 1, rng=rng)).evaluate([]) == (0.0, 0.0)


@pytest.mark.parametrize("fail", [False, True])
def test_evaluating_restores_mixed_modes(ns, fail):
    model = Sequential(Sequential(Linear(2, 3), Dropout(0.5)), Linear(3, 1))
    model.layers[0].layers[1].training = False
    model.layers[1].training = False
    before, inside = modes(model), []

    def block():
        with ns["evaluating"](model) as given:
            assert given is model
            inside.append(any(modes(model)))
            if fail:
                raise KeyError("planned")

    if fail:
        with pytest.raises(KeyError, match="planned"):
            block()
    else:
        block()
    assert inside == [False]
    assert modes(model) == before == [True, True, True, False, False]


def test_evaluating_takes_a_plain_function(ns):
    with ns["evaluating"](abs) as given:
        assert given(-1) == 1
