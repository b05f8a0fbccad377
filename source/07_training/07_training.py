# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 07 Training
#
# You build the complete training loop: schedule, clipping, accumulation, evaluation and checkpoints, on small real networks.
#
# Needs 04 Losses, 05 Autograd, 06 Optimizers · 160 minutes · exports `tinytorch.core.training`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 07.1 | `CosineSchedule` | 10 | 1 | 4 |
# | 07.2 | `clip_grad_norm` | 10 | 2 | 4 |
# | 07.3 | `Trainer`, `train_epoch` | 15 | 3 | 5 |
# | 07.4 | accumulation | 10 | 4 | 4 |
# | 07.5 | `evaluate`, `evaluating` | 10 | 3 | 5 |
# | 07.6 | checkpoints | 10 | 4 | 5 |
# | 07.7 | memory of training | 5 | 3 | 3 |
# | 07.8 | batch size, measured | 5 | 3 | 3 |
# | 07.9 | a demonstration | 5 | 3 | 4 |
# | 07.10 | everything together | 5 | 1 | 5 |
# | 07.11 | quiz | 5 | 2 | 4 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.

# %% nbgrader={"grade": false, "grade_id": "m07-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.training
import math
import statistics
import tempfile
import time
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from tinytorch.core.activations import Tanh
from tinytorch.core.autograd import no_grad, topological_order
from tinytorch.core.layers import Dropout, Linear, Sequential
from tinytorch.core.losses import CrossEntropyLoss, MSELoss
from tinytorch.core.optimizers import SGD, Adam
from tinytorch.core.tensor import Tensor
from tinytorch.given import check as ck
from tinytorch.given import grad_array, to_numpy
from tinytorch.given.data import batches, one_hot, two_moons, xor
from tinytorch.given.pack import pack, unpack


