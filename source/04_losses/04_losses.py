# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 04 Losses
#
# You build the functions that say how wrong an output is, in numbers that stay finite, each with its exact gradient.
#
# Needs 02 Activations, 03 Layers · 110 minutes · exports `tinytorch.core.losses`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 04.1 | `log_softmax` | 10 | 2 | 5 |
# | 04.2 | `MSELoss` | 10 | 1 | 4 |
# | 04.3 | `CrossEntropyLoss` | 20 | 3 | 5 |
# | 04.4 | `LabelSmoothingLoss` | 15 | 3 | 3 |
# | 04.5 | `FocalLoss` | 20 | 4 | 3 |
# | 04.6 | `ContrastiveLoss` | 15 | 4 | 3 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.
#
# All losses have one interface. `forward(outputs, targets)` takes arrays and returns a float. `backward()` returns the gradient of that float, an array shaped like the first argument; it belongs to the last `forward`. Put what `backward` needs into `self.saved`; the given `self._saved()` hands it back, or raises `RuntimeError` if `forward` has not run. `loss(tensor, targets)` is given too: it calls both and joins the result to the graph of module 05.

# %% nbgrader={"grade": false, "grade_id": "m04-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m04-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.activations import softmax, softmax_backward
from tinytorch.given import check as ck

LOGITS = np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]])  # the table of tasks 04.3 to 04.5
TARGETS = np.array([0, 2])

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-log-softmax-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.1", "minutes": 10}
# ## 04.1 · log_softmax · 10 points
#
# Losses for classes want the *logarithm* of a probability. Taking softmax first and the logarithm afterwards loses it: a logit 800 below the largest has a probability of $e^{-800}$, which no float can hold. It becomes 0, and its logarithm −∞. Written as a difference, nothing is lost:
#
# $$\log \mathrm{softmax}(x)_i = x_i - m - \log\sum_j e^{x_j - m}, \qquad m = \max_j x_j$$
#
# The shift by $m$ changes nothing on paper. In the machine it keeps every exponent at 0 or below, and the sum at 1 or above.
#
# <details><summary>Hint 1: nudge</summary>
#
# What is the logarithm of a quotient? Then the exponential in the numerator cancels.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Largest along the axis, kept as an axis of length 1. Subtract it. Exponentials, sum along the same axis, kept again. Logarithm. Subtract.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# shifted <- x - maximum along the axis
# shifted - log(sum of exp(shifted) along the axis)
# ```
# </details>
# <details><summary>I get "operands could not be broadcast together"</summary>
#
# A reduction removed its axis. `keepdims=True` keeps it.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-log-softmax", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.1", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-log-softmax-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "04.1", "needs": []}
# Also checked: logits of 1e4 and -1e4 in one array; other axes; exp of the result sums to 1, with the right
# values; a gap of 800.
def test_unit_log_softmax():
    right = [-2.40760596, -1.40760596, -0.40760596]
    ck.close(log_softmax(np.array([1.0, 2.0, 3.0])), right, "[1, 2, 3]", hint="x - max - log(sum(exp(x - max)))")


test_unit_log_softmax()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-mse-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.2", "minutes": 10}
# ## 04.2 · MSELoss · 10 points
#
# For numbers the usual measure is the mean of the squared differences, over all $n$ elements whatever the shape:
#
# $$L = \frac1n\sum_i (\hat y_i - y_i)^2, \qquad \frac{\partial L}{\partial \hat y_i} = \frac{2(\hat y_i - y_i)}{n}$$
#
# One trap is worth an error of its own. Outputs of shape $(N,1)$ minus targets of shape $(N,)$ give $(N,N)$: numpy compares every output with every target, the loss is a number like any other, and training learns the mean. So nothing is broadcast here; the shapes must be equal.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which one array is enough for `backward`?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Make arrays, compare shapes, refuse what differs or is empty. Keep the difference. Mean of its squares as a Python float. Backward: twice the difference over its size.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# shapes differ or no elements: ValueError with both shapes
# saved <- outputs - targets
# loss <- mean of saved squared; gradient <- 2 * saved / size
# ```
# </details>
# <details><summary>I get a RuntimeError in backward although forward ran</summary>
#
# `forward` did not put anything into `self.saved`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-mse", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.2", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-mse-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "04.2", "needs": []}
# Also checked: value and gradient of shape (3, 5, 7); the sign of the gradient; (N, 1) against (N,) refused; a
# single element; lists of numbers; the last of two forwards counts, and backward before forward is refused.
def test_unit_mse():
    loss = MSELoss()
    value = loss.forward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [4.0, 4.0]]))
    ck.close(value, 1.25, "loss", hint="the mean over all four elements")
    ck.close(loss.backward(), [[0.0, 1.0], [-0.5, 0.0]], "gradient", hint="2 (outputs - targets) / 4")


