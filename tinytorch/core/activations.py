# tinytorch.core.activations
#
# Made from the cells marked "#| export" of 02_activations.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m02-setup
#| default_exp core.activations
import math

import numpy as np

from tinytorch.core.tensor import Tensor, as_tensor


# Cell m02-sigmoid
def sigmoid(x):
    """1 / (1 + exp(-x)), element by element.

    x       : array of any shape, float32 or float64; not changed
    returns : array of the same shape and dtype; relative error below 1e-9 in float64, also far in the left tail
    effect  : no overflow and no warning for |x| up to 1e4
    pinned  : -1000, 0, 1000 -> 0, 0.5, 1;  -2, 2 -> 0.1192029, 0.8807971
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
    ### END SOLUTION


def sigmoid_backward(g, y):
    """Gradient of the input; g is the gradient of the output, y = sigmoid(x) the output itself."""
    ### BEGIN SOLUTION
    return g * y * (1 - y)
    ### END SOLUTION


# Cell m02-relu
def relu(x):
    """The larger of x and 0, element by element.

    x       : array of any shape, float32 or float64; NaN stays NaN, -inf becomes 0, without a warning
    returns : array of the same shape and dtype
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


def relu_backward(g, x):
    """Gradient of the input: g where x > 0, else 0, at exactly 0 too; dtype kept. x is the input, not the output."""
    ### BEGIN SOLUTION
    return g * (x > 0)
    ### END SOLUTION


# Cell m02-tanh
def tanh(x):
    """Hyperbolic tangent of each element; array of any shape, no warning for large |x|.

    pinned : -1, 0, 1 -> -0.7615942, 0, 0.7615942
    """
    ### BEGIN SOLUTION
    return np.tanh(x)
    ### END SOLUTION


def tanh_backward(g, y):
    """Gradient of the input; y = tanh(x) is the output."""
    ### BEGIN SOLUTION
    return g * (1 - y * y)
    ### END SOLUTION


# Cell m02-gelu
def gelu(x):
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), element by element: the tanh form, not the erf form.

    x       : array of any shape; no warning for |x| up to 1e3
    pinned  : gelu(1) = 0.841192, gelu(-0.5) = -0.154286, gelu(3) = 2.9963626
    """
    ### BEGIN SOLUTION
    bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + bent)
    ### END SOLUTION


def gelu_backward(g, x):
    """Gradient of the input; x is the input.

    pinned : derivative at -1, 0, 1 = -0.0830, 0.5, 1.0830
    """
    ### BEGIN SOLUTION
    slope = math.sqrt(2 / math.pi)
    bent = np.tanh(slope * (x + 0.044715 * x * x * x))
    inner = slope * (1 + 3 * 0.044715 * x * x)
    return g * 0.5 * (1 + bent + x * (1 - bent * bent) * inner)
    ### END SOLUTION


# Cell m02-softmax
def softmax(x, axis=-1):
    """exp(x) scaled so that the sum along the axis is 1, shifted by the maximum along the axis first.

    x       : array of any shape, float32 or float64; not changed
    axis    : int, may be negative
    returns : array of the same shape and dtype; -inf gives exactly 0 beside a finite entry; no warning
    pinned  : [1, 2, 3] -> [0.0900, 0.2447, 0.6652]
    """
    ### BEGIN SOLUTION
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)
    ### END SOLUTION


# Cell m02-softmax-backward
def softmax_backward(g, s, axis=-1):
    """Gradient of the input of softmax: s (g - sum of g s along the axis).

    g, s    : arrays of the same shape; s = softmax(x, axis) is the output
    axis    : int, may be negative
    returns : array of that shape; a (40, 5000) array must fit into the memory limit, so no Jacobian
    pinned  : s = softmax([1, 2, 3]), g = [1, 0, 2] -> [-0.037859, -0.347640, 0.385499]
    """
    ### BEGIN SOLUTION
    return s * (g - (g * s).sum(axis=axis, keepdims=True))
    ### END SOLUTION


# Cell m02-classes
class Activation:
    """A function without parameters; calling it is `forward`: Tensor or array in, Tensor of that shape out."""

    def __call__(self, x):
        return self.forward(x)


class Sigmoid(Activation):
    """sigmoid on a Tensor, announced as "sigmoid"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(sigmoid(x.data), "sigmoid", (x,))


class ReLU(Activation):
    """relu on a Tensor, announced as "relu"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(relu(x.data), "relu", (x,))


class Tanh(Activation):
    """tanh on a Tensor, announced as "tanh"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(tanh(x.data), "tanh", (x,))


class GELU(Activation):
    """gelu on a Tensor, announced as "gelu"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(gelu(x.data), "gelu", (x,))


class Softmax(Activation):
    """softmax along one axis of a Tensor, announced as "softmax" with that axis."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(softmax(x.data, self.axis), "softmax", (x,), axis=self.axis)
