"""Probes of module 07: run in the student's process, call the student's names, know no expected value.

Networks are real and tiny, and their weights come with the question. A batch arrives as [inputs, targets].
"""

import importlib
import io
import itertools
import os
import re
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np

from tinytorch.core.autograd import is_recording, no_grad
from tinytorch.core.layers import Dropout, Layer, Linear, Sequential, Tanh
from tinytorch.core.losses import CrossEntropyLoss, MSELoss
from tinytorch.core.optimizers import SGD, Adam, AdamW
from tinytorch.core.tensor import Tensor
from tinytorch.given.pack import pack, unpack

OPTIMIZERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
LOSSES = {"square": MSELoss, "entropy": CrossEntropyLoss}

# -- building blocks -------------------------------------------------------------------------------------------


def network(weights, between=Tanh):
    """Dense layers with these weights, in a row; `between` makes what stands between two of them."""
    layers = []
    for weight, bias in zip(weights[::2], weights[1::2], strict=True):
        layer = Linear(*weight.shape)
        layer.weight.data[...], layer.bias.data[...] = weight, bias
        layers += [layer, between()]
    return Sequential(*layers[:-1])


def weights_of(model):
    return [np.array(p.data) for p in model.parameters()]


def gradients_of(model):
    return [None if p.grad is None else np.array(p.grad) for p in model.parameters()]


def optimizer_of(parameters, kind, **settings):
    return OPTIMIZERS[kind](parameters, **settings)


def pairs(batches):
    return [(inputs, targets) for inputs, targets in batches]


PATHS = re.compile(
    re.escape(tempfile.gettempdir()) + r"[^\s'\"]*"
)  # names of temporary files change every time


def content_of(path):
    """What `unpack` reads; the error does not name the file."""
    try:
        return unpack(path)
    except ValueError:
        raise ValueError("the file was not written by pack") from None


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": PATHS.sub("a file", str(error))}


class Rates:
    """A schedule that reads its rates from a list."""

    def __init__(self, rates):
        self.rates = rates

    def get_lr(self, epoch):
        return self.rates[epoch]


class Holder:
    """An object that holds an array in .data, and perhaps a gradient."""

    def __init__(self, data, grad=None):
        self.data, self.grad = data, grad


class NoisyHalf(Dropout):
    """Dropout that notes at every forward whether it changed anything."""

    def __init__(self, log):
        super().__init__(0.5, rng=np.random.default_rng(5))
        self.log = log

    def forward(self, x):
        out = super().forward(x)
        self.log.append(not np.array_equal(out.data, np.asarray(getattr(x, "data", x))))
        return out


class Nested(Layer):
    """A network with a dropout two levels down, in a list."""

    def __init__(self, weights, log):
        inside = network(weights, lambda: Sequential(Tanh(), NoisyHalf(log)))
        self.parts = [Sequential(inside)]

    def forward(self, x):
        return self.parts[0](x)


# -- 07.1 ------------------------------------------------------------------------------------------------------


def cosine_rates(names, epochs, **settings):
    schedule = names["CosineSchedule"](**settings)
    return [schedule.get_lr(epoch) for epoch in epochs]


def cosine_attributes(names, **settings):
    schedule = names["CosineSchedule"](**settings)
    return {key: getattr(schedule, key) for key in ("max_lr", "min_lr", "total_epochs")}


def cosine_lengths(names, totals):
    def first_rate(total):
        return names["CosineSchedule"](0.3, 0.1, total).get_lr(0)

    return [attempt(lambda total=total: first_rate(total)) for total in totals]


# -- 07.2 ------------------------------------------------------------------------------------------------------


def clip(names, grads, max_norm, generator=False):
    held = [Holder(np.zeros(1), None if grad is None else np.array(grad)) for grad in grads]
    norm = attempt(lambda: names["clip_grad_norm"]((one for one in held) if generator else held, max_norm))
    return {"norm": norm, "grads": [one.grad for one in held]}


def clip_objects(names, grads, max_norm):
    held = [Holder(np.zeros(1), Holder(np.array(grad))) for grad in grads]
    norm = names["clip_grad_norm"](held, max_norm)
    return {
        "norm": norm,
        "same_kind": [isinstance(one.grad, Holder) for one in held],
        "grads": [np.array(getattr(one.grad, "data", None)) for one in held],
    }


# -- 07.3 and 07.4 ---------------------------------------------------------------------------------------------