def mlp(*sizes, rng=None):
    """Given: dense layers of these sizes with tanh between them."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [Linear(n_in, n_out, rng=rng), Tanh()]
    return Sequential(*layers[:-1])


def set_mode(model, training):
    """Given: switch the model and all layers inside it; a plain function has no modes and stays as it is."""
    if hasattr(model, "train") and hasattr(model, "eval"):
        model.train() if training else model.eval()


def layers_of(model):
    """Given: the model and every layer inside it, outermost first; a plain function has none."""
    if hasattr(model, "training"):
        yield model
    for child in getattr(model, "children", tuple)():
        yield from layers_of(child)


def scale_gradients(parameters, factor):
    """Given: multiply every gradient that exists by factor."""
    for p in parameters:
        grad = grad_array(p)
        if grad is not None:
            grad *= factor


def gradient_of(model, loss_fn, inputs, targets):
    """Given: all gradients of one batch as one long array; leaves no gradient behind."""
    parameters = model.parameters()
    for p in parameters:
        p.grad = None
    loss_fn(model(inputs), targets).backward()
    joined = np.concatenate([p.grad.ravel() for p in parameters])
    for p in parameters:
        p.grad = None
    return joined

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-cosine-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.1", "minutes": 10}
# ## 07.1 · CosineSchedule · 10 points
#
# Which learning rate does epoch $e$ use? This schedule follows half a cosine wave from `max_lr` to `min_lr`: flat at both ends, steepest in the middle.
#
# $$\eta(e) = \eta_{min} + (\eta_{max} - \eta_{min})\,\frac{1 + \cos(\pi e / E)}{2}$$
#
# $E$ is `total_epochs`. The rate depends on the epoch alone, so nothing is remembered between calls. From epoch $E$ on it stays at `min_lr`; the bare cosine would climb again.
#
# <details><summary>Hint 1: nudge</summary>
#
# Try $e = 0$ and $e = E/2$ on paper. The fraction is 1, then one half.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Progress is epoch over total, an ordinary division. Times π it is the angle. Take the cosine, add 1, halve. Stretch to the distance between the rates, lift by the lower one.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# if the epoch is total or later: the minimum
# share <- (1 + cos(pi * progress)) / 2
# answer <- minimum + share * (maximum - minimum)
# ```
# </details>
# <details><summary>I get "ZeroDivisionError"</summary>
#
# `total_epochs` was 0. The constructor has to refuse it.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-cosine", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.1", "needs": []}
#| export
class CosineSchedule:
    """Learning rate of an epoch: half a cosine wave from max_lr down to min_lr.

    max_lr, min_lr : float, kept as attributes of these names
    total_epochs   : int, kept too; below 1 raises ValueError
    pinned         : defaults, epochs 0, 25, 50, 75, 99, 100, 105 ->
                     0.1, 0.08681981, 0.055, 0.02318019, 0.0100222, 0.01, 0.01
    """

    def __init__(self, max_lr=0.1, min_lr=0.01, total_epochs=100):
        ### BEGIN SOLUTION
        if total_epochs < 1:
            raise ValueError(f"total_epochs must be at least 1, got {total_epochs}")
        self.max_lr = max_lr
        self.min_lr = min_lr
        self.total_epochs = total_epochs
        ### END SOLUTION

    def get_lr(self, epoch) -> float:
        """Rate of epoch 0, 1, 2, ...; min_lr from total_epochs on."""
        ### BEGIN SOLUTION
        if epoch >= self.total_epochs:
            return self.min_lr
        share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2
        return self.min_lr + (self.max_lr - self.min_lr) * share
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-cosine-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "07.1", "needs": []}
# Also checked: other rates and lengths at every epoch and beyond the end, a length of 1, the attributes
# and the default values, a length of 0 refused while 2 works.
def test_unit_cosine_schedule():
    schedule = CosineSchedule()
    ck.close(schedule.get_lr(0), 0.1, "rate of epoch 0", hint="the first epoch uses max_lr itself")
    ck.close(schedule.get_lr(25), 0.08681981, "rate of epoch 25", hint="a cosine, not a straight line")
    ck.close(schedule.get_lr(50), 0.055, "rate of epoch 50", hint="half way: the mean of both rates")
    ck.close(schedule.get_lr(100), 0.01, "rate of epoch 100", hint="min_lr from total_epochs on")


test_unit_cosine_schedule()

# %%
# P1. You should see all three curves start flat and fall fastest half way. The shortest reaches its lowest
# rate at epoch 40 and stays there while the others still fall.
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
epochs = range(121)
for settings in [(0.1, 0.01, 100), (0.1, 0.001, 40), (0.05, 0.0, 120)]:
    schedule = CosineSchedule(*settings)
    ax.plot(epochs, [schedule.get_lr(epoch) for epoch in epochs], label=str(settings))
ax.set(xlabel="epoch", ylabel="learning rate")
ax.legend(title="max_lr, min_lr, total_epochs", loc="upper right")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-clip-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.2", "minutes": 12}
# ## 07.2 · clip_grad_norm · 10 points
#
# One odd batch can give a gradient far longer than the others. Clipping limits the length of *all* gradients taken together and keeps their direction:
#
# $$\|g\| = \sqrt{\textstyle\sum_p \sum_i g_{p,i}^2}, \qquad g_p \leftarrow g_p \cdot \frac{c}{\|g\|} \quad\text{if } \|g\| > c$$
#
# This bounds the step; what made the gradient long is still there. So the function returns the norm *before* clipping, for you to watch.
#
# <details><summary>Hint 1: nudge</summary>
#
# One pass measures, a second one scales. What does the second pass find if `parameters` is a generator?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Collect the arrays that exist. Square in float64: the square of 3e20 does not fit into float32. Add all up, take one root. If it is finite and above the limit, multiply each array by limit over norm.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# refuse a limit that is negative or not finite
# arrays <- gradient arrays, without None
# norm <- root of the sum of all squared entries
# if norm is finite and above the limit: scale each in place
# return norm
# ```
# </details>
# <details><summary>I get "unsupported operand type(s) ... NoneType"</summary>
#
# A parameter without part in the loss has the gradient `None`. Leave it out of both passes.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-clip", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.2", "needs": []}
#| export
def clip_grad_norm(parameters, max_norm=1.0) -> float:
    """Scale all gradients by one factor so that their joint L2 norm is at most max_norm.

    parameters : iterable of parameters, may be a generator
                 p.grad is None, an array, or an object that holds the array in .data;
                 grad_array(p) gives None or the array, whichever it is
    returns    : float, the norm before scaling; 0.0 if there is no gradient
    effect     : gradients are scaled in place (or replaced by the same kind), only if norm > max_norm;
                 a norm that is NaN or infinite is returned and nothing is scaled
    raises     : ValueError ("finite and nonnegative") for a max_norm below 0 or not finite; 0 is allowed
    pinned     : [3,4] and [6,8], max_norm 1 -> 11.180340; [.268328,.357771] and [.536656,.715542]
                 [100,200,50] -> 229.128785
    """
    ### BEGIN SOLUTION
    if not (math.isfinite(max_norm) and max_norm >= 0):
        raise ValueError(f"max_norm must be finite and nonnegative, got {max_norm}")
    grads = [grad for grad in map(grad_array, parameters) if grad is not None]
    norm = math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))
    if math.isfinite(norm) and norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return norm
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-clip-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "07.2", "needs": []}
# Also checked: limits 0.3, 5 and 20 on other shapes (untouched below the limit, same direction above it),
# a generator, missing gradients between others, gradients held in an object, large float32 entries,
# NaN and infinite norms, a limit of 0 and limits that are refused.
def test_unit_clip_grad_norm():
    big = ck.params([3.0, 4.0], [6.0, 8.0])
    ck.close(clip_grad_norm(big, 1.0), 11.180340, "returned norm", hint="return the norm before scaling")
    ck.close(big[0].grad, [0.268328, 0.357771], "first gradient", hint="one factor for all gradients")
    ck.close(big[1].grad, [0.536656, 0.715542], "second gradient", hint="one factor for all gradients")
    long = ck.params([100.0, 200.0, 50.0])
    ck.close(clip_grad_norm(long, 1.0), 229.128785, "norm of [100, 200, 50]")
    small = ck.params([0.3, 0.4])
    ck.close(clip_grad_norm(small, 1.0), 0.5, "norm below the limit")
    ck.same(small[0].grad, [0.3, 0.4], "gradient below the limit")


test_unit_clip_grad_norm()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-trainer-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.3", "minutes": 25}
# ## 07.3 · Trainer and train_epoch · 15 points
#
# ![Order of events in one epoch: set the rate, training mode, clear the gradients; then for every update forward, loss, backward, clip, step, clear; at the end log the mean loss and count the epoch.](figures/epoch.svg)
#
# A `Trainer` runs the loop of module 06 in an order that matters:
#
# * The rate of epoch $e$ is set *before* its first update. Set afterwards, each epoch would use the rate of the one before.
# * Gradients left over from elsewhere are cleared first.
# * Clipping stands between backward and step.
# * Batches may differ in size, so the loss of an epoch is the mean over *samples*: $L = \sum_b n_b L_b / \sum_b n_b$.
#
# The work is cut into small methods, because 07.4 uses them again.
#
# <details><summary>Hint 1: nudge</summary>
#
# Write the events of one epoch on paper, then find the method for each. The optimizer has `set_lr`, `step`, `zero_grad`.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Before the loop: rate if there is a schedule, training mode, clear. In the loop: backward, update, and two sums, of loss times samples and of samples. Afterwards: divide, log, count.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# total <- 0, samples <- 0
# for each batch of n samples:
#     loss <- forward, loss, backward
#     total <- total + n * loss, samples <- samples + n
#     clip if there is a limit, step, clear, count
# epoch loss <- total / samples, or 0.0 without samples
# ```
# </details>
# <details><summary>I get "object of type 'generator' has no len()"</summary>
#
# A loader is only promised to be iterable. Count while you walk through it.
# </details>
# <details><summary>I get "'Trainer' object has no attribute ..."</summary>
#
# The constructor creates every attribute of its docstring, also `step` and `history`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-trainer", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.3", "needs": ["m07-clip-test"]}
#| export
class Trainer:
    """A model, its optimizer and its loss, trained epoch by epoch.

    model, optimizer, loss_fn, scheduler, grad_clip_norm : the arguments, kept under these names
    epoch, step     : int, finished epochs and updates, both 0 at first
    training_mode   : bool, True at first
    history         : {"train_loss": [], "eval_loss": [], "learning_rates": []}

    model      maps inputs to outputs; a plain function without train(), eval() will do
    loss_fn    loss_fn(outputs, targets) gives an object with .data and an argument-free .backward()
    scheduler  None, or an object with get_lr(epoch)
    """

    def __init__(self, model, optimizer, loss_fn, scheduler=None, grad_clip_norm=None):
        ### BEGIN SOLUTION
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.scheduler, self.grad_clip_norm = scheduler, grad_clip_norm
        self.epoch, self.step, self.training_mode = 0, 0, True
        self.history = {"train_loss": [], "eval_loss": [], "learning_rates": []}
        ### END SOLUTION

    def _parameters(self):
        """Given: the list of parameters, from the model if it has one, else from the optimizer."""
        return list(self.model.parameters() if hasattr(self.model, "parameters") else self.optimizer.params)

    def _backward(self, inputs, targets) -> float:
        """Forward, loss, backward of one batch; gradients are added to p.grad. Returns the loss."""
        ### BEGIN SOLUTION
        loss = self.loss_fn(self.model(inputs), targets)
        loss.backward()
        return float(loss.data)
        ### END SOLUTION

    def _update(self):
        """Clip to grad_clip_norm unless that is None, step, clear the gradients, count the update in step."""
        ### BEGIN SOLUTION
        if self.grad_clip_norm is not None:
            clip_grad_norm(self._parameters(), self.grad_clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        ### END SOLUTION

    def _run_batches(self, dataloader):
        """One update per batch. Returns (sum of loss times samples, number of samples)."""
        ### BEGIN SOLUTION
        total, samples = 0.0, 0
        for inputs, targets in dataloader:
            n = len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()
        return total, samples
        ### END SOLUTION

    def train_epoch(self, dataloader, accumulation_steps=1) -> float:
        """Train on every batch once and return the mean loss per sample.

        dataloader : iterable of (inputs, targets), perhaps without len; a batch has as many samples
                     as its inputs have rows; batches may differ in size
        accumulation_steps : batches per update, see 07.4; it is checked before anything else happens
        before the first update : the rate scheduler.get_lr(self.epoch) is set and appended to
                     history["learning_rates"] (without a scheduler the rate stays and nothing is appended);
                     model with all layers in training mode, training_mode True; old gradients cleared
        each update : forward, loss, backward, clip, step, zero; step counts it
        at the end : the loss, a Python float, is appended to history["train_loss"]; epoch counts up
        an empty loader changes no weight and returns 0.0
        """
        run = self._run_batches
        if type(accumulation_steps) is not int or accumulation_steps != 1:  # given: the part that 07.4 adds
            check_accumulation_steps(accumulation_steps)
            run = partial(self._run_groups, accumulation_steps=accumulation_steps)
        ### BEGIN SOLUTION
        if self.scheduler is not None:
            rate = self.scheduler.get_lr(self.epoch)
            self.optimizer.set_lr(rate)
            self.history["learning_rates"].append(rate)
        set_mode(self.model, training=True)
        self.training_mode = True
        self.optimizer.zero_grad()
        total, samples = run(dataloader)
        loss = total / samples if samples else 0.0
        self.history["train_loss"].append(loss)
        self.epoch += 1
        return loss
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-trainer-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "07.3", "needs": ["m07-clip-test"]}
# Also checked: weights, losses, rates and steps of three epochs with batches of 8, 8 and 3 samples, clipping
# and a cosine schedule; the order of events; dropout in a nested layer; gradients left over at entry; a loader
# without len; a loss, a model and parameters that are plain objects; an empty loader.
def line_toy(scheduler=None, lr=0.1):
    """y = w x with w = 0 at first, squared error, SGD; batches x = [1, 2], [3, 1], [2] with y = 2 x."""
    model = Linear(1, 1, bias=False)
    model.weight.data[...] = 0.0
    batches = [(np.array(x)[:, None], 2 * np.array(x)[:, None]) for x in ([1.0, 2.0], [3.0, 1.0], [2.0])]
    return Trainer(model, SGD(model.parameters(), lr=lr), MSELoss(), scheduler), batches


def test_unit_trainer():
    class Halving:
        def get_lr(self, epoch):
            return 0.1 / 2**epoch

    trainer, batches = line_toy(Halving(), lr=50.0)
    ck.same([trainer.epoch, trainer.step], [0, 0], "epoch and step at first")
    ck.same(trainer.training_mode, True, "training_mode at first")
    ck.same(trainer.history, {"train_loss": [], "eval_loss": [], "learning_rates": []}, "history at first")
    loss = trainer.train_epoch(batches)
    ck.close(trainer.model.weight.data, [[2.0]], "weight after one epoch", hint="1, 2, 2 after the updates")
    ck.close(loss, 6.0, "loss of the epoch", hint="the mean over 5 samples: (2*10 + 2*5 + 1*0) / 5")
    ck.same([trainer.epoch, trainer.step], [1, 3], "epoch and step after one epoch")
    trainer.train_epoch(batches)
    ck.close(trainer.history["learning_rates"], [0.1, 0.05], "rates", hint="set before the first update")
    ck.close(trainer.history["train_loss"], [6.0, 0.0], "logged losses", atol=1e-12)


test_unit_trainer()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-accumulate-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.4", "minutes": 18}
# ## 07.4 · Gradient accumulation · 10 points
#
# A batch too large for memory can be cut into $k$ smaller ones: forward and backward for each, then one update, the one that the uncut batch would have made. Each loss is a mean over its own $n_i$ samples, so its gradient is weighted with $n_i$:
#
# $$g = \frac{\sum_i n_i \nabla L_i}{\sum_i n_i}$$
#
# `backward` only adds. After four equal batches it holds four times too much. The last group of an epoch may be smaller: it is divided by its *own* samples, updates, and counts as a step.
#
# `loss.backward()` takes no argument, so no weight can be passed. You can scale what the gradients hold, before and after it adds.
#
# <details><summary>Hint 1: nudge</summary>
#
# Let the gradients hold the sum over all samples so far. If everything is multiplied by n after `backward`, what must happen to that sum before?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# For each batch of the group: scale by 1/n, backward, scale by n. Then scale by 1 over the samples seen, update. `islice(batches, k)` takes up to k batches from an iterator.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# while another group of up to k batches can be taken:
#     seen <- 0
#     for each batch of n samples in it:
#         scale by 1/n; loss <- backward; scale by n
#         total <- total + n * loss, seen <- seen + n
#     scale by 1/seen; update
# ```
# </details>
# <details><summary>I get a weight of 2 instead of 1.5</summary>
#
# The mean gradients of the two batches were added. Divide by the samples of the group.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-accumulate", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.4", "needs": ["m07-trainer-test"]}
#| export
def check_accumulation_steps(accumulation_steps):
    """Raise ValueError ("positive integer") unless it is one; True and 1.5 are none."""
    ### BEGIN SOLUTION
    whole = isinstance(accumulation_steps, (int, np.integer)) and not isinstance(accumulation_steps, bool)
    if not whole or accumulation_steps < 1:
        raise ValueError(f"accumulation_steps must be a positive integer, got {accumulation_steps!r}")
    ### END SOLUTION


def _run_groups(self, dataloader, accumulation_steps):
    """One update per group of accumulation_steps batches. Returns what _run_batches returns.

    gradient of an update : the mean over all samples of the group
    last group            : may be smaller; divided by its own samples, clipped, updates, counts as a step
    pinned : y = w x, w = 0, squared error, SGD 0.1, batches x = [1,2], [3,1], [2] with y = 2x, 2 steps:
             w 1.5, then 1.9; loss of the epoch 12.2; step 2
    """
    ### BEGIN SOLUTION
    batches, total, samples = iter(dataloader), 0.0, 0
    while group := list(islice(batches, accumulation_steps)):
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            scale_gradients(self._parameters(), 1 / n)
            total += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        self._update()
        samples += seen
    return total, samples
    ### END SOLUTION


Trainer._run_groups = _run_groups

# %% nbgrader={"grade": true, "grade_id": "m07-accumulate-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "07.4", "needs": ["m07-clip-test", "m07-trainer-test"]}
# Also checked: groups of 2 and 3 over batches of 8, 8, 8, 8, 8 and 8, 3, 5 samples against one big batch;
# clipping once, on the averaged gradient; a tail whose loss is exactly 0; 0, -1, 1.5 and True refused before
# anything changes, also for an empty loader; the logged loss for unequal sizes.
def test_unit_accumulation():
    trainer, batches = line_toy()
    trainer.train_epoch(batches[:2], accumulation_steps=2)
    ck.close(trainer.model.weight.data, [[1.5]], "weight after one group", hint="mean over all 4 samples")
    trainer, batches = line_toy()
    loss = trainer.train_epoch(batches, accumulation_steps=2)
    ck.close(trainer.model.weight.data, [[1.9]], "weight after both groups", hint="the last group has 1 sample")
    ck.close(loss, 12.2, "loss of the epoch", hint="mean over 5 samples")
    ck.same(trainer.step, 2, "steps", hint="step counts updates, the last group included")


test_unit_accumulation()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-evaluate-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.5", "minutes": 18}
# ## 07.5 · evaluate and modes · 10 points
#
# Some layers behave differently while training. Dropout removes values at random; in use it must not. Layers that normalise with statistics of the batch have the same switch: in use, a sample's answer should not depend on its neighbours, so they take averages kept from training.
#
# The switch has to reach *every* layer. `evaluate` turns it off and leaves it off; the next `train_epoch` turns it on again. For loops of your own there is `evaluating`, which afterwards restores each layer's mode, also after an exception.
#
# Nothing is recorded while evaluating: no backward follows. Accuracy needs outputs of two or more columns and targets that name a column. Otherwise it is 0.0.
#
# <details><summary>Hint 1: nudge</summary>
#
# `layers_of(model)` and `set_mode(model, training)` are given above. Remember the modes before you change them. What runs even after an exception?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# evaluating: keep pairs of layer and mode, switch, `yield` inside `try`, restore in `finally`. evaluate: switch, sum under `no_grad()`, divide at the end. A one-hot row holds zeros and ones and sums to 1.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# correct rows of a batch:
#     outputs not (N, C >= 2)           -> 0
#     integer targets (N,) or (N, 1)    -> classes, flattened
#     targets (N, C), each row one-hot  -> position of the 1
#     anything else                     -> 0
#     count rows whose largest output is at the class
# ```
# </details>
# <details><summary>I get an accuracy above 1</summary>
#
# Shapes (N,) and (N, 1) compare as (N, N). Flatten the targets first.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-evaluate-mode", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.5", "needs": []}
#| export
@contextmanager
def evaluating(model):
    """Evaluation mode inside the with block; afterwards each layer has the mode it had before.

    model : a Layer, with all layers inside it; the block is given the model
    afterwards, also after an exception : every layer's own mode is back, even if modes were mixed
    """
    ### BEGIN SOLUTION
    before = [(layer, layer.training) for layer in layers_of(model)]
    set_mode(model, training=False)
    try:
        yield model
    finally:
        for layer, mode in before:
            layer.training = mode
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "m07-evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.5", "needs": ["m07-trainer-test"]}
#| export
def count_correct(outputs, targets) -> int:
    """Number of rows whose largest output stands at the class that the target names.

    outputs : (N, C) with C >= 2, Tensor, array or object with .data
    targets : array of integer dtype (N,) or (N, 1), or one-hot rows (N, C): a single 1, otherwise 0
    returns : 0 in all other cases
    """
    ### BEGIN SOLUTION
    outputs, targets = to_numpy(outputs), to_numpy(targets)
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        return 0
    n = len(outputs)
    if targets.dtype.kind in "iu" and targets.shape in [(n,), (n, 1)]:
        classes = targets.reshape(n)
    elif targets.shape == outputs.shape and np.isin(targets, [0, 1]).all() and (targets.sum(axis=1) == 1).all():
        classes = targets.argmax(axis=1)
    else:
        return 0
    return int((outputs.argmax(axis=1) == classes).sum())
    ### END SOLUTION


def evaluate(self, dataloader):
    """Mean loss per sample and share of samples classified correctly: (loss, accuracy), two floats.

    dataloader : as for train_epoch
    effect     : every layer in evaluation mode, training_mode False, and it stays so;
                 nothing is recorded, parameters and gradients do not change;
                 the loss is appended to history["eval_loss"]
    accuracy   : correct rows (see count_correct) over samples; 0.0 where no classes can be counted
    an empty loader gives (0.0, 0.0)
    """
    ### BEGIN SOLUTION
    set_mode(self.model, training=False)
    self.training_mode = False
    total, correct, samples = 0.0, 0, 0
    with no_grad():
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * float(self.loss_fn(outputs, targets).data)
            correct += count_correct(outputs, targets)
            samples += n
    loss = total / max(samples, 1)
    self.history["eval_loss"].append(loss)
    return loss, correct / max(samples, 1)
    ### END SOLUTION


Trainer.evaluate = evaluate

# %% nbgrader={"grade": true, "grade_id": "m07-evaluate-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "07.5", "needs": ["m07-trainer-test"]}
# Also checked: batches of unequal size against one batch; the mode of nested layers after evaluate and in the
# next epoch; evaluating with mixed modes and with an exception inside; one-hot and (N, 1) targets; real-valued
# (N, C) targets and (N, 1) outputs give accuracy 0.0; parameters and gradients untouched; a loader without len.
def test_unit_evaluate():
    rng = np.random.default_rng(3)
    model = Sequential(Linear(4, 32, rng=rng), Sequential(Dropout(0.5, rng=rng)), Linear(32, 1, rng=rng))
    trainer = Trainer(model, SGD(model.parameters()), MSELoss())
    batches = [(rng.normal(size=(6, 4)), rng.normal(size=(6, 1)))]
    first, accuracy = trainer.evaluate(batches)
    ck.close(trainer.evaluate(batches)[0], first, "loss of a second evaluation", hint="dropout must be off")
    ck.same(accuracy, 0.0, "accuracy without classes")
    ck.same(trainer.training_mode, False, "training_mode afterwards")
    ck.same(trainer.history["eval_loss"], [first, first], "logged losses")

    scores = np.array([[3.0, 1, 0], [0, 2, 1], [1, 0, 2], [0, 5, 1]])
    labels = np.array([0, 1, 1, 1])
    trainer = Trainer(Tensor, SGD([]), CrossEntropyLoss())
    accuracy = trainer.evaluate([(scores[:3], labels[:3]), (scores[3:], labels[3:])])[1]
    ck.close(accuracy, 0.75, "accuracy of four samples in three classes", hint="over samples, not batches")

    model.train()
    with evaluating(model):
        ck.same([layer.training for layer in layers_of(model)], [False] * 5, "modes inside evaluating")
    ck.same([layer.training for layer in layers_of(model)], [True] * 5, "modes after evaluating")


test_unit_evaluate()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-checkpoint-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.6", "minutes": 20}
# ## 07.6 · Checkpoints · 10 points
#
# A resumed run should make the very updates it would have made without the stop. Weights alone do not settle the next update: moments and their counts, the rate, the limit and the place in the schedule do so too.
#
# Three rules:
#
# * A saved state is a *copy*. Optimizers change arrays in place.
# * Check first, change afterwards. A file that does not fit leaves the trainer as it was.
# * No pickle: loading one runs the code in it. `pack(path, dict)` and `unpack(path)` are given. They write arrays and JSON, under another name first, so that a crash leaves the old file whole.
#
# <details><summary>Hint 1: nudge</summary>
#
# Optimizers have `state_dict()` and `load_state_dict(d)`. A schedule's attributes are in `vars(schedule)`. `deepcopy` is imported.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Save: one dict, packed. Load: unpack; check number and shapes of the arrays; give the optimizer its state, which it refuses as a whole if it does not fit; then weights, schedule, counters, limit, history, mode.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# arrays in order: positions exactly 0 .. number of parameters - 1,
#                  each of its parameter's shape, else ValueError
# model: copy the values into each parameter
# optimizer: load a copy, name an error "Checkpoint parameter ..."
# schedule: update its attributes, if there are any
# ```
# </details>
# <details><summary>I get "KeyError: 'grad_clip_norm'"</summary>
#
# Such a file is allowed. Keep the limit that the trainer has.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-checkpoint-state", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.6", "needs": ["m07-trainer-test"]}
#| export
def arrays_in_order(parameters, state):
    """The arrays of a model_state as a list in the order of parameters; changes nothing.

    raises : ValueError "Checkpoint parameter ..." if a position is missing or superfluous,
             or if an array has another shape than its parameter
    """
    ### BEGIN SOLUTION
    arrays = {int(position): np.asarray(array) for position, array in state.items()}
    if set(arrays) != set(range(len(parameters))):
        raise ValueError(f"Checkpoint parameter positions {sorted(arrays)} for {len(parameters)} parameters")
    for i, p in enumerate(parameters):
        if arrays[i].shape != p.data.shape:
            raise ValueError(f"Checkpoint parameter {i} has shape {arrays[i].shape}, not {p.data.shape}")
    return [arrays[i] for i in range(len(parameters))]
    ### END SOLUTION


def _get_model_state(self):
    """{position in parameters(): copy of the parameter's array}."""
    ### BEGIN SOLUTION
    return {i: np.array(p.data) for i, p in enumerate(self._parameters())}
    ### END SOLUTION


def _set_model_state(self, state):
    """Put saved arrays into the parameters; raises as arrays_in_order does, and then nothing is changed."""
    ### BEGIN SOLUTION
    parameters = self._parameters()
    for p, array in zip(parameters, arrays_in_order(parameters, state)):
        p.data[...] = array
    ### END SOLUTION


def _get_optimizer_state(self):
    """Copy of all that self.optimizer needs for its next step: rate, constants, buffers, counts."""
    ### BEGIN SOLUTION
    return deepcopy(self.optimizer.state_dict())
    ### END SOLUTION


def _set_optimizer_state(self, state):
    """Give self.optimizer a copy of a saved state.

    raises : ValueError "Checkpoint parameter ..." if it does not fit; then nothing is changed
    """
    ### BEGIN SOLUTION
    try:
        self.optimizer.load_state_dict(deepcopy(state))
    except (KeyError, ValueError) as error:
        raise ValueError(f"Checkpoint parameter state does not fit the optimizer: {error}") from error
    ### END SOLUTION


def _get_scheduler_state(self):
    """Copy of the schedule's attributes; None without a schedule."""
    ### BEGIN SOLUTION
    return None if self.scheduler is None else deepcopy(vars(self.scheduler))
    ### END SOLUTION


def _set_scheduler_state(self, state):
    """Saved attributes replace those of the schedule; without a state or a schedule nothing happens."""
    ### BEGIN SOLUTION
    if state is not None and self.scheduler is not None:
        vars(self.scheduler).update(deepcopy(state))
    ### END SOLUTION


Trainer._get_model_state, Trainer._set_model_state = _get_model_state, _set_model_state
Trainer._get_optimizer_state, Trainer._set_optimizer_state = _get_optimizer_state, _set_optimizer_state
Trainer._get_scheduler_state, Trainer._set_scheduler_state = _get_scheduler_state, _set_scheduler_state

# %% nbgrader={"grade": false, "grade_id": "m07-checkpoint", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.6", "needs": ["m07-trainer-test"]}
#| export
def save_checkpoint(self, path):
    """Write one dict with pack(path, dict).

    keys : epoch, step, model_state, optimizer_state, scheduler_state, grad_clip_norm, history, training_mode
    """
    ### BEGIN SOLUTION
    pack(path, {
        "epoch": self.epoch,
        "step": self.step,
        "model_state": self._get_model_state(),
        "optimizer_state": self._get_optimizer_state(),
        "scheduler_state": self._get_scheduler_state(),
        "grad_clip_norm": self.grad_clip_norm,
        "history": self.history,
        "training_mode": self.training_mode,
    })
    ### END SOLUTION


def load_checkpoint(self, path):
    """Put everything back, so that the next update equals that of the uninterrupted run.

    raises : ValueError "Checkpoint parameter ..." for parameters, buffers or keys that are missing or
             have another shape, before anything is changed
    saved hyper-parameters (rates, constants, limit) win over those of this trainer
    a file without grad_clip_norm leaves the limit as it is; a scheduler_state of None leaves the schedule
    training_mode, and with it the mode of the model, is the one saved
    """
    ### BEGIN SOLUTION
    saved = unpack(path)
    needed = {"epoch", "step", "history", "training_mode", "model_state", "optimizer_state", "scheduler_state"}
    if missing := needed - set(saved):
        raise ValueError(f"Checkpoint parameter missing: {sorted(missing)}")
    arrays_in_order(self._parameters(), saved["model_state"])  # complains before anything is changed
    self._set_optimizer_state(saved["optimizer_state"])
    self._set_model_state(saved["model_state"])
    self._set_scheduler_state(saved["scheduler_state"])
    self.epoch, self.step = saved["epoch"], saved["step"]
    self.grad_clip_norm = saved.get("grad_clip_norm", self.grad_clip_norm)
    self.history = saved["history"]
    self.training_mode = saved["training_mode"]
    set_mode(self.model, self.training_mode)
    ### END SOLUTION


Trainer.save_checkpoint, Trainer.load_checkpoint = save_checkpoint, load_checkpoint

# %% nbgrader={"grade": true, "grade_id": "m07-checkpoint-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "07.6", "needs": ["m07-trainer-test"]}
# Also checked: 2 + 3 epochs equal 5, bit for bit, into a new trainer, with SGD momentum, Adam and AdamW; a kept
# state does not follow later updates; history, step, limit, mode and schedule; files with missing, superfluous
# or misshapen entries leave everything as it was, a right file loads; an interrupted write keeps the old file.
def test_unit_checkpoint():
    rng = np.random.default_rng(5)
    model = mlp(3, 4, 1, rng=rng)
    trainer = Trainer(model, Adam(model.parameters(), lr=0.05), MSELoss())
    batches = [(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))]
    trainer.train_epoch(batches)
    weights = np.array(model.parameters()[0].data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept" / "after1.npz"
        trainer.grad_clip_norm = 0.5
        trainer.save_checkpoint(path)
        trainer.grad_clip_norm = None
        next_loss = trainer.train_epoch(batches), trainer.train_epoch(batches)
        for p in model.parameters():
            p.data[...] = 7.0
        trainer.epoch = 99
        trainer.load_checkpoint(path)
    ck.same(model.parameters()[0].data, weights, "weights after loading")
    ck.same([trainer.epoch, trainer.step, trainer.grad_clip_norm], [1, 1, 0.5], "epoch, step, limit")
    trainer.grad_clip_norm = None
    again = trainer.train_epoch(batches), trainer.train_epoch(batches)
    ck.same(list(again), list(next_loss), "the next two losses", hint="the moments belong to the state")


test_unit_checkpoint()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-memory-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.7", "minutes": 12}
# ## 07.7 · Memory of training · 5 points
#
# Training holds what using the model does not: gradients, the optimizer's buffers, and every array that backward will read.
#
# $$\text{training} = P + P + k\,P + A, \qquad A = \text{batch} \cdot \text{length} \cdot \text{hidden} \cdot \text{layers} \cdot \text{bytes}$$
#
# $P$ is the memory of the parameters, $k$ the number of buffers: 0 for plain SGD, 1 with momentum, 2 for Adam. Using the model needs $P$ and one layer's share of $A$. The formula counts one array per layer. The second function does not estimate: it adds up `nbytes` in a live graph.
#
# <details><summary>Hint 1: nudge</summary>
#
# One MiB is $2^{20}$ bytes. `topological_order(outputs)` lists the nodes of a graph, `node.data` is the array of one.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# The graph holds the arrays of all nodes and those in `node.ctx`, without the ones to leave out. A result that was not recorded has empty `inputs` and holds nothing.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# outputs <- model(inputs); arrays <- held by its graph
# if it was recorded: clear, backward with ones, step
# parameters, gradients, buffers <- sums of nbytes
# ```
# </details>
# <details><summary>I get "RuntimeError: nothing was recorded"</summary>
#
# Inside `no_grad()` there is no graph and no step.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-memory", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.7", "needs": []}
#| export
def estimate_memory_usage(
    num_params,
    batch_size=32,
    sequence_length=512,
    *,
    hidden_dim=512,
    num_layers=12,
    optimizer="adam",
    bytes_per_value=4,
) -> dict:
    """Memory by the formula, in MiB (2**20 bytes).

    optimizer : "sgd", "momentum", "adam" or "adamw", which keep 0, 1, 2, 2 copies of the parameters
    keys      : parameters, gradients, optimizer, activations,
                inference_total (parameters and one layer's share of the activations),
                training_total (the first four together), overhead_ratio (training over inference)
    pinned    : 1e6 parameters -> 3.8147, 3.8147, 7.6294, 384, 35.8147, 399.2588, 11.148
    """
    ### BEGIN SOLUTION
    copies = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}[optimizer]
    parameters = num_params * bytes_per_value / 2**20
    layer = batch_size * sequence_length * hidden_dim * bytes_per_value / 2**20
    training = (2 + copies) * parameters + num_layers * layer
    return {
        "parameters": parameters,
        "gradients": parameters,
        "optimizer": copies * parameters,
        "activations": num_layers * layer,
        "inference_total": parameters + layer,
        "training_total": training,
        "overhead_ratio": training / (parameters + layer),
    }
    ### END SOLUTION


