# tinytorch.core.tensor
#
# Made from the cells marked "#| export" of 01_tensor.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m01-setup
#| default_exp core.tensor
import numpy as np


def _constant(array):
    """Given: a Tensor around this very array, without the copy that the constructor makes."""
    result = Tensor.__new__(Tensor)
    result.data = array
    return result


def as_tensor(value):
    """Given: value itself if it is a Tensor, else a Tensor around its array.

    The array is shared, not copied: a minibatch is not stored twice, so leave it alone until it is used up.
    """
    return value if isinstance(value, Tensor) else _constant(float_array(value))


def part_of(cls):
    """Given: `@part_of(Tensor)` above a class puts everything the class defines into Tensor.

    So one class can be written in several cells, each with a test of its own.
    """

    class Empty:
        pass

    def add(part):
        for name, value in vars(part).items():
            if name not in vars(Empty):  # what Python itself puts into every class
                setattr(cls, name, value)
        return part

    return add


# Cell m01-create
def float_array(data):
    """data as an array: float32 and float64 keep their dtype, everything else becomes float64.

    data    : number, bool, nested lists or tuples, ndarray or Tensor
    returns : ndarray; a copy only where the dtype had to change
    """
    ### BEGIN SOLUTION
    array = np.asarray(data)
    if array.dtype in (np.float32, np.float64):
        return array
    return array.astype(np.float64)
    ### END SOLUTION


class Tensor:
    """An array of float32 or float64, of any shape, with room for a gradient.

    data          : what float_array takes. The values are copied, always; of a Tensor only the values,
                    not its gradient and not its history
    requires_grad : bool, kept under this name
    name          : str, kept under this name
    grad          : None at first
    pinned        : Tensor([1, 2]).dtype is float64; Tensor(np.float32([1, 2])).dtype is float32
    """

    recorder = None  # given: from module 05 on a function that is told of every operation
    requires_grad, grad, name = False, None, ""  # given: what the result of an operation starts with

    @staticmethod
    def _new(array, op, inputs, **ctx):
        """Given: the Tensor around the result of an operation, announced to the recorder if there is one.

        op     : name of the operation: add sub mul div neg pow exp log matmul
                 reshape transpose getitem sum mean max
        inputs : tuple of the Tensors it was computed from, in the order they are written
        ctx    : what else its derivative will need, by name
        """
        result = _constant(array if type(array) is np.ndarray else np.asarray(array))
        if Tensor.recorder is not None:
            Tensor.recorder(result, op, inputs, ctx)
        return result

    def __init__(self, data, requires_grad=False, name=""):
        ### BEGIN SOLUTION
        self.data = np.array(float_array(data))
        self.requires_grad = requires_grad
        self.name = name
        self.grad = None
        ### END SOLUTION

    @property
    def shape(self):
        """Tuple of the lengths of all axes."""
        ### BEGIN SOLUTION
        return self.data.shape
        ### END SOLUTION

    @property
    def ndim(self):
        """Number of axes."""
        ### BEGIN SOLUTION
        return self.data.ndim
        ### END SOLUTION

    @property
    def size(self):
        """Number of elements."""
        ### BEGIN SOLUTION
        return self.data.size
        ### END SOLUTION

    @property
    def dtype(self):
        """numpy's dtype of the elements."""
        ### BEGIN SOLUTION
        return self.data.dtype
        ### END SOLUTION

    def numpy(self):
        """The array inside, not a copy."""
        ### BEGIN SOLUTION
        return self.data
        ### END SOLUTION

    def item(self):
        """The one number inside, whatever the number of axes; ValueError unless there is exactly one."""
        ### BEGIN SOLUTION
        if self.data.size != 1:
            raise ValueError(f"item() needs exactly one element, this Tensor has shape {self.shape}")
        return self.data.item()
        ### END SOLUTION

    def __array__(self, dtype=None, copy=None):
        """What np.asarray(tensor) and np.array(tensor) get; hand dtype and copy on to np.array."""
        ### BEGIN SOLUTION
        return np.array(self.data, dtype=dtype, copy=copy)
        ### END SOLUTION

    def __len__(self):
        """Length of the first axis, as len of the array."""
        ### BEGIN SOLUTION
        return len(self.data)
        ### END SOLUTION

    def __repr__(self):
        """Text that starts with "Tensor(" and shows the numbers."""
        ### BEGIN SOLUTION
        wants = ", requires_grad=True" if self.requires_grad else ""
        named = f", name={self.name!r}" if self.name else ""
        inside = np.array2string(self.data, separator=", ", prefix="Tensor(")
        return f"Tensor({inside}, dtype={self.dtype}{wants}{named})"
        ### END SOLUTION


