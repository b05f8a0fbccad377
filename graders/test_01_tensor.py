"""The checks of module 01: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values come from plain loops in `oracles/tensor.py`, or are written out.
"""

from __future__ import annotations

import math
import operator

import numpy as np
from oracles import tensor as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
NEAR_ZERO = 1e-12  # where large terms cancel
BOTH, LEFT, RIGHT = [True, True], [True, False], [False, True]  # which operands become Tensors
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div"}


def expect_array(got, expected, what, *, dtype=np.float64):
    """Shape, numbers and dtype."""
    expected = np.asarray(expected, dtype=np.float64)
    if expected.size:
        expect(got).close(expected, rtol=CLOSE, atol=NEAR_ZERO, what=what)
    expect(got).true(
        lambda got: isinstance(got, np.ndarray) and got.shape == expected.shape and got.dtype == dtype,
        f"not {np.dtype(dtype).name} of shape {expected.shape}",
        what=what,
    )


def expect_all(got, expected, what, *, dtype=np.float64):
    expect(got).length(len(expected), what=what)
    for i, (one, right) in enumerate(zip(got, expected, strict=True)):
        expect_array(one, right, f"{what}, case {i + 1}", dtype=dtype)


def away_from_zero(rng, *shape):
    """Numbers of both signs, none of them near 0, so that they can stand below a line."""
    return rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)


# -- 01.1 creation and attributes ------------------------------------------------------------------------------


@check("m01-create-test", visible=True, hint="each of the properties asks self.data")
def test_a_table_of_lists(student, rng):
    """A 2x3 list: numbers, shape, ndim, size, dtype."""
    (found,) = student.probe("create", sources=[[np.array([[1.5, 2, 3], [4, 5, 6]]), "lists"]])
    expect_array(found["data"], [[1.5, 2, 3], [4, 5, 6]], "the numbers inside")
    expect([found[key] for key in ("shape", "ndim", "size", "dtype")]).equal(
        [[2, 3], 2, 6, "float64"], what="shape, ndim, size, dtype"
    )


@check("m01-create-test", visible=True, hint="everything but float32 and float64 is converted to float64")
def test_whole_numbers_become_floats(student, rng):
    """Whole numbers become float64."""
    (found,) = student.probe("create", sources=[[np.array([1, 2]), "lists"]])
    expect_array(found["data"], [1.0, 2.0], "data")


@check("m01-create-test", visible=True, hint="np.array copies; np.asarray copies only if it has to")
def test_the_source_is_copied(student, rng):
    """A write into the source does not reach the Tensor."""
    expect_array(student.probe("written_after", data=np.array([1.0, 2.0])), [1.0, 2.0], "data")


@check("m01-create-test", hint="ask the array for shape, ndim and size; do not count by hand")
def test_no_axes_and_empty_shapes(student, rng):
    """A number, empty shapes and axes of length 1."""
    shapes = [(), (0, 3), (2, 0, 1), (1, 1), (3, 1, 2)]
    arrays = [np.asarray(rng.normal(size=shape)) for shape in shapes]
    found = student.probe("create", sources=[[array, ""] for array in arrays])
    for one, array in zip(found, arrays, strict=True):
        said = [one[key] for key in ("shape", "ndim", "size")]
        expect(said).equal([list(array.shape), array.ndim, math.prod(array.shape)], what="shape, ndim, size")
        expect_array(one["data"], array, "data")


@check("m01-create-test", hint="look at the dtype of the array: two are kept, all others are converted")
def test_float32_is_kept_and_others_change(student, rng):
    """float32 is kept; integers, truth values and float16 become float64."""
    data = rng.integers(1, 9, size=(2, 3))
    kinds = [np.float32, np.float64, np.int64, np.int8, np.uint8, np.bool_, np.float16]
    found = student.probe("create", sources=[[data.astype(kind), ""] for kind in kinds])
    for one, kind in zip(found, kinds, strict=True):
        wanted = kind if kind in (np.float32, np.float64) else np.float64
        expect_array(one["data"], data.astype(kind), f"made of {np.dtype(kind).name}", dtype=wanted)
        expect(one["dtype"]).equal(np.dtype(wanted).name, what="dtype")