def line(names, rates, batches, epochs=1, group=1, lr=0.1, momentum=0.0):
    """y = w x from w = 0."""
    model = Linear(1, 1, bias=False)
    model.weight.data[...] = 0.0
    schedule = Rates(rates) if rates is not None else None
    optimizer = SGD(model.parameters(), lr=lr, momentum=momentum)
    trainer = names["Trainer"](model, optimizer, MSELoss(), schedule)
    losses = [trainer.train_epoch(pairs(batches), accumulation_steps=group) for _ in range(epochs)]
    return {
        "weight": np.array(model.weight.data),
        "losses": losses,
        "logged": list(trainer.history["train_loss"]),
        "rates": list(trainer.history["learning_rates"]),
        "steps": trainer.step,
        "epoch": trainer.epoch,
    }


def trainer_attributes(names, clip_at):
    model = Linear(2, 1)
    given = {
        "model": model,
        "optimizer": SGD(model.parameters()),
        "loss_fn": MSELoss(),
        "scheduler": Rates([1]),
    }
    trainer = names["Trainer"](*given.values(), grad_clip_norm=clip_at)
    bare = names["Trainer"](model, given["optimizer"], given["loss_fn"])
    return {
        "kept": [getattr(trainer, key) is value for key, value in given.items()],
        "clip": trainer.grad_clip_norm,
        "counts": [trainer.epoch, trainer.step],
        "training_mode": trainer.training_mode,
        "history": {key: list(trainer.history[key]) for key in ("train_loss", "eval_loss", "learning_rates")},
        "left_out": [bare.scheduler, bare.grad_clip_norm],
        "own_history": trainer.history is not bare.history,
    }


def train(
    names,
    weights,
    batches,
    optimizer,
    rates=None,
    clip_at=None,
    epochs=1,
    group=1,
    loss="square",
    lazy=False,
    stale=False,
):
    """Some epochs of a real network; `lazy` gives each epoch a loader without len, `stale` old gradients first."""
    model = network(weights)
    trainer = names["Trainer"](
        model,
        optimizer_of(model.parameters(), **optimizer),
        LOSSES[loss](),
        scheduler=Rates(rates) if rates is not None else None,
        grad_clip_norm=clip_at,
    )
    if stale:
        for p in model.parameters():
            p.grad = np.full(p.data.shape, 7.0)
    losses = []
    for _ in range(epochs):
        loader = (pair for pair in pairs(batches)) if lazy else pairs(batches)
        losses.append(trainer.train_epoch(loader, accumulation_steps=group))
    return {
        "weights": weights_of(model),
        "losses": losses,
        "logged": list(trainer.history["train_loss"]),
        "rates": list(trainer.history["learning_rates"]),
        "lr": trainer.optimizer.get_lr(),
        "steps": trainer.step,
        "epoch": trainer.epoch,
        "training_mode": trainer.training_mode,
    }


class WatchedSGD(SGD):
    """SGD that notes the rate and the norm of the gradients it was given."""

    def watch(self, events, rates, norms):
        self.events, self.rates, self.norms = events, rates, norms
        return self

    def step(self):
        self.events.append("step")
        self.rates.append(self.get_lr())
        grads = [p.grad for p in self.params if p.grad is not None]
        self.norms.append(float(np.sqrt(sum(float(np.square(g).sum()) for g in grads))))
        super().step()


def events_of_an_epoch(names, weights, batches, rate, clip_at):
    """The order of events, told by a real network whose parts write down when they are used."""
    events, rates, norms, cleared = [], [], [], []

    class Watched(Sequential):
        def forward(self, x):
            events.append("forward")
            cleared.append(no_gradient(self))
            return super().forward(x)

    class WatchedLoss(MSELoss):
        def __call__(self, outputs, targets):
            events.append("loss")
            return super().__call__(outputs, targets)

    model = Watched(*network(weights).layers)
    optimizer = WatchedSGD(model.parameters(), lr=77.0).watch(events, rates, norms)
    trainer = names["Trainer"](
        model, optimizer, WatchedLoss(), scheduler=Rates([rate]), grad_clip_norm=clip_at
    )
    backward = Tensor.backward

    def watched_backward(self, *arguments):
        events.append("backward")
        return backward(self, *arguments)

    Tensor.backward = watched_backward
    try:
        trainer.train_epoch(pairs(batches))
    finally:
        Tensor.backward = backward
    return {
        "events": events,
        "rates": rates,
        "norms": norms,
        "cleared": [*cleared, no_gradient(model)],
        "weights": weights_of(model),
    }


def no_gradient(model):
    return all(p.grad is None or not np.any(p.grad) for p in model.parameters())


def dropout_while_training(names, weights, batches):
    log = []
    model = Nested(weights, log)
    model.eval()
    trainer = names["Trainer"](model, SGD(model.parameters(), lr=0.01), MSELoss())
    trainer.training_mode = False
    trainer.train_epoch(pairs(batches))
    return {"active": log, "training_mode": trainer.training_mode}