test_unit_mse()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-cross-entropy-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.3", "minutes": 25}
# ## 04.3 · CrossEntropyLoss · 20 points
#
# A classifier gives one number per class, a logit; softmax makes probabilities of them. The loss of one position is the surprise at the right class $t$, and its gradient is as simple as gradients get:
#
# $$L = -\log p_t, \qquad \frac{\partial L}{\partial z_j} = p_j - [j = t]$$
#
# Logits have shape $(\ldots, V)$, targets $(\ldots)$: a batch, or a batch of sequences. The mean runs over all positions at once. A mean over sequences of means would give short ones more weight.
#
# Some positions shall not count, padding above all. Their target is `ignore_index`. They are left out of the sum *and of the count it is divided by*, and their gradient is 0. If none is left, the loss is 0.0: there is nothing to learn, and no reason to divide by 0.
#
# Two helpers do the book-keeping, here and in the next two tasks. `counted_rows` takes out the rows that count; `spread_rows` puts their gradients back in place.
#
# <details><summary>Hint 1: nudge</summary>
#
# With all leading axes flattened, `rows[mask]` keeps some rows. `gradient[mask] = ...` is the way back. `logs[np.arange(n), classes]` takes one number per row.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Flatten targets; the mask says which differ from ignore_index; test what is left against 0 and V. Forward: log_softmax of the rows, minus the mean at the right classes. Backward: exponential of the saved logarithms, minus 1 at the right classes, divided by the count, spread.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# counted_rows: counts <- flat targets differ from ignore_index
#               classes <- those that count; any outside 0 .. V-1: IndexError
# spread_rows:  zeros for every position, the rows where counts is true, in shape
# forward:      logs <- log_softmax(rows)
#               minus the mean of logs at the classes, or 0.0 without rows
# backward:     (exp(logs), 1 less at the classes) / count, spread
# ```
# </details>
# <details><summary>I get a loss of NaN and "Mean of empty slice"</summary>
#
# Every position was ignored. Ask how many rows there are before taking a mean.
# </details>
# <details><summary>I get an error for target -100</summary>
#
# The range is tested before the ignored positions are out.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-rows", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.3", "needs": []}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m04-cross-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.3", "needs": ["m04-log-softmax-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-cross-entropy-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "04.3", "needs": ["m04-log-softmax-test"]}
# Also checked: logits (2, 5, 7) with targets (2, 5); logits of 1000 and -1000; equal logits; ignored positions,
# some and all; the gradient against differences; backward before forward; targets outside the classes; counted_rows
# and spread_rows, each asked alone.
def test_unit_cross_entropy():
    loss = CrossEntropyLoss()
    ck.close(loss.forward(LOGITS, TARGETS), 0.757821, "loss of the table", hint="the mean of 0.4170 and 1.0986")
    right = [[-0.170500, 0.121216, 0.049283], [0.166667, 0.166667, -0.333333]]
    ck.close(loss.backward(), right, "gradient of the table", atol=1e-6, hint="(softmax - one-hot) / 2")
    ck.close(loss.forward(LOGITS, np.array([0, -100])), 0.417030, "loss with an ignored row", hint="divide by 1")
    ck.close(loss.backward()[1], [0.0, 0.0, 0.0], "gradient of the ignored row")


test_unit_cross_entropy()

# %%
# P1. You should see the gradient of the squared error go back to 0 as the answer gets more wrong, while that of
# cross-entropy grows to its full size: where there is most to learn, squared error on probabilities learns nothing.
import matplotlib.pyplot as plt

