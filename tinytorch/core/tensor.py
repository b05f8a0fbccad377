"""Module 01: an array class whose every result is announced, so that gradients can be added later.

Each operation computes with numpy and ends in `Tensor._new`, which hands the name of the operation, its inputs
and what a derivative will need (`ctx`) to `Tensor.recorder`. There is no recorder until module 05 installs one.
"""

from __future__ import annotations

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def float_array(data, dtype=None):
    """`data` as an array: float32 and float64 stay, everything else becomes float64; copied only if converted."""
    array = np.asarray(data, dtype=dtype)
    return array if array.dtype in FLOATS else array.astype(np.float64)


def as_tensor(value):
    """`value` itself if it is a Tensor, else a constant around its array.

    The array is shared, not copied: a minibatch is not stored a second time, so leave it alone until backward.
    """
    return value if isinstance(value, Tensor) else _constant(float_array(value))


class Tensor:
    """An array of float32 or float64 of any shape, with room for a gradient.

    data           numbers, nested lists, an array or a Tensor; always copied, without history
    requires_grad  whether backward should fill `grad` (module 05)
    """

    recorder = None  # called as recorder(result, op, inputs, ctx) after every operation
    # numpy then leaves `array + tensor` to us, and refuses np.exp(tensor), which would lose the graph in silence
    __array_ufunc__ = None

    requires_grad = False
    grad = None
    name = ""

    def __init__(self, data, requires_grad=False, name=""):
        self.data = np.array(float_array(data.data if isinstance(data, Tensor) else data))
        self.requires_grad = requires_grad
        self.name = name

    @staticmethod
    def _new(array, op, inputs, **ctx):
        """The result of operation `op` on the Tensors `inputs`; `ctx` is what its derivative needs besides them."""
        result = _constant(array if type(array) is np.ndarray else np.asarray(array))
        if Tensor.recorder is not None:
            Tensor.recorder(result, op, inputs, ctx)
        return result

    # -- what is inside ----------------------------------------------------------------------------------------

    @property
    def shape(self):
        return self.data.shape

    @property
    def ndim(self):
        return self.data.ndim

    @property
    def size(self):
        return self.data.size

    @property
    def dtype(self):
        return self.data.dtype

    def numpy(self):
        """The array inside, not a copy."""
        return self.data

    def item(self):
        """The one number inside, as a Python float."""
        if self.data.size != 1:
            raise ValueError(f"item() needs exactly one element, this Tensor has shape {self.shape}")
        return self.data.item()

    def __array__(self, dtype=None, copy=None):
        return np.array(self.data, dtype=dtype, copy=copy)

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        wants = ", requires_grad=True" if self.requires_grad else ""
        named = f", name={self.name!r}" if self.name else ""
        inside = np.array2string(self.data, separator=", ", prefix="Tensor(")
        return f"Tensor({inside}, dtype={self.dtype}{wants}{named})"

    # -- elementwise, broadcast like numpy ---------------------------------------------------------------------

    def _other(self, value):
        """The second operand as a Tensor; a Python number takes our dtype, so float32 stays float32."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            return _constant(np.asarray(value, dtype=self.data.dtype))
        return _constant(float_array(value))

    def __add__(self, other):
        other = self._other(other)
        return Tensor._new(self.data + other.data, "add", (self, other))

    def __sub__(self, other):
        other = self._other(other)
        return Tensor._new(self.data - other.data, "sub", (self, other))

    def __mul__(self, other):
        other = self._other(other)
        return Tensor._new(self.data * other.data, "mul", (self, other))

    def __truediv__(self, other):
        other = self._other(other)
        return Tensor._new(self.data / other.data, "div", (self, other))

    def __radd__(self, other):
        return self._other(other) + self

    def __rsub__(self, other):
        return self._other(other) - self

    def __rmul__(self, other):
        return self._other(other) * self

    def __rtruediv__(self, other):
        return self._other(other) / self

    def __neg__(self):
        return Tensor._new(-self.data, "neg", (self,))

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float)):
            raise TypeError(f"the exponent must be a Python number, got {type(exponent).__name__}")
        return Tensor._new(self.data**exponent, "pow", (self,), exponent=exponent)

    def exp(self):
        return Tensor._new(np.exp(self.data), "exp", (self,))

    def log(self):
        return Tensor._new(np.log(self.data), "log", (self,))

    # -- matrix product ----------------------------------------------------------------------------------------

    def __matmul__(self, other):
        """(..., n, k) @ (..., k, m) -> (..., n, m), leading axes broadcast; 1-d operands as in numpy.

        Raises ValueError with both shapes when they do not fit.
        """
        other = self._other(other)
        try:
            product = self.data @ other.data
        except ValueError as error:
            raise ValueError(f"cannot multiply shapes {self.shape} and {other.shape}") from error
        return Tensor._new(product, "matmul", (self, other))

    def __rmatmul__(self, other):
        return self._other(other) @ self

    # -- shape; no result shares memory with its parent --------------------------------------------------------

    def reshape(self, *shape):
        """The same elements in row-major order under another shape: integers or one tuple, one of them may be -1."""
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return Tensor._new(self.data.reshape(shape).copy(), "reshape", (self,), shape=shape)

    def transpose(self, *axes):
        """Axes in the order given, all of them; without arguments the last two change places."""
        if len(axes) == 1 and isinstance(axes[0], (tuple, list)):
            axes = tuple(axes[0])
        if not axes:
            axes = tuple(range(self.ndim))
            axes = axes[:-2] + axes[:-3:-1]
        return Tensor._new(self.data.transpose(axes).copy(), "transpose", (self,), axes=axes)

    @property
    def T(self):
        return self.transpose()

    def __getitem__(self, index):
        """Integers, slices, ..., None, boolean masks and integer arrays, as in numpy, but always a copy."""
        return Tensor._new(np.array(self.data[index]), "getitem", (self,), index=index)

    # -- reductions over axis: None for all, an int or a tuple -------------------------------------------------

    def sum(self, axis=None, keepdims=False):
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return Tensor._new(total, "sum", (self,), axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        if self.size == 0:
            raise ValueError(f"the mean of no elements is undefined, the shape is {self.shape}")
        average = self.data.mean(axis=axis, keepdims=keepdims)
        return Tensor._new(average, "mean", (self,), axis=axis, keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        largest = self.data.max(axis=axis, keepdims=keepdims)
        return Tensor._new(largest, "max", (self,), axis=axis, keepdims=keepdims)


def _constant(array):
    """A Tensor around this very array, without the constructor's copy."""
    result = Tensor.__new__(Tensor)
    result.data = array
    return result
