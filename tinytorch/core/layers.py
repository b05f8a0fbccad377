# tinytorch.core.layers
#
# Made from the cells marked "#| export" of 03_layers.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m03-setup
#| default_exp core.layers
import numpy as np

from tinytorch.core import activations
from tinytorch.core.tensor import Tensor, as_tensor, part_of


class Parameter(Tensor):
    """Given: a Tensor that training changes: it wants a gradient, `grad` is None or an array like `data`."""

    def __init__(self, data, name=""):
        super().__init__(data, requires_grad=True, name=name)


class Layer:
    """Given: something with a forward, perhaps with parameters and further layers inside.

    training : True in training mode, False in evaluation mode; only some layers care
    layer(x) : the same as layer.forward(x)
    forward  : takes a Tensor or an array, computes with operations of Tensors only, returns a Tensor
    """

    training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")


# Given: the activation functions of module 02 as layers, so that they can stand in a Sequential and have a mode.


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


# Cell m03-linear
class Linear(Layer):
    """y = x W + b over the last axis: (..., n_in) -> (..., n_out).

    weight : Parameter named "weight", shape (n_in, n_out), normal numbers with mean 0 drawn from rng;
             init="he": standard deviation sqrt(2 / n_in); init="xavier": sqrt(2 / (n_in + n_out));
             any other init raises ValueError
    bias   : Parameter named "bias", shape (n_out,), zeros; None if bias=False
    order  : weight is made before bias
    rng    : np.random.Generator; None takes a new one, np.random.default_rng()
    pinned : weight [[1,2,3],[4,5,6]], bias [0.5,0,-1], x [[1,-1],[0,2]] -> [[-2.5,-3,-4],[8.5,10,11]]
    """

    def __init__(self, n_in, n_out, bias=True, init="he", rng=None):
        ### BEGIN SOLUTION
        below = {"he": n_in, "xavier": n_in + n_out}
        if init not in below:
            raise ValueError(f'init must be "he" or "xavier", got {init!r}')
        rng = np.random.default_rng() if rng is None else rng
        weight = rng.normal(0.0, np.sqrt(2 / below[init]), size=(n_in, n_out))
        self.weight = Parameter(weight, name="weight")
        self.bias = Parameter(np.zeros(n_out), name="bias") if bias else None
        ### END SOLUTION

    def forward(self, x):
        """x W + b; ValueError unless x has a last axis of length n_in, with both lengths in its text."""
        ### BEGIN SOLUTION
        x, n_in = as_tensor(x), self.weight.shape[0]
        if x.ndim == 0 or x.shape[-1] != n_in:
            last = x.shape[-1] if x.ndim else "no axis"
            raise ValueError(f"Linear takes {n_in} features on the last axis, got {last}")
        y = x @ self.weight
        return y if self.bias is None else y + self.bias
        ### END SOLUTION


# Cell m03-dropout
class Dropout(Layer):
    """Elements fall out at random while training; the identity in evaluation mode.

    p    : probability of a zero, 0 <= p < 1, else ValueError; kept as the attribute p
    rng  : np.random.Generator; None takes a new one
    """

    def __init__(self, p=0.5, rng=None):
        ### BEGIN SOLUTION
        if not 0 <= p < 1:
            raise ValueError(f"p must be at least 0 and below 1, got {p}")
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng
        ### END SOLUTION

    def forward(self, x):
        """x of any shape -> the same shape.

        self.training True  : each element on its own is 0 with probability p, else x / (1 - p); a new
                              mask in each call, drawn from rng; p = 0 leaves x as it is
        self.training False : the values of x
        pinned              : ones with p = 0.5 become 0 or 2
        """
        ### BEGIN SOLUTION
        x = as_tensor(x)
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * kept.astype(x.dtype) / (1 - self.p)
        ### END SOLUTION