@check("m01-create-test", hint="let numpy read what comes: np.asarray takes tuples and any order in memory")
def test_tuples_and_arrays_out_of_order(student, rng):
    """Nested tuples, and arrays that do not lie in memory row by row."""
    data = rng.normal(size=(5, 3))
    expected = [data, oracle.permuted(data, (1, 0)), np.array([row[::-1] for row in data[[0, 2, 4]]])]
    found = student.probe("create", sources=[[data, how] for how in ("tuples", "transposed", "every other")])
    expect_all([one["data"] for one in found], expected, "data")


@check("m01-create-test", hint="Tensor(other) copies the numbers of other and nothing else of it")
def test_a_tensor_of_a_tensor(student, rng):
    """A Tensor made of a Tensor has its numbers, and neither follows the other."""
    data = rng.normal(size=4)
    reply = student.probe("tensor_of_tensor", data=data)
    expect_array(reply["second"], data, "the copy")
    expect_array(reply["first"], [-7, *data[1:]], "the original after a write into it")
    expect_array(reply["third"], [*data[:-1], 9], "another copy after a write into it")
    expect(reply["history"]).equal([None, False], what="grad and requires_grad of the copy")
    expect_array(reply["of_array"], data, "a Tensor after a write into its source")


@check("m01-create-test", hint="__array__ hands dtype and copy to np.array; len asks the array")
def test_numpy_functions_and_len(student, rng):
    """np.asarray, np.array and len of a Tensor."""
    data = rng.normal(size=(4, 3))
    reply = student.probe("seen_by_numpy", data=data)
    expect_array(reply["array"], data, "np.asarray(tensor)")
    expect_array(reply["single"], data.astype(np.float32), "np.asarray in float32", dtype=np.float32)
    expect_array(reply["kept"], data, "the Tensor after a write into np.array(tensor)")
    expect(reply["length"]).equal(4, what="len")


@check("m01-create-test", hint="item needs exactly one element, on however many axes; else ValueError")
def test_item_of_one_element_only(student, rng):
    """item of one element, and refused for two or none."""
    value = float(rng.normal())
    sources = [np.full((1,) * ndim, value) for ndim in range(4)]
    *found, two, none = student.probe("items", sources=[*sources, np.array([value, 2.0]), np.zeros((0, 3))])
    expect(found).close([value] * 4, what="item")
    expect(two).raises("ValueError", what="item of two elements")
    expect(none).raises("ValueError", what="item of no element")


@check("m01-create-test", hint="keep both arguments; grad starts as None; numpy() hands out the inner array")
def test_attributes_and_the_inner_array(student, rng):
    """requires_grad, name and grad, and a write into what numpy() returns."""
    reply = student.probe("attributes", data=rng.normal(size=1))
    expect(reply["attributes"]).equal(
        [[True, "weight", None], [False, "", None]], what="requires_grad, name, grad"
    )
    expect_array(reply["inside"], [4.5], "data after a write into numpy()")


@check("m01-create-test", hint='repr returns a text that begins with "Tensor(" and holds the numbers')
def test_repr(student, rng):
    """repr starts with Tensor( and shows the numbers."""
    numbers = [0.25, -3.5, 1.75]
    found = student.probe("texts", sources=[np.array([one]) for one in numbers])
    expect(found).length(3, what="texts")
    for text, number in zip(found, numbers, strict=True):
        expect(text).true(
            lambda text, number=number: (
                isinstance(text, str) and text.startswith("Tensor(") and str(number) in text
            ),
            "not a text that starts with Tensor( and shows the number",
            what="repr",
        )


# -- 01.2 elementwise arithmetic -------------------------------------------------------------------------------


@check("m01-arithmetic-test", visible=True, hint="both operands' arrays, then numpy's operator")
def test_sum_and_quotient(student, rng):
    """Sum and quotient of two Tensors of one shape."""
    a, b = np.array([1.0, 2.0, 5.0]), np.array([4.0, 8.0, 10.0])
    found = student.probe("compute", calls=[["+", [a, b], BOTH], ["/", [a, b], BOTH]])
    expect_all(found, [[5, 10, 15], [0.25, 0.25, 0.5]], "result")


@check("m01-arithmetic-test", visible=True, hint="do not compare shapes yourself: numpy stretches them")
def test_a_column_times_a_row(student, rng):
    """A column times a row."""
    column, row = np.array([[1.0], [2.0]]), np.array([10.0, 20.0, 30.0])
    (found,) = student.probe("compute", calls=[["*", [column, row], BOTH]])
    expect_array(found, [[10, 20, 30], [20, 40, 60]], "product")


