"""Module 06: update rules behind one interface.

A parameter is anything with `data` (a float array, changed in place), `grad` (None, an array, or an object that
holds one in `.data`) and `requires_grad`. Parameters without a gradient are skipped; `step` never changes a gradient.
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

import tinytorch.core.autograd  # noqa: F401  (installs the recorder: without it no loss reaches a parameter)
from tinytorch.core.losses import MSELoss
from tinytorch.given.grads import grad_array


def check_numbers(**numbers):
    """Raise ValueError naming the first argument that is not a finite number of at least 0."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and at least 0, got {value!r}")


def check_betas(betas):
    """The two decay rates as floats; raises ValueError unless they are two numbers in [0, 1)."""
    try:
        first, second = map(float, betas)
    except (TypeError, ValueError):
        raise ValueError(f"betas must be two numbers, got {betas!r}") from None
    if not (0 <= first < 1 and 0 <= second < 1):
        raise ValueError(f"betas must be in [0, 1), got {betas!r}")
    return first, second


class Optimizer:
    """Parameters and a learning rate; subclasses say what `step` does.

    params  iterable of parameters, may be a generator or empty; they are marked as wanting gradients
    lr      finite and at least 0, else ValueError

    `state_dict` is made of the attributes that a subclass names in `constants` (plain numbers), `buffers` (lists
    parallel to the parameters, of arrays or None) and `counts` (whole numbers or lists of them).
    """

    constants = ("lr",)
    buffers = ()
    counts = ()

    def __init__(self, params, lr):
        check_numbers(lr=lr)
        self.params = list(params)
        self.lr = float(lr)
        for name in self.buffers:
            setattr(self, name, [None] * len(self.params))
        for parameter in self.params:
            parameter.requires_grad = True

    def step(self):
        raise NotImplementedError(f"{type(self).__name__} has no step yet")

    def zero_grad(self, set_to_none=True):
        """Forget the gradients, or fill them with zeros."""
        for parameter in self.params:
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                grad_array(parameter)[...] = 0

    def set_lr(self, lr):
        check_numbers(lr=lr)
        self.lr = float(lr)

    def get_lr(self):
        return self.lr

    def with_gradients(self):
        """(position, parameter, gradient array) for each parameter that has a gradient now."""
        for i, parameter in enumerate(self.params):
            gradient = grad_array(parameter)
            if gradient is not None:
                yield i, parameter, gradient

    # -- state -------------------------------------------------------------------------------------------------

    def state_dict(self):
        """All that the next update depends on besides weights and gradients: plain numbers and copies of arrays."""
        state = {}
        for name in self.constants + self.counts:
            value = getattr(self, name)
            state[name] = list(value) if isinstance(value, (list, tuple)) else value
        for name in self.buffers:
            state[name] = [None if one is None else one.copy() for one in getattr(self, name)]
        return state

    def load_state_dict(self, state):
        """Continue from a saved state; its constants win over the constructor's.

        Raises ValueError, and changes nothing, when an entry is missing, illegal or of another shape.
        """
        missing = [name for name in self.constants + self.counts + self.buffers if name not in state]
        if missing:
            raise ValueError(f"the state of {type(self).__name__} needs {', '.join(missing)}")
        loaded = self._read_constants(state)
        for name in self.buffers:
            loaded[name] = self._read_buffers(name, state[name])
        for name in self.counts:
            loaded[name] = self._read_counts(name, state[name])
        vars(self).update(loaded)

    def _read_constants(self, state):
        loaded = {}
        for name in self.constants:
            if name == "betas":
                loaded[name] = check_betas(state[name])
            else:
                check_numbers(**{name: state[name]})
                loaded[name] = float(state[name])
        return loaded

    def _read_buffers(self, name, saved):
        if len(saved) != len(self.params):
            raise ValueError(f"{name} has {len(saved)} entries for {len(self.params)} parameters")
        copies = [None if one is None else np.array(one) for one in saved]
        for i, (one, parameter) in enumerate(zip(copies, self.params, strict=True)):
            if one is not None and one.shape != np.shape(parameter.data):
                raise ValueError(
                    f"{name}[{i}] has shape {one.shape}, its parameter {np.shape(parameter.data)}"
                )
        return copies

    def _read_counts(self, name, saved):
        if isinstance(saved, (list, tuple)) and len(saved) != len(self.params):
            raise ValueError(f"{name} has {len(saved)} entries for {len(self.params)} parameters")
        return [int(one) for one in saved] if isinstance(saved, (list, tuple)) else int(saved)


