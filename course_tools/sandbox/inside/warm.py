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
        import io

        import matplotlib.pyplot as plt

        figure, axes = plt.subplots()
        axes.plot([0, 1], label="x")
        axes.legend()
        figure.savefig(io.BytesIO(), format="png")
        plt.close(figure)
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        layer = torch.nn.Linear(2, 2)
        optimizer = torch.optim.Adam(layer.parameters())
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    Numpy.bind()