gaps = np.linspace(-8.0, 8.0, 81)
logits = np.stack([np.zeros_like(gaps), gaps], axis=1)  # class 0 is right, class 1 leads by the gap
entropy, square = CrossEntropyLoss(), MSELoss()
entropy.forward(logits, np.zeros(81, dtype=int))
chances = softmax(logits)
square.forward(chances, np.tile([1.0, 0.0], (81, 1)))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(gaps, 81 * entropy.backward()[:, 0], label="cross-entropy")
ax.plot(gaps, 81 * softmax_backward(square.backward(), chances)[:, 0], label="squared error")
ax.set(xlabel="lead of the wrong class", ylabel="gradient of the right logit")
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-smoothing-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.4", "minutes": 15}
# ## 04.4 · LabelSmoothingLoss · 15 points
#
# Cross-entropy is never content: to reach 0 the right logit has to run to infinity. With labels that are sometimes wrong, that teaches certainty about errors. Smoothing asks for a little doubt. Of the probability 1, a part $\varepsilon$ is spread over *all* $V$ classes, the right one included:
#
# $$q_j = (1-\varepsilon)\,[j=t] + \frac{\varepsilon}{V}, \qquad L = -\sum_j q_j \log p_j, \qquad \frac{\partial L}{\partial z_j} = p_j - q_j$$
#
# The minimum now lies at $p = q$, at finite logits. Some texts spread $\varepsilon$ over the $V-1$ wrong classes only. The numbers differ, so it matters that this is settled: all of them.
#
# <details><summary>Hint 1: nudge</summary>
#
# Cross-entropy is the case where $q$ has a single 1. What is left of your `backward` if the one-hot row becomes `q`?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Counted rows as before. Build q: an array full of eps / V, plus 1 - eps at the right classes. Loss: minus the sum of q times logs over everything, by the count. Gradient: softmax minus q, by the count, spread.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# refuse a smoothing outside [0, 1)
# rows, classes, counts <- counted_rows; logs <- log_softmax(rows)
# wanted <- eps / V everywhere; add 1 - eps at the classes
# loss <- -sum(wanted * logs) / count, the count at least 1
# gradient <- (exp(logs) - wanted) / count, spread
# ```
# </details>
# <details><summary>I get 0.8303 or 0.8682 instead of 0.8062</summary>
#
# 0.8303: ε was spread over the wrong classes only. 0.8682: V was taken from the number of rows; it is the last axis of the logits.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-smoothing", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.4", "needs": ["m04-log-softmax-test", "m04-cross-entropy-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-smoothing-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "04.4", "needs": ["m04-log-softmax-test", "m04-cross-entropy-test"]}
# Also checked: seven classes, smoothing 0.3 and three axes; the gradient against differences; ignored positions;
# where the loss has its minimum; values of smoothing that are refused, and 0.2.
def test_unit_label_smoothing():
    ck.close(LabelSmoothingLoss().forward(LOGITS, TARGETS), 0.806154, "loss of the table", hint="eps / V for all classes")
    ck.close(LabelSmoothingLoss(0.0).forward(LOGITS, TARGETS), 0.757821, "smoothing 0", hint="plain cross-entropy")


