"""Probes of module 06: run in the student's process, call the student's names, know no expected value."""

import numpy as np

from tinytorch.core.layers import Linear, Parameter

# -- building blocks -------------------------------------------------------------------------------------------


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


def settings(options):
    """Lists as tuples: a tuple does not survive the way here."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}


def parameters(start):
    return [Parameter(array) for array in start]


def values(params):
    return [np.array(one.data) for one in params]


def give(params, gradients):
    for one, gradient in zip(params, gradients, strict=True):
        one.grad = None if gradient is None else np.array(gradient)


def arrays(held):
    """Buffers as plain arrays and None."""
    return [None if one is None else np.array(getattr(one, "data", one)) for one in held]


def same_gradients(params, gradients):
    """Whether the gradients are still those that were given, bit for bit."""
    pairs = zip(params, gradients, strict=True)
    return all(
        one.grad is None if g is None else np.asarray(one.grad).tobytes() == g.tobytes() for one, g in pairs
    )


# -- 06.1 ------------------------------------------------------------------------------------------------------


LAYOUT = ("lr", "drag", "speeds", "steps", "own_steps")  # what the state of the optimizer below is made of


def speeding(names):
    """A small optimizer on the student's base class: what a gradient adds to its speed stays there."""

    class Speeding(names["Optimizer"]):
        constants = ("lr", "drag")
        buffers = ("speeds",)
        counts = ("steps", "own_steps")

        def __init__(self, params, lr=0.1, drag=0.5):
            super().__init__(params, lr)
            self.drag, self.steps, self.own_steps = drag, 0, [0] * len(self.params)

        def step(self):
            self.steps += 1
            for i, parameter in enumerate(self.params):
                if parameter.grad is not None:
                    old = self.speeds[i]
                    speed = np.array(parameter.grad) if old is None else self.drag * old + parameter.grad
                    if old is None:
                        self.speeds[i] = speed
                    else:
                        old[...] = speed  # in place, so that a shared array is noticed
                    self.own_steps[i] += 1
                    parameter.data -= self.lr * self.speeds[i] / self.own_steps[i]

    return Speeding


def advance(optimizer, params, gradients):
    for given in gradients:
        give(params, given)
        optimizer.step()


def cleared(names, start, gradients, lr):
    params = parameters(start)
    optimizer = names["Optimizer"](params, lr)
    give(params, gradients)
    optimizer.zero_grad()
    found = {"none": [one.grad is None for one in params], "weights": values(params)}
    give(params, gradients)
    optimizer.zero_grad(set_to_none=False)
    return {**found, "zeros": [None if one.grad is None else np.array(one.grad) for one in params]}


def rates(names, first, second):
    optimizer = names["Optimizer"](parameters([np.ones(2)]), first)
    found = [optimizer.lr, optimizer.get_lr()]
    optimizer.set_lr(second)
    return [*found, optimizer.lr, optimizer.get_lr()]


def from_generator(names, start, gradients):
    """Parameters from a generator, two steps, cleared after each; and no parameters at all."""
    params = parameters(start)
    for one in params:
        one.requires_grad = False
    optimizer = speeding(names)(one for one in params)
    found = {"wanted": [bool(one.requires_grad) for one in params]}
    for given in gradients:
        give(params, given)
        optimizer.step()
        optimizer.zero_grad()
    empty = speeding(names)(one for one in ())
    empty.step()
    empty.zero_grad()
    return {
        **found,
        "weights": values(params),
        "cleared": [one.grad is None for one in params],
        "kept": [len(optimizer.params), len(empty.params)],
    }


def photographed(names, start, gradients):
    """A state, what it says after further steps, and whether loading it shares its arrays."""
    params = parameters(start)
    optimizer = speeding(names)(params, lr=0.25)
    advance(optimizer, params, gradients[:2])
    state = optimizer.state_dict()
    found = {
        "early": arrays(state["speeds"]),
        "counts": [state["steps"], *state["own_steps"]],
        "lr": state["lr"],
    }
    advance(optimizer, params, gradients[2:])
    found |= {"late": arrays(state["speeds"]), "late counts": [state["steps"], *state["own_steps"]]}
    found["now"] = arrays(optimizer.speeds)
    optimizer.load_state_dict(state)
    advance(optimizer, params, gradients[2:])
    found["after loading"] = arrays(state["speeds"])
    return found


def continued(names, start, gradients, lr, other_lr):
    """An optimizer that is saved in the middle, and a new one, of another rate, that goes on from there."""
    params = parameters(start)
    first = speeding(names)(params, lr=lr, drag=0.75)
    middle = len(gradients) // 2
    advance(first, params, gradients[:middle])
    copies = parameters(values(params))
    second = speeding(names)(copies, lr=other_lr)
    second.load_state_dict(first.state_dict())
    advance(first, params, gradients[middle:])
    advance(second, copies, gradients[middle:])
    return {"first": values(params), "second": values(copies), "lr": [second.lr, second.get_lr()]}


