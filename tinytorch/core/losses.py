"""Module 04: losses that keep what their own gradient needs.

On arrays: `forward(logits, targets)` returns a float, `backward()` the gradient for the last forward.
On a Tensor: calling the loss returns a 0-d Tensor in the graph, so that its `backward()` reaches the parameters.
"""

from __future__ import annotations

import numpy as np

from tinytorch.core.tensor import Tensor


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
        return float((self.saved * self.saved).mean())

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
        gradient = np.zeros((counts.size, shape[-1]), dtype=logs.dtype)
        gradient[counts] = rows / max(kept.size, 1)
        return gradient.reshape(shape)