test_unit_label_smoothing()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-focal-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.5", "minutes": 20}
# ## 04.5 · FocalLoss · 20 points
#
# If one position in a hundred holds what you look for, the other ninety-nine are soon easy, and each still adds a small loss. Together they outweigh the rare ones. Focal loss turns the easy ones down, by a factor that falls to 0 as the probability $p$ of the right class goes to 1:
#
# $$L = -(1-p)^\gamma \log p$$
#
# With $\gamma = 0$ it is cross-entropy. The factor depends on the logits too, so it takes part in the derivative. With $\partial p/\partial z_j = p\,([j=t]-p_j)$ the product rule gives
#
# $$\frac{\partial L}{\partial z_j} = (p_j - [j=t])\,\Big((1-p)^\gamma - \gamma\,(1-p)^{\gamma-1}\,p\log p\Big)$$
#
# Look at $p \to 1$ with $\gamma < 1$: the power $(1-p)^{\gamma-1}$ becomes infinite, while $\log p$ goes to 0, and $\infty\cdot 0$ is NaN. The product itself is harmless, because $\log p$ behaves like $-(1-p)$ there. Arrange the factors so that nothing infinite appears.
#
# <details><summary>Hint 1: nudge</summary>
#
# $(1-p)^{\gamma-1}\log p$ is $(1-p)^\gamma$ times $\log p/(1-p)$. What is that quotient where 1 - p is exactly 0?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Forward: log p from log_softmax at the classes, p from all logs, 1 - p best as the sum of the *other* probabilities, since a subtraction leaves no digits near 1. Backward: (1-p)^γ; the quotient, -1 where 1 - p is 0; the bracket; times softmax minus one-hot; by the count; spread.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# rest <- sum of the probabilities of all other classes
# loss <- -sum(rest^gamma * log p) / count, the count at least 1
# ratio <- log p / rest, or -1 where rest is 0
# factor <- rest^gamma * (1 - gamma * ratio * p)
# gradient <- (softmax - one-hot) * factor / count, spread
# ```
# </details>
# <details><summary>I get "divide by zero encountered"</summary>
#
# `np.divide(a, b, out=array_of_minus_ones, where=b > 0)` divides only where it can.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-focal", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.5", "needs": ["m04-log-softmax-test", "m04-cross-entropy-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-focal-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "04.5", "needs": ["m04-log-softmax-test", "m04-cross-entropy-test"]}
# Also checked: the gradient of the table; gradients for gamma 0.5, 2 and 3.7 against differences; p next to 0 and
# 1 with gamma 0.5; three axes and ignored positions; gamma 0 against cross-entropy; a negative gamma refused.
def test_unit_focal():
    for gamma, right in [(0, 0.757821), (1, 0.437307), (2, 0.268382)]:
        value = FocalLoss(gamma).forward(LOGITS, TARGETS)
        ck.close(value, right, f"loss of the table, gamma {gamma}", hint="-(1 - p) ** gamma * log p, and the mean")


test_unit_focal()

# %%
# P2. You should see all curves end at 0 for p = 1, the more flatly the larger gamma is: with gamma 5 a right
# answer of 60 % costs next to nothing, while a wrong one (p near 0) costs as much as ever.
chances = np.linspace(0.02, 0.98, 49)
logits = np.stack([np.log(chances / (1 - chances)), np.zeros_like(chances)], axis=1)
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for gamma in (0, 1, 2, 5):
    losses = [FocalLoss(gamma).forward(row, np.array(0)) for row in logits]
    ax.plot(chances, losses, label=f"gamma {gamma}")
ax.set(xlabel="p, probability of the right class", ylabel="loss")
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-contrastive-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.6", "minutes": 20}
# ## 04.6 · ContrastiveLoss · 15 points
#
# Pictures and their captions: no classes, only pairs. Let one network make a vector $u_i$ of each picture and another one a vector $v_i$ of each caption. In a batch of $B$ pairs, every $u_i$ should be most like its own $v_i$ among all $B$, and the other way round. That is a classification whose classes are the partners in the batch:
#
# $$S = \frac{\hat U \hat V^{\top}}{\tau}, \qquad L = \tfrac12\big(\mathrm{CE}(\text{rows of } S) + \mathrm{CE}(\text{columns of } S)\big), \quad \text{target: the diagonal}$$
#
# $\hat U$ has the rows of $U$ divided by their length, so that only directions count. The temperature $\tau$ sharpens: cosines lie between −1 and 1, and only divided by a small $\tau$ can one of them lead clearly.
#
# Back through the division by the length, with $g$ the gradient of the unit vector $\hat u$:
#
# $$\frac{\partial L}{\partial u} = \frac{g - (g\cdot\hat u)\,\hat u}{\|u\|}$$
#
# What points along $u$ drops out: making a vector longer changes nothing.
#
# <details><summary>Hint 1: nudge</summary>
#
# Cross-entropy of rows and of columns is one formula with `axis=1` and `axis=0`. Its gradient is softmax minus one-hot, and the one-hot rows of the diagonal are `np.eye(B)`.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Unit rows and lengths of both. Scores. log_softmax along both axes; the loss is minus the mean of both diagonals. Gradient of the scores: sum of both softmaxes minus twice the identity, over 2B. Back through the product: over τ, times V̂ for U, transposed times Û for V. Then through the lengths.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# unit_rows: norms <- length of each row, at least 1e-12; rows / norms
# by_row, by_column <- log_softmax of the scores along 1 and along 0
# loss <- -(trace of both, added) / (2 B)
# of_scores <- (exp(by_row) + exp(by_column) - 2 I) / (2 B tau)
# dU <- back(of_scores @ V-units);  dV <- back(of_scores transposed @ U-units)
# ```
# </details>
# <details><summary>I get NaN for a row of zeros</summary>
#
# 0 divided by 0. The floor of 1e-12 belongs into the length before the division.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m04-contrastive", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "04.6", "needs": ["m04-log-softmax-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m04-contrastive-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "04.6", "needs": ["m04-log-softmax-test"]}
# Also checked: five pairs of seven numbers; gradients of both inputs against differences; longer rows; pairs
# without relation; a temperature of 0.01; a row of zeros; a temperature of 0 refused; unit_rows_backward alone, where
# the floor was used and where it was not.
def test_unit_contrastive():
    loss = ContrastiveLoss(0.5)
    value = loss.forward(np.array([[3.0, 4.0], [0.0, 2.0]]), np.array([[4.0, 3.0], [0.0, 1.0]]))
    ck.close(value, 0.456651, "loss of the table", hint="rows give 0.458497, columns 0.454805")
    dU, dV = loss.backward()
    ck.shape(dU, (2, 2), "dU")
    ck.shape(dV, (2, 2), "dV")


