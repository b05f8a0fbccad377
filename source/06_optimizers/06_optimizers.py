# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 06 Optimizers
#
# You write four ways to turn a gradient into a step, exact to the last digit and behind one interface, and a first training loop that uses them.
#
# Needs 03 Layers, 05 Autograd · 120 minutes · exports `tinytorch.core.optimizers`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 06.1 | `Optimizer` | 10 | 3 | 4 |
# | 06.2 | `SGD` | 15 | 2 | 5 |
# | 06.3 | `RMSprop` | 15 | 2 | 3 |
# | 06.4 | `Adam` | 18 | 3 | 5 |
# | 06.5 | `AdamW` | 15 | 2 | 5 |
# | 06.6 | `fit_linear` | 15 | 2 | 5 |
# | 06.7 | what moves without a fresh gradient | 4 | 2 | 3 |
# | Q1, Q2 | written answers | 8 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.
#
# Number tables in docstrings all belong to one parameter that starts at 1.0, with lr 0.1 and the gradients 1.0, 0.5, −2.0 in turn.

# %% nbgrader={"grade": false, "grade_id": "m06-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.optimizers
import math
from numbers import Real

import numpy as np

import tinytorch.core.autograd  # installs the recorder: without it no loss reaches a parameter
from tinytorch.core.losses import MSELoss
from tinytorch.given.grads import grad_array

# %% nbgrader={"grade": false, "grade_id": "m06-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.layers import Linear, Parameter
from tinytorch.given import check as ck


def after_steps(make, options, gradients=(1.0, 0.5, -2.0)):
    """Given: the weight after each step of one parameter that starts at 1.0, with lr 0.1."""
    weight = Parameter(1.0)
    optimizer = make([weight], lr=0.1, **options)
    found = []
    for g in gradients:
        weight.grad = np.array(g)
        optimizer.step()
        found.append(weight.item())
    return found

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-optimizer-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.1", "minutes": 20}
# ## 06.1 · Optimizer · 10 points
#
# All update rules share the same housekeeping: which parameters, which rate, forget the gradients, save and restore. It is written once, here; 06.2 to 06.5 add `step`.
#
# * `params` may be a generator, which can be walked only once. Keep a list.
# * A bad number, a rate of −0.1 or NaN, is refused *before* anything is touched, and the message names it.
# * `state_dict` is a photograph: what it holds must not follow later steps. So arrays are copied, on the way out and on the way in.
# * A state that does not fit changes nothing. First read everything, then assign everything.
#
# Each optimizer declares what its state is made of, in three class attributes: `constants`, `buffers` (lists parallel to the parameters) and `counts`. The base class can then save and load for all of them.
#
# <details><summary>Hint 1: nudge</summary>
#
# `getattr(self, name)` and `vars(self).update(...)` reach attributes whose names you have as text.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# `state_dict`: constants and counts as they are, a tuple as a list; of each buffer a list with copies, None stays None. `load_state_dict`: complain about missing names, collect the checked values in a dict, and only then update the attributes.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# fitting: as many entries as parameters, else ValueError "entries"
#          each entry None or a copy whose shape is the parameter's, else ValueError "shape"
# load:    names that are missing: ValueError
#          loaded <- checked constants, fitting buffers, counts
#          put all of loaded into the attributes
# ```
# </details>
# <details><summary>I get 'NoneType' object does not support item assignment</summary>
#
# `zero_grad(set_to_none=False)` met a parameter without gradient. It has nothing to fill and stays None.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-optimizer", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.1", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-optimizer-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "06.1", "needs": []}
# Also checked: a generator of parameters; a saved state that later steps leave alone; a run that is saved, loaded and
# continued; zeros in place of None; rates that are refused, before anything is touched, while 0 works; the loaded
# rate wins; a state with something missing or of a wrong shape changes nothing.
def test_unit_optimizer():
    first, second = Parameter([1.0, 2.0]), Parameter([[3.0]])
    optimizer = Optimizer([first, second], lr=0.5)
    first.grad, second.grad = np.array([5.0, 6.0]), np.array([[7.0]])
    optimizer.zero_grad()
    ck.true(first.grad is None and second.grad is None, "zero_grad sets every gradient to None")
    ck.same(first.data, [1.0, 2.0], "the weights after zero_grad", hint="gradients are cleared, not weights")
    optimizer.set_lr(0.25)
    ck.close(optimizer.get_lr(), 0.25, "the rate after set_lr(0.25)")
    ck.raises(ValueError, "lr", Optimizer, [first], -0.1)