def bytes_of(values) -> int:
    """Given: nbytes of all arrays in nested dicts, lists and tuples, each array once."""
    found, stack = {}, [values]
    while stack:
        one = stack.pop()
        if isinstance(one, np.ndarray):
            found[id(one)] = one
        elif isinstance(one, dict):
            stack.extend(one.values())
        elif isinstance(one, (list, tuple)):
            stack.extend(one)
    return sum(array.nbytes for array in found.values())


def graph_arrays(outputs, leave_out=()) -> list:
    """All arrays that the recorded graph of outputs holds, except those of leave_out (the same objects).

    held : node.data of every node and the arrays among node.ctx.values(); [] if nothing was recorded
    """
    ### BEGIN SOLUTION
    if not outputs.inputs:
        return []
    held = []
    for node in topological_order(outputs):
        held += [node.data, *(value for value in node.ctx.values() if isinstance(value, np.ndarray))]
    return [array for array in held if not any(array is other for other in leave_out)]
    ### END SOLUTION


def analyze_training_memory(model=None, optimizer=None, batch=None) -> dict:
    """Bytes that a live model holds in one step, measured. Makes one real update with made-up gradients.

    model, optimizer : by default a small mlp and Adam for the model
    batch   : (inputs, targets), inputs (N, n_in); by default 32 rows; the targets are not needed
    returns : parameters, gradients, optimizer (all its arrays), activations, training_total (sum of the four)
    activations : distinct arrays in the graph of model(inputs), without parameters and without the batch
    inside no_grad() nothing is recorded and no step is made: activations 0
    """
    if model is None:  # given: what the defaults stand for
        model = mlp(8, 32, 1, rng=np.random.default_rng(0))
    parameters = model.parameters()
    optimizer = Adam(parameters) if optimizer is None else optimizer
    inputs = np.ones((32, parameters[0].data.shape[0])) if batch is None else batch[0]
    ### BEGIN SOLUTION
    outputs = model(inputs)
    arrays = [p.data for p in parameters]
    activations = graph_arrays(outputs, leave_out=[*arrays, to_numpy(inputs)])
    optimizer.zero_grad()
    if outputs.inputs:
        outputs.backward(np.ones(outputs.shape))
        optimizer.step()
    found = {
        "parameters": bytes_of(arrays),
        "gradients": bytes_of([p.grad for p in parameters]),
        "optimizer": bytes_of(optimizer.state_dict()),
        "activations": bytes_of(activations),
    }
    return {**found, "training_total": sum(found.values())}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-memory-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "07.7", "needs": []}