def plain_objects(names, weight, batches, lr, clip_at):
    """y = x @ w where model, parameter, outputs and loss are plain objects; targets are 1-column arrays."""
    parameter = Holder(np.array(weight))

    class PlainLoss:
        """Also takes a factor, because weighting the loss is one right way to average."""

        def __init__(self, data, grad):
            self.data, self.grad = data, grad

        def backward(self):
            parameter.grad = self.grad if parameter.grad is None else parameter.grad + self.grad

        def __mul__(self, factor):
            return PlainLoss(self.data * factor, self.grad * factor)

        __rmul__ = __mul__

        def __truediv__(self, divisor):
            return self * (1 / divisor)

    def model(inputs):
        last.append(inputs)
        return Holder(inputs @ parameter.data)

    def loss_fn(outputs, targets):
        away = outputs.data - targets
        return PlainLoss(np.mean(away**2), 2 * last[-1].T @ away / away.size)

    last = []
    trainer = names["Trainer"](model, SGD([parameter], lr=lr), loss_fn, grad_clip_norm=clip_at)
    losses = [trainer.train_epoch(pairs(batches)) for _ in range(2)]
    return {"losses": losses, "weight": np.array(parameter.data), "steps": trainer.step}


def empty_then_full(names, weights, batches, optimizer):
    """An epoch without batches after one with batches, and its momentum, and then one more."""
    model = network(weights)
    trainer = names["Trainer"](model, optimizer_of(model.parameters(), **optimizer), MSELoss())
    reply = {"first": trainer.train_epoch(pairs(batches)), "before": weights_of(model)}
    reply["empty"] = trainer.train_epoch([])
    reply["after"], reply["steps"] = weights_of(model), trainer.step
    return reply


def refused_steps(names, weights, batches, values):
    """Each value for accumulation_steps on a loader with batches and on an empty one, then a good one."""
    model = network(weights)
    trainer = names["Trainer"](model, SGD(model.parameters(), lr=0.1), MSELoss(), scheduler=Rates([0.5, 0.5]))
    reply = {
        "full": [
            attempt(lambda k=k: trainer.train_epoch(pairs(batches), accumulation_steps=k)) for k in values
        ],
        "empty": [attempt(lambda k=k: trainer.train_epoch([], accumulation_steps=k)) for k in values],
        "weights": weights_of(model),
        "rate": trainer.optimizer.get_lr(),
        "counts": [trainer.epoch, trainer.step],
    }
    trainer.train_epoch(pairs(batches), accumulation_steps=2)
    reply["good"], reply["good_steps"] = weights_of(model), trainer.step
    return reply


def allowed_steps(names, values):
    """What checking each of these group sizes by itself gives."""
    return [attempt(lambda k=k: names["check_accumulation_steps"](k)) for k in values]


# -- 07.5 ------------------------------------------------------------------------------------------------------


class Squeezed(CrossEntropyLoss):
    """Cross entropy that also takes classes in a column, and of any kind of number."""

    def __call__(self, outputs, targets):
        return super().__call__(outputs, np.asarray(targets).reshape(-1).astype(np.int64))


def evaluate(names, weights, batches, loss="square", times=1, lazy=False):
    model = network(weights)
    loss_fn = Squeezed() if loss == "entropy" else LOSSES[loss]()
    trainer = names["Trainer"](model, SGD(model.parameters(), lr=0.1), loss_fn)
    results = []
    for _ in range(times):
        loader = (pair for pair in pairs(batches)) if lazy else pairs(batches)
        results.append(list(trainer.evaluate(loader)))
    return {
        "results": results,
        "logged": list(trainer.history["eval_loss"]),
        "training_mode": trainer.training_mode,
    }


def evaluate_with_dropout(names, weights, batches, epochs):
    """Evaluate twice, train, evaluate again: whether the nested dropout was active in each forward."""
    log = []
    model = Nested(weights, log)
    trainer = names["Trainer"](model, SGD(model.parameters(), lr=0.0), MSELoss())
    loader = pairs(batches)
    reply = {"first": list(trainer.evaluate(loader)), "again": list(trainer.evaluate(loader))}
    reply["active"], reply["mode"] = list(log), trainer.training_mode
    reply["modes_after"] = modes(model)
    log.clear()
    for _ in range(epochs):
        trainer.train_epoch(loader)
    reply["active_in_training"], reply["mode_in_training"] = list(log), trainer.training_mode
    reply["modes_in_training"] = modes(model)
    return reply


def modes(layer):
    return [bool(layer.training), *(mode for child in layer.children() for mode in modes(child))]


