# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 01 Tensor
#
# You build the array class on which everything up to module 09 computes, and find out what shape, dtype, copy and broadcasting mean.
#
# Needs Python and a little numpy · 90 minutes · exports `tinytorch.core.tensor`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 01.1 | `Tensor`: creation and attributes | 15 | 1 | 5 |
# | 01.2 | `+ - * / **`, minus, `exp`, `log` | 20 | 3 | 5 |
# | 01.3 | `@` | 20 | 2 | 5 |
# | 01.4 | `reshape`, `transpose`, `.T`, index | 20 | 3 | 4 |
# | 01.5 | `sum`, `mean`, `max` | 15 | 2 | 5 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.

# %% nbgrader={"grade": false, "grade_id": "m01-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m01-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from operator import matmul

from tinytorch.given import check as ck

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-create-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.1", "minutes": 15}
# ## 01.1 · Creation and attributes · 15 points
#
# A Tensor is a numpy array with a few things of its own: a name, room for a gradient, and from module 05 on a memory of how it was computed. This task makes the box; the array inside is called `data`.
#
# Two decisions are taken here for the whole course.
#
# * *The constructor copies.* Whoever made the source may go on writing into it; a Tensor made from it does not change.
# * *Two number formats only.* float32 and float64 stay as they are. Everything else, whole numbers above all, becomes float64. A weight that is stored as an integer could never move by 0.01.
#
# What results from an operation is wrapped by the given `_new`, without a second copy.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which numpy function always copies, and which one copies only if it has to?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# In `float_array`: make an array of whatever came; look at its dtype; convert if it is neither of the two. In the constructor: copy what `float_array` gives. All the rest asks `self.data`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# float_array: array <- numpy's view of data
#              if its dtype is float32 or float64: that array, else a float64 one
# constructor: data <- a copy of float_array(data); keep the other two
# item:        if there is not exactly one element, say how many; else that number
# ```
# </details>
# <details><summary>I get "'float' object cannot be interpreted as an integer" or a dtype of object</summary>
#
# The Tensor was handed to numpy before `__array__` was written. Return the array there.
# </details>
# <details><summary>I get "can't set attribute 'shape'"</summary>
#
# `shape` is a property: it is worked out from `data` whenever somebody asks. The constructor does not store it.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m01-create", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.1", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m01-create-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "01.1", "needs": []}
# Also checked: no axes at all, and empty shapes such as (0, 3); float32 kept while whole numbers change; an array
# that is not contiguous, and nested tuples; a Tensor made of a Tensor, each independent of the other; np.asarray
# and len; item of one element and of two; requires_grad, name, grad; what numpy() hands out; the text of repr.
def test_unit_creation():
    table = Tensor([[1.5, 2, 3], [4, 5, 6]])
    ck.same(table.data, [[1.5, 2, 3], [4, 5, 6]], "the numbers inside")
    ck.same([table.ndim, table.size], [2, 6], "ndim and size")
    ck.shape(table, (2, 3), "np.asarray of the Tensor")
    ck.true(table.shape == (2, 3), "shape is the tuple (2, 3)")
    ck.true(Tensor([1, 2]).dtype == np.float64, "whole numbers become float64")
    source = np.array([1.0, 2.0])
    tensor = Tensor(source)
    source[0] = 9.0
    ck.same(tensor.data, [1.0, 2.0], "a Tensor after a write into its source", hint="the constructor copies")


