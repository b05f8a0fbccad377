# tinytorch.core.optimizers
#
# Made from the cells marked "#| export" of 06_optimizers.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m06-setup
#| default_exp core.optimizers
import math
from numbers import Real

import numpy as np

import tinytorch.core.autograd  # installs the recorder: without it no loss reaches a parameter
from tinytorch.core.losses import MSELoss
from tinytorch.given.grads import grad_array


# Cell m06-optimizer
def check_numbers(**numbers):
    """Raise ValueError unless every argument is a finite number of at least 0; the message names the first bad one.

    check_numbers(lr=0.1, eps=-1) complains about eps. Not a number at all, None or text or a bool, is bad too.
    """
    ### BEGIN SOLUTION
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and at least 0, got {value!r}")
    ### END SOLUTION


def check_betas(betas):
    """Given: the two decay rates as floats; raises ValueError unless they are two numbers in [0, 1)."""
    try:
        first, second = map(float, betas)
    except (TypeError, ValueError):
        raise ValueError(f"betas must be two numbers, got {betas!r}") from None
    if not (0 <= first < 1 and 0 <= second < 1):
        raise ValueError(f"betas must be in [0, 1), got {betas!r}")
    return first, second


def checked(name, value):
    """Given: a constant of a saved state, as a float or as betas; raises ValueError that names it."""
    if name == "betas":
        return check_betas(value)
    check_numbers(**{name: value})
    return float(value)


def fitting(name, saved, params):
    """Copies of saved buffers, for use in an optimizer of these parameters.

    saved   : list with one entry per parameter, None or an array
    returns : list of the same kind, arrays copied
    raises  : ValueError with "entries" in its text if there are more or fewer than parameters,
              with "shape" if an array has another shape than its parameter; name is part of both messages
    """
    ### BEGIN SOLUTION
    if len(saved) != len(params):
        raise ValueError(f"{name} has {len(saved)} entries for {len(params)} parameters")
    copies = [None if one is None else np.array(one) for one in saved]
    for i, (one, parameter) in enumerate(zip(copies, params)):
        if one is not None and one.shape != np.shape(parameter.data):
            raise ValueError(f"{name}[{i}] has shape {one.shape}, its parameter {np.shape(parameter.data)}")
    return copies
    ### END SOLUTION


class Optimizer:
    """Parameters and a learning rate; subclasses say what step does.

    params : iterable of parameters, may be a generator or empty; kept as the list self.params.
             A parameter has data (array), grad (None, an array, or an object that holds one in .data)
             and requires_grad, which is set to True
    lr     : kept as the float self.lr; ValueError unless it is finite and at least 0, before anything is touched
    """

    constants = ("lr",)  # given: names of attributes that are numbers, betas apart
    buffers = ()  # given: names of lists parallel to the parameters, of arrays, None before first use
    counts = ()  # given: names of whole numbers, or of lists of them

    def __init__(self, params, lr):
        ### BEGIN SOLUTION
        check_numbers(lr=lr)
        self.params = list(params)
        self.lr = float(lr)
        for name in self.buffers:
            setattr(self, name, [None] * len(self.params))
        for parameter in self.params:
            parameter.requires_grad = True
        ### END SOLUTION

    def step(self):
        """Given: one update of all parameters that have a gradient; never changes a gradient."""
        raise NotImplementedError(f"{type(self).__name__} has no step yet")

    def with_gradients(self):
        """Given: (position, parameter, gradient array) for each parameter that has a gradient now."""
        for i, parameter in enumerate(self.params):
            gradient = grad_array(parameter)
            if gradient is not None:
                yield i, parameter, gradient

    def zero_grad(self, set_to_none=True):
        """Set every gradient to None; or, with set_to_none=False, fill those that exist with zeros."""
        ### BEGIN SOLUTION
        for parameter in self.params:
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                grad_array(parameter)[...] = 0
        ### END SOLUTION

    def set_lr(self, lr):
        """From now on this rate; refused like that of the constructor."""
        ### BEGIN SOLUTION
        check_numbers(lr=lr)
        self.lr = float(lr)
        ### END SOLUTION

    def get_lr(self):
        """The rate as a float."""
        ### BEGIN SOLUTION
        return self.lr
        ### END SOLUTION

    def state_dict(self):
        """All that the next update depends on besides weights and gradients, as a dict.

        keys   : the names in constants, counts and buffers
        values : plain numbers, lists of plain numbers, lists of array copies and None
        """
        ### BEGIN SOLUTION
        state = {}
        for name in self.constants + self.counts:
            value = getattr(self, name)
            state[name] = list(value) if isinstance(value, (list, tuple)) else value
        for name in self.buffers:
            state[name] = [None if one is None else one.copy() for one in getattr(self, name)]
        return state
        ### END SOLUTION

    def load_state_dict(self, state):
        """Continue from a saved state; its numbers, the lr too, win over the constructor's. Arrays are copied.

        raises : ValueError, and changes nothing, if a name is missing, a number illegal, if a buffer or a list of
                 counts has another number of entries ("entries") than there are parameters, or an array another
                 shape ("shape") than its parameter
        """
        ### BEGIN SOLUTION
        missing = [name for name in self.constants + self.counts + self.buffers if name not in state]
        if missing:
            raise ValueError(f"the state of {type(self).__name__} needs {', '.join(missing)}")
        loaded = {name: checked(name, state[name]) for name in self.constants}
        for name in self.buffers:
            loaded[name] = fitting(name, state[name], self.params)
        for name in self.counts:
            value = state[name]
            loaded[name] = [int(one) for one in value] if isinstance(value, (list, tuple)) else int(value)
            if isinstance(value, (list, tuple)) and len(value) != len(self.params):
                raise ValueError(f"{name} has {len(value)} entries for {len(self.params)} parameters")
        vars(self).update(loaded)
        ### END SOLUTION