# Also checked: plain SGD, momentum and 8 bytes per value; parameters, gradients and optimizer state of a live
# network to the byte; measured activations double with the batch and are 0 under no_grad; the ratio falls
# towards 4 as the parameters grow.
def test_unit_memory():
    expected = {
        "parameters": 3.8147,
        "gradients": 3.8147,
        "optimizer": 7.6294,
        "activations": 384.0,
        "inference_total": 35.8147,
        "training_total": 399.2588,
        "overhead_ratio": 11.148,
    }
    got = estimate_memory_usage(1e6)
    for key, value in expected.items():
        ck.close(got[key], value, key, rtol=1e-4, hint="bytes over 2**20")
    measured = analyze_training_memory()
    ck.same(measured["parameters"], 8 * (8 * 32 + 32 + 32 + 1), "parameters of the default network in bytes")


test_unit_memory()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-batch-size-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.8", "minutes": 12}
# ## 07.8 · Batch size, measured · 5 points
#
# A larger batch takes longer per step and gives a steadier gradient. You measure how much of either.
#
# Draw $B$ rows with replacement and compare their gradient $g_B$ with the gradient $g$ of all rows. It is a mean of $B$ independent draws, so
#
# $$E\,\|g_B - g\|^2 = \frac{\sigma^2}{B}$$
#
# with a $\sigma^2$ that belongs to model and data. The mean of that squared distance over the repeats is the gradient noise.
#
# <details><summary>Hint 1: nudge</summary>
#
# What has to stay the same over all repeats, and what has to be drawn afresh?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Take the gradient of all rows once. Then one time more than asked: draw row numbers; between two looks at the clock, gradient and step; squared distance. Drop the first. `statistics.median` is imported.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# full <- gradient of all rows
# repeat (repeats + 1) times:
#     drawn <- batch_size random row numbers
#     time: got <- gradient of these rows; step
#     distance <- sum of (got - full) squared
# steps <- dataset size over batch size, rounded up
# ```
# </details>
# <details><summary>I get 781 steps</summary>
#
# The last batch of an epoch is smaller, but it is a batch.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-batch-size", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.8", "needs": []}
#| export
def simulate_training_efficiency(batch_size, dataset_size=50000, *, model=None, repeats=5) -> dict:
    """Time and gradient noise of steps with this batch size, measured; the name is older than the idea.

    model    : by default a small mlp; one given is not changed. Its first parameter is (n_in, ...)
    keys     : batch_size
               steps_per_epoch    dataset_size / batch_size, rounded up; 50000 and 64 -> 782
               time_per_step_ms   median over repeats steps; one more is made first and dropped
               samples_per_s      batch_size over the time of a step
               gradient_noise     mean over the repeats of the squared distance (sum of squares) between the
                                  gradient of batch_size rows, drawn anew with replacement, and that of all rows
    rows     : at most 1024 made-up rows stand for the data, the same in every call; a step is forward,
               loss, backward and optimizer, with a rate of 0 so that the weights stay
    """
    rng = np.random.default_rng(0)  # given: model, data and optimizer
    model = mlp(8, 32, 1, rng=rng) if model is None else model
    inputs = rng.normal(size=(min(dataset_size, 1024), model.parameters()[0].data.shape[0]))
    with no_grad():
        targets = rng.normal(size=model(inputs).shape)
    optimizer = SGD(model.parameters(), lr=0.0)
    ### BEGIN SOLUTION
    full = gradient_of(model, MSELoss(), inputs, targets)
    times, distances = [], []
    for _ in range(repeats + 1):
        rows = rng.integers(0, len(inputs), size=batch_size)
        start = time.perf_counter()
        got = gradient_of(model, MSELoss(), inputs[rows], targets[rows])
        optimizer.step()
        times.append(time.perf_counter() - start)
        distances.append(float(np.sum((got - full) ** 2)))
    seconds = statistics.median(times[1:])
    steps = math.ceil(dataset_size / batch_size)
    found = {"batch_size": batch_size, "steps_per_epoch": steps, "time_per_step_ms": 1000 * seconds}
    return {**found, "samples_per_s": batch_size / seconds, "gradient_noise": statistics.mean(distances[1:])}
    ### END SOLUTION