@check("m01-arithmetic-test", visible=True, hint="__rsub__(self, other) is other - self")
def test_a_number_minus_a_tensor(student, rng):
    """2 - t."""
    (found,) = student.probe("compute", calls=[["-", [2, np.array([1.0, 2.0, 5.0])], RIGHT]])
    expect_array(found, [1, 0, -3], "2 - t")


@check("m01-arithmetic-test", visible=True, hint="keep the given line __array_ufunc__ = None, write __radd__")
def test_an_array_plus_a_tensor(student, rng):
    """An array plus a Tensor is a Tensor."""
    (found,) = student.probe("compute", calls=[["+", [np.ones(3), np.array([1.0, 2.0, 5.0])], RIGHT]])
    expect_array(found, [2, 3, 6], "array + Tensor")


@check(
    "m01-arithmetic-test", hint="every operator leaves shapes to numpy, which lines them up from the right"
)
def test_operators_on_broadcast_pairs(student, rng):
    """All four operators on pairs of shapes that broadcast."""
    calls, expected = [], []
    for left, right in [((2, 1, 3), (4, 1)), ((5,), (2, 3, 1)), ((3, 1), ()), ((), (4,)), ((0, 3), (1, 3))]:
        a, b = away_from_zero(rng, *left), away_from_zero(rng, *right)
        for sign, operation in SIGNS.items():
            calls.append([sign, [a, b], BOTH])
            expected.append(oracle.elementwise(operation, a, b))
    expect_all(student.probe("compute", calls=calls), expected, "result")


@check("m01-arithmetic-test", hint="the reflected methods: the other operand stands on the left")
def test_numbers_and_arrays_on_the_left(student, rng):
    """Numbers, 0-d arrays and arrays on the left of every operator."""
    tensor = away_from_zero(rng, 2, 3)
    lefts = [3, -1.5, np.array(2.5), away_from_zero(rng, 2, 3), away_from_zero(rng, 4, 1, 1)]
    calls, expected = [], []
    for left in lefts:
        for sign, operation in SIGNS.items():
            calls.append([sign, [left, tensor], RIGHT])
            expected.append(oracle.elementwise(operation, np.asarray(left), tensor))
    expect_all(student.probe("compute", calls=calls), expected, "result")


@check("m01-arithmetic-test", hint="an operand on the right need not be a Tensor")
def test_numbers_and_arrays_on_the_right(student, rng):
    """Numbers and arrays on the right of every operator."""
    tensor = away_from_zero(rng, 3, 2)
    calls, expected = [], []
    for right in [4, -0.5, np.array(2.5), away_from_zero(rng, 2)]:
        for sign, operation in SIGNS.items():
            calls.append([sign, [tensor, right], LEFT])
            expected.append(oracle.elementwise(operation, tensor, np.asarray(right)))
    expect_all(student.probe("compute", calls=calls), expected, "result")


@check("m01-arithmetic-test", hint="compute into a new array: no += on self.data, no out=")
def test_operands_stay_as_they_were(student, rng):
    """Operands after every operation, and the results."""
    a, b = away_from_zero(rng, 2, 3), away_from_zero(rng, 2, 3)
    reply = student.probe("operands_afterwards", operations=list(SIGNS), left=a, right=b)
    # The first result of each pair is written into before the probe looks at it; the second tells its value.
    second = [oracle.elementwise(operation, a, b) for operation in SIGNS.values()]
    expect_all(reply["results"][1:-2:2], second, "result")
    expect_all(reply["results"][-2:], [oracle.elementwise(math.exp, a), -a], "exp and minus")
    expect(reply["operands"]).length(3, what="operands")
    for after, before in zip(reply["operands"], (a, b, b), strict=True):
        expect(after).equal(before, what="operand afterwards")


@check("m01-arithmetic-test", hint="a Python number takes the dtype of the Tensor; an array keeps its own")
def test_dtypes_follow_numpy(student, rng):
    """float32 with Python numbers stays float32, with float64 arrays it does not."""
    single = rng.integers(1, 9, size=3).astype(np.float32)
    double = single.astype(np.float64)
    calls = [["*", [single, 2], LEFT], ["-", [1.5, single], RIGHT], ["/", [1, single], RIGHT]]
    calls += [["+", [single, 3], LEFT], ["**", [single, 2], LEFT], ["+", [single, single], BOTH]]
    expected = [double * 2, 1.5 - double, 1 / double, double + 3, double * double, double * 2]
    expect_all(student.probe("compute", calls=calls), expected, "float32 result", dtype=np.float32)
    wide = student.probe("compute", calls=[["*", [single, double], BOTH], ["+", [double, single], RIGHT]])
    expect_all(wide, [double * double, double + double], "result with float64")


@check("m01-arithmetic-test", hint="let numpy's ValueError through; test the exponent before you compute")
def test_what_is_refused(student, rng):
    """Shapes that do not fit, and exponents that are no number."""
    a = away_from_zero(rng, 2, 3)
    shapes = [[sign, [a, np.ones(4)], BOTH] for sign in SIGNS]
    exponents = [["**", [a, np.array(2.0)], BOTH], ["**", [a, np.ones(3)], LEFT], ["**", [a, "2"], LEFT]]
    *found, power = student.probe("refused", calls=[*shapes, *exponents, ["**", [a, 2], LEFT]])
    for one in found[:4]:
        expect(one).raises("ValueError", what="shapes (2, 3) and (4,)")
    for one in found[4:]:
        expect(one).raises("TypeError", what="an exponent that is no Python number")
    expect_array(power, a * a, "t ** 2")


@check("m01-arithmetic-test", hint="- and ** by numpy's operators, exp and log by numpy's functions")
def test_minus_powers_exp_and_log(student, rng):
    """Minus, powers, exp and log."""
    x = rng.uniform(0.5, 2.0, size=(2, 3))
    calls = [[name, [x], [True]] for name in ("neg", "exp", "log")]
    calls += [["**", [x, exponent], LEFT] for exponent in (3, -1, 0.5, 0)]
    expected = [-x, oracle.elementwise(math.exp, x), oracle.elementwise(math.log, x)]
    expected += [x * x * x, 1 / x, oracle.elementwise(math.sqrt, x), x / x]
    expect_all(student.probe("compute", calls=calls), expected, "result")


def expect_announced(found, op, inputs, which, ctx=None):
    """One announcement, of the result itself, with these inputs; `which` operand each is, None for a new Tensor."""
    expect(found["times"]).equal(1, what=f"announcements of “{op}”")
    expect(found["op"]).equal(op, what="name of the operation")
    expect(found["of_result"]).equal(True, what=f"“{op}”: the result that was announced is the one returned")
    expect(found["inputs"]).length(len(inputs), what=f"inputs of “{op}”")
    for one, right in zip(found["inputs"], inputs, strict=True):
        expect(one).close(right, rtol=CLOSE, what=f"input of “{op}”")
    expect(found["which"]).equal(which, what=f"“{op}”: which operand each input is")
    for key, value in (ctx or {}).items():
        expect(found["ctx"].get(key)).equal(value, what=f"{key} announced with “{op}”")


@check("m01-arithmetic-test", hint="each operation ends in one Tensor._new(array, op, (left, right))")
def test_operations_on_two_are_announced(student, rng):
    """Operations on two operands announce name and inputs, whichever of them is a Tensor."""
    a, b = away_from_zero(rng, 2, 3), away_from_zero(rng, 3)
    calls, wanted = [], []
    for sign, name in NAMES.items():
        calls += [[sign, [a, b], BOTH, {}], [sign, [a, 3], LEFT, {}], [sign, [b, a], RIGHT, {}]]
        wanted += [(name, (a, b), [0, 1]), (name, (a, 3.0), [0, None]), (name, (b, a), [None, 1])]
    found = student.probe("recorded", calls=calls)
    for one, (name, inputs, which) in zip(found, wanted, strict=True):
        if name in ("add", "mul") and one.get("which") == [1, None]:  # b + a for a + b is the same sum
            one["which"], one["inputs"] = [None, 1], one["inputs"][::-1]
        expect_announced(one, name, inputs, which)


@check("m01-arithmetic-test", hint="each operation ends in one Tensor._new(array, op, (self,))")
def test_operations_on_one_are_announced(student, rng):
    """Minus, exp, log and powers announce name, input and exponent."""
    a = rng.uniform(0.5, 2.0, size=(2, 3))
    calls = [[name, [a], [True], {}] for name in ("neg", "exp", "log")]
    calls += [["**", [a, 3], LEFT, {}], ["**", [a, -0.5], LEFT, {}]]
    found = student.probe("recorded", calls=calls)
    contexts = [{}, {}, {}, {"exponent": 3}, {"exponent": -0.5}]
    for one, name, ctx in zip(found, ["neg", "exp", "log", "pow", "pow"], contexts, strict=True):
        expect_announced(one, name, (a,), [0], ctx)


