# tinytorch.core.losses
#
# Made from the cells marked "#| export" of 04_losses.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m04-setup
#| default_exp core.losses
import numpy as np

from tinytorch.core.tensor import Tensor, as_tensor


class Loss:
    """Given: a loss keeps in `saved` what `backward` needs, and nothing before the first `forward`."""

    saved = None

    def __call__(self, outputs, targets):
        """A float for an array; for a Tensor a 0-d Tensor, recorded with the gradient for its outputs.

        outputs, targets : array or Tensor; gradients go to the outputs only

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
        """Given: what forward kept; RuntimeError if it has not run."""
        if self.saved is None:
            raise RuntimeError(f"{type(self).__name__}.backward() comes after forward()")
        return self.saved


class PairLoss(Loss):
    """Given: a loss of two arrays of equal rank, both of which get a gradient; backward() returns two arrays."""

    def __call__(self, left, right):
        """A 0-d Tensor if one of them is a Tensor, else a float."""
        if not (isinstance(left, Tensor) or isinstance(right, Tensor)):
            return self.forward(left, right)
        left, right = as_tensor(left), as_tensor(right)
        value = np.asarray(self.forward(left.data, right.data), dtype=left.data.dtype)
        gradients = self.backward() if left.requires_grad or right.requires_grad else (None, None)
        return Tensor._new(value, "pair_loss", (left, right), left=gradients[0], right=gradients[1])


def paired(logits, targets):
    """Given: logits (..., V) and targets (...) as arrays, the targets as integers.

    raises : ValueError if the shapes do not pair up, TypeError for targets that are no whole numbers
             (1.0 is one: a Tensor holds nothing else)
    """
    logits, targets = np.asarray(logits), np.asarray(targets)
    if logits.shape[:-1] != targets.shape:
        raise ValueError(f"logits {logits.shape} need targets {logits.shape[:-1]}, got {targets.shape}")
    if targets.dtype.kind not in "iu":
        if targets.dtype.kind != "f" or (targets != np.rint(targets)).any():
            raise TypeError(f"targets must be whole numbers, got {targets.dtype} {targets.reshape(-1)[:3]}")
        targets = targets.astype(np.int64)
    return logits, targets


# Cell m04-log-softmax
def log_softmax(x, axis=-1):
    """Logarithm of softmax along one axis, without ever forming a softmax.

    x       : float array of any shape; not changed
    axis    : int, may be negative
    returns : array of the shape of x, finite for finite x; a gap of 800 stays -800
    pinned  : [1, 2, 3] -> [-2.40760596, -1.40760596, -0.40760596]
    """
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    ### END SOLUTION


# Cell m04-mse
class MSELoss(Loss):
    """Mean of the squared differences over all elements.

    pinned : outputs [[1,2],[3,4]], targets [[1,0],[4,4]] -> 1.25, gradient [[0,1],[-0.5,0]]
    """

    def forward(self, outputs, targets):
        """outputs, targets : arrays of one shape, or nested lists. Returns a float.

        raises : ValueError with both shapes in its text if they differ, as (N, 1) and (N,) do,
                 or if there are no elements
        """
        ### BEGIN SOLUTION
        outputs, targets = np.asarray(outputs), np.asarray(targets)
        if outputs.shape != targets.shape or outputs.size == 0:
            raise ValueError(f"outputs {outputs.shape}, targets {targets.shape}: need one shape, not empty")
        self.saved = outputs - targets
        return float((self.saved * self.saved).mean())
        ### END SOLUTION

    def backward(self):
        """2 (outputs - targets) / number of elements, of the last forward."""
        ### BEGIN SOLUTION
        difference = self._saved()
        return difference * (2 / difference.size)
        ### END SOLUTION


# Cell m04-rows
def counted_rows(logits, targets, ignore_index):
    """The positions that count: (rows (n, V), classes (n,), counts).

    logits, targets : (..., V) and (...), see paired
    counts          : bool, one per position in row-major order, False where the target is ignore_index;
                      n of them are True
    raises          : IndexError if a class that counts is outside 0 .. V - 1; -1 is outside
    """
    logits, targets = paired(logits, targets)
    ### BEGIN SOLUTION
    size, flat = logits.shape[-1], targets.ravel()
    counts = flat != ignore_index
    classes = flat[counts]
    if classes.size and (classes.min() < 0 or classes.max() >= size):
        raise IndexError(f"targets from {classes.min()} to {classes.max()}, but there are {size} classes")
    return logits.reshape(flat.size, size)[counts], classes, counts
    ### END SOLUTION


def spread_rows(rows, counts, shape):
    """The way back: rows (n, V) at the positions that count, 0 at the others, in this shape and the dtype of rows."""
    ### BEGIN SOLUTION
    gradient = np.zeros((counts.size, shape[-1]), dtype=rows.dtype)
    gradient[counts] = rows
    return gradient.reshape(shape)
    ### END SOLUTION


# Cell m04-cross-entropy
class CrossEntropyLoss(Loss):
    """Mean of -log softmax(logits)[target] over the positions whose target is not ignore_index.

    ignore_index : int, kept under this name
    pinned       : logits [[2,1,0.1],[0,0,0]], targets [0,2]: rows 0.4170, 1.0986; loss 0.757821;
                   gradient [[-0.1705,0.1212,0.0493],[0.1667,0.1667,-0.3333]]
                   targets [0,-100]: loss 0.4170
    """

    def __init__(self, ignore_index=-100):
        self.ignore_index = ignore_index

    def forward(self, logits, targets):
        """logits : (..., V) float; targets : (...) classes from 0 to V - 1, or ignore_index. Returns a float.

        mean over all positions that count; 0.0 if none does
        raises : IndexError for a target outside 0 .. V - 1
        """
        ### BEGIN SOLUTION
        rows, classes, counts = counted_rows(logits, targets, self.ignore_index)
        logs = log_softmax(rows)  # (n, V)
        self.saved = logs, classes, counts, np.shape(logits)
        return float(-logs[np.arange(classes.size), classes].mean()) if classes.size else 0.0
        ### END SOLUTION

    def backward(self):
        """(..., V): (softmax - one-hot) / number of positions that count; 0 at the others."""
        ### BEGIN SOLUTION
        logs, classes, counts, shape = self._saved()
        rows = np.exp(logs)
        rows[np.arange(classes.size), classes] -= 1
        return spread_rows(rows / classes.size, counts, shape)  # of no rows nothing is divided
        ### END SOLUTION


# Cell m04-smoothing
class LabelSmoothingLoss(Loss):
    """Cross-entropy against (1 - smoothing) * one-hot + smoothing / V, for every class, the right one included.

    smoothing    : 0 <= smoothing < 1, else ValueError; kept under this name; 0 is CrossEntropyLoss
    ignore_index : int, kept under this name, as in CrossEntropyLoss; so are the mean and the arguments
    pinned       : logits [[2,1,0.1],[0,0,0]], targets [0,2], 0.1: rows 0.5137, 1.0986; loss 0.806154
    """

    def __init__(self, smoothing=0.1, ignore_index=-100):
        ### BEGIN SOLUTION
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must be at least 0 and below 1, got {smoothing}")
        self.smoothing, self.ignore_index = smoothing, ignore_index
        ### END SOLUTION

    def forward(self, logits, targets):
        """Mean over the positions that count, a float; 0.0 if none does."""
        ### BEGIN SOLUTION
        rows, classes, counts = counted_rows(logits, targets, self.ignore_index)
        logs, n = log_softmax(rows), max(classes.size, 1)
        wanted = np.full_like(logs, self.smoothing / logs.shape[-1])  # (n, V)
        wanted[np.arange(classes.size), classes] += 1 - self.smoothing
        self.saved = (np.exp(logs) - wanted) / n, counts, np.shape(logits)
        return float(-(wanted * logs).sum() / n)
        ### END SOLUTION

    def backward(self):
        """(..., V): (softmax - wanted distribution) / number of positions that count; 0 at the others."""
        ### BEGIN SOLUTION
        return spread_rows(*self._saved())
        ### END SOLUTION


# Cell m04-focal
class FocalLoss(Loss):
    """Mean of -(1 - p)^gamma * log p over the positions that count, p the probability of the right class.

    gamma        : at least 0, else ValueError; kept under this name; 0 is CrossEntropyLoss
    ignore_index : int, kept under this name, as in CrossEntropyLoss; so are the mean and the arguments
    finite       : loss and gradient, for every gamma and also where p is exactly 0 or 1 as a float
    pinned       : logits [[2,1,0.1],[0,0,0]], targets [0,2], gamma 0, 1, 2: 0.757821, 0.437307, 0.268382
                   gradient for gamma 2: [[-0.0518,0.0368,0.0150],[0.1555,0.1555,-0.3109]]
    """

    def __init__(self, gamma=2.0, ignore_index=-100):
        ### BEGIN SOLUTION
        if not gamma >= 0:
            raise ValueError(f"gamma must be at least 0, got {gamma}")
        self.gamma, self.ignore_index = gamma, ignore_index
        ### END SOLUTION

    def forward(self, logits, targets):
        """Mean over the positions that count, a float; 0.0 if none does."""
        ### BEGIN SOLUTION
        rows, classes, counts = counted_rows(logits, targets, self.ignore_index)
        logs, right = log_softmax(rows), (np.arange(classes.size), classes)
        apart = np.exp(logs)  # (n, V)
        apart[right] = 0
        rest = apart.sum(axis=1)  # 1 - p; a subtraction would leave no digits where p is near 1
        apart[right] = -rest  # now softmax minus one-hot
        log_right = np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), logs[right])  # nor would log(p)
        self.saved = apart, rest, log_right, counts, np.shape(logits)
        return float(-(rest**self.gamma * log_right).sum() / max(classes.size, 1))
        ### END SOLUTION

    def backward(self):
        """(..., V): the gradient of the mean, with the derivative of the factor; 0 at ignored positions."""
        ### BEGIN SOLUTION
        apart, rest, log_right, counts, shape = self._saved()
        # log p / rest goes to -1 as rest goes to 0; dividing first keeps gamma < 1 finite there
        ratio, some = np.full_like(rest, -1.0), rest > 0
        ratio[some] = log_right[some] / rest[some]
        factor = rest**self.gamma * (1 - self.gamma * ratio * np.exp(log_right))
        return spread_rows(apart * factor[:, None] / rest.size, counts, shape)
        ### END SOLUTION


# Cell m04-contrastive
SMALLEST_NORM = 1e-12  # given


def unit_rows(rows):
    """(B, D) -> (rows divided by their L2 norm, the norms (B, 1)); a norm counts as SMALLEST_NORM at least."""
    ### BEGIN SOLUTION
    norms = np.maximum(np.sqrt((rows * rows).sum(axis=1, keepdims=True)), SMALLEST_NORM)
    return rows / norms, norms
    ### END SOLUTION


def unit_rows_backward(g, units, norms):
    """Gradient of the rows from that of the unit rows, g; where the floor was used, the norm is a constant."""
    ### BEGIN SOLUTION
    along = (g * units).sum(axis=1, keepdims=True) * (norms > SMALLEST_NORM)
    return (g - along * units) / norms
    ### END SOLUTION


class ContrastiveLoss(PairLoss):
    """Each row of U should be most like the same row of V, and the other way round.

    temperature : above 0, else ValueError; kept under this name
    pinned      : U [[3,4],[0,2]], V [[4,3],[0,1]], temperature 0.5: rows 0.458497, columns 0.454805,
                  loss 0.456651
    """

    def __init__(self, temperature=0.07):
        ### BEGIN SOLUTION
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        self.temperature = temperature
        ### END SOLUTION

    def forward(self, U, V):
        """U, V : (B, D) arrays of one shape, B at least 1. Returns a float.

        scores : unit rows of U times unit rows of V, divided by the temperature, (B, B)
        loss   : mean of two cross-entropies, of the rows and of the columns, target is the diagonal
        a row of zeros stays zeros; loss and gradients are finite then too
        """
        U, V = np.asarray(U), np.asarray(V)
        if U.ndim != 2 or U.shape != V.shape or len(U) == 0:  # given
            raise ValueError(f"U {U.shape} and V {V.shape} must be pairs of rows, at least one")
        ### BEGIN SOLUTION
        units, norms = zip(unit_rows(U), unit_rows(V))
        scores = units[0] @ units[1].T / self.temperature
        by_row, by_column = log_softmax(scores, axis=1), log_softmax(scores, axis=0)
        self.saved = units, norms, by_row, by_column
        return float(-(np.trace(by_row) + np.trace(by_column)) / (2 * len(scores)))
        ### END SOLUTION

    def backward(self):
        """(dU, dV), each of shape (B, D), through the division by the norms."""
        ### BEGIN SOLUTION
        units, norms, by_row, by_column = self._saved()
        size = len(by_row)
        of_scores = (np.exp(by_row) + np.exp(by_column) - 2 * np.eye(size)) / (2 * size * self.temperature)
        left = unit_rows_backward(of_scores @ units[1], units[0], norms[0])
        right = unit_rows_backward(of_scores.T @ units[0], units[1], norms[1])
        return left, right
        ### END SOLUTION