# Cell m01-arithmetic
@part_of(Tensor)
class Arithmetic:
    """Operators of a Tensor with a Tensor, an ndarray or a number on either side.

    shapes   : broadcast as in numpy, (2, 1, 3) with (4, 1) gives (2, 4, 3); ValueError where that fails
    dtype    : numpy's, so float32 with a Python number stays float32
    operands : never changed
    returns  : always one Tensor, from one Tensor._new(array, op, inputs)
    op       : "add", "sub", "mul", "div" with inputs (left, right), both as Tensors; 2 - t is a "sub" too
               "neg", "exp", "log" with inputs (self,); "pow" with inputs (self,) and exponent=...
    """

    __array_ufunc__ = None  # given: numpy leaves `array + tensor` to us

    def _operand(self, value):
        """value as a Tensor; a Python number gets our dtype, a numpy number keeps its own."""
        ### BEGIN SOLUTION
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            return _constant(np.asarray(value, dtype=self.data.dtype))
        return as_tensor(value)
        ### END SOLUTION

    def __add__(self, other):
        """self + other"""
        ### BEGIN SOLUTION
        other = self._operand(other)
        return Tensor._new(self.data + other.data, "add", (self, other))
        ### END SOLUTION

    def __sub__(self, other):
        """self - other"""
        ### BEGIN SOLUTION
        other = self._operand(other)
        return Tensor._new(self.data - other.data, "sub", (self, other))
        ### END SOLUTION

    def __mul__(self, other):
        """self * other"""
        ### BEGIN SOLUTION
        other = self._operand(other)
        return Tensor._new(self.data * other.data, "mul", (self, other))
        ### END SOLUTION

    def __truediv__(self, other):
        """self / other, the ordinary division"""
        ### BEGIN SOLUTION
        other = self._operand(other)
        return Tensor._new(self.data / other.data, "div", (self, other))
        ### END SOLUTION

    def __radd__(self, other):
        """other + self"""
        ### BEGIN SOLUTION
        return self._operand(other) + self
        ### END SOLUTION

    def __rsub__(self, other):
        """other - self"""
        ### BEGIN SOLUTION
        return self._operand(other) - self
        ### END SOLUTION

    def __rmul__(self, other):
        """other * self"""
        ### BEGIN SOLUTION
        return self._operand(other) * self
        ### END SOLUTION

    def __rtruediv__(self, other):
        """other / self"""
        ### BEGIN SOLUTION
        return self._operand(other) / self
        ### END SOLUTION

    def __neg__(self):
        """-self"""
        ### BEGIN SOLUTION
        return Tensor._new(-self.data, "neg", (self,))
        ### END SOLUTION

    def __pow__(self, exponent):
        """self ** exponent for a Python number; anything else, a Tensor too, raises TypeError."""
        ### BEGIN SOLUTION
        if not isinstance(exponent, (int, float)):
            raise TypeError(f"the exponent must be a Python number, got {type(exponent).__name__}")
        return Tensor._new(self.data**exponent, "pow", (self,), exponent=exponent)
        ### END SOLUTION

    def exp(self):
        """e to the power of each element"""
        ### BEGIN SOLUTION
        return Tensor._new(np.exp(self.data), "exp", (self,))
        ### END SOLUTION

    def log(self):
        """natural logarithm of each element"""
        ### BEGIN SOLUTION
        return Tensor._new(np.log(self.data), "log", (self,))
        ### END SOLUTION