# -- 01.3 matrix product ---------------------------------------------------------------------------------------


def products(student, pairs, tensors=BOTH):
    """The student's products of these pairs beside ours."""
    found = student.probe("compute", calls=[["@", list(pair), tensors] for pair in pairs])
    expect_all(found, [oracle.matmul(a, b) for a, b in pairs], "product")


@check(
    "m01-matmul-test", visible=True, hint="element (i, j) is row i of the left times column j of the right"
)
def test_two_by_three_times_three_by_four(student, rng):
    """(2, 3) @ (3, 4)."""
    products(student, [(np.array([[1.0, 2, 3], [4, 5, 6]]), np.arange(12.0).reshape(3, 4))])


@check("m01-matmul-test", visible=True, hint="catch numpy's ValueError and raise one that holds both shapes")
def test_the_error_names_both_shapes(student, rng):
    """Shapes that do not fit: both stand in the text of the ValueError."""
    pair = [np.ones((2, 3)), np.ones((4, 5))]
    (found,) = student.probe("refused", calls=[["@", pair, BOTH]])
    for shape in (r"\(2, ?3\)", r"\(4, ?5\)"):
        expect(found).raises("ValueError", shape, what="(2, 3) @ (4, 5)")


@check("m01-matmul-test", hint="numpy multiplies stacks by itself; do not ask for two axes")
def test_a_stack_with_a_matrix_and_with_a_stack(student, rng):
    """(5, 2, 3) with (3, 4), with (5, 3, 4), and a matrix with a stack."""
    stack = rng.normal(size=(5, 2, 3))
    pairs = [(stack, rng.normal(size=(3, 4))), (stack, rng.normal(size=(5, 3, 4)))]
    products(student, [*pairs, (rng.normal(size=(4, 2)), stack)])


@check("m01-matmul-test", hint="axes before the last two broadcast as in every other operation")
def test_stacks_that_broadcast(student, rng):
    """(1, 5, 2, 3) @ (4, 1, 3, 2), after two stacks of one shape."""
    products(student, [(rng.normal(size=(2, 2, 2)), rng.normal(size=(2, 2, 2)))])
    products(student, [(rng.normal(size=(1, 5, 2, 3)), rng.normal(size=(4, 1, 3, 2)))])


@check("m01-matmul-test", hint="a vector's axis is gone from the product: no column, no row")
def test_vectors(student, rng):
    """A vector on the left, on the right and on both sides."""
    vector, matrix = rng.normal(size=3), rng.normal(size=(3, 4))
    stack = rng.normal(size=(2, 5, 3))
    products(student, [(vector, matrix), (stack, vector), (vector, rng.normal(size=3)), (matrix.T, vector)])


@check("m01-matmul-test", hint="neither operand is transposed, and A @ B is not B @ A")
def test_square_matrices_in_both_orders(student, rng):
    """Square matrices that are not symmetric, in both orders."""
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    products(student, [(a, b), (b, a)])


@check(
    "m01-matmul-test", hint="write __rmatmul__ for an array on the left; turn one on the right into a Tensor"
)
def test_an_array_on_either_side(student, rng):
    """An array on the left, an array on the right."""
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    products(student, [(a, b), (rng.normal(size=3), b)], RIGHT)
    products(student, [(a, b)], LEFT)


@check("m01-matmul-test", hint="numpy's ValueError is yours to pass on, whatever kind of mismatch it was")
def test_operands_without_axes_are_refused(student, rng):
    """A number as an operand is refused, on either side; two vectors of one length are not."""
    vector, number, stack = rng.normal(size=3), np.array(2.0), rng.normal(size=(2, 2, 2))
    pairs = [(vector, number), (number, vector), (vector, vector), (stack, stack)]
    first, second, fits, many = student.probe("refused", calls=[["@", list(pair), BOTH] for pair in pairs])
    for one in (first, second):
        expect(one).raises("ValueError", what="an operand without axes")
    expect_array(fits, math.fsum(vector * vector), "a vector with itself")
    expect_array(many, oracle.matmul(stack, stack), "a stack with itself")


@check("m01-matmul-test", hint='each product ends in Tensor._new(array, "matmul", (left, right))')
def test_products_are_announced(student, rng):
    """Products announce name and inputs in the order they are written."""
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    calls = [["@", [a, b], BOTH, {}], ["@", [a, b], RIGHT, {}], ["@", [b, a], LEFT, {}]]
    found = student.probe("recorded", calls=calls)
    wanted = [((a, b), [0, 1]), ((a, b), [None, 1]), ((b, a), [0, None])]
    for one, (inputs, which) in zip(found, wanted, strict=True):
        expect_announced(one, "matmul", inputs, which)


# -- 01.4 reshape, transpose, index ----------------------------------------------------------------------------


@check("m01-shape-test", visible=True, hint="numpy's reshape reads row by row and works out the -1")
def test_reshape_with_minus_one(student, rng):
    """reshape(3, -1) of a (2, 3) Tensor."""
    table = np.array([[1.0, 2, 3], [4, 5, 6]])
    (found,) = student.probe("shaped", data=table, calls=[["reshape", [3, -1]]])
    expect_array(found, [[1, 2], [3, 4], [5, 6]], "reshape(3, -1)")


@check("m01-shape-test", visible=True, hint=".T exchanges rows and columns")
def test_transpose_of_a_table(student, rng):
    """.T of a (2, 3) Tensor."""
    (found,) = student.probe("shaped", data=np.array([[1.0, 2, 3], [4, 5, 6]]), calls=[["T", []]])
    expect_array(found, [[1, 4], [2, 5], [3, 6]], ".T")


@check("m01-shape-test", visible=True, hint="hand the index to the array as it came")
def test_a_slice_of_a_table(student, rng):
    """The last two columns of a (2, 3) Tensor."""
    table = np.array([[1.0, 2, 3], [4, 5, 6]])
    (found,) = student.probe("indexed", data=table, indices=["columns"])
    expect_array(found, [[2, 3], [5, 6]], "t[:, 1:]")


@check("m01-shape-test", hint="without arguments only the last two axes change places")
def test_the_last_two_axes_change_places(student, rng):
    """.T and transpose() of three axes, of four, and of fewer than two."""
    for shape, axes in [((2, 3, 5), (0, 2, 1)), ((2, 1, 3, 4), (0, 1, 3, 2)), ((4,), (0,)), ((), ())]:
        data = np.asarray(rng.normal(size=shape))
        found = student.probe("shaped", data=data, calls=[["T", []], ["transpose", []]])
        expect_all(found, [oracle.permuted(data, axes)] * 2, f".T and transpose() of shape {shape}")


@check("m01-shape-test", hint="with arguments every axis is named; -1 is the last one")
def test_permutations(student, rng):
    """Permutations of three axes, with negative ones among them, as integers and as a tuple."""
    data = rng.normal(size=(2, 3, 5))
    orders = [(2, 0, 1), (-1, 0, -2), (1, -1, 0), (-3, -2, -1)]
    calls = [[method, list(axes)] for axes in orders for method in ("transpose", "transpose tuple")]
    found = student.probe("shaped", data=data, calls=calls)
    expected = [oracle.permuted(data, [axis % 3 for axis in axes]) for _, axes in calls]
    expect_all(found, expected, "transpose")


@check(
    "m01-shape-test", hint="row by row, whatever lies behind it in memory; one tuple counts as its integers"
)
def test_order_of_elements(student, rng):
    """Reshaping to several shapes, given as integers and as a tuple, and of something transposed."""
    data = rng.normal(size=(3, 4))
    calls = [["reshape", [2, 6]], ["reshape", [12]], ["reshape tuple", [2, -1, 3]], ["reshape", [-1, 1, 2]]]
    expected = [oracle.reshaped(data, shape) for shape in ((2, 6), (12,), (2, 2, 3), (6, 1, 2))]
    expect_all(student.probe("shaped", data=data, calls=calls), expected, "reshape")
    turned = student.probe("of_transposed", data=data, shape=[6, 2])
    expect_array(turned, oracle.reshaped(oracle.permuted(data, (1, 0)), (6, 2)), "reshape of a transpose")


@check("m01-shape-test", hint="an index that repeats gives its row again, each time")
def test_indices_that_repeat_and_masks(student, rng):
    """Indices that repeat, pairs of index lists, and masks."""
    data = rng.normal(size=(2, 4))
    mask = rng.permutation([True, False] * 4).reshape(2, 4)
    repeated, pairs, masked = student.probe("indexed", data=data, indices=["repeated", "pairs"], mask=mask)
    expect_array(repeated, [data[i] for i in (0, 0, 1, 0)], "rows [0, 0, 1, 0]")
    expect_array(pairs, [data[i, j] for i, j in ((1, 2), (0, 2), (1, 0))], "pairs of indices")
    chosen = [data[place] for place in np.ndindex(2, 4) if mask[place]]
    expect_array(masked, chosen, "elements under a mask")


@check("m01-shape-test", hint="let the array answer: it knows integers, slices, ... and None")
def test_integers_slices_ellipsis_and_none(student, rng):
    """Integers, slices with steps, an ellipsis and a new axis on three axes."""
    data = rng.normal(size=(3, 4, 5))
    asked = ["integer", "negative integers", "slices", "ellipsis", "new axis"]
    expected = [
        [[data[1, j, k] for k in range(5)] for j in range(4)],
        data[2, 0, 3],
        [[[data[i, j, k] for k in (4, 2, 0)] for j in (1, 2, 3)] for i in range(3)],
        [[data[i, j, 2] for j in range(4)] for i in range(3)],
        [[[data[0, j, k] for k in range(5)] for j in (0, 1)]],
    ]
    expect_all(student.probe("indexed", data=data, indices=asked), expected, "element")


@check("m01-shape-test", hint="copy what numpy returns: reshape, transpose and slices are views")
def test_no_result_is_a_view(student, rng):
    """Writing into a result leaves the parent as it was."""
    data = rng.normal(size=(2, 3))
    calls = [["reshape", [2, 3]], ["reshape", [3, 2]], ["T", []], ["transpose", [0, 1]]]
    reply = student.probe("written_into", data=data, calls=calls, indices=["integer", "rows", "everything"])
    turned = oracle.permuted(data, (1, 0))
    expected = [data, oracle.reshaped(data, (3, 2)), turned, data, data[1], data[:1], data]
    expect_all(reply["results"], expected, "result")
    expect(reply["parent"]).equal(data, what="parent after writing into the results")


@check("m01-shape-test", hint="numpy raises ValueError for both; let it through")
def test_impossible_shapes_and_axes(student, rng):
    """Impossible shapes and an axis named twice are refused, possible ones are not."""
    data = rng.normal(size=(2, 3))
    wrong = [["reshape", [4, 2]], ["reshape", [4, -1]], ["transpose", [1, 1]], ["transpose", [0, -2]]]
    calls = [["reshape", [data, *shape], [True, False, False]] for method, shape in wrong[:2]]
    calls += [["transpose", [data, *axes], [True, False, False]] for method, axes in wrong[2:]]
    *found, right = student.probe(
        "refused", calls=[*calls, ["transpose", [data, 1, 0], [True, False, False]]]
    )
    for one, (method, arguments) in zip(found, wrong, strict=True):
        expect(one).raises("ValueError", what=f"{method} with {arguments} of shape (2, 3)")
    expect_array(right, oracle.permuted(data, (1, 0)), "transpose(1, 0)")


@check(
    "m01-shape-test", hint="reshape, transpose and getitem end in Tensor._new as well, .T through transpose"
)
def test_rearranging_is_announced(student, rng):
    """reshape, transpose, .T and index announce name, input and how."""
    data = rng.normal(size=(2, 3, 4))
    calls = [
        ["transpose", [data], [True], {"arguments": [2, 0, 1]}],
        ["transpose", [data], [True], {}],
        ["T", [data], [True], {}],
        ["reshape", [data], [True], {"arguments": [4, 6]}],
        ["index", [data], [True], {"index": "repeated"}],
    ]
    found = student.probe("recorded", calls=calls)
    contexts = [{"axes": [2, 0, 1]}, {"axes": [0, 2, 1]}, {"axes": [0, 2, 1]}, {"shape": [4, 6]}]
    contexts.append({"index": [0, 0, 1, 0]})
    names = ["transpose", "transpose", "transpose", "reshape", "getitem"]
    for one, name, ctx in zip(found, names, contexts, strict=True):
        expect_announced(one, name, (data,), [0], ctx)


# -- 01.5 reductions -------------------------------------------------------------------------------------------

ALL = ("sum", "mean", "max")


def reductions(student, data, cases, methods=ALL):
    """Each case is (axis as the student gets it, the same without negative ones, keepdims)."""
    calls, expected = [], []
    for axis, axes, keepdims in cases:
        how = {"keepdims": True} if keepdims else {}
        how = how if axis is None else {**how, "axis": axis}
        calls += [[method, how] for method in methods]
        expected += [oracle.reduced(data, axes, method, keepdims=keepdims) for method in methods]
    expect_all(student.probe("reduced", data=data, calls=calls), expected, "result")