# Cell m06-sgd
class SGD(Optimizer):
    """Steps against the gradient, with momentum and weight decay.

    step : g <- g + weight_decay * w;  v <- momentum * v + g, the first v is a copy of g;  w <- w - lr * v
    momentum_buffers : list parallel to params, the velocities; None before first use
    a parameter without gradient keeps weight and velocity; no gradient is changed
    raises : ValueError naming lr, momentum or weight_decay if it is below 0 or not finite
    pinned : plain 0.9, 0.85, 1.05 · momentum 0.9: 0.9, 0.76, 0.834
             momentum 0.9, weight_decay 0.1: 0.89, 0.7321, 0.782669
    """

    constants = ("lr", "momentum", "weight_decay")
    buffers = ("momentum_buffers",)

    def __init__(self, params, lr=0.01, momentum=0.0, weight_decay=0.0):
        ### BEGIN SOLUTION
        check_numbers(lr=lr, momentum=momentum, weight_decay=weight_decay)
        super().__init__(params, lr)
        self.momentum, self.weight_decay = float(momentum), float(weight_decay)
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g.copy() if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= self.lr * g
        ### END SOLUTION


# Cell m06-rmsprop
class RMSprop(Optimizer):
    """Each gradient divided by the root of a moving average of its square. Source: Hinton, lecture 6e, 2012.

    step : g <- g + weight_decay * w;  s <- alpha * s + (1 - alpha) * g^2, from s = 0;
           change = g / (sqrt(s) + eps);  b <- momentum * b + change, from b = 0;  w <- w - lr * b
    square_buffers, momentum_buffers : lists parallel to params, s and b; None before first use
    a parameter without gradient keeps weight and buffers; no gradient is changed
    raises : ValueError naming lr, alpha, eps, weight_decay or momentum if it is below 0 or not finite
    pinned : alpha 0.9: 0.683772, 0.536330, 0.818188
             alpha 0.9, momentum 0.9: 0.683772, 0.251725, 0.144741
    """

    constants = ("lr", "alpha", "eps", "weight_decay", "momentum")
    buffers = ("square_buffers", "momentum_buffers")

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0):
        ### BEGIN SOLUTION
        check_numbers(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
        super().__init__(params, lr)
        self.alpha, self.eps = float(alpha), float(eps)
        self.weight_decay, self.momentum = float(weight_decay), float(momentum)
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            s, part = self.square_buffers[i], (1 - self.alpha) * (g * g)
            s = self.square_buffers[i] = part if s is None else self.alpha * s + part
            change = g / (np.sqrt(s) + self.eps)
            if self.momentum:
                old = self.momentum_buffers[i]
                change = change if old is None else self.momentum * old + change
                self.momentum_buffers[i] = change
            parameter.data -= self.lr * change
        ### END SOLUTION


# Cell m06-adam
class Adam(Optimizer):
    """Moving averages of gradient and square, both corrected for starting at 0. Source: Kingma, Ba 2015, algorithm 1.

    step : g <- g + weight_decay * w;  m <- beta1 * m + (1 - beta1) * g;  v <- beta2 * v + (1 - beta2) * g^2;
           w <- w - lr * M / (sqrt(V) + eps) with M = m / (1 - beta1^t), V = v / (1 - beta2^t)
           and t = number of updates of this parameter, 1 at its first
    m_buffers, v_buffers : lists parallel to params, m and v; None before first use
    update_counts        : list parallel to params, t of each; step_count : calls of step; both int, from 0
    a parameter without gradient keeps weight, buffers and count; no gradient is changed
    raises : ValueError naming lr, eps or weight_decay if it is below 0 or not finite, and naming betas
             unless they are two numbers in [0, 1)
    pinned : 0.900000, 0.806782, 0.827418 · weight_decay 0.1: 0.900000, 0.805772, 0.819654
             betas (0.5, 0.8), eps 0.1: 0.909091, 0.831909, 0.888734
    """

    constants = ("lr", "betas", "eps", "weight_decay")
    buffers = ("m_buffers", "v_buffers")
    counts = ("update_counts", "step_count")

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        ### BEGIN SOLUTION
        check_numbers(lr=lr, eps=eps, weight_decay=weight_decay)
        betas = check_betas(betas)
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, float(eps), float(weight_decay)
        self.update_counts = [0] * len(self.params)
        self.step_count = 0
        ### END SOLUTION

    def direction(self, i, g):
        """Take g into the averages and the count of parameter i; return M / (sqrt(V) + eps)."""
        ### BEGIN SOLUTION
        beta1, beta2 = self.betas
        m, v = self.m_buffers[i], self.v_buffers[i]
        m = (1 - beta1) * g if m is None else beta1 * m + (1 - beta1) * g
        v = (1 - beta2) * (g * g) if v is None else beta2 * v + (1 - beta2) * (g * g)
        self.m_buffers[i], self.v_buffers[i] = m, v
        self.update_counts[i] += 1
        t = self.update_counts[i]
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
        return m / (np.sqrt(v) + self.eps)
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        self.step_count += 1
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            parameter.data -= self.lr * self.direction(i, g)
        ### END SOLUTION


# Cell m06-adamw
class AdamW(Adam):
    """Adam with a weight decay of its own, apart from the gradient. Source: Loshchilov, Hutter 2019, algorithm 2.

    step : w <- w - lr * weight_decay * w, and the step of Adam with the plain gradient; in either order
    a parameter without gradient is not decayed; buffers, counts and errors as in Adam
    pinned : weight_decay 0.1, decay first: 0.890000, 0.787882, 0.800639
             weight_decay 0.1, decay last:  0.891000, 0.789804, 0.802336
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        ### BEGIN SOLUTION
        super().__init__(params, lr, betas, eps, weight_decay)
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        self.step_count += 1
        for i, parameter, g in self.with_gradients():
            parameter.data *= 1 - self.lr * self.weight_decay
            parameter.data -= self.lr * self.direction(i, g)
        ### END SOLUTION


# Cell m06-fit-linear
def fit_linear(model, X, y, optimizer, epochs=10):
    """Fit a Linear by mean squared error, with one update on all data per epoch.

    model     : Linear from n_in to n_out
    X, y      : arrays (N, n_in) and (N, n_out), not changed
    optimizer : has the parameters of the model; gradients left over from before do not count
    returns   : list of epochs floats, each the loss before that epoch's update; [] for 0 epochs
    pinned    : X [[1],[2]], y [[2],[4]], weight and bias 0, SGD with lr 0.1, 3 epochs ->
                10.0, 1.06, 0.1732; then weight 1.426, bias 0.828
    """
    ### BEGIN SOLUTION
    loss_fn, losses = MSELoss(), []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION
