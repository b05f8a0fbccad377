"""Module 04: losses that keep what their own gradient needs.

On arrays: `forward(logits, targets)` returns a float, `backward()` the gradient for the last forward.
On a Tensor: calling the loss returns a 0-d Tensor in the graph, so that its `backward()` reaches the parameters.
"""

from __future__ import annotations

import numpy as np

from tinytorch.core.tensor import Tensor, as_tensor


def log_softmax(x, axis=-1):
    """log of softmax along `axis`, by subtraction: a gap of 800 stays -800, where log(softmax) gives -inf."""
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


class Loss:
    """A loss keeps in `saved` what `backward` needs, and nothing before the first `forward`."""

    saved = None

    def __call__(self, outputs, targets):
        """A float for an array; for a Tensor a 0-d Tensor, recorded with the gradient for its outputs.

        outputs, targets  array or Tensor; gradients go to the outputs only

        The gradient is taken now, so that calling one loss twice gives two results that do not mix.
        """
        targets = targets.data if isinstance(targets, Tensor) else targets
        if not isinstance(outputs, Tensor):
            return self.forward(outputs, targets)
        value = np.asarray(self.forward(outputs.data, targets), dtype=outputs.data.dtype)
        gradient = self.backward() if outputs.requires_grad else None
        return Tensor._new(value, "loss", (outputs,), gradient=gradient)

    def forward(self, outputs, targets):
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")

    def backward(self):
        raise NotImplementedError(f"{type(self).__name__} has no backward yet")

    def _saved(self):
        if self.saved is None:
            raise RuntimeError(f"{type(self).__name__}.backward() comes after forward()")
        return self.saved


class MSELoss(Loss):
    """Mean of the squared differences over all elements; both shapes must be equal, nothing is broadcast."""

    def forward(self, outputs, targets):
        outputs, targets = np.asarray(outputs), np.asarray(targets)
        if outputs.shape != targets.shape or outputs.size == 0:
            raise ValueError(
                f"outputs {outputs.shape} and targets {targets.shape} must have one shape, not empty"
            )
        self.saved = outputs - targets
        return float(np.vdot(self.saved, self.saved)) / self.saved.size

    def backward(self):
        difference = self._saved()
        return difference * (2 / difference.size)


def counted_rows(logits, targets, ignore_index):
    """The rows that count: (logits (n, V), targets (n,), mask (rows,)) from (..., V) and (...).

    Raises ValueError when the leading shapes differ, TypeError for targets that are not whole numbers (floats may
    be: a Tensor holds nothing else) and IndexError for a class outside 0 to V - 1.
    """
    logits, targets = np.asarray(logits), np.asarray(targets)
    if logits.shape[:-1] != targets.shape:
        raise ValueError(f"logits {logits.shape} need targets {logits.shape[:-1]}, got {targets.shape}")
    if targets.dtype.kind not in "iu":
        if targets.dtype.kind != "f" or (targets != np.rint(targets)).any():
            raise TypeError(f"targets must be whole numbers, got {targets.dtype} {targets.reshape(-1)[:3]}")
        targets = targets.astype(np.int64)
    classes, flat = logits.shape[-1], targets.reshape(-1)
    counts = flat != ignore_index
    kept = flat[counts]
    if kept.size and (kept.min() < 0 or kept.max() >= classes):  # -1 would quietly mean the last class
        raise IndexError(f"targets from {kept.min()} to {kept.max()}, but there are {classes} classes")
    return logits.reshape(-1, classes)[counts], kept, counts


def spread_rows(rows, counts, shape):
    """Gradients of the counted rows back at their places, 0 elsewhere: (n, V) -> shape."""
    gradient = np.zeros((counts.size, shape[-1]), dtype=rows.dtype)
    gradient[counts] = rows
    return gradient.reshape(shape)


class CrossEntropyLoss(Loss):
    """Mean of -log softmax(logits)[target] over the positions whose target is not ignore_index.

    logits   (..., V); targets (...) integers from 0 to V - 1, or ignore_index
    returns  float, in nats per counted position; 0.0 when no position counts
    """

    def __init__(self, ignore_index=-100):
        self.ignore_index = ignore_index

    def forward(self, logits, targets):
        rows, kept, counts = counted_rows(logits, targets, self.ignore_index)
        logs = log_softmax(rows)  # (n, V)
        self.saved = logs, kept, counts, np.shape(logits)
        return float(-logs[np.arange(kept.size), kept].mean()) if kept.size else 0.0

    def backward(self):
        """(softmax - one-hot) / number of counted positions; 0 in the ignored ones."""
        logs, kept, counts, shape = self._saved()
        rows = np.exp(logs)
        rows[np.arange(kept.size), kept] -= 1
        return spread_rows(rows / max(kept.size, 1), counts, shape)