@check("m01-reduce-test", visible=True, hint="axis names what disappears; hand it to numpy")
def test_sum_over_rows(student, rng):
    """Sums over axis 1 of a (2, 3) Tensor."""
    table = np.array([[1.0, 2, 3], [4, 5, 6]])
    (found,) = student.probe("reduced", data=table, calls=[["sum", {"axis": 1}]])
    expect_array(found, [6, 15], "sum(axis=1)")


@check("m01-reduce-test", visible=True, hint="the divisor counts the elements in each mean only")
def test_mean_over_rows(student, rng):
    """Means over axis 1 of a (2, 3) Tensor."""
    table = np.array([[1.0, 2, 3], [4, 5, 6]])
    (found,) = student.probe("reduced", data=table, calls=[["mean", {"axis": 1}]])
    expect_array(found, [2, 5], "mean(axis=1)")


@check("m01-reduce-test", hint="a tuple of axes removes all of them; numpy takes it as it is")
def test_several_axes(student, rng):
    """Two and three axes of four at once."""
    data = rng.normal(size=(2, 3, 4, 5))
    reductions(
        student, data, [([1, 3], (1, 3), False), ([0, -1], (0, 3), False), ([0, 1, 2], (0, 1, 2), True)]
    )


@check("m01-reduce-test", hint="hand keepdims on to numpy in all three methods")
def test_negative_axes_with_keepdims(student, rng):
    """Negative axes, with and without keepdims."""
    data = rng.normal(size=(3, 4, 5))
    reductions(student, data, [(-1, (2,), True), (-2, (1,), True), (-3, (0,), False), (1, (1,), True)])


@check("m01-reduce-test", hint="an axis of length 1 disappears like any other")
def test_axes_of_length_one(student, rng):
    """Axes of length 1."""
    data = rng.normal(size=(1, 4, 1))
    reductions(student, data, [(0, (0,), False), (2, (2,), True), ([0, 2], (0, 2), False), (1, (1,), False)])


@check("m01-reduce-test", hint="without an axis all disappear; with keepdims all stay with length 1")
def test_no_axis(student, rng):
    """No axis, with keepdims and without."""
    data = rng.normal(size=(2, 3))
    reductions(student, data, [(None, (0, 1), False), (None, (0, 1), True)])


@check("m01-reduce-test", hint="the largest element, also where all are negative")
def test_maximum_of_negative_numbers(student, rng):
    """The maximum of negative numbers."""
    data = rng.uniform(-9.0, -1.0, size=(3, 4))
    reductions(student, data, [(None, (0, 1), False), (0, (0,), False), (1, (1,), True)], ("max",))


@check("m01-reduce-test", hint="the mean over one axis divides by the length of that axis")
def test_mean_over_one_axis_of_three(student, rng):
    """The mean over each axis of a (3, 5, 7) Tensor."""
    data = rng.normal(size=(3, 5, 7)) + 1.0
    reductions(student, data, [(axis, (axis,), False) for axis in range(3)], ("mean",))


@check("m01-reduce-test", hint="look at the size first: the mean of nothing raises ValueError")
def test_the_mean_of_nothing(student, rng):
    """The mean of an empty Tensor is refused, before numpy warns; that of one element is not."""
    value = float(rng.normal())
    empty, flat, one = student.probe("means", sources=[np.zeros((0, 3)), np.zeros(0), np.array([[value]])])
    for nothing in (empty, flat):
        expect(nothing).raises("ValueError", what="mean of no elements")
    expect_array(one, value, "mean of one element")


@check("m01-reduce-test", hint="each ends in Tensor._new(array, op, (self,), axis=axis, keepdims=keepdims)")
def test_reductions_are_announced(student, rng):
    """Reductions announce name, input, axis and keepdims."""
    data = rng.normal(size=(2, 3, 4))
    hows = [{"axis": 1}, {"axis": [0, 2], "keepdims": True}, {}]
    calls = [[method, [data], [True], dict(how)] for method in ALL for how in hows]
    found = student.probe("recorded", calls=calls)
    for one, (method, _, _, how) in zip(found, calls, strict=True):
        expect_announced(one, method, (data,), [0], {"axis": None, "keepdims": False, **how})
