"""Module 04: tables, torch, and how a loss joins the graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tinytorch.core.autograd import gradcheck, no_grad
from tinytorch.core.layers import Linear
from tinytorch.core.losses import (
    ContrastiveLoss,
    CrossEntropyLoss,
    FocalLoss,
    LabelSmoothingLoss,
    MSELoss,
    log_softmax,
)
from tinytorch.core.tensor import Tensor

F = torch.nn.functional

LOGITS = np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]])


def focal(gamma):
    def loss(logits, targets):
        logs = F.log_softmax(logits, -1).gather(-1, targets[..., None])[..., 0]
        return (-((1 - logs.exp()) ** gamma) * logs).mean()

    return loss


def over_classes(**options):
    return lambda logits, targets: F.cross_entropy(logits.flatten(0, -2), targets.flatten(), **options)


CLASS_LOSSES = {
    "cross-entropy": (CrossEntropyLoss(), over_classes()),
    "smoothing": (LabelSmoothingLoss(0.3), over_classes(label_smoothing=0.3)),
    "no smoothing": (LabelSmoothingLoss(0.0), over_classes()),
    "focal 0": (FocalLoss(0), over_classes()),
    "focal 0.5": (FocalLoss(0.5), focal(0.5)),
    "focal 2": (FocalLoss(), focal(2)),
    "focal 3.7": (FocalLoss(3.7), focal(3.7)),
}


@pytest.mark.parametrize("name", CLASS_LOSSES)
def test_class_losses_are_torchs(name, rng, as_torch):
    ours, theirs = CLASS_LOSSES[name]
    logits, targets = rng.normal(size=(2, 5, 7)), rng.integers(0, 7, size=(2, 5))
    t = as_torch(logits)
    expected = theirs(t, torch.tensor(targets))
    expected.backward()
    value = ours.forward(logits, targets)
    assert type(value) is float
    np.testing.assert_allclose(value, expected.item(), rtol=1e-12)
    np.testing.assert_allclose(ours.backward(), t.grad, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", CLASS_LOSSES)
def test_ignored_positions_change_divisor_and_gradient(name, rng):
    ours, _ = CLASS_LOSSES[name]
    logits, targets = rng.normal(size=(2, 5, 7)), rng.integers(0, 7, size=(2, 5))
    targets[0, 1:] = -100
    kept = targets != -100
    value, gradient = ours.forward(logits, targets), ours.backward()
    np.testing.assert_allclose(value, ours.forward(logits[kept], targets[kept]), rtol=1e-12)
    np.testing.assert_allclose(gradient[kept], ours.backward(), rtol=1e-12)
    assert not gradient[~kept].any()
    assert ours.forward(logits, np.full((2, 5), -100)) == 0.0
    assert np.array_equal(ours.backward(), np.zeros((2, 5, 7)))


def test_number_tables():
    targets = np.array([0, 2])
    loss = CrossEntropyLoss()
    assert loss.forward(LOGITS, targets) == pytest.approx(0.757821, abs=5e-7)
    rows = [[-0.1705, 0.1212, 0.0493], [0.1667, 0.1667, -0.3333]]
    np.testing.assert_allclose(loss.backward(), rows, atol=5e-5)
    assert loss.forward(LOGITS, np.array([0, -100])) == pytest.approx(0.4170, abs=5e-5)
    assert LabelSmoothingLoss().forward(LOGITS, targets) == pytest.approx(0.806154, abs=5e-7)
    for gamma, value in [(0, 0.757821), (1, 0.437307), (2, 0.268382)]:
        loss = FocalLoss(gamma)
        assert loss.forward(LOGITS, targets) == pytest.approx(value, abs=5e-7)
    rows = [[-0.0518, 0.0368, 0.0150], [0.1555, 0.1555, -0.3109]]
    np.testing.assert_allclose(loss.backward(), rows, atol=5e-5)
    pair = ContrastiveLoss(0.5)
    assert pair.forward([[3, 4], [0, 2]], [[4, 3], [0, 1]]) == pytest.approx(0.456651, abs=5e-7)


def test_large_logits_stay_finite():
    logits = np.array([[1000.0, -1000.0, 0.0], [0.0, 0.0, 800.0]])
    np.testing.assert_array_equal(log_softmax(logits)[1], [-800, -800, 0])
    assert CrossEntropyLoss().forward(logits, [1, 2]) == 1000
    assert CrossEntropyLoss().forward(np.zeros((3, 7)), [0, 3, 6]) == pytest.approx(np.log(7), rel=1e-12)
    for gamma in (0.5, 2):
        loss = FocalLoss(gamma)
        assert loss.forward(logits, [1, 2]) == 1000  # p = 0 and p = 1
        assert np.isfinite(loss.backward()).all()
        assert not loss.backward()[1].any()


def test_focal_keeps_its_digits_when_nearly_sure():
    """Two classes, a gap of 30: 1 - p is exactly 1 / (1 + e^30), near 1e-13."""
    rest = 1 / (1 + np.exp(30.0))
    loss = FocalLoss(0.5)
    assert loss.forward([[30.0, 0.0]], [0]) == pytest.approx(
        -np.sqrt(rest) * np.log1p(-rest), rel=1e-12, abs=0
    )
    slope = rest * np.sqrt(rest) * (1 - 0.5 * (1 - rest) * np.log1p(-rest) / rest)
    np.testing.assert_allclose(loss.backward(), [[-slope, slope]], rtol=1e-12)


@pytest.mark.parametrize("axis", [0, -2, -1])
def test_log_softmax(axis, rng):
    x = rng.normal(size=(3, 5, 7)) * 30
    np.testing.assert_allclose(
        log_softmax(x, axis), F.log_softmax(torch.tensor(x), axis), rtol=1e-9, atol=1e-12
    )


def test_mse(rng):
    a, b = rng.normal(size=(3, 5, 7)), rng.normal(size=(3, 5, 7))
    loss = MSELoss()
    loss.forward(b, a * 3)
    assert loss.forward(a, b) == pytest.approx(float(F.mse_loss(torch.tensor(a), torch.tensor(b))), rel=1e-12)
    np.testing.assert_allclose(loss.backward(), 2 * (a - b) / a.size, rtol=1e-12)
    assert MSELoss().forward([[3.0]], [[1.0]]) == 4
    with pytest.raises(ValueError, match=r"\(5, 1\).*\(5,\)"):
        loss.forward(np.ones((5, 1)), np.ones(5))
    with pytest.raises(ValueError, match="empty"):
        loss.forward(np.ones((0, 2)), np.ones((0, 2)))


def test_contrastive(rng, as_torch):
    u, v = rng.normal(size=(5, 7)), rng.normal(size=(5, 7))
    loss = ContrastiveLoss(0.2)
    a, b = as_torch(u), as_torch(v)
    scores = F.normalize(a, dim=1, eps=1e-12) @ F.normalize(b, dim=1, eps=1e-12).T / 0.2
    expected = (F.cross_entropy(scores, torch.arange(5)) + F.cross_entropy(scores.T, torch.arange(5))) / 2
    expected.backward()
    assert loss.forward(u, v) == pytest.approx(expected.item(), rel=1e-12)
    for got, right in zip(loss.backward(), (a.grad, b.grad), strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose((loss.backward()[0] * u).sum(axis=1), 0, atol=1e-14)
    left, right = Tensor(u, requires_grad=True), Tensor(v, requires_grad=True)
    (loss(left, right) * 2).backward()
    np.testing.assert_allclose(left.grad, 2 * a.grad, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(right.grad, 2 * b.grad, rtol=1e-9, atol=1e-14)
    u[2] = 0
    assert np.isfinite(ContrastiveLoss(0.01).forward(u, v))
    loss.forward(u, v)
    assert all(np.isfinite(one).all() for one in loss.backward())


@pytest.mark.parametrize(
    ("loss", "arguments"),
    [
        (MSELoss(), 2),
        (CrossEntropyLoss(), 2),
        (LabelSmoothingLoss(), 2),
        (FocalLoss(), 2),
        (ContrastiveLoss(), 2),
    ],
)
def test_backward_comes_after_forward(loss, arguments):
    with pytest.raises(RuntimeError, match="after forward"):
        loss.backward()


def test_bad_arguments_are_refused():
    for targets, error in [
        ([0, 3], IndexError),
        ([-1, 0], IndexError),
        ([0.5, 1], TypeError),
        ([0], ValueError),
    ]:
        with pytest.raises(error):
            CrossEntropyLoss().forward(LOGITS, np.array(targets))
    for make in (
        lambda: LabelSmoothingLoss(1.0),
        lambda: LabelSmoothingLoss(-0.1),
        lambda: FocalLoss(-1),
        lambda: ContrastiveLoss(0),
    ):
        with pytest.raises(ValueError, match="must be"):
            make()


def test_a_loss_on_a_tensor_reaches_the_parameters(rng):
    layer, x, y = Linear(3, 2, rng=rng), rng.normal(size=(4, 3)), np.array([0, 1, 1, 0])
    loss_fn = CrossEntropyLoss()
    loss = loss_fn(layer(x), y)
    assert type(loss) is Tensor
    assert loss.shape == ()
    loss_fn(layer(x + 1), 1 - y)  # a later call must not disturb the earlier result
    loss.backward()

    def by_hand(weight, bias):
        return np.array(loss_fn.forward(x @ weight + bias, y))

    grads = lambda g, w, b: (layer.weight.grad * g, layer.bias.grad * g)  # noqa: E731
    assert max(gradcheck(by_hand, grads, (layer.weight.data, layer.bias.data), rng).values()) < 1e-6


def test_targets_may_be_tensors_and_never_get_gradients(rng):
    outputs, targets = Tensor(rng.normal(size=(3, 2)), requires_grad=True), Tensor(np.ones((3, 2)))
    targets.requires_grad = True
    MSELoss()(outputs, targets).backward()
    np.testing.assert_allclose(outputs.grad, (outputs.data - 1) / 3, rtol=1e-12)
    assert targets.grad is None
    whole = CrossEntropyLoss()(outputs, Tensor([0, 1, 1]))
    assert whole.item() == CrossEntropyLoss().forward(outputs.data, [0, 1, 1])


def test_arrays_give_a_float_and_no_grad_gives_a_constant():
    assert type(MSELoss()(np.ones(2), np.zeros(2))) is float
    layer = Linear(2, 1)
    with no_grad():
        loss = MSELoss()(layer(np.ones((3, 2))), np.ones((3, 1)))
    assert loss.inputs == ()
    assert not loss.requires_grad