class LabelSmoothingLoss(Loss):
    """Cross-entropy against (1 - smoothing) * one-hot + smoothing / V, over all V classes, the right one included.

    Arguments and mean as in CrossEntropyLoss; smoothing outside [0, 1) raises ValueError.
    Source: Szegedy et al. 2016, section 7.
    """

    def __init__(self, smoothing=0.1, ignore_index=-100):
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must be at least 0 and below 1, got {smoothing}")
        self.smoothing, self.ignore_index = smoothing, ignore_index

    def forward(self, logits, targets):
        rows, kept, counts = counted_rows(logits, targets, self.ignore_index)
        logs = log_softmax(rows)  # (n, V)
        wanted = np.full_like(logs, self.smoothing / logs.shape[-1])
        wanted[np.arange(kept.size), kept] += 1 - self.smoothing
        self.saved = (np.exp(logs) - wanted) / max(kept.size, 1), counts, np.shape(logits)
        return float(-(wanted * logs).sum() / max(kept.size, 1))

    def backward(self):
        return spread_rows(*self._saved())


class FocalLoss(Loss):
    """Mean of -(1 - p)^gamma * log p over the counted positions, p the probability of the right class.

    Arguments and mean as in CrossEntropyLoss, which is gamma = 0.
    Source: Lin et al. 2017.
    """

    def __init__(self, gamma=2.0, ignore_index=-100):
        if not gamma >= 0:
            raise ValueError(f"gamma must be at least 0, got {gamma}")
        self.gamma, self.ignore_index = gamma, ignore_index

    def forward(self, logits, targets):
        rows, kept, counts = counted_rows(logits, targets, self.ignore_index)
        logs = log_softmax(rows)  # (n, V)
        chances, here = np.exp(logs), (np.arange(kept.size), kept)
        rest = chances.copy()
        rest[here] = 0
        rest = rest.sum(
            axis=-1
        )  # 1 - p as the sum of the others: for p near 1 a subtraction leaves no digits
        log_right = np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), logs[here])  # nor does log(p)
        self.saved = chances, rest, log_right, kept, counts, np.shape(logits)
        return float(-(rest**self.gamma * log_right).sum() / max(kept.size, 1))

    def backward(self):
        """d/dz_j of a row is (p_j - [j is right]) * (rest^gamma - gamma * rest^(gamma - 1) * p * log p)."""
        chances, rest, log_right, kept, counts, shape = self._saved()
        factor = rest**self.gamma
        if self.gamma:
            # p log p / rest -> -1 as rest -> 0; dividing first keeps gamma < 1 finite where rest is 0
            ratio = np.divide(log_right, rest, out=np.full_like(rest, -1.0), where=rest > 0)
            factor = factor * (1 - self.gamma * ratio * np.exp(log_right))
        rows = chances.copy()
        rows[np.arange(kept.size), kept] = -rest
        return spread_rows(rows * factor[:, None] / max(kept.size, 1), counts, shape)


class ContrastiveLoss(Loss):
    """Every row of U should be most like the same row of V, and the other way round.

    U, V     (B, D) float; rows are divided by their L2 norm, at least 1e-12
    returns  cross-entropy of the rows of U V^T / temperature with the diagonal as target, plus that of the
             columns, halved; `backward` returns (dU, dV)
    Source: Radford et al. 2021, figure 3.
    """

    def __init__(self, temperature=0.07):
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        self.temperature = temperature

    def __call__(self, left, right):
        """Both arguments get gradients: a 0-d Tensor if one of them is a Tensor, else a float."""
        if not (isinstance(left, Tensor) or isinstance(right, Tensor)):
            return self.forward(left, right)
        left, right = as_tensor(left), as_tensor(right)
        value = np.asarray(self.forward(left.data, right.data), dtype=left.data.dtype)
        gradients = self.backward() if left.requires_grad or right.requires_grad else (None, None)
        return Tensor._new(value, "pair_loss", (left, right), left=gradients[0], right=gradients[1])

    def forward(self, left, right):
        left, right = np.asarray(left), np.asarray(right)
        if left.ndim != 2 or left.shape != right.shape or left.shape[0] == 0:
            raise ValueError(f"U {left.shape} and V {right.shape} must be pairs of rows, at least one")
        units, norms = zip(*(unit_rows(one) for one in (left, right)), strict=True)
        scores = units[0] @ units[1].T / self.temperature  # (B, B)
        by_row, by_column = log_softmax(scores, axis=1), log_softmax(scores, axis=0)
        self.saved = units, norms, by_row, by_column
        return float(-(np.trace(by_row) + np.trace(by_column)) / (2 * len(scores)))

    def backward(self):
        units, norms, by_row, by_column = self._saved()
        size = len(by_row)
        of_scores = (np.exp(by_row) + np.exp(by_column) - 2 * np.eye(size)) / (2 * size * self.temperature)
        left = unit_rows_backward(of_scores @ units[1], units[0], norms[0])
        right = unit_rows_backward(of_scores.T @ units[0], units[1], norms[1])
        return left, right


SMALLEST_NORM = 1e-12


def unit_rows(rows):
    """(B, D) -> rows of length 1 and their old lengths (B, 1), at least SMALLEST_NORM."""
    norms = np.maximum(np.sqrt((rows * rows).sum(axis=1, keepdims=True)), SMALLEST_NORM)
    return rows / norms, norms


def unit_rows_backward(g, unit, norms):
    """What remains of g across each row's own direction, over its length; at the floor the length is a constant."""
    along = (g * unit).sum(axis=1, keepdims=True) * (norms > SMALLEST_NORM)
    return (g - along * unit) / norms