def evaluating_modes(names, flags, fail):
    """A network with mixed modes, inside and after the context manager, and what came out of the block."""
    inner = Sequential(Linear(2, 3), Dropout(0.5))
    model = Sequential(inner, Linear(3, 1))
    layers = [model, inner, *inner.layers, model.layers[1]]
    for layer, flag in zip(layers, flags, strict=True):
        layer.training = flag
    seen = []

    def block():
        with names["evaluating"](model):
            seen.append([bool(layer.training) for layer in layers])
            if fail:
                raise KeyError("planned")

    outcome = attempt(block)
    return {
        "inside": seen,
        "after": [bool(layer.training) for layer in layers],
        "raised": outcome["raised"] if outcome else "",
    }


def evaluate_leaves_alone(names, weights, grads, batches):
    """Weights and gradients around evaluate, and whether any forward was recorded."""
    recorded = []

    class Watched(Sequential):
        def forward(self, x):
            recorded.append(is_recording())
            return super().forward(x)

    model = Watched(*network(weights).layers)
    for p, grad in zip(model.parameters(), grads, strict=True):
        p.grad = None if grad is None else np.array(grad)
    trainer = names["Trainer"](model, SGD(model.parameters(), lr=0.1, momentum=0.9), MSELoss())
    result = list(trainer.evaluate(pairs(batches)))
    return {
        "result": result,
        "weights": weights_of(model),
        "grads": gradients_of(model),
        "recorded": recorded,
        "counts": [trainer.epoch, trainer.step],
        "train_loss": list(trainer.history["train_loss"]),
        "recording_again": is_recording(),
    }


def correct_rows(names, outputs, targets):
    """What is counted for outputs that are only held by an object, and for a Tensor."""
    return [int(names["count_correct"](kind(outputs), targets)) for kind in (Holder, Tensor)]


# -- 07.6 ------------------------------------------------------------------------------------------------------


class Falling:
    """A schedule that falls in a straight line; its attributes have the names of a CosineSchedule's."""

    def __init__(self, max_lr, min_lr, total_epochs):
        self.max_lr, self.min_lr, self.total_epochs = max_lr, min_lr, total_epochs

    def get_lr(self, epoch):
        return self.max_lr + (self.min_lr - self.max_lr) * min(epoch / self.total_epochs, 1.0)


def trainer_of(names, weights, optimizer, schedule=None, clip_at=None):
    model = network(weights)
    return names["Trainer"](
        model,
        optimizer_of(model.parameters(), **optimizer),
        MSELoss(),
        scheduler=Falling(*schedule) if schedule is not None else None,
        grad_clip_norm=clip_at,
    )


def own_epochs(trainer, batches, count):
    """Train by a bare loop, so that saving is judged without train_epoch."""
    optimizer = trainer.optimizer
    for _ in range(count):
        if trainer.scheduler is not None:
            optimizer.set_lr(trainer.scheduler.get_lr(trainer.epoch))
            trainer.history["learning_rates"].append(optimizer.get_lr())
        total = samples = 0
        for inputs, targets in pairs(batches):
            optimizer.zero_grad()
            loss = trainer.loss_fn(trainer.model(inputs), targets)
            loss.backward()
            optimizer.step()
            trainer.step += 1
            total, samples = total + len(inputs) * float(loss.data), samples + len(inputs)
        optimizer.zero_grad()
        trainer.history["train_loss"].append(total / samples)
        trainer.epoch += 1


