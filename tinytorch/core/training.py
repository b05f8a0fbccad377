# tinytorch.core.training
#
# Made from the cells marked "#| export" of 07_training.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m07-setup
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


# Cell m07-cosine
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


# Cell m07-clip
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


# Cell m07-trainer
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


# Cell m07-accumulate
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


# Cell m07-evaluate-mode
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


# Cell m07-evaluate
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


# Cell m07-checkpoint-state
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


# Cell m07-checkpoint
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


# Cell m07-memory
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


# Cell m07-batch-size
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


# Cell m07-demo
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
