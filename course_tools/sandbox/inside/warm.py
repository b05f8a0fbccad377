# mypy: ignore-errors

"""Imports what sessions will need, and runs each library once: the first figure and optimizer are the slow ones."""

import builtins

__builtins__ = dict(vars(builtins))

import importlib
import sys

from wire import Numpy


def load(config):
    """Import and warm what every session will need."""
    for name in config["preload"]:
        importlib.import_module(name)
    if "numpy" in sys.modules:
        import numpy

        numpy.linalg.svd(numpy.ones((8, 8)) @ numpy.ones((8, 8)))
        numpy.random.default_rng(0).normal(size=3)
    if "matplotlib.pyplot" in sys.modules:
        _draw()
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        layer = torch.nn.Linear(2, 2)
        optimizer = torch.optim.Adam(layer.parameters())
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    Numpy.bind()


def _draw():
    """One figure with what lessons draw: each kind's first use parses, imports and fills caches."""
    import io

    import matplotlib.pyplot as plt
    import numpy

    figure, ((lines, logs), (picture, bars)) = plt.subplots(2, 2)
    lines.plot([0, 1], label="x")
    lines.scatter([0, 1], [1, 0], c=[0, 1])
    lines.set(title="$x^2$", xlabel="x", ylabel="y")
    lines.legend()
    logs.loglog([1, 100], [0.01, 10], "k--")  # powers of ten are formulas to matplotlib
    picture.imshow(numpy.eye(4))
    picture.contour(numpy.eye(4))
    picture.contourf(numpy.eye(4))
    bars.bar([0, 1], [1, 2])
    bars.hist([0, 1, 1])
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)