test_unit_optimizer()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-sgd-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.2", "minutes": 15}
# ## 06.2 · SGD · 15 points
#
# The gradient points uphill, so step the other way: $\theta \leftarrow \theta - \eta\, g$. Two additions:
#
# $$g \leftarrow g + \lambda\theta, \qquad v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta\, v$$
#
# *Weight decay* λ pulls every weight towards 0 and belongs into the gradient, before the velocity. *Momentum* μ lets a velocity $v$ build up: what points the same way step after step grows up to $1/(1-\mu)$ times, what changes its sign cancels.
#
# The first velocity is g itself. The rate stays outside of $v$: when it changes, old velocity counts with the new rate. Each parameter has a velocity of its own; without a gradient it keeps both weight and velocity.
#
# <details><summary>Hint 1: nudge</summary>
#
# `self.momentum_buffers[i]` is None before the first use; `with_gradients` gives you i, the parameter and g.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Make a *new* g with the decay, so that the caller's gradient stays. With momentum, work out v from the old one, or take a copy of g if there is none, and keep it. Then move the weight.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# for i, parameter, g:
#     g <- g + decay times weight
#     if there is momentum:
#         v <- momentum times old v, plus g (no old v: a copy of g); keep v; g <- v
#     weight <- weight minus lr times g
# ```
# </details>
# <details><summary>I get "ufunc 'subtract' did not contain a loop" or a changed gradient</summary>
#
# `g += ...` writes into the caller's array. Write `g = g + ...`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-sgd", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.2", "needs": ["m06-optimizer-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-sgd-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "06.2", "needs": ["m06-optimizer-test"]}
# Also checked: the third table; two parameters with velocities of their own; five steps with changing rates; a
# parameter without gradient in the second step; the caller's gradient, also where the next one is written into the
# same array; bad arguments; a saved and loaded state.
def test_unit_sgd():
    ck.close(after_steps(SGD, {}), [0.9, 0.85, 1.05], "plain SGD", hint="weight minus lr times gradient")
    found = after_steps(SGD, {"momentum": 0.9})
    ck.close(found, [0.9, 0.76, 0.834], "SGD with momentum 0.9", hint="v is momentum times old v, plus g")


test_unit_sgd()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-rmsprop-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.3", "minutes": 15}
# ## 06.3 · RMSprop · 15 points
#
# One rate for all weights is a compromise if some gradients are a thousand times larger than others. RMSprop divides each gradient by its own recent size, the root of a moving average of its square:
#
# $$s \leftarrow \alpha s + (1-\alpha)\, g^2, \qquad \text{step} = \frac{g}{\sqrt{s} + \varepsilon}$$
#
# The average starts at 0. ε keeps the quotient finite and stands *outside* the root: inside, its root would count, ten thousand times as large for 1e-8. Momentum, if there is any, gathers finished steps: $b \leftarrow \mu b + \text{step}$, then $\theta \leftarrow \theta - \eta\, b$.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which share does the *new* square get? With α = 0.9 a tenth.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Decay into g, as in SGD. New average from the old one, 0 if there is none. Divide. With momentum, gather. Move.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# s <- alpha times old s (nothing if there is none) plus (1 - alpha) times g squared; keep s
# change <- g over (root of s, plus eps)
# if there is momentum: change <- momentum times old b, plus change; keep it as b
# weight <- weight minus lr times change
# ```
# </details>
# <details><summary>I get "unsupported operand type(s) for *: 'float' and 'NoneType'"</summary>
#
# Before the first step the buffers are None.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-rmsprop", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.3", "needs": ["m06-optimizer-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-rmsprop-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "06.3", "needs": ["m06-optimizer-test"]}
# Also checked: the second table; eps of 0.1; alpha of 0.5; weight decay; momentum with changing rates; two parameters
# and a missing gradient; bad arguments.
def test_unit_rmsprop():
    found = after_steps(RMSprop, {"alpha": 0.9})
    ck.close(found, [0.683772, 0.536330, 0.818188], "RMSprop with alpha 0.9", hint="the new square gets 1 - alpha")


