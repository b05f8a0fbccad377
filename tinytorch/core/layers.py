"""Module 03: layers with parameters and modes. They use Tensor operations only, so module 05 differentiates them."""

from __future__ import annotations

import numpy as np

from tinytorch.core import activations
from tinytorch.core.tensor import Tensor, as_tensor


class Parameter(Tensor):
    """A Tensor that training changes: it wants a gradient, `grad` is None or an array of the shape of `data`."""

    def __init__(self, data, name=""):
        super().__init__(data, requires_grad=True, name=name)


class Layer:
    """Something with a `forward`, perhaps with parameters and further layers inside.

    training  True in training mode, False in evaluation mode; only some layers care
    """

    training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")

    def children(self):
        """The layers held directly, as attributes or in list and tuple attributes, in order of assignment."""
        held = []
        for value in vars(self).values():
            items = value if isinstance(value, (list, tuple)) else (value,)
            held += [item for item in items if isinstance(item, Layer)]
        return held

    def parameters(self):
        """Own parameters, then those of the children, each object once even where a layer is shared."""
        found = {id(value): value for value in vars(self).values() if isinstance(value, Parameter)}
        for child in self.children():
            found.update((id(parameter), parameter) for parameter in child.parameters())
        return list(found.values())

    def train(self, mode=True):
        """Put this layer and everything below into training mode (False: evaluation mode); returns self."""
        self.training = bool(mode)
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        return self.train(False)


class Linear(Layer):
    """y = x W + b: (..., n_in) -> (..., n_out).

    init  "he": weights of deviation sqrt(2 / n_in); "xavier": sqrt(2 / (n_in + n_out)); the bias starts at 0
    Source: He et al. 2015; Glorot and Bengio 2010.
    """

    def __init__(self, n_in, n_out, bias=True, init="he", rng=None):
        spread = {"he": n_in, "xavier": n_in + n_out}
        if init not in spread:
            raise ValueError(f'init must be "he" or "xavier", got {init!r}')
        rng = np.random.default_rng() if rng is None else rng
        weight = rng.normal(0.0, np.sqrt(2 / spread[init]), size=(n_in, n_out))
        self.weight = Parameter(weight, name="weight")
        self.bias = Parameter(np.zeros(n_out), name="bias") if bias else None

    def forward(self, x):
        x = as_tensor(x)
        if x.ndim == 0 or x.shape[-1] != self.weight.shape[0]:
            last = x.shape[-1] if x.ndim else "no axis"
            raise ValueError(f"Linear takes {self.weight.shape[0]} features on the last axis, got {last}")
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class Dropout(Layer):
    """In training each element is 0 with probability p and divided by 1 - p otherwise; else the identity."""

    def __init__(self, p=0.5, rng=None):
        if not 0 <= p < 1:
            raise ValueError(f"p must be at least 0 and below 1, got {p}")
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng

    def forward(self, x):
        x = as_tensor(x)
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * kept.astype(x.dtype) / (1 - self.p)


class Embedding(Layer):
    """A table of vectors: integer ids of any shape S -> (*S, dim).

    Raises TypeError for ids that are not integers, IndexError for an id outside the table, negative ones included.
    """

    def __init__(self, vocab_size, dim, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.weight = Parameter(rng.normal(0.0, 0.02, size=(vocab_size, dim)), name="weight")

    def forward(self, ids):
        ids = np.array(ids)  # a copy, because backward reads it again
        if ids.dtype.kind not in "iu":
            raise TypeError(f"ids must be integers, got {ids.dtype}")
        rows = self.weight.shape[0]
        wrong = ids[(ids < 0) | (ids >= rows)]
        if wrong.size:
            raise IndexError(f"id {wrong.flat[0]} is not between 0 and {rows - 1}")
        return self.weight[ids]


class LayerNorm(Layer):
    """Mean 0 and variance 1 along the last axis, then gamma * x + beta: (..., dim) -> (..., dim).

    The variance divides by dim, and eps is added to it under the root.
    Source: Ba, Kiros, Hinton 2016.
    """

    def __init__(self, dim, eps=1e-5):
        self.eps = eps
        self.gamma = Parameter(np.ones(dim), name="gamma")
        self.beta = Parameter(np.zeros(dim), name="beta")

    def forward(self, x):
        x = as_tensor(x)
        if x.ndim == 0 or x.shape[-1:] != self.gamma.shape:
            raise ValueError(f"LayerNorm over {self.gamma.size} features, got shape {x.shape}")
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)  # (..., 1)
        return self.gamma * (centred / (variance + self.eps) ** 0.5) + self.beta


class Sequential(Layer):
    """Layers in a row: each takes what the one before returned."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


# -- activation functions as layers, so that they can stand in a Sequential and have a mode --------------------


class Sigmoid(activations.Sigmoid, Layer):
    """`activations.Sigmoid` as a layer."""


class ReLU(activations.ReLU, Layer):
    """`activations.ReLU` as a layer."""


class Tanh(activations.Tanh, Layer):
    """`activations.Tanh` as a layer."""


class GELU(activations.GELU, Layer):
    """`activations.GELU` as a layer."""


class Softmax(activations.Softmax, Layer):
    """`activations.Softmax` as a layer."""