test_unit_creation()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-arithmetic-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.2", "minutes": 20}
# ## 01.2 · Elementwise arithmetic and broadcasting · 20 points
#
# `a + b` on arrays adds element by element. Shapes need not be equal. numpy lines them up from the right; an axis of length 1, or a missing one, is stretched:
#
# $$(2, 1, 3)\ \text{with}\ (4, 1)\ \rightarrow\ (2, 4, 3)$$
#
# So a bias of shape (3,) is added to every row of a batch (64, 3), without a loop and without 64 copies.
#
# Python calls `t.__sub__(2)` for `t - 2`. For `2 - t` the number knows nothing of Tensors, and Python turns to `t.__rsub__(2)`: the *other* operand is on the left. For sums the order makes no difference, for differences and quotients it does.
#
# An array on the left would like to do everything by itself. The given line `__array_ufunc__ = None` tells numpy to leave it to you.
#
# A Python number takes the dtype of the Tensor. Otherwise one harmless `2 * t` would turn a float32 network into a float64 one, twice as large.
#
# <details><summary>Hint 1: nudge</summary>
#
# All four operators begin alike: make a Tensor of the other side. Write that once.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# `_operand`: an int or float (but no numpy number, which brings its own dtype) becomes a 0-d array of our dtype; anything else goes through `as_tensor`. Then let numpy compute on both `.data`, and hand the result to `_new`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# a - b:  b <- operand(b); result <- difference of the arrays; announce "sub", (a, b)
# b - a:  operand(b) minus a, by the operator above
# a ** n: if n is neither int nor float: TypeError; announce "pow", (a,), exponent = n
# ```
# </details>
# <details><summary>I get "unsupported operand type(s) for -: 'int' and 'Tensor'"</summary>
#
# `__rsub__` is missing, or it returns `NotImplemented`.
# </details>
# <details><summary>I get "operands could not be broadcast together"</summary>
#
# Read both shapes from the right. Each pair must be equal, or one of the two must be 1. This is the ValueError that is wanted where shapes do not fit.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m01-arithmetic", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.2", "needs": ["m01-create-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m01-arithmetic-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "01.2", "needs": ["m01-create-test"]}
# Also checked: all operators on broadcast pairs; numbers, 0-d arrays and arrays on the left of - / +; operands as
# they were after every operation; float32 with Python numbers; shapes that do not fit and exponents that are no
# number; every result announced under its name with its inputs; powers, exp, log and minus.
def test_unit_arithmetic():
    a, b = Tensor([1.0, 2.0, 5.0]), Tensor([4.0, 8.0, 10.0])
    ck.same(a + b, [5.0, 10.0, 15.0], "sum")
    ck.same(a / b, [0.25, 0.25, 0.5], "quotient", hint="the ordinary division")
    column, row = Tensor([[1.0], [2.0]]), Tensor([10.0, 20.0, 30.0])
    ck.same(column * row, [[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]], "a column times a row")
    ck.same(2 - a, [1.0, 0.0, -3.0], "2 - t", hint="__rsub__: the other operand is on the left")
    ck.true(isinstance(np.ones(3) + a, Tensor), "array + Tensor gives a Tensor")


test_unit_arithmetic()

# %%
# P1. You should see rings round two centres, one bright and one dark. 60 numbers in a column and 80 in a row
# were stretched to 4800 points; no loop visits them.
import matplotlib.pyplot as plt

x = Tensor(np.linspace(-2, 2, 80).reshape(1, 80))
y = Tensor(np.linspace(-1.5, 1.5, 60).reshape(60, 1))
hill, hollow = (-((x - 0.8) ** 2 + y**2)).exp(), (-((x + 0.8) ** 2 + y**2)).exp()
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.imshow((hill - hollow).numpy(), extent=(-2, 2, -1.5, 1.5), origin="lower", cmap="RdBu")
ax.set(xlabel=f"x, shape {x.shape}", ylabel=f"y, shape {y.shape}")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-matmul-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.3", "minutes": 15}
# ## 01.3 · Matrix product · 20 points
#
# Every layer of a network multiplies a batch by a matrix of weights. Element $(i, j)$ of the product is row $i$ of the left operand times column $j$ of the right one:
#
# $$(AB)_{ij} = \sum_k A_{ik} B_{kj}, \qquad (n, k) \; @ \; (k, m) \rightarrow (n, m)$$
#
# The two inner lengths must agree. Further axes on the left count matrices: (5, 2, 3) @ (3, 4) multiplies five of them by the same one, and two stacks are broadcast like everything else. A vector is a single row when it stands left and a single column when it stands right; its axis is gone from the result.
#
# numpy does all this. Your part is the operand on the other side, the name in the record, and an error from which a reader sees what did not fit. Most mistakes in building networks end in this message.
#
# <details><summary>Hint 1: nudge</summary>
#
# numpy's own error names sizes without saying whose they are. Catch it, and raise a better one.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Turn the other side into a Tensor. Try numpy's product of both arrays. On ValueError: a new ValueError with both shapes in its text.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# other <- as a Tensor
# try: product of the two arrays
# except ValueError: raise ValueError with this shape and that shape
# announce "matmul", (self, other)
# ```
# </details>
# <details><summary>I get "matmul: Input operand 1 does not have enough dimensions"</summary>
#
# One side has no axes at all. That is refused, by numpy too; your message should come instead.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m01-matmul", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.3", "needs": ["m01-create-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m01-matmul-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "01.3", "needs": ["m01-create-test"]}
# Also checked: stacks with a matrix and with a stack; stacks whose leading axes broadcast; a vector on either side
# and on both; square matrices that are not symmetric, in both orders; an array on the left; an operand without
# axes; the announcement.
def test_unit_matmul():
    left, right = Tensor([[1.0, 2, 3], [4, 5, 6]]), Tensor(np.arange(12.0).reshape(3, 4))
    product = left @ right
    ck.shape(product, (2, 4), "(2, 3) @ (3, 4)")
    ck.same(product, [[32.0, 38, 44, 50], [68, 83, 98, 113]], "product", hint="rows times columns")
    ck.raises(ValueError, "(2, 3)", matmul, left, Tensor(np.ones((4, 5))))
    ck.raises(ValueError, "(4, 5)", matmul, left, Tensor(np.ones((4, 5))))