class SGD(Optimizer):
    """g + weight_decay * w, v = momentum * v + that (first v: that alone), w - lr * v."""

    constants = ("lr", "momentum", "weight_decay")
    buffers = ("momentum_buffers",)

    def __init__(self, params, lr=0.01, momentum=0.0, weight_decay=0.0):
        check_numbers(lr=lr, momentum=momentum, weight_decay=weight_decay)
        super().__init__(params, lr)
        self.momentum, self.weight_decay = float(momentum), float(weight_decay)

    def step(self):
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g.copy() if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= self.lr * g


class RMSprop(Optimizer):
    """s = alpha * s + (1 - alpha) * g^2, step = g / (sqrt(s) + eps), b = momentum * b + step, w - lr * b.

    Source: Hinton, lecture 6e, 2012; eps stands outside the root.
    """

    constants = ("lr", "alpha", "eps", "weight_decay", "momentum")
    buffers = ("square_buffers", "momentum_buffers")

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0):
        check_numbers(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
        super().__init__(params, lr)
        self.alpha, self.eps = float(alpha), float(eps)
        self.weight_decay, self.momentum = float(weight_decay), float(momentum)

    def step(self):
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            s = moving_average(self.square_buffers[i], g * g, self.alpha)
            self.square_buffers[i] = s
            change = g / (np.sqrt(s) + self.eps)
            if self.momentum:
                old = self.momentum_buffers[i]
                change = change if old is None else self.momentum * old + change
                self.momentum_buffers[i] = change
            parameter.data -= self.lr * change


def moving_average(old, new, keep):
    """keep * old + (1 - keep) * new, where nothing old counts as 0."""
    part = (1 - keep) * new
    return part if old is None else keep * old + part


class Adam(Optimizer):
    """Moving averages m of g and v of g^2, both corrected for starting at 0; w - lr * m / (sqrt(v) + eps).

    The correction uses the number of updates of that parameter. Weight decay is added to the gradient.
    Source: Kingma and Ba 2015, algorithm 1.
    """

    constants = ("lr", "betas", "eps", "weight_decay")
    buffers = ("m_buffers", "v_buffers")
    counts = ("update_counts", "step_count")

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        check_numbers(lr=lr, eps=eps, weight_decay=weight_decay)
        betas = check_betas(betas)
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, float(eps), float(weight_decay)
        self.update_counts = [0] * len(self.params)
        self.step_count = 0

    def step(self):
        self.step_count += 1
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            parameter.data -= self.lr * self.direction(i, g)

    def direction(self, i, g):
        """Take gradient `g` into the averages of parameter i and return where they point: m / (sqrt(v) + eps)."""
        keep_m, keep_v = self.betas
        m = self.m_buffers[i] = moving_average(self.m_buffers[i], g, keep_m)
        v = self.v_buffers[i] = moving_average(self.v_buffers[i], g * g, keep_v)
        self.update_counts[i] += 1
        t = self.update_counts[i]
        m, v = m / (1 - keep_m**t), v / (1 - keep_v**t)
        return m / (np.sqrt(v) + self.eps)


class AdamW(Adam):
    """Adam, with the decay lr * weight_decay * w taken from the weight before the step, apart from the gradient.

    Source: Loshchilov and Hutter 2019.
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, lr, betas, eps, weight_decay)

    def step(self):
        self.step_count += 1
        for i, parameter, g in self.with_gradients():
            parameter.data *= 1 - self.lr * self.weight_decay
            parameter.data -= self.lr * self.direction(i, g)


def fit_linear(model, X, y, optimizer, epochs=10):
    """Fit a Linear by mean squared error, one update on all data per epoch: X (N, n_in), y (N, n_out).

    returns  list of floats, the loss of each epoch before its update
    """
    loss_fn, losses = MSELoss(), []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
