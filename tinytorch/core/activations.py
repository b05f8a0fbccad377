"""Module 02: nonlinear functions of arrays, each with its derivative, and their Tensor forms.

The functions take and return arrays of any shape. A `..._backward` takes the upstream gradient `g` first and
then what its derivative is written in: the output `y` (or `s`) where that is shorter, else the input `x`.
"""

from __future__ import annotations

import numpy as np

from tinytorch.core.tensor import Tensor, as_tensor

GELU_SLOPE = float(np.sqrt(2 / np.pi))  # Hendrycks and Gimpel 2016, the tanh form
GELU_CUBE = 0.044715


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow: exp only ever sees numbers that are not positive."""
    small = np.exp(-np.abs(x))  # in (0, 1]
    return np.where(x >= 0, 1, small) / (1 + small)


def sigmoid_backward(g, y):
    return g * y * (1 - y)


def relu(x):
    """The larger of x and 0; NaN stays NaN."""
    return np.maximum(x, 0)


def relu_backward(g, x):
    """The derivative at exactly 0 is taken as 0."""
    return g * (x > 0)


def tanh(x):
    return np.tanh(x)


def tanh_backward(g, y):
    return g * (1 - y * y)


def gelu(x):
    """x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))): the tanh form, not the erf form."""
    return 0.5 * x * (1 + np.tanh(GELU_SLOPE * (x + GELU_CUBE * x * x * x)))


def gelu_backward(g, x):
    bent = np.tanh(GELU_SLOPE * (x + GELU_CUBE * x * x * x))
    inner = GELU_SLOPE * (1 + 3 * GELU_CUBE * x * x)
    return g * 0.5 * (1 + bent + x * (1 - bent * bent) * inner)


def softmax(x, axis=-1):
    """exp(x) scaled so that the sum along `axis` is 1; -inf gives exactly 0 beside a finite entry."""
    raised = np.exp(x - x.max(axis=axis, keepdims=True))  # the shift cancels, and keeps exp at most 1
    return raised / raised.sum(axis=axis, keepdims=True)


def softmax_backward(g, s, axis=-1):
    """The Jacobian (diag(s) - s s^T) times g along `axis`, without building it; `s` is the softmax output."""
    return s * (g - (g * s).sum(axis=axis, keepdims=True))


# -- the same functions on Tensors, announced under the name of the function -----------------------------------


class Activation:
    """A function without parameters; calling it is `forward`: Tensor or array in, Tensor of that shape out."""

    def __call__(self, x):
        return self.forward(x)


class Sigmoid(Activation):
    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(sigmoid(x.data), "sigmoid", (x,))


class ReLU(Activation):
    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(relu(x.data), "relu", (x,))


class Tanh(Activation):
    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(tanh(x.data), "tanh", (x,))


class GELU(Activation):
    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(gelu(x.data), "gelu", (x,))


class Softmax(Activation):
    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(softmax(x.data, self.axis), "softmax", (x,), axis=self.axis)