test_unit_contrastive()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.Q1", "minutes": 5}
# ## 04.Q1 · Which loss · 5 points
#
# Choose a loss of this module for each of these and give the reason: predicting the next character; labels of which one in ten is wrong; a search where 1 % of the examples are positive; pictures with captions. Why is the squared error of probabilities a poor choice for classes? Plot P1 may help. About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m04-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "04.Q1"}
# ### BEGIN SOLUTION
# Next character: cross-entropy. One of V classes is right, and the loss is the surprise at it; padding is left out by ignore_index.
#
# Wrong labels: label smoothing. It asks for probabilities that stop short of 1, so a wrong label cannot drive logits to infinity.
#
# 1 % positives: focal loss. The many easy negatives are turned down, so that the rare hard examples make up the gradient.
#
# Pictures and captions: contrastive loss. There are no fixed classes; the other pairs of the batch serve as wrong answers.
#
# Squared error on probabilities: its gradient holds the factor p(1 - p) of softmax. For an answer that is confident and wrong that factor is nearly 0, so exactly there nothing is learned. P1 shows the curve returning to 0.
#
# Marking: one point for each choice with its reason (4); vanishing gradient of the squared error for a confident wrong answer (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "04.Q2", "minutes": 5}
# ## 04.Q2 · The ignored position · 5 points
#
# Somebody adds up the losses of the positions that count, but divides by the number of *all* positions, the ignored ones included. What becomes of the loss, and of the steps of training, when one batch holds much padding and the next one little? Give an example in numbers. About 80 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m04-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "04.Q2"}
# ### BEGIN SOLUTION
# The loss comes out too small, by the share of positions that count. With 10 positions of loss 2 each, 6 of them padding, the sum of the counted ones is 8; divided by 10 it reads 0.8 instead of 2.
#
# The gradient is divided by the same number, so it too is 0.4 of the right one. A batch with much padding makes a smaller step than one without, at the same learning rate: the step depends on how long the neighbours of a sentence are. Losses of batches cannot be compared either, and a loss can fall only because the padding grew.
#
# Marking: loss too small (2); size of the steps depends on the padding (2); an example in numbers (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m04-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# You have five losses whose numbers stay finite where logits are large, and whose gradients you can defend. Means run over what counts, and over nothing else. So far gradients end at the outputs. Module 05 carries them back through all layers, and gives you the tool to check such derivatives yourself.
#
# * Goodfellow, Bengio, Courville: Deep Learning, 2016. Section 6.2.2.3 has the softmax output, 4.1 the shift.
# * Lin and others: Focal Loss for Dense Object Detection, 2017. Section 3.
