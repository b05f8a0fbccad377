"""Known wrong solutions of module 02, and other right ones: one exact replacement in the reference each.

W02.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 02` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

sigmoid = partial(known, "m02-sigmoid", "m02-sigmoid-test")
relu = partial(known, "m02-relu", "m02-relu-test")
tanh = partial(known, "m02-tanh", "m02-tanh-test")
gelu = partial(known, "m02-gelu", "m02-gelu-test")
softmax = partial(known, "m02-softmax", "m02-softmax-test")
softmax_backward = partial(known, "m02-softmax-backward", "m02-softmax-backward-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

SIGMOID = """\
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
"""

SIGMOID_BACK = "    return g * y * (1 - y)\n"

RELU = "    return np.maximum(x, 0)\n"

RELU_BACK = "    return g * (x > 0)\n"

TANH = "    return np.tanh(x)\n"

TANH_BACK = "    return g * (1 - y * y)\n"

GELU = """\
    bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + bent)
"""

GELU_BACK = "    return g * 0.5 * (1 + bent + x * (1 - bent * bent) * inner)\n"

SOFTMAX = """\
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)
"""

SHIFTED = "    raised = np.exp(x - x.max(axis=axis, keepdims=True))\n"

SOFTMAX_BACK = "    return s * (g - (g * s).sum(axis=axis, keepdims=True))\n"

MISTAKES = [
    # -- 02.1 sigmoid --------------------------------------------------------------------------------------------
    sigmoid(
        "W02.1a",
        "The formula as it stands on paper overflows for large negative numbers.",
        SIGMOID,
        "    return 1 / (1 + np.exp(-x))\n",
        caught_by="test_sigmoid_of_large_numbers",
        starred=True,
    ),
    sigmoid(
        "W02.1a-where",
        "Both forms are chosen by np.where, which computes both everywhere.",
        SIGMOID,
        "    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))\n",
        caught_by="test_sigmoid_of_large_numbers",
    ),
    sigmoid(
        "W02.1b",
        "Backward takes y for the input and puts it through sigmoid again.",
        SIGMOID_BACK,
        "    return g * sigmoid(y) * (1 - sigmoid(y))\n",
        caught_by="test_sigmoid_gradient_of_two_numbers test_sigmoid_gradient "
        "test_sigmoid_leaves_its_arguments",
        starred=True,
    ),
    sigmoid(
        "W02.1c",
        "The input is cut off at -30 and 30.",
        SIGMOID,
        "    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))\n",
        caught_by="test_sigmoid_of_large_numbers test_sigmoid_far_on_the_left",
        starred=True,
    ),
    sigmoid(
        "W02.1d",
        "The left tail is 1 minus something close to 1, which loses its digits.",
        SIGMOID,
        "    right = 1 / (1 + np.exp(-np.abs(x)))\n    return np.where(x >= 0, right, 1 - right)\n",
        caught_by="test_sigmoid_far_on_the_left",
    ),
    sigmoid(
        "W02.1d-tanh",
        "Half of 1 + tanh(x/2) loses the digits of the left tail.",
        SIGMOID,
        "    return 0.5 * (1 + np.tanh(0.5 * x))\n",
        caught_by="test_sigmoid_far_on_the_left",
    ),
    sigmoid(
        "W02.1e",
        "The result is written over the input.",
        SIGMOID,
        SIGMOID.replace("    return np.where", "    x[...] = np.where") + "    return x\n",
        caught_by="test_sigmoid_leaves_its_arguments",
    ),
    sigmoid(
        "W02.1f",
        "Backward forgets g.",
        SIGMOID_BACK,
        "    return y * (1 - y)\n",
        caught_by="test_sigmoid_gradient_of_two_numbers test_sigmoid_gradient "
        "test_sigmoid_leaves_its_arguments",
    ),
    sigmoid(
        "W02.1g",
        "The derivative is written y (1 + y).",
        SIGMOID_BACK,
        "    return g * y * (1 + y)\n",
        caught_by="test_sigmoid_gradient_of_two_numbers test_sigmoid_gradient "
        "test_sigmoid_leaves_its_arguments",
    ),
    sigmoid(
        "W02.1h",
        "float32 becomes float64.",
        SIGMOID,
        "    x = np.asarray(x, dtype=np.float64)\n" + SIGMOID,
        caught_by="test_sigmoid_keeps_float32",
    ),
    sigmoid(
        "W02.1i",
        "A straight line between 0 and 1 instead of the curve.",
        SIGMOID,
        "    return np.clip(0.25 * x + 0.5, 0, 1)\n",
        caught_by="test_sigmoid_of_three_numbers test_sigmoid_is_symmetric test_sigmoid_of_large_numbers "
        "test_sigmoid_far_on_the_left test_sigmoid_leaves_its_arguments "
        "test_sigmoid_keeps_float32",
    ),
    sigmoid(
        "W02.1j",
        "The sign of the exponent is wrong.",
        "np.where(x >= 0, 1, small)",
        "np.where(x >= 0, small, 1)",
        caught_by="test_sigmoid_of_three_numbers test_sigmoid_is_symmetric test_sigmoid_of_large_numbers "
        "test_sigmoid_far_on_the_left test_sigmoid_leaves_its_arguments "
        "test_sigmoid_keeps_float32",
    ),
    sigmoid(
        "W02.1k",
        "The gradient is multiplied into g itself.",
        SIGMOID_BACK,
        "    g *= y * (1 - y)\n    return g\n",
        caught_by="test_sigmoid_leaves_its_arguments",
    ),
    # -- 02.2 relu -----------------------------------------------------------------------------------------------
    relu(
        "W02.2a",
        "The derivative at 0 is 1.",
        RELU_BACK,
        "    return g * (x >= 0)\n",
        caught_by="test_relu_gradient_at_three_places test_relu_with_zeros_scattered",
        starred=True,
    ),
    relu(
        "W02.2b",
        "x times (x > 0) makes NaN of -inf.",
        RELU,
        "    return x * (x > 0)\n",
        caught_by="test_relu_of_strange_numbers",
        starred=True,
    ),
    relu(
        "W02.2c",
        "The mask is taken from g instead of x.",
        RELU_BACK,
        "    return np.where(x > 0, np.maximum(g, 0), 0)\n",
        caught_by="test_relu_gradient_with_negative_g test_relu_keeps_float32",
    ),
    relu(
        "W02.2d",
        "A small slope is left for negative numbers.",
        RELU,
        "    return np.where(x > 0, x, 0.01 * x)\n",
        caught_by="test_relu_of_five_numbers test_relu_with_zeros_scattered test_relu_of_strange_numbers "
        "test_relu_keeps_float32",
    ),
    relu(
        "W02.2e",
        "Backward gives the slope and forgets g.",
        RELU_BACK,
        "    return (x > 0).astype(x.dtype)\n",
        caught_by="test_relu_with_zeros_scattered test_relu_gradient_with_negative_g test_relu_keeps_float32",
    ),
    relu(
        "W02.2f",
        "NaN becomes 0.",
        RELU,
        "    return np.where(x > 0, x, np.zeros_like(x))\n",
        caught_by="test_relu_of_strange_numbers",
    ),
    relu(
        "W02.2g",
        "float32 becomes float64, because the zeros are.",
        RELU,
        "    return np.maximum(x, np.zeros(x.shape))\n",
        caught_by="test_relu_keeps_float32",
    ),
    relu(
        "W02.2h",
        "The absolute value.",
        RELU,
        "    return np.abs(x)\n",
        caught_by="test_relu_of_five_numbers test_relu_with_zeros_scattered test_relu_of_strange_numbers "
        "test_relu_keeps_float32",
    ),
    relu(
        "W02.2i",
        "The gradient passes everywhere.",
        RELU_BACK,
        "    return g * np.ones_like(x)\n",
        caught_by="test_relu_gradient_at_three_places test_relu_with_zeros_scattered "
        "test_relu_gradient_with_negative_g test_relu_keeps_float32",
    ),
    # -- 02.3 tanh -----------------------------------------------------------------------------------------------
    tanh(
        "W02.3a",
        "The derivative is written 1 - y.",
        TANH_BACK,
        "    return g * (1 - y)\n",
        caught_by="test_tanh_gradient_at_two_outputs test_tanh_gradient",
        starred=True,
    ),
    tanh(
        "W02.3b",
        "The derivative is computed as 1 - x squared, from the input.",
        TANH_BACK,
        "    x = np.arctanh(y)\n    return g * (1 - x * x)\n",
        caught_by="test_tanh_gradient_at_two_outputs test_tanh_gradient",
        starred=True,
    ),
    tanh(
        "W02.3b-again",
        "Backward takes y for the input and puts it through tanh again.",
        TANH_BACK,
        "    return g * (1 - np.tanh(y) ** 2)\n",
        caught_by="test_tanh_gradient_at_two_outputs test_tanh_gradient",
    ),
    tanh(
        "W02.3c",
        "The quotient of exponentials, NaN at 1000.",
        TANH,
        "    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))\n",
        caught_by="test_tanh_of_large_numbers",
        starred=True,
    ),
    tanh(
        "W02.3d",
        "Twice a sigmoid minus 1, with a sigmoid that overflows.",
        TANH,
        "    return 2 / (1 + np.exp(-2 * x)) - 1\n",
        caught_by="test_tanh_of_large_numbers",
    ),
    tanh(
        "W02.3e",
        "A sigmoid: the outputs lie between 0 and 1.",
        TANH,
        "    return 0.5 * (1 + np.tanh(x))\n",
        caught_by="test_tanh_of_three_numbers test_tanh_of_large_numbers test_tanh_is_odd "
        "test_tanh_of_other_shapes",
    ),
    tanh(
        "W02.3f",
        "The sign is lost.",
        TANH,
        "    return np.tanh(np.abs(x))\n",
        caught_by="test_tanh_of_three_numbers test_tanh_of_large_numbers test_tanh_is_odd "
        "test_tanh_of_other_shapes",
    ),
    tanh(
        "W02.3g",
        "Element by element in a loop over one axis.",
        TANH,
        "    return np.array([np.tanh(x[i]) for i in range(len(x))])\n",
        caught_by="test_tanh_of_other_shapes",
    ),
    tanh(
        "W02.3h",
        "Backward forgets g.",
        TANH_BACK,
        "    return 1 - y * y\n",
        caught_by="test_tanh_gradient_at_two_outputs test_tanh_gradient",
    ),
    # -- 02.4 gelu -----------------------------------------------------------------------------------------------
    gelu(
        "W02.4a",
        "The exact form with the error function.",
        GELU,
        "    erf = np.vectorize(math.erf)\n    return 0.5 * x * (1 + erf(x / math.sqrt(2)))\n",
        caught_by="test_gelu_of_three_numbers test_gelu_on_fifty_points test_gelu_of_large_numbers",
        starred=True,
    ),
    gelu(
        "W02.4a-sigmoid",
        "The rough form x sigmoid(1.702 x).",
        GELU,
        "    return 0.5 * x * (1 + np.tanh(0.851 * x))\n",
        caught_by="test_gelu_of_three_numbers test_gelu_on_fifty_points test_gelu_of_large_numbers",
    ),
    gelu(
        "W02.4b",
        "The constant is 0.44715.",
        "(2 / math.pi) * (x + 0.044715 * x * x * x))\n    return 0.5",
        "(2 / math.pi) * (x + 0.44715 * x * x * x))\n    return 0.5",
        caught_by="test_gelu_of_three_numbers test_gelu_on_fifty_points test_gelu_of_large_numbers",
        starred=True,
    ),
    gelu(
        "W02.4c",
        "Backward leaves out the summand with the derivative of tanh.",
        GELU_BACK,
        "    return g * 0.5 * (1 + bent)\n",
        caught_by="test_gelu_slope_at_three_places test_gelu_gradient test_gelu_of_large_numbers "
        "test_gelu_slope_above_one",
        starred=True,
    ),
    gelu(
        "W02.4d",
        "The derivative of x cubed is written x squared.",
        "inner = slope * (1 + 3 * 0.044715 * x * x)",
        "inner = slope * (1 + 0.044715 * x * x)",
        caught_by="test_gelu_slope_at_three_places test_gelu_gradient test_gelu_of_large_numbers "
        "test_gelu_slope_above_one",
    ),
    gelu(
        "W02.4e",
        "x squared instead of x cubed.",
        "bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))",
        "bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x))",
        caught_by="test_gelu_of_three_numbers test_gelu_on_fifty_points test_gelu_of_large_numbers",
    ),
    gelu(
        "W02.4f",
        "The root of 2/pi is left out of the derivative of the inner part.",
        "inner = slope * (1 + 3 * 0.044715 * x * x)",
        "inner = 1 + 3 * 0.044715 * x * x",
        caught_by="test_gelu_slope_at_three_places test_gelu_gradient test_gelu_of_large_numbers "
        "test_gelu_slope_above_one",
    ),
    gelu(
        "W02.4g",
        "tanh is written with exponentials that overflow.",
        "    bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))\n    return 0.5",
        "    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)\n"
        "    bent = (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u))\n    return 0.5",
        caught_by="test_gelu_of_large_numbers",
    ),
    gelu(
        "W02.4h",
        "Backward forgets g.",
        GELU_BACK,
        "    return 0.5 * (1 + bent + x * (1 - bent * bent) * inner)\n",
        caught_by="test_gelu_gradient test_gelu_of_large_numbers",
    ),
    gelu(
        "W02.4i",
        "The slope is cut off at 1.",
        GELU_BACK,
        "    return g * np.clip(0.5 * (1 + bent + x * (1 - bent * bent) * inner), None, 1.0)\n",
        caught_by="test_gelu_slope_at_three_places test_gelu_gradient test_gelu_of_large_numbers "
        "test_gelu_slope_above_one",
    ),
    gelu(
        "W02.4j",
        "Backward is that of tanh alone: the product with x is forgotten.",
        GELU_BACK,
        "    return g * (1 - bent * bent)\n",
        caught_by="test_gelu_slope_at_three_places test_gelu_gradient test_gelu_of_large_numbers "
        "test_gelu_slope_above_one",
    ),
    # -- 02.5 softmax --------------------------------------------------------------------------------------------
    softmax(
        "W02.5a",
        "The exponentials are taken without a shift.",
        SHIFTED,
        "    raised = np.exp(x)\n",
        caught_by="test_softmax_of_rows_at_different_levels test_softmax_with_a_constant_added "
        "test_softmax_keeps_float32",
        starred=True,
    ),
    softmax(
        "W02.5b",
        "One maximum and one sum for the whole array.",
        SOFTMAX,
        "    raised = np.exp(x - x.max())\n    return raised / raised.sum()\n",
        caught_by="test_softmax_by_rows_and_by_columns test_softmax_of_rows_at_different_levels "
        "test_softmax_along_each_axis test_softmax_with_a_constant_added "
        "test_softmax_with_forbidden_entries test_softmax_keeps_float32 "
        "test_softmax_leaves_its_argument",
        starred=True,
    ),
    softmax(
        "W02.5c",
        "axis is ignored: always the last one.",
        SOFTMAX,
        "    axis = -1\n" + SOFTMAX,
        caught_by="test_softmax_by_rows_and_by_columns test_softmax_along_each_axis "
        "test_softmax_leaves_its_argument",
        starred=True,
    ),
    softmax(
        "W02.5d",
        "Logits are cut off at -50 and 50 instead of shifted.",
        SHIFTED,
        "    raised = np.exp(np.clip(x, -50, 50))\n",
        caught_by="test_softmax_of_rows_at_different_levels test_softmax_with_a_constant_added "
        "test_softmax_with_forbidden_entries test_softmax_keeps_float32",
        starred=True,
    ),
    softmax(
        "W02.5e",
        "The maximum of the whole array is subtracted, and rows far below it vanish.",
        SHIFTED,
        "    raised = np.exp(x - x.max())\n",
        caught_by="test_softmax_of_rows_at_different_levels test_softmax_keeps_float32",
    ),
    softmax(
        "W02.5f",
        "The shift is made in the caller's array.",
        SHIFTED,
        "    x -= x.max(axis=axis, keepdims=True)\n    raised = np.exp(x)\n",
        caught_by="test_softmax_by_rows_and_by_columns test_softmax_along_each_axis "
        "test_softmax_leaves_its_argument",
    ),
    softmax(
        "W02.5g",
        "float32 becomes float64.",
        SOFTMAX,
        "    x = np.array(x, dtype=np.float64)\n" + SOFTMAX,
        caught_by="test_softmax_keeps_float32",
    ),
    softmax(
        "W02.5h",
        "The exponentials are divided by the largest one, not by their sum.",
        "raised.sum(axis=axis, keepdims=True)",
        "raised.max(axis=axis, keepdims=True)",
        caught_by="test_softmax_of_three_numbers test_softmax_by_rows_and_by_columns "
        "test_softmax_of_rows_at_different_levels test_softmax_along_each_axis "
        "test_softmax_with_a_constant_added test_softmax_with_forbidden_entries "
        "test_softmax_keeps_float32 test_softmax_leaves_its_argument",
    ),
    softmax(
        "W02.5i",
        "A small number below the line keeps the shares from summing to 1.",
        "raised.sum(axis=axis, keepdims=True)",
        "(raised.sum(axis=axis, keepdims=True) + 1e-6)",
        caught_by="test_softmax_of_three_numbers test_softmax_by_rows_and_by_columns "
        "test_softmax_of_rows_at_different_levels test_softmax_along_each_axis "
        "test_softmax_with_a_constant_added test_softmax_with_forbidden_entries "
        "test_softmax_leaves_its_argument",
    ),
    softmax(
        "W02.5j",
        "The mean is subtracted instead of the maximum.",
        "x.max(axis=axis, keepdims=True)",
        "x.mean(axis=axis, keepdims=True)",
        caught_by="test_softmax_of_rows_at_different_levels test_softmax_with_forbidden_entries",
    ),
    softmax(
        "W02.5k",
        "Entries of -inf are made finite and get a share.",
        SOFTMAX,
        "    x = np.where(np.isneginf(x), np.asarray(-10, dtype=x.dtype), x)\n" + SOFTMAX,
        caught_by="test_softmax_with_forbidden_entries",
    ),
    softmax(
        "W02.5l",
        "Negative axes count one place too far.",
        SOFTMAX,
        "    axis = x.ndim + axis - 1 if -x.ndim < axis < -1 else axis\n" + SOFTMAX,
        caught_by="test_softmax_along_each_axis",
    ),
    softmax(
        "W02.5m",
        "Each logit is divided by the sum of the logits, without exponentials.",
        SOFTMAX,
        "    return x / x.sum(axis=axis, keepdims=True)\n",
        caught_by="test_softmax_of_three_numbers test_softmax_by_rows_and_by_columns "
        "test_softmax_of_rows_at_different_levels test_softmax_along_each_axis "
        "test_softmax_with_a_constant_added test_softmax_with_forbidden_entries "
        "test_softmax_keeps_float32 test_softmax_leaves_its_argument",
    ),
    # -- 02.6 softmax_backward -----------------------------------------------------------------------------------
    softmax_backward(
        "W02.6a",
        "g times s, as if each share depended on its own logit only through itself.",
        SOFTMAX_BACK,
        "    return g * s\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
        starred=True,
    ),
    softmax_backward(
        "W02.6b",
        "Only the diagonal of the Jacobian: g s (1 - s).",
        SOFTMAX_BACK,
        "    return g * s * (1 - s)\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
        starred=True,
    ),
    softmax_backward(
        "W02.6c",
        "Zeros, because the shares sum to 1.",
        SOFTMAX_BACK,
        "    return np.zeros_like(s)\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
        starred=True,
    ),
    softmax_backward(
        "W02.6c-same",
        "g is handed on as it came.",
        SOFTMAX_BACK,
        "    return np.array(g)\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
    ),
    softmax_backward(
        "W02.6d",
        "The mean of g is subtracted instead of the sum of g s.",
        SOFTMAX_BACK,
        "    return s * (g - g.mean(axis=axis, keepdims=True))\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
        starred=True,
    ),
    softmax_backward(
        "W02.6e",
        "axis is ignored: always the last one.",
        SOFTMAX_BACK,
        "    return s * (g - (g * s).sum(axis=-1, keepdims=True))\n",
        caught_by="test_softmax_gradient_along_other_axes",
    ),
    softmax_backward(
        "W02.6f",
        "One sum for the whole array.",
        SOFTMAX_BACK,
        "    return s * (g - (g * s).sum())\n",
        caught_by="test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
    ),
    softmax_backward(
        "W02.6g",
        "The Jacobian of every row is built, too large for long rows.",
        SOFTMAX_BACK,
        "    g, s = np.moveaxis(g, axis, -1), np.moveaxis(s, axis, -1)\n"
        "    jacobian = s[..., :, None] * (np.eye(s.shape[-1]) - s[..., None, :])\n"
        "    return np.moveaxis(np.einsum('...i,...ij->...j', g, jacobian), -1, axis)\n",
        caught_by="test_softmax_gradient_of_long_rows",
    ),
    softmax_backward(
        "W02.6h",
        "The sign is turned round.",
        SOFTMAX_BACK,
        "    return s * ((g * s).sum(axis=axis, keepdims=True) - g)\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
    ),
    softmax_backward(
        "W02.6i",
        "The mean of g s instead of its sum.",
        SOFTMAX_BACK,
        "    return s * (g - (g * s).mean(axis=axis, keepdims=True))\n",
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_sums_to_zero "
        "test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
    ),
    softmax_backward(
        "W02.6j",
        "s is taken for the logits and put through softmax again.",
        SOFTMAX_BACK,
        "    s = softmax(s, axis)\n" + SOFTMAX_BACK,
        caught_by="test_softmax_gradient_of_three_numbers test_softmax_gradient_is_the_jacobian_times_g "
        "test_softmax_gradient_against_differences test_softmax_gradient_along_other_axes "
        "test_softmax_gradient_of_equal_g test_softmax_gradient_of_long_rows",
    ),
]

RIGHT = [
    # -- 02.1 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.1a",
        "Each form for the numbers it suits, by masks.",
        "m02-sigmoid",
        SIGMOID,
        """\
    y = np.empty_like(x)
    right = x >= 0
    y[right] = 1 / (1 + np.exp(-x[right]))
    raised = np.exp(x[~right])
    y[~right] = raised / (1 + raised)
    return y