def analyze_batch_size_effects(batch_sizes=(1, 4, 16, 64, 256)) -> list:
    """What simulate_training_efficiency says for each size, in order."""
    ### BEGIN SOLUTION
    return [simulate_training_efficiency(size) for size in batch_sizes]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-batch-size-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "07.8", "needs": []}
# Also checked: the noise falls like 1/B over many repeats; the time is positive and samples_per_s agrees with
# it; other data set sizes, with and without a remainder; one row per batch size, in order.
def test_unit_batch_size():
    found = simulate_training_efficiency(64, repeats=2)
    keys = {"batch_size", "steps_per_epoch", "time_per_step_ms", "samples_per_s", "gradient_noise"}
    ck.same(keys - set(found), set(), "missing keys")
    ck.same(found["steps_per_epoch"], 782, "steps for 50000 samples and batches of 64", hint="round up")
    ck.true(found["time_per_step_ms"] > 0 and found["gradient_noise"] > 0, "time and noise above 0")
    sizes = [row["batch_size"] for row in analyze_batch_size_effects((4, 2))]
    ck.same(sizes, [4, 2], "one row per size, in order")


test_unit_batch_size()

# %%
# Your two tables, for question 1. You should see the memory ratio fall from row to row in the first. In the
# second, the noise falls as the batch grows, and the last column, constant in theory, hovers: it rests on five
# draws. A step with 256 rows takes far less than 256 times as long as a step with one row.
print(f"{'parameters':>11} {'training MiB':>13} {'inference MiB':>14} {'ratio':>6}")
for count in (10**5, 10**6, 10**7, 10**8):
    row = estimate_memory_usage(count)
    print(f"{count:>11} {row['training_total']:>13.1f} {row['inference_total']:>14.1f}", end=" ")
    print(f"{row['overhead_ratio']:>6.2f}")