test_unit_matmul()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-shape-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.4", "minutes": 20}
# ## 01.4 · Reshape, transpose, index · 20 points
#
# In memory an array is one row of numbers. Its shape says how to read them: row-major, the last axis running fastest. For shape $(n, m)$
#
# $$\text{place of element } (i, j) = i \cdot m + j$$
#
# `reshape` reads the same row under another shape. `transpose` puts the axes into another order, so the numbers in row-major order are other ones. The two are not interchangeable: a (2, 3) array reshaped to (3, 2) is not its transpose.
#
# `.T` on more than two axes could mean several things. Here it swaps the *last two*, because those are the matrix and the axes before them count matrices.
#
# numpy often answers with a *view*: a new shape on the old numbers. Writing into it changes the parent. None of your results may share memory with its parent.
#
# <details><summary>Hint 1: nudge</summary>
#
# Does numpy's result own its numbers? Some do, some do not. A copy always does.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# `reshape(2, 3)` arrives as two arguments, `reshape((2, 3))` as one tuple: unpack that one, in `transpose` too. For `transpose()` write all axes from 0 on into a list and exchange the last two entries. Then numpy, then a copy.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# transpose: if axes were given: these
#            else: 0, 1, ..., ndim - 1 with the last two exchanged
#            copy of numpy's transpose; announce with axes = those
# index:     copy of data[index]; announce with index = index
# ```
# </details>
# <details><summary>I get "axes don't match array"</summary>
#
# A permutation names every axis once. Two axes of three are not enough.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m01-shape", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.4", "needs": ["m01-create-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m01-shape-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "01.4", "needs": ["m01-create-test"]}
# Also checked: .T of shape (2, 3, 5) and of a vector; permutations with negative axes; the order of elements after
# a reshape of something transposed; indices that repeat, masks, ... and None; that no result is a view; shapes
# that are impossible and axes named twice; the announcements.
def test_unit_shape():
    table = Tensor([[1.0, 2, 3], [4, 5, 6]])
    ck.same(table.reshape(3, -1), [[1.0, 2], [3, 4], [5, 6]], "reshape(3, -1)", hint="row by row")
    ck.same(table.T, [[1.0, 4], [2, 5], [3, 6]], ".T")
    ck.same(table[:, 1:], [[2.0, 3], [5, 6]], "the last two columns")


test_unit_shape()

# %%
# P2. You should see rows get cheaper per number as they get longer, while columns stay dear: about three times as
# dear at 2000, more at 4000 (try it). The additions are the same; order in memory decides, not arithmetic.
from time import perf_counter


def nanoseconds(lines):
    start = perf_counter()
    for line in lines:
        line.sum()
    return (perf_counter() - start) / lines.size * 1e9


lengths, by_row, by_column = (500, 1000, 2000), [], []
for n in lengths:
    square = np.ones((n, n), dtype=np.float32)
    by_row.append(nanoseconds(square[:200]))
    by_column.append(nanoseconds(square.T[:200]))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(lengths, by_column, "o-", label="200 columns")