test_unit_rmsprop()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-adam-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.4", "minutes": 20}
# ## 06.4 · Adam · 18 points
#
# Adam keeps two moving averages: $m$ of the gradient, for the direction, and $v$ of its square, for the size.
#
# $$m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2$$
#
# Both start at 0 and are too small at first: after one step $m = 0.1 g$ and $v = 0.001 g^2$. *Bias correction* divides by the weight gathered so far, where $t$ counts the updates of *that parameter*:
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t}, \qquad \theta \leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# So the first step is η times the sign of g, however large g is. A parameter that joins in step 3 has its own first update then, with $t = 1$.
#
# <details><summary>Hint 1: nudge</summary>
#
# Count first, then correct: at the first update t is 1, and 1 − β¹ is not 0.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Put averages and correction into `direction(i, g)`, which returns m̂ over (root of v̂, plus eps). `step` adds the decay to g, asks for the direction, moves. AdamW will use `direction` too.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# direction: m <- beta1 times old m (0 if there is none) plus (1 - beta1) times g; keep
#            v likewise with beta2 and g squared; keep
#            count this parameter's update; t <- its count
#            answer <- m / (1 - beta1 to the t) over (root of v / (1 - beta2 to the t), plus eps)
# ```
# </details>
# <details><summary>I get "ZeroDivisionError" or "divide by zero"</summary>
#
# The count was still 0 when the correction was worked out.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-adam", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.4", "needs": ["m06-optimizer-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-adam-test", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false} course={"task": "06.4", "needs": ["m06-optimizer-test"]}
# Also checked: the second and third table; a parameter whose first gradient comes in step 3, and all counts; 50 steps
# of two arrays; a gradient of 1e-8, beside which eps counts; a state saved and loaded in the middle; bad arguments.
def test_unit_adam():
    found = after_steps(Adam, {})
    ck.close(found, [0.9, 0.806782, 0.827418], "Adam", hint="correct both averages with t = 1, 2, 3")
    for g in (3.0, 0.003):
        (found,) = after_steps(Adam, {}, [g])
        ck.close(found, 0.9, f"first step for the gradient {g}", hint="the first step is lr times the sign")


test_unit_adam()

# %%
# P2. You should see the corrected steps stay at the rate, 0.1. Without correction the first is three times as long,
# because m starts at a tenth of g but the root of v at a thirtieth; it grows and comes down only slowly.
import matplotlib.pyplot as plt

weight = Parameter(0.0)
adam = Adam([weight], lr=0.1)
corrected, uncorrected = [], []
for _ in range(30):
    before = weight.item()
    weight.grad = np.array(1.0)
    adam.step()
    corrected.append(before - weight.item())
    uncorrected.append(0.1 * float(adam.m_buffers[0] / (np.sqrt(adam.v_buffers[0]) + adam.eps)))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(range(1, 31), corrected, ".-", label="corrected")