print(f"\n{'batch':>5} {'steps':>6} {'ms per step':>12} {'samples/s':>10} {'noise':>9} {'noise x batch':>14}")
for row in analyze_batch_size_effects():
    size, noise = row["batch_size"], row["gradient_noise"]
    print(f"{size:>5} {row['steps_per_epoch']:>6} {row['time_per_step_ms']:>12.3f}", end=" ")
    print(f"{row['samples_per_s']:>10.0f} {noise:>9.4f} {size * noise:>14.3f}")

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-demo-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.9", "minutes": 13}
# ## 07.9 · A demonstration that trains · 5 points
#
# No line separates XOR, so a network has to bend. Put your parts together and let the demonstration *return* what it claims: losses, rates, norms, and whether a resumed run equals the one that never stopped.
#
# Halfway, save the trainer and load the file into a second, newly built one. Train both for 3 more epochs. If a momentum buffer was left out of the file, the weights differ.
#
# <details><summary>Hint 1: nudge</summary>
#
# `mlp`, `xor`, `one_hot`, `gradient_of` are given. A loader may be a list with a single batch.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Build two trainers from one rng. In each of 200 epochs: at epoch 100 first carry the state over; take the norm of the gradient; train. In epochs 100 to 102 train the second one too, then compare all weights exactly. Evaluate at the end.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# for epoch 0 .. 199:
#     if epoch is 100: save first, load into second
#     add the length of gradient_of(...) to the norms
#     train first; in epochs 100, 101, 102 second as well
# equal <- all arrays were the same after epoch 102
# ```
# </details>
# <details><summary>I get resumed_equal False</summary>
#
# What decides the next update? Buffers, the epoch behind the rate, the limit.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m07-demo", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.9", "needs": ["m07-cosine-test", "m07-clip-test", "m07-trainer-test", "m07-evaluate-test", "m07-checkpoint-test"]}
#| export
def xor_trainer(rng):
    """A new trainer for XOR.

    mlp 2-8-2 with weights from rng, MSELoss, SGD with momentum 0.9,
    cosine 0.1 -> 0.001 over 200 epochs, clip 1.0
    """
    ### BEGIN SOLUTION
    model = mlp(2, 8, 2, rng=rng)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = CosineSchedule(max_lr=0.1, min_lr=0.001, total_epochs=200)
    return Trainer(model, optimizer, MSELoss(), schedule, grad_clip_norm=1.0)
    ### END SOLUTION