# Cell m01-matmul
@part_of(Tensor)
class MatrixProduct:
    """The operator @ with a Tensor or an ndarray on either side.

    shapes  : (..., n, k) @ (..., k, m) -> (..., n, m), leading axes broadcast
              (k,) @ (..., k, m) -> (..., m)    (..., n, k) @ (k,) -> (..., n)    (k,) @ (k,) -> ()
    raises  : ValueError with both shapes in its text, "(2, 3)" and "(4, 5)", where they do not fit;
              ValueError for an operand without axes
    returns : Tensor, announced as "matmul" with inputs (left, right), both Tensors
    """

    def __matmul__(self, other):
        """self @ other"""
        ### BEGIN SOLUTION
        other = as_tensor(other)
        try:
            product = self.data @ other.data
        except ValueError as error:
            raise ValueError(f"cannot multiply shapes {self.shape} and {other.shape}") from error
        return Tensor._new(product, "matmul", (self, other))
        ### END SOLUTION

    def __rmatmul__(self, other):
        """other @ self"""
        ### BEGIN SOLUTION
        return as_tensor(other) @ self
        ### END SOLUTION


# Cell m01-shape
@part_of(Tensor)
class Rearranging:
    """The same elements in another shape or order, or some of them; never a view of the parent's memory."""

    def reshape(self, *shape):
        """The elements in row-major order under another shape.

        shape  : integers, or one tuple of integers; one of them may be -1 and is worked out
        raises : ValueError if the number of elements does not fit
        record : "reshape", inputs (self,), shape=the tuple
        """
        ### BEGIN SOLUTION
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return Tensor._new(self.data.reshape(shape).copy(), "reshape", (self,), shape=shape)
        ### END SOLUTION

    def transpose(self, *axes):
        """The axes in another order.

        axes   : all axes, each once, as integers or one tuple; negative ones count from the end. Without arguments
                 the last two change places, (2, 3, 5) -> (2, 5, 3); fewer than two axes stay as they are
        raises : ValueError for an axis named twice
        record : "transpose", inputs (self,), axes=the tuple of all axes
        """
        ### BEGIN SOLUTION
        if len(axes) == 1 and isinstance(axes[0], (tuple, list)):
            axes = tuple(axes[0])
        if not axes:
            axes = tuple(range(self.ndim))
            axes = axes[:-2] + axes[:-3:-1]
        return Tensor._new(self.data.transpose(axes).copy(), "transpose", (self,), axes=axes)
        ### END SOLUTION

    @property
    def T(self):
        """transpose() without arguments"""
        ### BEGIN SOLUTION
        return self.transpose()
        ### END SOLUTION

    def __getitem__(self, index):
        """self[index] as in numpy: integers, slices, ..., None, boolean masks, integer arrays, and tuples of these.

        record : "getitem", inputs (self,), index=index
        """
        ### BEGIN SOLUTION
        return Tensor._new(np.array(self.data[index]), "getitem", (self,), index=index)
        ### END SOLUTION


# Cell m01-reduce
@part_of(Tensor)
class Reductions:
    """Axes that are removed.

    axis     : None for all axes, an int, or a tuple of ints; negative ones count from the end
    keepdims : True leaves each reduced axis with length 1, also where axis is None
    returns  : Tensor; without axis and keepdims it has shape ()
    record   : "sum", "mean" or "max", inputs (self,), axis=axis, keepdims=keepdims, both as they were given
    pinned   : [[1,2,3],[4,5,6]] over axis 1: sum [6,15], mean [2,5], max [3,6]
    """

    def sum(self, axis=None, keepdims=False):
        """Sum over the axes."""
        ### BEGIN SOLUTION
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return Tensor._new(total, "sum", (self,), axis=axis, keepdims=keepdims)
        ### END SOLUTION

    def mean(self, axis=None, keepdims=False):
        """Sum divided by the number of elements in it; a tensor without elements: ValueError, and no warning."""
        ### BEGIN SOLUTION
        if self.size == 0:
            raise ValueError(f"the mean of no elements is undefined, the shape is {self.shape}")
        average = self.data.mean(axis=axis, keepdims=keepdims)
        return Tensor._new(average, "mean", (self,), axis=axis, keepdims=keepdims)
        ### END SOLUTION

    def max(self, axis=None, keepdims=False):
        """Largest element along the axes."""
        ### BEGIN SOLUTION
        largest = self.data.max(axis=axis, keepdims=keepdims)
        return Tensor._new(largest, "max", (self,), axis=axis, keepdims=keepdims)
        ### END SOLUTION