""",
    ),
    RightVariant(
        "R02.1b",
        "Through tanh, where tanh still has digits.",
        "m02-sigmoid",
        SIGMOID,
        """\
    tail = np.exp(np.minimum(x, 0))
    return np.where(x < -3, tail / (1 + tail), 0.5 + 0.5 * np.tanh(0.5 * x))
""",
    ),
    RightVariant(
        "R02.1c",
        "The exponential of a logarithm.",
        "m02-sigmoid",
        SIGMOID,
        "    return np.exp(-np.logaddexp(0, -x))\n",
    ),
    RightVariant(
        "R02.1d",
        "The derivative as y minus y squared, and the overflow silenced where it does no harm.",
        "m02-sigmoid",
        SIGMOID_BACK,
        '    with np.errstate(over="ignore"):\n        return g * (y - y * y)\n',
    ),
    # -- 02.2 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.2a",
        "np.where with the condition turned round, so that NaN passes.",
        "m02-relu",
        RELU,
        "    return np.where(x <= 0, np.zeros_like(x), x)\n",
    ),
    RightVariant(
        "R02.2b",
        "A copy of g with zeros written into it.",
        "m02-relu",
        RELU_BACK,
        "    dx = np.array(g)\n    dx[x <= 0] = 0\n    return dx\n",
    ),
    # -- 02.3 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.3a",
        "By exponentials of what is never positive.",
        "m02-tanh",
        TANH,
        "    e = np.exp(-2 * np.abs(x))\n    return np.sign(x) * (1 - e) / (1 + e)\n",
    ),
    RightVariant(
        "R02.3b",
        "The derivative as a product of two brackets.",
        "m02-tanh",
        TANH_BACK,
        "    return (1 - y) * g * (1 + y)\n",
    ),
    # -- 02.4 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.4a",
        "numpy's root and powers.",
        "m02-gelu",
        GELU,
        "    u = np.sqrt(2.0 / np.pi) * (x + 0.044715 * np.power(x, 3))\n    return x * (0.5 + 0.5 * np.tanh(u))\n",
    ),
    RightVariant(
        "R02.4b",
        "The derivative multiplied out.",
        "m02-gelu",
        GELU_BACK,
        "    first = 0.5 * (1.0 + bent)\n"
        "    second = 0.5 * (x * slope + 0.134145 * slope * x**3) * (1.0 - bent**2)\n"
        "    return g * first + g * second\n",
    ),
    RightVariant(
        "R02.4c",
        "The derivative of tanh by cosh, cut off where cosh would overflow.",
        "m02-gelu",
        GELU_BACK,
        "    u = np.clip(slope * (x + 0.044715 * x**3), -300, 300)\n"
        "    return g * (0.5 * (1 + bent) + 0.5 * x * inner / np.cosh(u) ** 2)\n",
    ),
    # -- 02.5 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.5a",
        "The exponential of log-softmax.",
        "m02-softmax",
        SOFTMAX,
        """\
    shifted = x - np.max(x, axis, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis, keepdims=True)))
""",
    ),
    RightVariant(
        "R02.5b",
        "The axis moved to the end and back, rows in a loop.",
        "m02-softmax",
        SOFTMAX,
        """\
    turned = np.array(np.moveaxis(x, axis, -1))
    for place in np.ndindex(turned.shape[:-1]):
        raised = np.exp(turned[place] - max(turned[place]))
        turned[place] = raised / sum(raised)
    return np.moveaxis(turned, -1, axis)
""",
    ),
    # -- 02.6 ----------------------------------------------------------------------------------------------------
    RightVariant(
        "R02.6a",
        "Multiplied out.",
        "m02-softmax-backward",
        SOFTMAX_BACK,
        "    product = g * s\n    return product - s * np.sum(product, axis, keepdims=True)\n",
    ),
    RightVariant(
        "R02.6b",
        "The sum by einsum.",
        "m02-softmax-backward",
        SOFTMAX_BACK,
        "    a, b = np.moveaxis(g, axis, -1), np.moveaxis(s, axis, -1)\n"
        "    common = np.einsum('...i,...i->...', a, b)[..., None]\n"
        "    return np.moveaxis(b * (a - common), -1, axis)\n",
    ),
]