def misfits(names, start, gradients):
    """States that do not fit, and one that does: what is raised, and what the optimizer holds afterwards."""
    params = parameters(start)
    optimizer = speeding(names)(params, lr=0.25)
    advance(optimizer, params, gradients)
    good = optimizer.state_dict()
    last = good["speeds"][-1]
    bad = [
        {**good, "lr": 7.0, "speeds": [*good["speeds"][:-1], np.ones(last.size + 1)]},
        {**good, "lr": 7.0, "speeds": good["speeds"][:-1]},
        {**good, "lr": -1.0},
        {**good, "own_steps": good["own_steps"][:-1]},
    ]
    bad += [{key: value for key, value in good.items() if key != name} for name in good if name in LAYOUT]
    answers = []
    for state in bad:
        raised = attempt(lambda state=state: optimizer.load_state_dict(state))
        answers.append({"error": raised, "lr": optimizer.lr, "speeds": arrays(optimizer.speeds)})
    doubled = [None if one is None else 2 * one for one in good["speeds"]]
    optimizer.load_state_dict({**good, "lr": 7.0, "speeds": doubled})
    answers.append({"error": None, "lr": optimizer.lr, "speeds": arrays(optimizer.speeds)})
    return answers


def refused(names, kind, bad, good):
    """Bad arguments: what is raised, and whether the parameter was touched. Good ones: whether it was then."""
    answers = []
    for options in [*bad, *good]:
        weight = Parameter([1.0, 2.0])
        weight.requires_grad = False
        lr = {"lr": 0.1} if kind == "Optimizer" else {}
        made = attempt(
            lambda weight=weight, options=options, lr=lr: (
                names[kind]([weight], **(lr | settings(options))) and None
            )
        )
        answers.append({"error": made, "wants": bool(weight.requires_grad)})
    return answers


def refused_later(names, bad, good):
    optimizer = names["Optimizer"](parameters([np.ones(2)]), 0.5)
    found = [attempt(lambda rate=rate: optimizer.set_lr(rate)) for rate in bad]
    kept = optimizer.lr
    optimizer.set_lr(good)
    return {"errors": found, "kept": kept, "now": optimizer.lr}


# -- 06.2 to 06.5 ----------------------------------------------------------------------------------------------


def run(names, kind, options, start, gradients, lr=0.1, rates=None, show=(), anew=True):
    """The weights after every step, each parameter's as one array (steps, *shape); attributes at the end.

    anew : whether each gradient comes in a new array; else it is written into that of the first step
    """
    params = parameters(start)
    optimizer = names[kind](params, lr=lr, **settings(options))
    history, kept = [], True
    for step, given in enumerate(gradients):
        if rates is not None:
            optimizer.set_lr(rates[step])
        if anew or step == 0:
            give(params, given)
        else:
            for one, gradient in zip(params, given, strict=True):
                one.grad[...] = gradient
        optimizer.step()
        kept = kept and same_gradients(params, given)
        history.append(values(params))
    found = {"weights": [np.stack(one) for one in zip(*history, strict=True)], "gradients kept": kept}
    for name in show:
        value = getattr(optimizer, name)
        found[name] = value if isinstance(value, int) else plain(value)
    return found


def plain(held):
    return [one if isinstance(one, int) else arrays([one])[0] for one in list(held)]


def resumed(names, kind, options, start, gradients, lr):
    """Saved in the middle and continued by a new optimizer of default settings."""
    params = parameters(start)
    first = names[kind](params, lr=lr, **settings(options))
    middle = len(gradients) // 2
    advance(first, params, gradients[:middle])
    copies = parameters(values(params))
    second = names[kind](copies, lr=9.0)
    second.load_state_dict(first.state_dict())
    advance(first, params, gradients[middle:])  # goes on, so that a shared buffer is noticed
    advance(second, copies, gradients[middle:])
    return values(copies)


# -- 06.6 and 06.7 ---------------------------------------------------------------------------------------------


class Steps:
    """An optimizer of ours, so that this task rests on no other: plain steps, or those of Adam."""

    def __init__(self, params, lr, betas=None):
        self.params, self.lr, self.betas = params, lr, betas
        self.m, self.v, self.t = [0.0] * len(params), [0.0] * len(params), 0

    def zero_grad(self, set_to_none=True):
        for one in self.params:
            one.grad = None if set_to_none or one.grad is None else np.zeros_like(one.grad)

    def step(self):
        self.t += 1
        for i, one in enumerate(self.params):
            if one.grad is None:
                continue
            change = one.grad
            if self.betas is not None:
                keep_m, keep_v = self.betas
                self.m[i] = keep_m * self.m[i] + (1 - keep_m) * one.grad
                self.v[i] = keep_v * self.v[i] + (1 - keep_v) * one.grad**2
                m, v = self.m[i] / (1 - keep_m**self.t), self.v[i] / (1 - keep_v**self.t)
                change = m / (np.sqrt(v) + 1e-8)
            one.data -= self.lr * change


def fitted(names, weight, bias, X, y, lr, epochs, betas=None, stale=None, last_only=False):
    model = Linear(*weight.shape)
    model.weight.data[...], model.bias.data[...] = weight, bias
    if stale is not None:
        model.weight.grad, model.bias.grad = stale[0].copy(), stale[1].copy()
    inputs, targets = X.copy(), y.copy()
    losses = names["fit_linear"](model, inputs, targets, Steps(model.parameters(), lr, betas), epochs=epochs)
    return {
        "losses": losses[-1] if last_only else list(losses),
        "weight": np.array(model.weight.data),
        "bias": np.array(model.bias.data),
        "unchanged": [np.array_equal(inputs, X), np.array_equal(targets, y)],
    }


def answer(names, key):
    return names["moves"][key]