ax.plot(lengths, by_row, "o-", label="200 rows")
ax.set(xlabel="rows and columns of the array", ylabel="nanoseconds per number")
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-reduce-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.5", "minutes": 10}
# ## 01.5 · Reductions · 15 points
#
# A reduction removes axes: a loss is a mean over a batch, the class of an image is the place of a maximum. `axis` names what *disappears*. From shape (2, 3), `sum(axis=1)` leaves (2,), one number per row.
#
# $$\text{mean over the axes } A = \frac{1}{\prod_{a \in A} n_a} \sum_{A} x$$
#
# The divisor counts what was added up: these axes, not the whole array.
#
# With `keepdims=True` the reduced axes stay with length 1. Then the result can be broadcast against its origin: `x - x.mean(axis=1, keepdims=True)` takes its own mean from each row. Without `keepdims` the same line fails, or for a square array subtracts the wrong thing without a word.
#
# The mean of nothing is not 0. numpy would warn and answer NaN; you refuse it.
#
# <details><summary>Hint 1: nudge</summary>
#
# numpy takes `axis` and `keepdims` just as they come here.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Ask the array, hand both arguments on, announce the result with both. For the mean look at the size first.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# mean: if there are no elements: ValueError
#       result <- mean of the array over axis, keepdims as asked
#       announce "mean", (self,), axis = axis, keepdims = keepdims
# ```
# </details>
# <details><summary>I get "Mean of empty slice"</summary>
#
# That is numpy's warning. Your ValueError has to come before it.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m01-reduce", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.5", "needs": ["m01-create-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m01-reduce-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "01.5", "needs": ["m01-create-test"]}
# Also checked: two axes of four at once; negative axes with keepdims; axes of length 1; no axis, with keepdims;
# a maximum of negative numbers; the mean over one axis of three; the mean of nothing; the announcements.
def test_unit_reductions():
    table = Tensor([[1.0, 2, 3], [4, 5, 6]])
    ck.same(table.sum(axis=1), [6.0, 15.0], "sum over axis 1", hint="axis 1 disappears: one sum per row")
    ck.close(table.mean(axis=1), [2.0, 5.0], "mean over axis 1", hint="divide by 3, not by 6")


test_unit_reductions()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.Q1", "minutes": 5}
# ## 01.Q1 · Copies and views · 5 points
#
# Why does the constructor copy? Give an example from training of what would go wrong without it. When is a view safe? About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m01-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "01.Q1"}
# ### BEGIN SOLUTION
# Without the copy, Tensor and source are two names for one piece of memory. A write through either name changes both, and nothing in the program shows it.
#
# Example: during training the best weights so far are kept for later. If what is kept shares memory with the live weights, every further update changes it too, and at the end the "best" weights are simply the last ones. Another: a loader fills one buffer again and again; all batches kept from it end up equal to the last.
#
# A view is safe as long as nobody writes through either name, or when the owner is given up at once, so that one name is left.
#
# Marking: with shared memory a later write changes another object (2); a concrete example from training, such as kept weights that follow the live ones (2); a view is safe when nobody writes or the owner is gone (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.Q2", "minutes": 5}
# ## 01.Q2 · Memory of a batch · 5 points
#
# How many bytes do 64 colour images of 224×224 pixels take as float64, and how many as float32? Show the product. What do the activations of one layer add to this, and why can they not be thrown away at once in training? About 80 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m01-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "01.Q2"}
# ### BEGIN SOLUTION
# 64 · 3 · 224 · 224 = 9 633 792 numbers. Times 8 bytes that is 77 070 336 as float64, times 4 bytes 38 535 168 as float32.
#
# A layer that keeps height and width and makes C channels adds 64 · C · 224 · 224 numbers. That grows with the batch and with the channels: with 32 channels one layer's output is more than ten times as large as the images.
#
# The backward pass works out each layer's gradient from what went in or came out of it, so these arrays stay until backward has used them.
#
# Marking: both numbers with the product (3); activations grow with batch and channels (1); they are kept for the backward pass (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m01-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# Your Tensor copies on the way in, computes with numpy, never hands out a view, keeps float32 where it was float32, and announces every operation. Nobody listens to the announcements yet: module 05 will. When all tests are silent, run `tito module complete 01`; your exported cells become `tinytorch.core.tensor`. Module 02 puts nonlinear functions on top.
#
# * Harris and others: Array programming with NumPy, 2020. Shapes, strides and broadcasting on two pages.
# * The NumPy user guide, "Broadcasting": the rule with pictures.