def carry_over(trainer, other):
    """Save trainer to a file in a temporary folder and load the file into other."""
    ### BEGIN SOLUTION
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "halfway.npz"
        trainer.save_checkpoint(path)
        other.load_checkpoint(path)
    ### END SOLUTION


def demonstrate_complete_training(rng=None) -> dict:
    """Train XOR with one-hot targets for 200 epochs, one update on all four points in each.

    rng     : np.random.Generator; None takes a new one
    returns : train_loss, learning_rates, grad_norms (lists of 200; the norm before clipping of each update),
              eval_loss, accuracy (floats, after the last epoch),
              resumed_equal (bool): after epoch 100 the trainer is saved and loaded into a second, newly built
              one; both train 3 epochs; True if all their weights are then exactly equal
    """
    rng = np.random.default_rng(rng)  # given: a generator stays as it is, None becomes a new one
    inputs, labels = xor()
    targets = one_hot(labels, 2)
    ### BEGIN SOLUTION
    trainer, other = xor_trainer(rng), xor_trainer(rng)
    grad_norms, resumed_equal = [], False
    for epoch in range(200):
        if epoch == 100:
            carry_over(trainer, other)
        grad_norms.append(float(np.linalg.norm(gradient_of(trainer.model, trainer.loss_fn, inputs, targets))))
        trainer.train_epoch([(inputs, targets)])
        if 100 <= epoch < 103:
            other.train_epoch([(inputs, targets)])
            pairs = zip(trainer.model.parameters(), other.model.parameters())
            resumed_equal = all(np.array_equal(p.data, q.data) for p, q in pairs)
    eval_loss, accuracy = trainer.evaluate([(inputs, targets)])
    found = {key: trainer.history[key] for key in ("train_loss", "learning_rates")}
    found.update(grad_norms=grad_norms, eval_loss=eval_loss, accuracy=accuracy, resumed_equal=resumed_equal)
    return found
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-demo-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "07.9", "needs": ["m07-cosine-test", "m07-clip-test", "m07-trainer-test", "m07-evaluate-test", "m07-checkpoint-test"]}
# Also checked: five random states all solve it; lists of 200 and the right rates; resumed_equal turns False
# with a trainer that drops momentum; loss and accuracy agree with an evaluation of the same run.
def test_unit_demo():
    found = demonstrate_complete_training(np.random.default_rng(0))
    ck.true(found["train_loss"][-1] < 0.01, "final loss below 0.01")
    ck.same(found["accuracy"], 1.0, "accuracy on the four points")


test_unit_demo()

# %%
# P2. You should see clipping act early only: in the first epochs the dashed line lies at 1, below the norm
# before clipping; later both are one line. Loss and norm go up again now and then, and down in the end.
result = demonstrate_complete_training(np.random.default_rng(0))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.semilogy(result["train_loss"], label="loss")
ax.semilogy(result["grad_norms"], label="norm before clipping")
ax.semilogy(np.minimum(result["grad_norms"], 1.0), "k--", label="norm after clipping")
ax.set(xlabel="epoch", ylabel="loss, norm")
ax.minorticks_off()
ax.yaxis.set_major_formatter("{x:g}")
ax.legend(loc="upper right")
plt.show()

# %%
# P3. You should see the border before training, the black line, leave points of one class on different sides.
# After 60 epochs, in colour, a band holds both points of one class and lies between the points of the other.
def score_gap(model, side):
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    with evaluating(model), no_grad():
        scores = to_numpy(model(grid))
    return (scores[:, 1] - scores[:, 0]).reshape(len(side), len(side))