ax.plot(range(1, 31), uncorrected, ".-", label="not corrected")
ax.set(xlabel="step, each with the gradient 1", ylabel="length of the step", ylim=(0, None))
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-adamw-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.5", "minutes": 12}
# ## 06.5 · AdamW · 15 points
#
# Adam with weight decay in the gradient has a flaw: the decay is divided by √v̂ together with the gradient. A weight with large gradients is hardly decayed at all. AdamW takes the decay out of the fraction:
#
# $$\theta \leftarrow \theta - \eta\lambda\theta, \qquad \theta \leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# Gradient and moments know nothing of λ. Whether the weight is decayed before or after the Adam step changes little; both are in use and both are right here. In practice biases and normalisation weights are usually left without decay, in a parameter group of their own; this course decays all alike.
#
# <details><summary>Hint 1: nudge</summary>
#
# Everything but `step` is Adam's, and `direction` as well.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Count the step. For each parameter with a gradient: shrink the weight by the factor 1 − ηλ, then move by η times the direction of the *plain* gradient.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# for i, parameter, g:
#     weight <- weight times (1 - lr times decay)
#     weight <- weight minus lr times direction of g
# ```
# </details>
# <details><summary>I get 0.9 as first value</summary>
#
# The decay is missing, or it went into the gradient: the first Adam step takes only its sign.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-adamw", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.5", "needs": ["m06-optimizer-test", "m06-adam-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-adamw-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "06.5", "needs": ["m06-optimizer-test", "m06-adam-test"]}
# Also checked: a decay of 0.3 with two rates; the moments are those without decay; a parameter without gradient is not
# decayed; all counts; 200 steps; other betas and eps; bad arguments. Decay before or after the step is right.
def test_unit_adamw():
    found = after_steps(AdamW, {"weight_decay": 0.1})
    tables = {"before": [0.89, 0.787882, 0.800639], "after": [0.891, 0.789804, 0.802336]}
    fits = [order for order, table in tables.items() if np.allclose(found, table, rtol=1e-5)]
    if fits:
        print(f"Recognised: the decay comes {fits[0]} the step.")
    else:
        ck.close(found, tables["before"], "AdamW with decay 0.1", hint="w - lr*decay*w, apart from the gradient")


test_unit_adamw()

# %%
# P1. You should see SGD zigzag from one steep side to the other while it creeps along the ravine. Momentum swings in
# wider arcs and overshoots the star. RMSprop is done with the steep direction soon and walks along the floor; Adam,
# which has momentum too, comes in one curve and goes past the star.
steep = np.array([1.0, 40.0])
ways = [
    ("SGD", SGD, {"lr": 0.045}),
    ("momentum", SGD, {"lr": 0.02, "momentum": 0.85}),
    ("RMSprop", RMSprop, {"lr": 0.1, "alpha": 0.9}),
    ("Adam", Adam, {"lr": 0.3}),
]
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for label, make, options in ways:
    point = Parameter([-4.0, 1.0])
    optimizer, path = make([point], **options), [point.data.copy()]
    for _ in range(30):
        point.grad = steep * point.data  # of the height (x^2 + 40 y^2) / 2
        optimizer.step()
        path.append(point.data.copy())
    ax.plot(*np.transpose(path), ".-", markersize=3, linewidth=1, label=label)
ax.plot(0, 0, "k*")
ax.set(xlabel="x, flat", ylabel="y, steep")
ax.legend(loc="upper right")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-fit-linear-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.6", "minutes": 15}
# ## 06.6 · fit_linear · 15 points
#
# The first loop of the course. Every training loop that follows has these five lines in it, in this order:
#
# zero the gradients → forward → loss → backward → step
#
# The listed loss of an epoch is the one *before* its update: it is what the forward of this epoch found. Targets drawn at random cannot be fitted exactly; the least possible loss is that of least squares, and a good loop comes close to it.
#
# <details><summary>Hint 1: nudge</summary>
#
# Calling a model on an array gives a Tensor, and calling a loss on a Tensor gives a Tensor. What do you have to call to get gradients?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# One `MSELoss`, one empty list. In each epoch the five lines, then `loss.item()` into the list.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# for each epoch:
#     clear, forward, loss, backward, step
#     append the loss as a float
# ```
# </details>
# <details><summary>I get "'float' object has no attribute 'backward'"</summary>
#
# The loss was given an array. Hand it the Tensor that the model returned.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m06-fit-linear", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.6", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m06-fit-linear-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "06.6", "needs": []}
# Also checked: every loss and all weights on 32 rows of 10 numbers with Adam; random targets down to the least-squares
# loss; old gradients in the model; no epochs at all; targets and inputs unchanged.
def test_unit_fit_linear():
    model = Linear(1, 1)
    model.weight.data[...] = 0.0
    X, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
    losses = fit_linear(model, X, y, SGD(model.parameters(), lr=0.1), epochs=3)
    ck.close(losses, [10.0, 1.06, 0.1732], "losses", hint="the loss before the update; gradients cleared each time")
    ck.close(model.weight.data, [[1.426]], "weight after three epochs")
    ck.close(model.bias.data, [0.828], "bias after three epochs")