# Cell m03-embedding
class Embedding(Layer):
    """A table of vectors, one row per id.

    weight : Parameter named "weight", shape (vocab_size, dim), normal with mean 0 and standard deviation 0.02
    rng    : np.random.Generator; None takes a new one
    """

    def __init__(self, vocab_size, dim, rng=None):
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        self.weight = Parameter(rng.normal(0.0, 0.02, size=(vocab_size, dim)), name="weight")
        ### END SOLUTION

    def forward(self, ids):
        """The rows of these ids: ids of any shape S -> Tensor (*S, dim), which shares no memory with the table.

        ids    : integer, nested lists or array of an integer dtype; may be written over afterwards
        raises : TypeError for ids that are not integers (1.0 and True are none),
                 IndexError for an id outside 0 .. vocab_size - 1, with the id in its text; -1 is outside
        """
        ### BEGIN SOLUTION
        ids = np.array(ids)  # a copy, because backward will read it again
        if ids.dtype.kind not in "iu":
            raise TypeError(f"ids must be integers, got {ids.dtype}")
        rows = self.weight.shape[0]
        outside = ids[(ids < 0) | (ids >= rows)]
        if outside.size:
            raise IndexError(f"id {outside.flat[0]} is not between 0 and {rows - 1}")
        return self.weight[ids]
        ### END SOLUTION


# Cell m03-layernorm
class LayerNorm(Layer):
    """Mean 0 and variance 1 along the last axis, then gamma times it plus beta: (..., dim) -> (..., dim).

    gamma  : Parameter named "gamma", (dim,), ones        eps : kept as the attribute eps
    beta   : Parameter named "beta", (dim,), zeros, made after gamma
    pinned : [1,2,3,4] -> [-1.3416354, -0.4472118, 0.4472118, 1.3416354]
             [0.001,0.002,0.003] -> [-0.3061862, 0, 0.3061862]; eps outside the root would give 1.2099
    """

    def __init__(self, dim, eps=1e-5):
        ### BEGIN SOLUTION
        self.eps = eps
        self.gamma = Parameter(np.ones(dim), name="gamma")
        self.beta = Parameter(np.zeros(dim), name="beta")
        ### END SOLUTION

    def forward(self, x):
        """Biased variance, eps added to it under the root."""
        x = as_tensor(x)
        if x.shape[-1:] != self.gamma.shape:  # given: a last axis of 1 would otherwise be stretched
            raise ValueError(f"LayerNorm over {self.gamma.size} features, got shape {x.shape}")
        ### BEGIN SOLUTION
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)  # (..., 1)
        return self.gamma * (centred / (variance + self.eps) ** 0.5) + self.beta
        ### END SOLUTION


# Cell m03-modes
@part_of(Layer)
class Modes:
    """What every layer can say of itself and of the layers inside it."""

    def children(self):
        """List of the layers held directly: as an attribute, or inside an attribute that is a list or tuple.

        order : in which the attributes were first set, and in which they stand in the list
        """
        ### BEGIN SOLUTION
        held = []
        for value in vars(self).values():
            items = value if isinstance(value, (list, tuple)) else (value,)
            held += [item for item in items if isinstance(item, Layer)]
        return held
        ### END SOLUTION

    def parameters(self):
        """List of all Parameters: own attributes in order, then those of each child in order, at any depth.

        each object is listed once, where it comes first, even if a layer is shared; the objects themselves,
        so a second call gives the same ones. Arrays and plain Tensors are no parameters.
        """
        ### BEGIN SOLUTION
        found = {id(value): value for value in vars(self).values() if isinstance(value, Parameter)}
        for child in self.children():
            for parameter in child.parameters():
                found.setdefault(id(parameter), parameter)
        return list(found.values())
        ### END SOLUTION

    def train(self, mode=True):
        """Set `training` to mode, True or False, here and in every layer below; returns self."""
        ### BEGIN SOLUTION
        self.training = bool(mode)
        for child in self.children():
            child.train(mode)
        return self
        ### END SOLUTION

    def eval(self):
        """Evaluation mode here and in every layer below; returns self."""
        ### BEGIN SOLUTION
        return self.train(False)
        ### END SOLUTION


# Cell m03-sequential
class Sequential(Layer):
    """Layers in a row: Sequential(first, second, ...) computes second(first(x)).

    layers : list of the arguments, kept under this name; without layers the input comes back
    """

    def __init__(self, *layers):
        ### BEGIN SOLUTION
        self.layers = list(layers)
        ### END SOLUTION

    def forward(self, x):
        """The output of the last layer."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x)
        return x
        ### END SOLUTION