def arrays_in(value):
    """All arrays in nested dicts, lists and tuples."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [array for one in value for array in arrays_in(one)] if isinstance(value, (list, tuple)) else []


def optimizer_arrays(optimizer):
    return arrays_in([value for key, value in vars(optimizer).items() if key != "params"])


def state_of(trainer):
    """Everything a checkpoint is about, as plain data; copies."""
    optimizer, schedule = vars(trainer.optimizer), vars(trainer.scheduler) if trainer.scheduler else {}
    constants = {k: v for k, v in optimizer.items() if isinstance(v, (int, float)) or k == "betas"}
    return {
        "weights": weights_of(trainer.model),
        "optimizer": [np.array(one) for one in optimizer_arrays(trainer.optimizer)],
        "constants": {k: list(v) if k == "betas" else v for k, v in constants.items()},
        "schedule": {k: v for k, v in schedule.items() if isinstance(v, (int, float))},
        "epoch": trainer.epoch,
        "step": trainer.step,
        "clip": trainer.grad_clip_norm,
        "history": {key: list(value) for key, value in trainer.history.items()},
        "training_mode": trainer.training_mode,
        "modes": modes(trainer.model),
    }


def save_spoil_load(names, weights, batches, optimizer, schedule, clip_at):
    trainer = trainer_of(names, weights, optimizer, schedule, clip_at)
    own_epochs(trainer, batches, 2)
    reply = {"saved": state_of(trainer)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new" / "deeper" / "kept.npz"
        trainer.save_checkpoint(path)
        own_epochs(trainer, batches, 1)
        for p in trainer.model.parameters():
            p.data[...] = 7.0
        trainer.epoch, trainer.step, trainer.grad_clip_norm = 99, 99, 123.0
        trainer.history["train_loss"].append(5.0)
        reply["spoilt"] = state_of(trainer)
        trainer.load_checkpoint(path)
    reply["loaded"] = state_of(trainer)
    return reply


def resume(names, weights, other_weights, batches, optimizer, other_optimizer, schedule, before, after):
    """The same epochs in one go and with a stop: saved, then loaded into a trainer built otherwise."""
    whole = trainer_of(names, weights, optimizer, schedule)
    own_epochs(whole, batches, before + after)
    first = trainer_of(names, weights, optimizer, schedule)
    own_epochs(first, batches, before)
    second = trainer_of(
        names, other_weights, other_optimizer, [0.7, 0.6, 2] if schedule is not None else None
    )
    with tempfile.TemporaryDirectory() as folder:
        first.save_checkpoint(str(Path(folder) / "kept.npz"))
        second.load_checkpoint(str(Path(folder) / "kept.npz"))
    own_epochs(second, batches, after)
    return {"whole": state_of(whole), "resumed": state_of(second)}


def file_content(names, weights, batches, optimizer, schedule, clip_at):
    """The file as `unpack` reads it: its keys, and the simple entries."""
    trainer = trainer_of(names, weights, optimizer, schedule, clip_at)
    own_epochs(trainer, batches, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.npz"
        trainer.save_checkpoint(path)
        content = attempt(lambda: unpack(path))
        if "raised" in content:
            return content
    states = content.get("model_state", {})
    return {
        "keys": sorted(str(key) for key in content),
        "positions": [int(key) for key in states],
        "arrays": list(states.values()),
        "weights": weights_of(trainer.model),
        "counts": [content.get("epoch"), content.get("step")],
        "clip": content.get("grad_clip_norm"),
        "training_mode": content.get("training_mode"),
    }


def states_are_copies(names, weights, batches, optimizer):
    """States taken and states put back, and the same objects after every live array was changed in place."""
    trainer = trainer_of(names, weights, optimizer)
    own_epochs(trainer, batches, 2)

    def change_all():
        for array in [p.data for p in trainer.model.parameters()] + optimizer_arrays(trainer.optimizer):
            array += 1.0

    model_state, optimizer_state = trainer._get_model_state(), trainer._get_optimizer_state()
    reply = {"live": weights_of(trainer.model) + [one.copy() for one in optimizer_arrays(trainer.optimizer)]}
    reply["taken"] = [one.copy() for one in arrays_in([model_state, optimizer_state])]
    change_all()
    reply["taken_later"] = [one.copy() for one in arrays_in([model_state, optimizer_state])]
    reply["moved"] = weights_of(trainer.model) + [one.copy() for one in optimizer_arrays(trainer.optimizer)]
    trainer._set_model_state(model_state)
    trainer._set_optimizer_state(optimizer_state)
    reply["put_back"] = weights_of(trainer.model) + [
        one.copy() for one in optimizer_arrays(trainer.optimizer)
    ]
    change_all()
    reply["given_later"] = [one.copy() for one in arrays_in([model_state, optimizer_state])]
    return reply


def helpers_of_the_scheduler(names, weights, optimizer, schedule, other):
    """What the two scheduler helpers do with a schedule, and without one."""
    with_one, elsewhere = (trainer_of(names, weights, optimizer, one) for one in (schedule, other))
    without = trainer_of(names, weights, optimizer)
    kept = with_one._get_scheduler_state()
    with_one.scheduler.max_lr = 55.0
    elsewhere._set_scheduler_state(kept)
    nothing = without._get_scheduler_state()
    reply = {"moved": state_of(elsewhere)["schedule"], "nothing": nothing}
    elsewhere._set_scheduler_state(nothing)
    without._set_scheduler_state(kept)
    return {**reply, "still": state_of(elsewhere)["schedule"], "still_none": without.scheduler is None}


def set_model_states(names, weights, optimizer, wrong, right):
    """Each list of arrays as a model_state, and the weights after it."""
    trainer = trainer_of(names, weights, optimizer)
    reply = {"errors": [], "after": []}
    for arrays in wrong:
        state = {i: np.array(one) for i, one in enumerate(arrays)}
        reply["errors"].append(attempt(lambda state=state: trainer._set_model_state(state)))
        reply["after"].append(weights_of(trainer.model))
    trainer._set_model_state({i: np.array(one) for i, one in enumerate(right)})
    return {**reply, "right": weights_of(trainer.model)}


def load_what_does_not_fit(names, weights, batches, optimizer, others, drop):
    """Files of other trainers, and of this kind without some keys, loaded into one trainer; then a right file.

    others  [[weights, optimizer settings], ...]
    drop    keys taken out of a right file, one file each
    """
    trainer = trainer_of(names, weights, optimizer, [0.1, 0.01, 9], 0.5)
    right = trainer_of(names, [w + 0.5 for w in weights], optimizer, [0.2, 0.02, 7], 0.25)
    own_epochs(trainer, batches, 2)
    own_epochs(right, batches, 3)
    reply = {"before": state_of(trainer), "right": state_of(right), "errors": [], "after": []}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, (other_weights, settings) in enumerate(others):
            other = trainer_of(names, other_weights, settings, [0.3, 0.03, 5], 0.125)
            own_epochs(other, [[x[:, : len(other_weights[0])], y] for x, y in batches], 1)
            paths.append(Path(folder) / f"other{i}.npz")
            other.save_checkpoint(paths[-1])
        right.save_checkpoint(Path(folder) / "right.npz")
        for key in drop:
            content = content_of(Path(folder) / "right.npz")
            del content[key]
            paths.append(Path(folder) / f"without_{key}.npz")
            pack(paths[-1], content)
        for path in paths:
            reply["errors"].append(attempt(lambda path=path: trainer.load_checkpoint(path)))
            reply["after"].append(state_of(trainer))
        trainer.load_checkpoint(Path(folder) / "right.npz")
        reply["loaded"] = state_of(trainer)
    return reply


def load_old_file(names, weights, batches, optimizer, saved_clip, live_clip):
    """A file that has no grad_clip_norm, and a whole one, into trainers with a limit of their own."""
    saver = trainer_of(names, weights, optimizer, clip_at=saved_clip)
    own_epochs(saver, batches, 1)
    reply = {"saved": state_of(saver)}
    with tempfile.TemporaryDirectory() as folder:
        whole, old = Path(folder) / "whole.npz", Path(folder) / "old.npz"
        saver.save_checkpoint(whole)
        content = content_of(whole)
        del content["grad_clip_norm"]
        pack(old, content)
        for key, path in (("whole", whole), ("old", old)):
            trainer = trainer_of(names, [w + 1 for w in weights], optimizer, clip_at=live_clip)
            trainer.load_checkpoint(path)
            reply[key] = state_of(trainer)
    return reply


def load_modes(names, weights, optimizer, saved_mode):
    """A file saved in one mode, loaded into a trainer in the other."""
    saver, trainer = (trainer_of(names, weights, optimizer) for _ in range(2))
    saver.training_mode, trainer.training_mode = saved_mode, not saved_mode
    saver.model.train(saved_mode)
    trainer.model.train(not saved_mode)
    with tempfile.TemporaryDirectory() as folder:
        saver.save_checkpoint(Path(folder) / "kept.npz")
        trainer.load_checkpoint(Path(folder) / "kept.npz")
    return {"training_mode": trainer.training_mode, "modes": modes(trainer.model)}


def save_interrupted(names, weights, batches, optimizer, room):
    """Save; save again with the disk full after `room` bytes; load; then save and load once more."""
    import resource  # here, because it exists on Linux and macOS only

    trainer = trainer_of(names, weights, optimizer)
    own_epochs(trainer, batches, 1)
    reply = {"first": state_of(trainer)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.npz"
        trainer.save_checkpoint(path)
        own_epochs(trainer, batches, 1)
        reply["second"] = state_of(trainer)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        try:
            interrupted = attempt(lambda: trainer.save_checkpoint(path))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        reply["interrupted"] = isinstance(interrupted, dict)
        fresh = trainer_of(names, [w + 1 for w in weights], optimizer)
        reply["error"] = attempt(lambda: fresh.load_checkpoint(path))
        reply["loaded"] = state_of(fresh)
        trainer.save_checkpoint(path)
        fresh.load_checkpoint(path)
        reply["loaded_second"] = state_of(fresh)
    return reply


# -- 07.7 ------------------------------------------------------------------------------------------------------


def memory_estimates(names, questions):
    return [names["estimate_memory_usage"](**question) for question in questions]


def memory_measured(names, weights, optimizer, inputs, targets, record=True):
    model = network(weights)
    measure = names["analyze_training_memory"]
    arguments = model, optimizer_of(model.parameters(), **optimizer), (inputs, targets)
    if record:
        return measure(*arguments)
    with no_grad():
        return measure(*arguments)


def held_arrays(names, values, rows):
    """The arrays in the graph of picking these rows, without the values themselves; the rows are in its ctx."""
    whole = Tensor(values, requires_grad=True)
    found = names["graph_arrays"](whole[rows], leave_out=[whole.data])
    return [np.array(one) if isinstance(one, np.ndarray) else "no array" for one in found]


# -- 07.8 ------------------------------------------------------------------------------------------------------


class Noted(Linear):
    """A dense layer that takes its time and notes each forward: rows, sum of the inputs, and when it began."""

    def prepare(self, weight, bias, busy_seconds=0.0):
        self.weight.data[...], self.bias.data[...] = weight, bias
        self.notes, self.busy_seconds = [], busy_seconds
        return self

    def forward(self, x):
        array = np.asarray(getattr(x, "data", x))
        self.notes.append((len(array), float(array.sum()), time.perf_counter()))
        until = time.thread_time() + self.busy_seconds  # processor time, so that both kinds of clock see it
        while time.thread_time() < until:
            pass
        return super().forward(x)


def noted(weight, bias, **settings):
    return Noted(*weight.shape).prepare(weight, bias, **settings)


def steps_per_epoch(names, cases):
    return [names["simulate_training_efficiency"](size, n, repeats=1)["steps_per_epoch"] for size, n in cases]


def efficiency(names, batch_size, dataset_size):
    return names["simulate_training_efficiency"](batch_size, dataset_size)


def gradient_noise(names, weight, bias, size, dataset_size, repeats):
    model = noted(weight, bias)
    found = names["simulate_training_efficiency"](size, dataset_size, model=model, repeats=repeats)
    return found["gradient_noise"]


def drawn_rows(names, weight, bias, batch_size, dataset_size, repeats):
    """Batches of this size that the model saw, how many were different, updates, and its weights afterwards."""
    model, updates, step = noted(weight, bias), [], SGD.step

    def counted(self):
        updates.append(1)
        return step(self)

    SGD.step = counted
    try:
        names["simulate_training_efficiency"](batch_size, dataset_size, model=model, repeats=repeats)
    finally:
        SGD.step = step
    sums = [total for rows, total, _ in model.notes if rows == batch_size]
    return {
        "batches": len(sums),
        "different": len(set(sums)),
        "updates": len(updates),
        "weights": weights_of(model),
    }


def share_of_a_row(names, weight, bias, single, many):
    """How often one of two rows stands in a large batch; None when batches of one row do not show both."""
    model = noted(weight, bias)
    names["simulate_training_efficiency"](1, 2, model=model, repeats=single)
    rows = sorted({total for count, total, _ in model.notes if count == 1})
    model.notes.clear()
    names["simulate_training_efficiency"](many, 2, model=model, repeats=1)
    totals = [total for count, total, _ in model.notes if count == many]
    if len(rows) != 2 or not totals:
        return None
    return (totals[0] - many * rows[0]) / (rows[1] - rows[0]) / many


def measured_time(names, weight, bias, batch_size, dataset_size, repeats, busy_seconds):
    """The measured time beside the layer's own notes.

    Times differ from run to run, so what is sent is how they compare: that tells mistakes apart.
    """
    model, start = noted(weight, bias, busy_seconds=busy_seconds), time.perf_counter()
    found = names["simulate_training_efficiency"](batch_size, dataset_size, model=model, repeats=repeats)
    begun = [start, *(when for _, _, when in model.notes), time.perf_counter()]
    lasted = [after - before for before, after in itertools.pairwise(begun)]
    # A step lies between the forward before it and the one after it, so a median of steps is at most the median
    # of these; two more of them, because the first step or another may have been left out.
    around = sorted(
        lasted[i] + lasted[i + 1] for i, (rows, _, _) in enumerate(model.notes) if rows == batch_size
    )
    longest = around[min(len(around) // 2 + 2, len(around) - 1)] if around else 0.0
    milliseconds = float(found["time_per_step_ms"])
    return {
        "samples_in_a_second_of_steps": float(found["samples_per_s"]) * milliseconds / 1000,
        "shorter_than_a_forward": milliseconds < 1000 * busy_seconds * 0.999,
        "longer_than_two_steps": milliseconds > 1000 * longest,
    }


def only(found, *keys):
    """These entries of a dict; anything else as it is."""
    return {key: found[key] for key in keys if key in found} if isinstance(found, dict) else found


def batch_size_rows(names, sizes):
    rows = names["analyze_batch_size_effects"](sizes)
    return [only(row, "batch_size", "steps_per_epoch", "gradient_noise") for row in rows]


# -- 07.9 ------------------------------------------------------------------------------------------------------


def demonstrations(names, seeds):
    return [names["demonstrate_complete_training"](np.random.default_rng(seed)) for seed in seeds]


def first_weights(names, seeds):
    """The weights of a new trainer for XOR from each seed."""
    return [weights_of(names["xor_trainer"](np.random.default_rng(seed)).model) for seed in seeds]


def watched_demonstration(names, seed):
    """The result, and for each trainer that was built its first and last weights, its epochs and where it loaded."""
    trainers, firsts, loaded = [], [], []
    trainer_class = names["Trainer"]
    build, load = trainer_class.__init__, trainer_class.load_checkpoint

    def watched_build(self, *arguments, **keywords):
        build(self, *arguments, **keywords)
        trainers.append(self)
        firsts.append(weights_of(self.model))

    def watched_load(self, *arguments, **keywords):
        load(self, *arguments, **keywords)
        loaded.append([next(i for i, one in enumerate(trainers) if one is self), int(self.epoch)])

    trainer_class.__init__, trainer_class.load_checkpoint = watched_build, watched_load
    try:
        result = names["demonstrate_complete_training"](np.random.default_rng(seed))
    finally:
        trainer_class.__init__, trainer_class.load_checkpoint = build, load
    return {
        "result": result,
        "first": firsts,
        "last": [weights_of(one.model) for one in trainers],
        "epochs": [int(one.epoch) for one in trainers],
        "loaded": loaded,
    }


def forgetful_demonstration(names, seed):
    """The result when every loaded checkpoint has lost the momentum."""
    trainer_class = names["Trainer"]
    load = trainer_class.load_checkpoint

    def forgetful(self, *arguments, **keywords):
        load(self, *arguments, **keywords)
        self.optimizer.momentum_buffers = [None] * len(self.optimizer.momentum_buffers)

    trainer_class.load_checkpoint = forgetful
    try:
        return names["demonstrate_complete_training"](np.random.default_rng(seed))
    finally:
        trainer_class.load_checkpoint = load


# -- 07.10 -----------------------------------------------------------------------------------------------------


def two_moons_run(names, weights, batches, held_out, rates, clip_at, epochs):
    """Schedule, clipping, groups of two and a resume in the middle; the names may come from anywhere."""

    def new_trainer(weights):
        model = network(weights)
        schedule = names["CosineSchedule"](rates[0], rates[1], epochs)
        optimizer = Adam(model.parameters())
        return names["Trainer"](model, optimizer, CrossEntropyLoss(), schedule, grad_clip_norm=clip_at)

    first, second = new_trainer(weights), new_trainer([w + 1 for w in weights])
    for _ in range(epochs // 2):
        first.train_epoch(pairs(batches), accumulation_steps=2)
    with tempfile.TemporaryDirectory() as folder:
        first.save_checkpoint(Path(folder) / "middle.npz")
        second.load_checkpoint(Path(folder) / "middle.npz")
    for _ in range(epochs - epochs // 2):
        second.train_epoch(pairs(batches), accumulation_steps=2)
    return {
        "counts": [second.epoch, second.step],
        "losses": list(second.history["train_loss"]),
        "rates": list(second.history["learning_rates"]),
        "evaluated": list(second.evaluate(pairs(held_out))),
        "weights": weights_of(second.model),
    }


def imported(source, folder):
    """The module that this source makes, imported from a package in `folder` with what it printed and left behind."""
    package = Path(folder) / "tinytorch_export"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "training.py").write_text(source, encoding="utf-8")
    np.random.seed(70707)  # a state of its own, so that seeding at import shows too
    here, before = set(os.listdir()), np.random.get_state()
    said, unloaded = io.StringIO(), {"tinytorch_export", "tinytorch_export.training"}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            module = importlib.import_module("tinytorch_export.training")
    finally:
        sys.path.remove(str(folder))
        for name in unloaded:
            sys.modules.pop(name, None)
    return module, {
        "printed": said.getvalue(),
        "new_files": sorted(set(os.listdir()) - here),
        "used_global_random": not all(map(np.array_equal, before, np.random.get_state())),
    }


def import_export(names, source):
    """What importing the exported source shows: text, files, use of the global random state, public names."""
    with tempfile.TemporaryDirectory() as folder:
        reply = attempt(lambda: imported(source, folder))
        if isinstance(reply, dict):
            return reply
        module, effects = reply
        return {**effects, "names": sorted(name for name in vars(module) if not name.startswith("_"))}


def two_moons_with_export(names, source, question):
    """`two_moons_run` with the names of the exported module."""
    with tempfile.TemporaryDirectory() as folder:
        module, _ = imported(source, folder)
        return two_moons_run(vars(module), **question)


# -- 07.11 -----------------------------------------------------------------------------------------------------


def answer(names, key):
    return names["answers"].get(key)
