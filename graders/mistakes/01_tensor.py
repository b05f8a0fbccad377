"""Known wrong solutions of module 01, and other right ones: one exact replacement in the reference each.

W01.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 01` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

create = partial(known, "m01-create", "m01-create-test")
arithmetic = partial(known, "m01-arithmetic", "m01-arithmetic-test")
product = partial(known, "m01-matmul", "m01-matmul-test")
shape = partial(known, "m01-shape", "m01-shape-test")
reduce = partial(known, "m01-reduce", "m01-reduce-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

FLOATS = """\
    array = np.asarray(data)
    if array.dtype in (np.float32, np.float64):
        return array
    return array.astype(np.float64)
"""

ITEM = """\
        if self.data.size != 1:
            raise ValueError(f"item() needs exactly one element, this Tensor has shape {self.shape}")
        return self.data.item()
"""

OPERAND = """\
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            return _constant(np.asarray(value, dtype=self.data.dtype))
        return as_tensor(value)
"""

MATMUL = """\
        other = as_tensor(other)
        try:
            product = self.data @ other.data
        except ValueError as error:
            raise ValueError(f"cannot multiply shapes {self.shape} and {other.shape}") from error
        return Tensor._new(product, "matmul", (self, other))
"""

RESHAPE = """\
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return Tensor._new(self.data.reshape(shape).copy(), "reshape", (self,), shape=shape)
"""

TRANSPOSE = """\
        if len(axes) == 1 and isinstance(axes[0], (tuple, list)):
            axes = tuple(axes[0])
        if not axes:
            axes = tuple(range(self.ndim))
            axes = axes[:-2] + axes[:-3:-1]
        return Tensor._new(self.data.transpose(axes).copy(), "transpose", (self,), axes=axes)
"""

GETITEM = """\
        return Tensor._new(np.array(self.data[index]), "getitem", (self,), index=index)
"""

SUM = """\
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return Tensor._new(total, "sum", (self,), axis=axis, keepdims=keepdims)
"""

MEAN = """\
        if self.size == 0:
            raise ValueError(f"the mean of no elements is undefined, the shape is {self.shape}")
        average = self.data.mean(axis=axis, keepdims=keepdims)
        return Tensor._new(average, "mean", (self,), axis=axis, keepdims=keepdims)
"""

MAX = """\
        largest = self.data.max(axis=axis, keepdims=keepdims)
        return Tensor._new(largest, "max", (self,), axis=axis, keepdims=keepdims)
