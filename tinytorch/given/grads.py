"""Reading and adding gradients, whatever kind of object holds them."""

from __future__ import annotations

import numpy as np


def to_numpy(value):
    """The array in `value`: an ndarray as it is, the array inside an object that holds one in `.data`."""
    if isinstance(value, (np.ndarray, np.generic)):  # first, because their own .data is a memoryview
        return np.asarray(value)
    return np.asarray(getattr(value, "data", value))


def grad_array(parameter):
    """The gradient of `parameter` as an ndarray, the very one it holds; None if there is none."""
    grad = parameter.grad
    return None if grad is None else to_numpy(grad)


def accumulate(parameter, gradient):
    """Add `gradient` to `parameter.grad`; the array given stays the caller's own."""
    held = grad_array(parameter)
    if np.shape(gradient) != np.shape(parameter.data):
        raise ValueError(f"gradient {np.shape(gradient)} for a parameter of shape {np.shape(parameter.data)}")
    parameter.grad = np.array(gradient) if held is None else held + gradient