test_unit_fit_linear()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-moves-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.7", "minutes": 5}
# ## 06.7 · What moves without a fresh gradient · 4 points
#
# "Without backward, step does nothing." Is that so? Adam with lr 0.1 has made one step with the gradient 1; the weight went from 1 to 0.9. Now `step()` is called a second time. How far does the weight move, if before that
#
# | key | the gradient |
# |:--|:--|
# | `"stale"` | is still there |
# | `"zeros"` | was set to zeros |
# | `"none"` | was set to None |
#
# Put down signed changes, negative for downwards, with three decimals. Predict first, then run it.

# %% nbgrader={"grade": false, "grade_id": "m06-moves", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "06.7", "needs": []}
moves = {"stale": None, "zeros": None, "none": None}
### BEGIN SOLUTION
moves.update(stale=-0.100, zeros=-0.067, none=0.0)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m06-moves-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} course={"task": "06.7", "needs": []}
# This test looks at the form only: three numbers. Also checked: the three moves, each of equal weight.
def test_unit_moves():
    ck.answered(moves, dict.fromkeys(["stale", "zeros", "none"], float))


test_unit_moves()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.Q1", "minutes": 5}
# ## 06.Q1 · zero_grad · 4 points
#
# Why must gradients be cleared before each update? What happens to a run in which it is forgotten? When is *not* clearing them what you want? About 80 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m06-q1", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false} course={"task": "06.Q1"}
# ### BEGIN SOLUTION
# `backward` adds to what is in `.grad`, because a weight may serve several results. Without clearing, each update uses the sum of all gradients since the start.
#
# The sum grows and consists mostly of gradients from weights that no longer exist: steps get longer and point in a stale direction, so the run overshoots, swings or diverges.
#
# Not clearing is wanted when several small batches are to make one update together: call backward for each, step and clear once.
#
# Marking: gradients add up (2); accumulation over micro-batches (1); effect of forgetting: growing, stale direction (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "06.Q2", "minutes": 5}
# ## 06.Q2 · Decay in Adam and in AdamW · 4 points
#
# Why is adding λθ to the gradient in Adam not the same as the decay of AdamW? Which weights notice? How is it in plain SGD? About 80 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m06-q2", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false} course={"task": "06.Q2"}
# ### BEGIN SOLUTION
# Added to the gradient, the decay goes through the averages and is divided by √v̂ like everything else. How strongly a weight is pulled to 0 then depends on its gradients.
#
# Weights with large gradients have a large v̂ and are decayed less, weights with small ones more; often the reverse of what is wanted. AdamW decays all weights by the same factor 1 − ηλ.
#
# Plain SGD divides by nothing: ηλθ comes out either way, so both agree up to the scale of λ.
#
# Marking: the decay term is divided by √v̂ (2); weights with large gradients are decayed less (1); in SGD both agree up to scale (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m06-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# Four rules, one interface: SGD follows the gradient, momentum smooths it, RMSprop scales it, Adam does both, AdamW decays apart from all that. A state can be saved and continued to the last bit, which module 07 builds its checkpoints on, along with a schedule, clipping and evaluation.
#
# When all tests are silent, run `tito module complete 06`.
#
# * Kingma, Ba: Adam: a method for stochastic optimization, 2015. Algorithm 1.
# * Loshchilov, Hutter: Decoupled weight decay regularization, 2019. Algorithm 2.