"""

MISTAKES = [
    # -- 01.1 creation and attributes ----------------------------------------------------------------------------
    create(
        "W01.1a",
        "The Tensor keeps the array it was given instead of a copy.",
        "self.data = np.array(float_array(data))",
        "self.data = float_array(data)",
        caught_by="test_the_source_is_copied test_a_tensor_of_a_tensor",
        starred=True,
    ),
    create(
        "W01.1b",
        "Whole numbers stay whole numbers.",
        FLOATS,
        "    return np.asarray(data)\n",
        caught_by="test_whole_numbers_become_floats test_float32_is_kept_and_others_change",
        starred=True,
    ),
    create(
        "W01.1c",
        "item() gives the first element of any Tensor.",
        ITEM,
        "        return float(self.data.ravel()[0])\n",
        caught_by="test_item_of_one_element_only",
        starred=True,
    ),
    create(
        "W01.1d",
        "A Tensor made of a Tensor shares its array.",
        "self.data = np.array(float_array(data))",
        "self.data = data.data if isinstance(data, Tensor) else np.array(float_array(data))",
        caught_by="test_a_tensor_of_a_tensor",
    ),
    create(
        "W01.1e",
        "float32 becomes float64 as well.",
        FLOATS,
        "    return np.asarray(data, dtype=np.float64)\n",
        caught_by="test_float32_is_kept_and_others_change",
        also="m01-arithmetic-test",
    ),
    create(
        "W01.1f",
        "Every kind of float keeps its dtype, float16 too.",
        "if array.dtype in (np.float32, np.float64):",
        'if array.dtype.kind == "f":',
        caught_by="test_float32_is_kept_and_others_change",
    ),
    create(
        "W01.1g",
        "shape counts by hand and supposes two axes.",
        "return self.data.shape",
        "return (len(self.data), len(self.data[0]))",
        caught_by="test_whole_numbers_become_floats test_no_axes_and_empty_shapes "
        "test_item_of_one_element_only",
        also="m01-matmul-test m01-reduce-test",
    ),
    create(
        "W01.1h",
        "size is the length of the first axis.",
        "return self.data.size",
        "return len(self.data)",
        caught_by="test_a_table_of_lists test_no_axes_and_empty_shapes",
    ),
    create(
        "W01.1i",
        "A Tensor made of a Tensor takes over its gradient and its wish for one.",
        "        self.grad = None\n",
        '        self.grad = getattr(data, "grad", None)\n'
        '        self.requires_grad = requires_grad or getattr(data, "requires_grad", False)\n',
        caught_by="test_a_tensor_of_a_tensor",
    ),
    create(
        "W01.1j",
        "numpy() hands out a copy.",
        '''        """The array inside, not a copy."""
        ### BEGIN SOLUTION
        return self.data
''',
        '''        """The array inside, not a copy."""
        ### BEGIN SOLUTION
        return self.data.copy()
''',
        caught_by="test_attributes_and_the_inner_array",
    ),
    create(
        "W01.1k",
        "__array__ hands out the inner array even where numpy asks for a copy.",
        "return np.array(self.data, dtype=dtype, copy=copy)",
        "return self.data",
        caught_by="test_numpy_functions_and_len",
    ),
    create(
        "W01.1m",
        "repr shows the bare array.",
        'return f"Tensor({inside}, dtype={self.dtype}{wants}{named})"',
        "return repr(self.data)",
        caught_by="test_repr",
    ),
    create(
        "W01.1n",
        "grad starts as an array of zeros.",
        "self.grad = None",
        "self.grad = np.zeros_like(self.data)",
        caught_by="test_a_tensor_of_a_tensor test_attributes_and_the_inner_array",
    ),
    create(
        "W01.1q",
        "The copy takes the numbers in the order they lie in memory.",
        "self.data = np.array(float_array(data))",
        'array = float_array(data)\n        self.data = array.ravel(order="K").reshape(array.shape).copy()',
        caught_by="test_tuples_and_arrays_out_of_order",
    ),
    create(
        "W01.1r",
        "A number becomes an array with one axis.",
        "self.data = np.array(float_array(data))",
        "self.data = np.array(np.atleast_1d(float_array(data)))",
        caught_by="test_no_axes_and_empty_shapes",
        also="m01-shape-test",
    ),
    # -- 01.2 elementwise arithmetic -----------------------------------------------------------------------------
    arithmetic(
        "W01.2a",
        "2 - t gives t - 2.",
        "return self._operand(other) - self",
        "return self - other",
        caught_by="test_a_number_minus_a_tensor test_numbers_and_arrays_on_the_left "
        "test_dtypes_follow_numpy test_operations_on_two_are_announced",
        starred=True,
    ),
    arithmetic(
        "W01.2a-division",
        "2 / t gives t / 2.",
        "return self._operand(other) / self",
        "return self / other",
        caught_by="test_numbers_and_arrays_on_the_left test_dtypes_follow_numpy "
        "test_operations_on_two_are_announced",
    ),
    arithmetic(
        "W01.2a-missing",
        "Numbers on the left of a sum are not supported.",
        "return self._operand(other) + self",
        "return NotImplemented",
        caught_by="test_an_array_plus_a_tensor test_numbers_and_arrays_on_the_left "
        "test_dtypes_follow_numpy test_operations_on_two_are_announced",
    ),
    arithmetic(
        "W01.2b",
        "The sum is added into the left operand.",
        'return Tensor._new(self.data + other.data, "add", (self, other))',
        'self.data = self.data + other.data\n        return Tensor._new(self.data, "add", (self, other))',
        caught_by="test_operands_stay_as_they_were test_operations_on_two_are_announced",
        starred=True,
    ),
    arithmetic(
        "W01.2c",
        "Only Tensors of equal shapes can be added.",
        'return Tensor._new(self.data + other.data, "add", (self, other))',
        "if self.shape != other.shape:\n"
        '            raise ValueError(f"shapes {self.shape} and {other.shape} differ")\n'
        '        return Tensor._new(self.data + other.data, "add", (self, other))',
        caught_by="test_operators_on_broadcast_pairs test_numbers_and_arrays_on_the_left "
        "test_numbers_and_arrays_on_the_right test_dtypes_follow_numpy "
        "test_operations_on_two_are_announced",
        starred=True,
    ),
    arithmetic(
        "W01.2d",
        "Division rounds down.",
        "self.data / other.data",
        "self.data // other.data",
        caught_by="test_sum_and_quotient test_operators_on_broadcast_pairs "
        "test_numbers_and_arrays_on_the_left test_numbers_and_arrays_on_the_right "
        "test_operands_stay_as_they_were test_dtypes_follow_numpy",
        starred=True,
    ),
    arithmetic(
        "W01.2e",
        "An array on the left answers by itself, and no Tensor comes out.",
        "__array_ufunc__ = None",
        "left_to_numpy = True",
        caught_by="test_an_array_plus_a_tensor test_numbers_and_arrays_on_the_left "
        "test_dtypes_follow_numpy test_operations_on_two_are_announced",
        also="m01-matmul-test",
        starred=True,
    ),
    arithmetic(
        "W01.2f",
        "A Python number becomes float64 and pulls a float32 Tensor with it.",
        "return _constant(np.asarray(value, dtype=self.data.dtype))",
        "return Tensor(value)",
        caught_by="test_dtypes_follow_numpy",
    ),
    arithmetic(
        "W01.2g",
        "Every other operand is rounded to the dtype of the Tensor.",
        "        return as_tensor(value)\n",
        "        own = value.data if isinstance(value, Tensor) else value\n"
        "        rounded = _constant(np.asarray(own, dtype=self.data.dtype))\n"
        "        return value if isinstance(value, Tensor) else rounded\n",
        caught_by="test_dtypes_follow_numpy",
    ),
    arithmetic(
        "W01.2h",
        "An array or Tensor is taken as an exponent.",
        """\
        if not isinstance(exponent, (int, float)):
            raise TypeError(f"the exponent must be a Python number, got {type(exponent).__name__}")
        return Tensor._new(self.data**exponent,""",
        """\
        if isinstance(exponent, str):
            raise TypeError("the exponent must be a number")
        return Tensor._new(self.data ** np.asarray(exponent),""",
        caught_by="test_dtypes_follow_numpy test_what_is_refused",
    ),
    arithmetic(
        "W01.2i",
        "Only whole exponents that are not negative are taken.",
        "if not isinstance(exponent, (int, float)):",
        "if not isinstance(exponent, int) or exponent < 0:",
        caught_by="test_minus_powers_exp_and_log test_operations_on_one_are_announced",
    ),
    arithmetic(
        "W01.2j",
        "A difference is written as a sum with the negative, and announced as two operations.",
        'return Tensor._new(self.data - other.data, "sub", (self, other))',
        "return self + (-other)",
        caught_by="test_operations_on_two_are_announced",
    ),
    arithmetic(
        "W01.2l",
        "Results are wrapped by the constructor and announced to nobody.",
        'return Tensor._new(np.exp(self.data), "exp", (self,))',
        "return Tensor(np.exp(self.data))",
        caught_by="test_operations_on_one_are_announced",
    ),
    arithmetic(
        "W01.2m",
        "The exponent is not announced.",
        '"pow", (self,), exponent=exponent)',
        '"pow", (self,))',
        caught_by="test_operations_on_one_are_announced",
    ),
    arithmetic(
        "W01.2n",
        "The logarithm to base 10.",
        "np.log(self.data)",
        "np.log10(self.data)",
        caught_by="test_minus_powers_exp_and_log",
    ),
    arithmetic(
        "W01.2o",
        "Shapes that do not fit are cut to the shorter length.",
        'return Tensor._new(self.data + other.data, "add", (self, other))',
        "a, b = self.data, other.data\n"
        "        if a.ndim and b.ndim and 1 not in (a.shape[-1], b.shape[-1]):\n"
        "            n = min(a.shape[-1], b.shape[-1])\n"
        "            a, b = a[..., :n], b[..., :n]\n"
        '        return Tensor._new(a + b, "add", (self, other))',
        caught_by="test_what_is_refused",
    ),
    arithmetic(
        "W01.2p",
        "A bare array comes out of a product.",
        'return Tensor._new(self.data * other.data, "mul", (self, other))',
        "return self.data * other.data",
        caught_by="test_a_column_times_a_row test_operators_on_broadcast_pairs "
        "test_numbers_and_arrays_on_the_left test_numbers_and_arrays_on_the_right "
        "test_operands_stay_as_they_were test_dtypes_follow_numpy "
        "test_operations_on_two_are_announced",
    ),
    arithmetic(
        "W01.2q",
        "The other operand must be a Tensor.",
        OPERAND,
        "        return value\n",
        caught_by="test_a_number_minus_a_tensor test_an_array_plus_a_tensor "
        "test_numbers_and_arrays_on_the_left test_numbers_and_arrays_on_the_right "
        "test_dtypes_follow_numpy test_operations_on_two_are_announced",
    ),
    # -- 01.3 matrix product -------------------------------------------------------------------------------------
    product(
        "W01.3a",
        "The elementwise product.",
        "product = self.data @ other.data",
        "product = self.data * other.data",
        caught_by="test_two_by_three_times_three_by_four test_a_stack_with_a_matrix_and_with_a_stack "
        "test_stacks_that_broadcast test_vectors test_square_matrices_in_both_orders "
        "test_an_array_on_either_side test_operands_without_axes_are_refused "
        "test_products_are_announced",
        starred=True,
    ),
    product(
        "W01.3b",
        "The right operand is transposed first where that is possible.",
        "product = self.data @ other.data",
        "right = other.data\n"
        "            if right.ndim > 1 and right.shape[-1] == right.shape[-2]:\n"
        "                right = right.swapaxes(-1, -2)\n"
        "            product = self.data @ right",
        caught_by="test_stacks_that_broadcast test_square_matrices_in_both_orders "
        "test_operands_without_axes_are_refused",
        starred=True,
    ),
    product(
        "W01.3c",
        "Only matrices are multiplied, no stacks of them.",
        "product = self.data @ other.data",
        "if self.ndim > 2 or other.ndim > 2:\n"
        '                raise ValueError("two axes only")\n'
        "            product = self.data @ other.data",
        caught_by="test_a_stack_with_a_matrix_and_with_a_stack test_stacks_that_broadcast test_vectors "
        "test_operands_without_axes_are_refused",
        starred=True,
    ),
    product(
        "W01.3c-dot",
        "np.dot, which pairs every matrix of one stack with every one of the other.",
        "product = self.data @ other.data",
        "product = np.dot(self.data, other.data)",
        caught_by="test_a_stack_with_a_matrix_and_with_a_stack test_stacks_that_broadcast "
        "test_operands_without_axes_are_refused",
    ),
    product(
        "W01.3d",
        "A product with a vector comes out as a column.",
        "product = self.data @ other.data",
        "right = other.data[:, None] if other.ndim == 1 else other.data\n"
        "            product = self.data @ right",
        caught_by="test_vectors test_operands_without_axes_are_refused",
        starred=True,
    ),
    product(
        "W01.3e",
        "The error leaves out the shapes.",
        'raise ValueError(f"cannot multiply shapes {self.shape} and {other.shape}") from error',
        'raise ValueError("these two cannot be multiplied") from error',
        caught_by="test_the_error_names_both_shapes",
    ),
    product(
        "W01.3g",
        "array @ Tensor multiplies in the wrong order.",
        "return as_tensor(other) @ self",
        "return self @ other",
        caught_by="test_an_array_on_either_side test_products_are_announced",
    ),
    product(
        "W01.3h",
        "A number is multiplied in instead of refused.",
        "product = self.data @ other.data",
        "scalar = self.ndim == 0 or other.ndim == 0\n"
        "            product = self.data * other.data if scalar else self.data @ other.data",
        caught_by="test_operands_without_axes_are_refused",
    ),
    product(
        "W01.3i",
        "The product is announced as an elementwise one.",
        '"matmul", (self, other))',
        '"mul", (self, other))',
        caught_by="test_products_are_announced",
    ),
    product(
        "W01.3j",
        "Stacks are multiplied one by one, but must have the same number of matrices.",
        "product = self.data @ other.data",
        "if self.ndim > 2 and other.ndim > 2 and self.shape[:-2] != other.shape[:-2]:\n"
        '                raise ValueError("stacks of different length")\n'
        "            product = self.data @ other.data",
        caught_by="test_stacks_that_broadcast",
    ),
    # -- 01.4 reshape, transpose, index --------------------------------------------------------------------------
    shape(
        "W01.4a",
        "reshape reads column by column.",
        "self.data.reshape(shape).copy()",
        'self.data.reshape(shape, order="F").copy()',
        caught_by="test_reshape_with_minus_one test_order_of_elements test_no_result_is_a_view",
        starred=True,
    ),
    shape(
        "W01.4b",
        ".T reverses all axes.",
        "axes = axes[:-2] + axes[:-3:-1]",
        "axes = axes[::-1]",
        caught_by="test_the_last_two_axes_change_places test_rearranging_is_announced",
        starred=True,
    ),
    shape(
        "W01.4c",
        "reshape gives a view.",
        "self.data.reshape(shape).copy()",
        "self.data.reshape(shape)",
        caught_by="test_no_result_is_a_view",
        starred=True,
    ),
    shape(
        "W01.4c-transpose",
        "transpose gives a view.",
        "self.data.transpose(axes).copy()",
        "self.data.transpose(axes)",
        caught_by="test_no_result_is_a_view",
    ),
    shape(
        "W01.4c-index",
        "A slice is a view.",
        "np.array(self.data[index])",
        "self.data[index]",
        caught_by="test_no_result_is_a_view",
    ),
    shape(
        "W01.4d",
        "An index that repeats gives each row once.",
        GETITEM,
        "        if isinstance(index, list):\n            index = sorted(set(index))\n" + GETITEM,
        caught_by="test_indices_that_repeat_and_masks test_rearranging_is_announced",
        starred=True,
    ),
    shape(
        "W01.4e",
        "Negative axes lose their sign, so that others are exchanged.",
        "        if not axes:\n",
        "        axes = tuple(abs(axis) % self.ndim for axis in axes)\n        if not axes:\n",
        caught_by="test_permutations",
    ),
    shape(
        "W01.4f",
        "reshape takes integers only, no tuple.",
        RESHAPE,
        "        shape = tuple(int(n) for n in shape)\n"
        '        return Tensor._new(self.data.reshape(shape).copy(), "reshape", (self,), shape=shape)\n',
        caught_by="test_order_of_elements",
    ),
    shape(
        "W01.4h",
        "transpose(i, j) exchanges two axes instead of taking an order.",
        'return Tensor._new(self.data.transpose(axes).copy(), "transpose", (self,), axes=axes)',
        "order = list(range(self.ndim))\n"
        "        if self.ndim > 1:\n"
        "            i, j = axes[-2:]\n"
        "            order[i], order[j] = order[j], order[i]\n"
        '        return Tensor._new(self.data.transpose(order).copy(), "transpose", (self,), axes=tuple(order))',
        caught_by="test_permutations test_no_result_is_a_view test_impossible_shapes_and_axes "
        "test_rearranging_is_announced",
    ),
    shape(
        "W01.4i",
        "A mask is read as zeros and ones that are indices.",
        GETITEM,
        "        if isinstance(index, np.ndarray):\n            index = index.astype(int)\n" + GETITEM,
        caught_by="test_indices_that_repeat_and_masks",
    ),
    shape(
        "W01.4j",
        "An impossible shape is filled up by repeating the elements.",
        "self.data.reshape(shape).copy()",
        "np.resize(self.data, shape) if -1 not in shape else self.data.reshape(shape).copy()",
        caught_by="test_impossible_shapes_and_axes",
    ),
    shape(
        "W01.4l",
        "Axes that were not given are not announced either.",
        TRANSPOSE,
        TRANSPOSE.replace("        if not axes:\n", "        given = axes\n        if not axes:\n").replace(
            "axes=axes)", "axes=given)"
        ),
        caught_by="test_rearranging_is_announced",
    ),
    shape(
        "W01.4m",
        "A vector is turned into a column by .T.",
        "        return self.transpose()\n",
        "        return self.transpose() if self.ndim != 1 else self.reshape(-1, 1)\n",
        caught_by="test_the_last_two_axes_change_places",
    ),
    shape(
        "W01.4n",
        "reshape changes the shape of the Tensor itself.",
        RESHAPE,
        RESHAPE.replace(
            "        return Tensor._new(self.data.reshape(shape).copy(),",
            "        self.data = self.data.reshape(shape)\n        return Tensor._new(self.data.copy(),",
        ),
        caught_by="test_no_result_is_a_view test_rearranging_is_announced",
    ),
    shape(
        "W01.4o",
        ".T is the same numbers under the turned shape.",
        "        return self.transpose()\n",
        "        return self.reshape(*self.shape[:-2], *self.shape[:-3:-1])\n",
        caught_by="test_transpose_of_a_table test_the_last_two_axes_change_places test_order_of_elements "
        "test_no_result_is_a_view test_rearranging_is_announced",
    ),
    shape(
        "W01.4p",
        "A slice goes to the first axis, whatever stands in the index.",
        GETITEM,
        "        if isinstance(index, tuple) and isinstance(index[-1], slice):\n"
        "            index = index[-1]\n" + GETITEM,
        caught_by="test_a_slice_of_a_table test_integers_slices_ellipsis_and_none",
    ),
    # -- 01.5 reductions -----------------------------------------------------------------------------------------
    reduce(
        "W01.5a",
        "The sum ignores axis.",
        "total = self.data.sum(axis=axis, keepdims=keepdims)",
        "total = self.data.sum(keepdims=keepdims)",
        caught_by="test_sum_over_rows test_several_axes test_negative_axes_with_keepdims "
        "test_axes_of_length_one",
        starred=True,
    ),
    reduce(
        "W01.5b",
        "The maximum ignores keepdims.",
        "largest = self.data.max(axis=axis, keepdims=keepdims)",
        "largest = self.data.max(axis=axis)",
        caught_by="test_several_axes test_negative_axes_with_keepdims test_axes_of_length_one "
        "test_no_axis test_maximum_of_negative_numbers",
        starred=True,
    ),
    reduce(
        "W01.5c",
        "Of several axes only the first is reduced.",
        SUM,
        "        axis = axis[0] if isinstance(axis, tuple) else axis\n" + SUM,
        caught_by="test_several_axes test_axes_of_length_one test_reductions_are_announced",
    ),
    reduce(
        "W01.5d",
        "Without an axis keepdims is forgotten.",
        "average = self.data.mean(axis=axis, keepdims=keepdims)",
        "average = self.data.mean(axis=axis, keepdims=keepdims and axis is not None)",
        caught_by="test_no_axis",
    ),
    reduce(
        "W01.5e",
        "The mean divides by the number of all elements.",
        "average = self.data.mean(axis=axis, keepdims=keepdims)",
        "average = self.data.sum(axis=axis, keepdims=keepdims) / self.size",
        caught_by="test_mean_over_rows test_several_axes test_negative_axes_with_keepdims "
        "test_axes_of_length_one test_mean_over_one_axis_of_three",
    ),
    reduce(
        "W01.5f",
        "The mean of nothing is 0.",
        MEAN,
        "        total = self.data.sum(axis=axis, keepdims=keepdims)\n"
        "        count = self.size / max(total.size, 1)\n"
        '        return Tensor._new(total / max(count, 1), "mean", (self,), axis=axis, keepdims=keepdims)\n',
        caught_by="test_the_mean_of_nothing",
    ),
    reduce(
        "W01.5g",
        "The maximum starts from 0.",
        "largest = self.data.max(axis=axis, keepdims=keepdims)",
        "largest = self.data.max(axis=axis, keepdims=keepdims, initial=0.0)",
        caught_by="test_negative_axes_with_keepdims test_axes_of_length_one test_maximum_of_negative_numbers",
    ),
    reduce(
        "W01.5h",
        "Negative axes lose their sign.",
        MEAN,
        "        axis = abs(axis) % self.ndim if isinstance(axis, int) else axis\n" + MEAN,
        caught_by="test_negative_axes_with_keepdims",
    ),
    reduce(
        "W01.5i",
        "Axes of length 1 disappear from the result as well.",
        SUM.splitlines(keepends=True)[0],
        SUM.splitlines(keepends=True)[0] + "        total = total if keepdims else np.squeeze(total)\n",
        caught_by="test_axes_of_length_one",
    ),
    reduce(
        "W01.5j",
        "The mean is announced as a sum and a quotient.",
        MEAN,
        "        if self.size == 0:\n"
        '            raise ValueError("no elements")\n'
        "        total = self.sum(axis=axis, keepdims=keepdims)\n"
        "        return total / (self.size / total.size)\n",
        caught_by="test_reductions_are_announced",
    ),
    reduce(
        "W01.5k",
        "keepdims is not announced.",
        '"max", (self,), axis=axis, keepdims=keepdims)',
        '"max", (self,), axis=axis)',
        caught_by="test_reductions_are_announced",
    ),
    reduce(
        "W01.5m",
        "The mean divides by the length of the last axis, whichever was reduced.",
        "average = self.data.mean(axis=axis, keepdims=keepdims)",
        "average = self.data.sum(axis=axis, keepdims=keepdims) / self.data.shape[-1]",
        caught_by="test_several_axes test_negative_axes_with_keepdims test_axes_of_length_one "
        "test_no_axis test_mean_over_one_axis_of_three",
    ),
]

RIGHT = [
    # -- 01.1 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R01.1a",
        "numpy refuses item() of several elements by itself.",
        "m01-create",
        ITEM,
        "        return self.data.item()\n",
    ),
    RightVariant(
        "R01.1b",
        "The dtype is chosen first, then one array is made; the constructor copies once more, by its own means.",
        "m01-create",
        FLOATS,
        """\
    array = np.asarray(data.data if isinstance(data, Tensor) else data)
    keep = array.dtype == np.dtype("float32") or array.dtype == np.dtype("float64")
    return array if keep else np.array(array, dtype=float)
""",
    ),
    RightVariant(
        "R01.1c",
        "A short repr by str, and extra attributes.",
        "m01-create",
        """\
        wants = ", requires_grad=True" if self.requires_grad else ""
        named = f", name={self.name!r}" if self.name else ""
        inside = np.array2string(self.data, separator=", ", prefix="Tensor(")
        return f"Tensor({inside}, dtype={self.dtype}{wants}{named})"
""",
        """\
        self.shown = True
        return "Tensor(" + str(self.data.tolist()) + ")"
""",
    ),
    RightVariant(
        "R01.1d",
        "__array__ by asarray and a copy where one is asked for; item as a numpy number.",
        "m01-create",
        "return np.array(self.data, dtype=dtype, copy=copy)",
        "found = np.asarray(self.data, dtype=dtype)\n        return found.copy() if copy else found",
    ),
    # -- 01.2 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R01.2a",
        "Reflected sums and products call the plain ones.",
        "m01-arithmetic",
        "return self._operand(other) * self",
        "return self * other",
    ),
    RightVariant(
        "R01.2b",
        "Operators through one helper.",
        "m01-arithmetic",
        """\
        other = self._operand(other)
        return Tensor._new(self.data + other.data, "add", (self, other))
""",
        """\
        def with_array(operation, name, right):
            return Tensor._new(operation(self.data, right.data), name, (self, right))

        return with_array(np.add, "add", self._operand(other))
""",
    ),
    RightVariant(
        "R01.2c",
        "The operand is sorted by what it is not.",
        "m01-arithmetic",
        OPERAND,
        """\
        if not isinstance(value, (Tensor, np.ndarray, np.generic, list, tuple)):
            return Tensor(np.array(value, dtype=self.dtype))
        return value if isinstance(value, Tensor) else Tensor(value)
""",
    ),
    RightVariant(
        "R01.2d",
        "The reflected quotient computed directly.",
        "m01-arithmetic",
        "return self._operand(other) / self",
        'left = self._operand(other)\n        return Tensor._new(left.data / self.data, "div", (left, self))',
    ),
    # -- 01.3 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R01.3a",
        "np.matmul, and the constructor for the other operand.",
        "m01-matmul",
        MATMUL,
        """\
        other = other if isinstance(other, Tensor) else Tensor(other)
        try:
            return Tensor._new(np.matmul(self.data, other.data), "matmul", (self, other))
        except ValueError:
            raise ValueError(f"{self.shape} @ {other.shape} does not fit")
""",
    ),
    RightVariant(
        "R01.3b",
        "Lengths are compared beforehand, and broadcasting is left to numpy.",
        "m01-matmul",
        MATMUL,
        """\
        other = as_tensor(other)
        text = f"cannot multiply {self.shape} by {other.shape}"
        if self.ndim == 0 or other.ndim == 0:
            raise ValueError(text)
        inner = other.shape[0] if other.ndim == 1 else other.shape[-2]
        if self.shape[-1] != inner:
            raise ValueError(text)
        return Tensor._new(self.data @ other.data, "matmul", (self, other))
""",
    ),
    # -- 01.4 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R01.4a",
        "A slice is copied by the constructor.",
        "m01-shape",
        GETITEM,
        """\
        return Tensor._new(Tensor(self.data[index]).data, "getitem", (self,), index=index)
""",
    ),
    RightVariant(
        "R01.4b",
        "The last two axes exchanged in a list.",
        "m01-shape",
        """\
            axes = tuple(range(self.ndim))
            axes = axes[:-2] + axes[:-3:-1]
""",
        """\
            order = list(range(self.ndim))
            if self.ndim > 1:
                order[-1], order[-2] = order[-2], order[-1]
            axes = tuple(order)
""",
    ),
    RightVariant(
        "R01.4c",
        "Copied first, then reshaped.",
        "m01-shape",
        "self.data.reshape(shape).copy()",
        "np.reshape(np.array(self.data), shape)",
    ),
    # -- 01.5 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R01.5a",
        "The mean as sum over count.",
        "m01-reduce",
        "average = self.data.mean(axis=axis, keepdims=keepdims)",
        "total = np.sum(self.data, axis=axis, keepdims=keepdims)\n"
        "        average = total / (self.size // np.size(total))",
    ),
    RightVariant(
        "R01.5b",
        "numpy's functions instead of methods.",
        "m01-reduce",
        "largest = self.data.max(axis=axis, keepdims=keepdims)",
        "largest = np.amax(self.data, axis, keepdims=keepdims)",
    ),
]
