"""Probes of module 09: run in the student's process, call the student's names, know no expected value."""

import sys

import numpy as np

from tinytorch.core.autograd import no_grad
from tinytorch.given import to_numpy


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


# -- 09.1 and 09.2 ---------------------------------------------------------------------------------------------


def convolve(names, cases):
    """y for every (x, W, b, stride, padding), or the error."""
    return [attempt(lambda case=case: names["conv2d_forward"](*case)[0]) for case in cases]


def convolve_by_default(names, x, W, b):
    """y without stride and padding being named."""
    return names["conv2d_forward"](x, W, b)[0]


class TooManySteps(Exception):
    """More lines of Python than loops over kernel places, images or rows can need."""


def counted_steps(names, x, W, b, places, limit):
    """Entries of y at these places and its shape; ends when more than `limit` lines of Python were run."""
    steps = 0

    def trace(frame, event, argument):
        nonlocal steps
        steps += event == "line"
        if steps > limit:
            raise TooManySteps
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        y = names["conv2d_forward"](x, W, b)[0]
    except TooManySteps:
        return "a loop over pixels"
    finally:
        sys.settrace(before)
    return {"shape": list(y.shape), "entries": np.array([y[tuple(place)] for place in places])}


def conv_layer(names, sizes, settings, seeds, x):
    """Parameters of layers made from each seed, and the last one's output for x."""
    made = [names["Conv2d"](*sizes, **settings, rng=np.random.default_rng(seed)) for seed in seeds]
    layer = made[-1]
    return {
        "weights": [np.array(one.weight.data) for one in made],
        "bias": None if layer.bias is None else np.array(layer.bias.data),
        "names": [p.name for p in layer.parameters()],
        "kept": [layer.stride, layer.padding],
        "output": np.array(layer(x).data),
    }


def conv_gradients(names, x, W, b, dy, stride, padding):
    """dx, dW and db for this upstream gradient."""
    _, cache = names["conv2d_forward"](x, W, b, stride, padding)
    dx, dW, db = names["conv2d_backward"](dy, cache)
    return {"dx": dx, "dW": dW, "db": db}


# -- 09.3 and 09.4 ---------------------------------------------------------------------------------------------


def pool(names, kind, cases):
    """y and dx for every (x, k, stride, dy); a stride of None is left out."""
    forward, backward = names[f"{kind}pool2d_forward"], names[f"{kind}pool2d_backward"]
    found = []
    for x, k, stride, dy in cases:
        y, cache = forward(x, k) if stride is None else forward(x, k, stride)
        found.append({"y": y, "dx": backward(dy, cache)})
    return found


# -- 09.5 ------------------------------------------------------------------------------------------------------


def batch_norm(names, channels, settings, levels):
    """A new layer with this gamma and beta, if any are given."""
    layer = names["BatchNorm2d"](channels, **settings)
    for parameter, level in zip((layer.gamma, layer.beta), levels, strict=False):
        parameter.data[...] = level
    return layer


def running(layer):
    return [np.array(layer.running_mean), np.array(layer.running_var)]


def normalise(names, channels, batches, settings={}, levels=(), modes=()):  # noqa: B006 - never written to
    """Forward of each batch, in training unless its mode says "eval"; outputs and running numbers after each."""
    layer = batch_norm(names, channels, settings, levels)
    outputs, numbers = [], [running(layer)]
    for i, x in enumerate(batches):
        layer.eval() if i < len(modes) and modes[i] == "eval" else layer.train()
        outputs.append(layer.forward(x))
        numbers.append(running(layer))
    return {"outputs": outputs, "running": numbers}


def norm_gradients(names, x, dy, levels, settings, before, mode):
    """dx, dgamma, dbeta of a forward in `mode`, after a training forward of `before`."""
    layer = batch_norm(names, x.shape[1], settings, levels)
    layer.forward(before)
    layer.train(mode == "train")
    layer.forward(x)
    dx, dgamma, dbeta = layer.backward(dy)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


def norm_attributes(names, channels, eps, momentum):
    layer, default = names["BatchNorm2d"](channels, eps, momentum), names["BatchNorm2d"](channels)
    return {
        "given": [layer.eps, layer.momentum],
        "default": [default.eps, default.momentum],
        "start": [np.array(one) for one in (layer.gamma.data, layer.beta.data, *running(layer))],
        "names": [p.name for p in layer.parameters()],
    }


def norm_of_one(names, lonely, pair):
    """A training forward of one number per channel, and of two."""
    layer = names["BatchNorm2d"](lonely.shape[1])
    refused = attempt(lambda: layer.forward(lonely))
    return {"one": refused, "two": layer.forward(pair)}


# -- 09.6 ------------------------------------------------------------------------------------------------------


def train(names, n_train, epochs, seed, images=None):
    """A run of train_glyphs: its numbers, what it drew, what its model learned from and says about images."""
    drawn, learned, namespace = [], [], names["train_glyphs"].__globals__
    generator, network = namespace["glyph_digits"], names["SimpleCNN"]
    forward = network.forward

    def recorded(*args, **settings):
        X, y = generator(*args, **settings)
        drawn.append((X, y))
        return np.array(X), np.array(y)

    def followed(self, x):
        y = forward(self, x)
        if y.requires_grad:  # without a graph nothing is learned: a measurement
            learned.append(np.array(to_numpy(x)))
        return y

    namespace["glyph_digits"], network.forward = recorded, followed
    try:
        found = names["train_glyphs"](n_train=n_train, epochs=epochs, rng=np.random.default_rng(seed))
    finally:
        namespace["glyph_digits"], network.forward = generator, forward
    model = found["model"]

    def scores(X):
        with no_grad():
            return np.array(model(X).data)

    return {
        "train_loss": list(found["train_loss"]),
        "test_accuracy": found["test_accuracy"],
        "linear_accuracy": found["linear_accuracy"],
        "drawn": [[X, y] for X, y in drawn],
        "learned": learned,
        "scores_of_drawn": [scores(X) for X, _ in drawn],
        "scores": None if images is None else scores(images),
    }


def accuracies(names, n_train, epochs, seeds, images, labels):
    """Share of these images that the model of each run gets right, and what each run said itself."""
    runs = [train(names, n_train, epochs, seed, images) for seed in seeds]
    return [[float((run["scores"].argmax(axis=1) == labels).mean()), run["test_accuracy"]] for run in runs]


def network_scores(names, parameters, images):
    """Scores of a SimpleCNN with these parameters, in the order of its layers."""
    model = names["SimpleCNN"](rng=np.random.default_rng(0))
    for held, value in zip(model.parameters(), parameters, strict=True):
        held.data[...] = value
    return np.array(model(images).data)


def network_sizes(names, seeds):
    """Number of parameters, shape of the first kernels, and for each seed the parameters that are no biases."""
    models = [names["SimpleCNN"](rng=np.random.default_rng(seed)) for seed in seeds]
    return {
        "first": list(models[0].conv1.weight.data.shape),
        "count": sum(p.data.size for p in models[0].parameters()),
        "weights": [[np.array(p.data) for p in model.parameters() if p.data.ndim > 1] for model in models],
    }