points, labels = xor()
trainer = xor_trainer(np.random.default_rng(0))
side = np.linspace(-0.5, 1.5, 41)
before = score_gap(trainer.model, side)
for _ in range(60):
    trainer.train_epoch([(points, one_hot(labels, 2))])
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.imshow(score_gap(trainer.model, side) > 0, origin="lower", extent=(-0.5, 1.5, -0.5, 1.5), cmap="Pastel1")
ax.contour(side, side, before, levels=[0.0], colors="black")
ax.scatter(*points.T, c=labels, cmap="Set1", edgecolors="black")
ax.set(xlabel="first input", ylabel="second input")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-module-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.10", "minutes": 3}
# ## 07.10 · Everything together · 5 points
#
# Nothing to write. `test_module` trains on two interleaved half circles with your schedule, clipping and groups of two batches, resumes in a new trainer in the middle, and asks for 95 % on points it has not seen.
#
# When it is silent, run `tito module complete 07`. Your exported cells become `tinytorch.core.training`; tests and plots stay behind, and importing it prints nothing.

# %% nbgrader={"grade": true, "grade_id": "m07-module-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "07.10", "needs": ["m07-cosine-test", "m07-clip-test", "m07-trainer-test", "m07-accumulate-test", "m07-evaluate-test", "m07-checkpoint-test"]}
# Also checked: held-out accuracy for a second random state, with what `tito module complete 07` exports; the
# export holds no test functions; importing it prints nothing and leaves nothing behind.
def test_module():
    rng = np.random.default_rng(11)
    training, held_out = two_moons(150, 0.1, rng), two_moons(150, 0.1, rng)

    def new_trainer():
        model = mlp(2, 16, 2, rng=rng)
        schedule = CosineSchedule(0.05, 0.001, 20)
        return Trainer(model, Adam(model.parameters()), CrossEntropyLoss(), schedule, grad_clip_norm=1.0)

    first, second = new_trainer(), new_trainer()
    for _ in range(10):
        first.train_epoch(batches(*training, 32), accumulation_steps=2)
    with tempfile.TemporaryDirectory() as folder:
        first.save_checkpoint(Path(folder) / "middle.npz")
        second.load_checkpoint(Path(folder) / "middle.npz")
    for _ in range(10):
        second.train_epoch(batches(*training, 32), accumulation_steps=2)
    ck.same([second.epoch, second.step], [20, 60], "epochs and updates of the resumed run")
    ck.true(second.history["train_loss"][-1] < second.history["train_loss"][0], "the loss fell")
    ck.true(second.evaluate(batches(*held_out, 40))[1] >= 0.95, "accuracy of at least 95 % on held-out points")


test_module()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-quiz-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.11", "minutes": 7}
# ## 07.11 · Numbers and modes quiz · 5 points
#
# Replace each `None`. Numbers to three decimals or better.
#
# | key | question |
# |:--|:--|
# | `update` | Weight 0.8, gradient −2.5, rate 0.04: the weight after one step of plain SGD? |
# | `cosine` | Rates from 0.2 down to 0.02 over 40 epochs: the rate of epoch 10? |
# | `clipped` | Two gradients [2, 6] and [3, 0], limit 3.5: what becomes of the 6? |
# | `accumulated` | Batches of 4, 3 and 1 samples with mean gradients 2, −1, 6: the gradient of their common update? |
# | `dropout_…` | In that mode, what does dropout do: `"drops"` or `"passes"`? |
# | `statistics_…` | Which numbers does a layer that normalises over the batch use: `"batch"` or `"stored"`? |
# | `recording_…` | Is the graph recorded in `train_epoch`, in `evaluate`: `"on"` or `"off"`? |

# %% nbgrader={"grade": false, "grade_id": "m07-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.11", "needs": []}
answers = {
    "update": None,
    "cosine": None,
    "clipped": None,
    "accumulated": None,
    "dropout_training": None,
    "dropout_evaluation": None,
    "statistics_training": None,
    "statistics_evaluation": None,
    "recording_training": None,
    "recording_evaluation": None,
}
### BEGIN SOLUTION
answers.update(update=0.9, cosine=0.02 + 0.18 * (1 + math.cos(math.pi / 4)) / 2)
answers.update(clipped=6 * 3.5 / 7, accumulated=(4 * 2 - 3 * 1 + 1 * 6) / 8)
answers.update(dropout_training="drops", dropout_evaluation="passes")
answers.update(statistics_training="batch", statistics_evaluation="stored")
answers.update(recording_training="on", recording_evaluation="off")
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-quiz-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "07.11", "needs": []}
# This test looks at the form only: every question has an answer of the right kind. Also checked: the ten
# answers, each of equal weight, numbers to three decimals.
def test_unit_quiz():
    numbers = dict.fromkeys(["update", "cosine", "clipped", "accumulated"], float)
    dropout = dict.fromkeys(["dropout_training", "dropout_evaluation"], ("drops", "passes"))
    statistics_used = dict.fromkeys(["statistics_training", "statistics_evaluation"], ("batch", "stored"))
    recording = dict.fromkeys(["recording_training", "recording_evaluation"], ("on", "off"))
    ck.answered(answers, {**numbers, **dropout, **statistics_used, **recording})


test_unit_quiz()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.Q1", "minutes": 5}
# ## 07.Q1 · Read your tables · 5 points
#
# What do the two tables below task 07.8 say about memory and batch size, and what do they not say? Use numbers from your own run. About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m07-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "07.Q1"}
# ### BEGIN SOLUTION
# Parameters, gradients and the two buffers of Adam cost 4P whatever the batch is. Activations grow with batch, length, width and depth. With 10⁵ parameters they are nearly everything and the ratio is far above 4; with 10⁸ the fixed cost dominates and the ratio comes close to 4.
#
# Noise times batch stays about the same, so noise falls like 1/B. The time of a step hardly changes up to some size and then grows, so the time per sample falls, and levels off once arithmetic rather than fixed cost per step takes the time.
#
# The tables do not say how many epochs a run needs or how good the result will be. They hold for one tiny network on one machine, with a handful of repeats.
#
# Marking: fixed cost apart from cost that depends on the batch (2); noise weighed against time per sample, with own numbers (2); one limit of the measurement (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "07.Q2", "minutes": 5}
# ## 07.Q2 · What must be in a checkpoint · 5 points
#
# Somebody saves the weights and nothing else. Which state is lost, and what would the loss curve show after loading? This trainer owns neither the order of the data nor the random state of dropout: what follows? What has this module added to your picture of training? About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m07-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "07.Q2"}
# ### BEGIN SOLUTION
# Lost are the optimizer's moments and the counts by which Adam corrects them; the epoch, and with it the rate; the clipping limit and the history; the random state of dropout and shuffling and the place in the data, so that some samples come twice and others not at all.
#
# The first steps after loading go in the direction of single noisy gradients, with a correction that believes it is at the start, and perhaps with a rate that is far too large for this point. The curve jumps up or restarts more slowly before it joins the old one.
#
# Added to the picture: for example that an update is decided by much more than weights and gradient, or that a mean over batches is not a mean over samples.
#
# Marking: moments and counts (2); place in the schedule, random state, place in the data (2); a visible jump or a slower start (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# Your loop sets the rate before it is used, weighs every sample alike, bounds the step, evaluates without touching the weights, and resumes where it stopped. You measured what training keeps in memory and what a larger batch buys. Module 08 feeds this loop: data sets, batches, shuffling, splits.
#
# * Loshchilov, Hutter: SGDR, 2017. Section 3 has the cosine.
# * Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013. Section 3.2 has clipping by norm.
