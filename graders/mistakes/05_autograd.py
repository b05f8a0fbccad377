"""Known wrong solutions of module 05, and other right ones: one exact replacement in the reference each.

W05.1a is the curriculum's bank, row by row (starred: the commonest); letters beyond the bank's are further mistakes.
`tito author check 05` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

numerical = partial(known, "m05-numerical", "m05-numerical-test")
relative = partial(known, "m05-rel-error", "m05-rel-error-test")
gradient_check = partial(known, "m05-gradcheck", "m05-gradcheck-test")
unbroadcast = partial(known, "m05-unbroadcast", "m05-unbroadcast-test")
order = partial(known, "m05-order", "m05-order-test")
element_rule = partial(known, "m05-rules-elements", "m05-rules-test")
matmul_rule = partial(known, "m05-rules-matmul", "m05-rules-test")
move_rule = partial(known, "m05-rules-moves", "m05-rules-test")
reduce_rule = partial(known, "m05-rules-reduce", "m05-rules-test")
backward = partial(known, "m05-backward", "m05-backward-test")
no_grad = partial(known, "m05-no-grad", "m05-no-grad-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

DIFFERENCES = """\
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        before = x[index]
        try:
            x[index] = before + h
            above = np.array(f(x))  # a copy: f may return x itself
            x[index] = before - h
            below = f(x)
            gradient[index] = weighted_change(above, below, upstream) / (2 * h)
        finally:
            x[index] = before
    return gradient
"""

RELATIVE_GUARDS = """\
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    if np.isnan(a).any() or np.isnan(b).any():
        return float("inf")
"""

COMPARED = """\
            errors[f"x{i}"] = rel_error(gradient, expected)
"""

SUMMED = """\
    added = g.ndim - len(shape)
    if added:
        g = g.sum(axis=tuple(range(added)))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != g.shape[axis])
    return g.sum(axis=stretched, keepdims=True) if stretched else g
"""

WALK = """\
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            for one in node.inputs:
                stack.append((one, False))
    return order
"""

TO_LEAVES = """\
        for node in reversed(topological_order(self)):
            g = waiting.pop(id(node), None)
            if g is None:  # a constant, or only reached over constants
                continue
            if not node.inputs:
                add_to_leaf(node, g)
                continue
            parts = RULES[node.op](g, node, node.inputs, node.ctx)
            for one, part in zip(node.inputs, parts):
                if one.requires_grad:
                    part, key = unbroadcast(part, one.data.shape), id(one)
                    waiting[key] = waiting[key] + part if key in waiting else part
"""

QUIET = """\
    before, recording["on"] = recording["on"], False
    try:
        yield
    finally:
        recording["on"] = before
"""

MISTAKES = [
    # -- 05.1 numerical_grad ----------------------------------------------------------------------------------------
    numerical(
        "W05.1a",
        "The difference looks to one side only.",
        DIFFERENCES,
        DIFFERENCES.replace("before - h", "before").replace("/ (2 * h)", "/ h"),
        caught_by=(
            "test_slopes_of_a_sum_of_squares test_differences_are_central "
            "test_the_known_error_of_a_large_step test_a_random_upstream "
            "test_an_x_that_is_not_contiguous test_an_x_of_whole_numbers test_which_upstreams_fit"
        ),
        starred=True,
        also="m05-gradcheck-test",
    ),
    numerical(
        "W05.1b",
        "The difference over both sides is divided by h; the points lie 2h apart.",
        "/ (2 * h)",
        "/ h",
        caught_by=(
            "test_slopes_of_a_sum_of_squares test_slopes_of_a_product_of_matrices "
            "test_differences_are_central test_the_known_error_of_a_large_step test_a_random_upstream "
            "test_an_x_that_is_not_contiguous test_x_is_put_back_to_the_bit test_an_x_of_whole_numbers "
            "test_which_upstreams_fit test_an_f_that_returns_x_itself"
        ),
        starred=True,
        also="m05-gradcheck-test",
    ),
    numerical(
        "W05.1c",
        "The upstream gradient is not used.",
        "return (np.asarray(upstream) * change).sum()",
        "return change.sum()",
        caught_by=(
            "test_slopes_of_a_product_of_matrices test_differences_are_central test_a_random_upstream "
            "test_an_x_that_is_not_contiguous test_x_is_put_back_to_the_bit "
            "test_an_f_that_returns_x_itself"
        ),
        starred=True,
        also="m05-gradcheck-test",
    ),
    numerical(
        "W05.1d",
        "x is not put back, so every later element is measured at another place.",
        "        finally:\n            x[index] = before\n",
        "        finally:\n            pass\n",
        caught_by=(
            "test_differences_are_central test_the_known_error_of_a_large_step test_a_random_upstream "
            "test_an_x_that_is_not_contiguous test_x_is_put_back_to_the_bit test_an_x_of_whole_numbers "
            "test_which_upstreams_fit test_an_f_that_returns_x_itself"
        ),
        starred=True,
        also="m05-gradcheck-test",
    ),
    numerical(
        "W05.1e",
        "The step is always 1e-5, whatever h says.",
        "    gradient = np.zeros(x.shape)\n",
        "    h = 1e-5\n    gradient = np.zeros(x.shape)\n",
        caught_by="test_the_known_error_of_a_large_step",
    ),
    numerical(
        "W05.1f",
        "x is put back by adding h again, which rounds.",
        DIFFERENCES,
        DIFFERENCES.replace("x[index] = before + h", "x[index] += h")
        .replace("x[index] = before - h", "x[index] -= 2 * h")
        .replace("            x[index] = before\n", "            x[index] += h\n"),
        caught_by=(
            "test_differences_are_central test_the_known_error_of_a_large_step test_a_random_upstream "
            "test_an_x_that_is_not_contiguous test_x_is_put_back_to_the_bit test_an_x_of_whole_numbers "
            "test_which_upstreams_fit test_an_f_that_returns_x_itself"
        ),
    ),
    numerical(
        "W05.1g",
        "x is put back only if f does not raise.",
        DIFFERENCES,
        """\
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        before = x[index]
        x[index] = before + h
        above = np.array(f(x))
        x[index] = before - h
        below = f(x)
        x[index] = before
        gradient[index] = weighted_change(above, below, upstream) / (2 * h)
    return gradient
""",
        caught_by="test_x_is_put_back_to_the_bit test_an_f_that_returns_x_itself",
    ),
    numerical(
        "W05.1h",
        "Whole numbers are accepted, and cannot move by h.",
        'x.dtype.kind != "f"',
        'x.dtype.kind not in "fi"',
        caught_by="test_an_x_of_whole_numbers",
    ),
    numerical(
        "W05.1i",
        "The elements of x.reshape(-1) are moved; of an x that is not contiguous that is a copy.",
        DIFFERENCES,
        """\
    gradient = np.zeros_like(x)
    flat = x.reshape(-1)
    for i, index in enumerate(np.ndindex(x.shape)):
        before = flat[i]
        try:
            flat[i] = before + h
            above = np.array(f(x))
            flat[i] = before - h
            below = f(x)
            gradient[index] = weighted_change(above, below, upstream) / (2 * h)
        finally:
            flat[i] = before
    return gradient
""",
        caught_by="test_an_x_that_is_not_contiguous",
    ),
    numerical(
        "W05.1j",
        "Several numbers without upstream are added up silently.",
        """\
        if change.size != 1:
            raise ValueError(f"f returns shape {change.shape}; only a single number needs no upstream")
""",
        "",
        caught_by="test_a_random_upstream",
    ),
    numerical(
        "W05.1k",
        "An upstream of another shape is broadcast.",
        """\
    if np.shape(upstream) != change.shape:
        raise ValueError(f"f returns shape {change.shape}, upstream has {np.shape(upstream)}")
""",
        "",
        caught_by="test_which_upstreams_fit",
    ),
    numerical(
        "W05.1l",
        "The first result is not copied: an f that returns x itself returns the same array twice.",
        "above = np.array(f(x))",
        "above = f(x)",
        caught_by="test_an_f_that_returns_x_itself",
    ),
    # -- 05.2 rel_error ---------------------------------------------------------------------------------------------
    relative(
        "W05.2a",
        "The difference is not divided by the size of the numbers.",
        "float((np.abs(a - b) / size).max(initial=0.0))",
        "float(np.abs(a - b).max(initial=0.0))",
        caught_by=(
            "test_equal_arrays test_opposite_numbers test_one_bad_element test_zeros_on_both_sides "
            "test_tiny_numbers_are_held_to_eps test_nan_is_never_right test_shapes_that_differ "
            "test_arrays_without_elements test_numbers_of_other_types"
        ),
        starred=True,
    ),
    relative(
        "W05.2b",
        "The mean of the errors is returned, in which one bad element disappears.",
        ".max(initial=0.0)",
        ".mean()",
        caught_by=(
            "test_opposite_numbers test_one_bad_element test_zeros_on_both_sides "
            "test_tiny_numbers_are_held_to_eps test_arrays_without_elements test_numbers_of_other_types"
        ),
        starred=True,
        also="m05-gradcheck-test",
    ),
    relative(
        "W05.2c",
        "There is no floor: 0 beside 0 becomes 0/0.",
        "size = np.maximum(eps, np.abs(a) + np.abs(b))",
        "size = np.abs(a) + np.abs(b)",
        caught_by="test_zeros_on_both_sides test_tiny_numbers_are_held_to_eps",
        starred=True,
        also="m05-gradcheck-test",
    ),
    relative(
        "W05.2d",
        "eps is added to the size; it is only the least the size can be.",
        "size = np.maximum(eps, np.abs(a) + np.abs(b))",
        "size = eps + np.abs(a) + np.abs(b)",
        caught_by=(
            "test_equal_arrays test_opposite_numbers test_one_bad_element test_zeros_on_both_sides "
            "test_tiny_numbers_are_held_to_eps test_nan_is_never_right test_shapes_that_differ "
            "test_arrays_without_elements"
        ),
    ),
    relative(
        "W05.2e",
        "NaN is not looked for, and comes out as NaN, which is not above any limit.",
        '    if np.isnan(a).any() or np.isnan(b).any():\n        return float("inf")\n',
        "",
        caught_by="test_nan_is_never_right test_shapes_that_differ_beside_nan",
    ),
    relative(
        "W05.2f",
        "Shapes that differ are broadcast.",
        '    if a.shape != b.shape:\n        raise ValueError(f"shapes {a.shape} and {b.shape} differ")\n',
        "",
        caught_by="test_shapes_that_differ test_shapes_that_differ_beside_nan",
    ),
    relative(
        "W05.2g",
        "The divisor is the size of b alone.",
        "np.maximum(eps, np.abs(a) + np.abs(b))",
        "np.maximum(eps, np.abs(b))",
        caught_by=(
            "test_equal_arrays test_opposite_numbers test_one_bad_element test_zeros_on_both_sides "
            "test_tiny_numbers_are_held_to_eps test_nan_is_never_right test_shapes_that_differ "
            "test_arrays_without_elements test_numbers_of_other_types"
        ),
    ),
    relative(
        "W05.2h",
        "NaN is looked for before the shapes are compared.",
        RELATIVE_GUARDS,
        "".join(RELATIVE_GUARDS.splitlines(keepends=True)[i] for i in (2, 3, 0, 1)),
        caught_by="test_shapes_that_differ_beside_nan",
    ),
    relative(
        "W05.2i",
        "There is no answer for no elements.",
        ".max(initial=0.0)",
        ".max()",
        caught_by="test_arrays_without_elements",
    ),
    relative(
        "W05.2j",
        "The numbers are taken in their own dtype, in which small unsigned ones wrap round.",
        "(np.asarray(one, dtype=np.float64) for one in (a, b))",
        "(np.asarray(one) for one in (a, b))",
        caught_by="test_numbers_of_other_types",
    ),
    # -- 05.3 gradcheck ---------------------------------------------------------------------------------------------
    gradient_check(
        "W05.3a",
        "The upstream gradient is all ones, under which errors cancel.",
        "g = rng.normal(size=np.shape(fwd(*inputs)))",
        "g = np.ones(np.shape(fwd(*inputs)))",
        caught_by="test_a_softmax_of_zeros_is_found_out test_a_softmax_with_the_plain_mean_is_found_out",
        starred=True,
    ),
    gradient_check(
        "W05.3b",
        "Only the first input is compared, the others count as right.",
        COMPARED,
        '            errors[f"x{i}"] = rel_error(gradient, expected) if i == 0 else 0.0\n',
        caught_by=(
            "test_a_product_right_and_with_a_wrong_sign test_attention_without_the_softmax_derivative "
            "test_an_error_in_the_last_input_only test_an_error_in_one_element_only"
        ),
        starred=True,
    ),
    gradient_check(
        "W05.3c",
        "Only the first element of each gradient is compared.",
        COMPARED,
        '            errors[f"x{i}"] = rel_error(gradient.flat[0], expected.flat[0])\n',
        caught_by="test_an_error_in_one_element_only",
        starred=True,
    ),
    gradient_check(
        "W05.3d",
        "An exception in bwd is swallowed and reported as no error.",
        "    gradients = bwd(g, *inputs)\n",
        """\
    try:
        gradients = bwd(g, *inputs)
    except Exception:
        return {f"x{i}": 0.0 for i in range(len(inputs))}
""",
        caught_by="test_an_exception_in_bwd_comes_through",
    ),
    gradient_check(
        "W05.3e",
        "A gradient of another shape stops the check instead of counting as infinitely wrong.",
        "if np.shape(gradient) == x.shape:",
        "if gradient is not None:",
        caught_by="test_gradients_that_are_missing_or_misshapen",
    ),
    gradient_check(
        "W05.3f",
        "Too few gradients are not noticed: the inputs that got one count as checked.",
        "if not isinstance(gradients, (tuple, list)) or len(gradients) != len(inputs):",
        "if not isinstance(gradients, (tuple, list)):",
        caught_by="test_gradients_that_are_missing_or_misshapen",
    ),
    gradient_check(
        "W05.3g",
        "The differences are taken under another upstream gradient than the backward.",
        "x, g, h)",
        "x, rng.normal(size=g.shape), h)",
        caught_by=(
            "test_a_product_right_and_with_a_wrong_sign test_a_softmax_of_zeros_is_found_out "
            "test_a_softmax_with_the_plain_mean_is_found_out "
            "test_attention_without_the_softmax_derivative test_an_error_in_the_last_input_only "
            "test_an_error_in_one_element_only test_a_right_pair_away_from_kinks "
            "test_an_exception_in_bwd_comes_through test_gradients_that_are_missing_or_misshapen"
        ),
    ),
    gradient_check(
        "W05.3h",
        "The largest error of all inputs is reported for every one of them.",
        "    return errors\n    ### END",
        "    return dict.fromkeys(errors, max(errors.values()))\n    ### END",
        caught_by=(
            "test_a_product_right_and_with_a_wrong_sign test_attention_without_the_softmax_derivative "
            "test_an_error_in_the_last_input_only test_an_error_in_one_element_only "
            "test_gradients_that_are_missing_or_misshapen"
        ),
    ),
    # -- 05.4 unbroadcast -------------------------------------------------------------------------------------------
    unbroadcast(
        "W05.4a",
        "Only the added axes are summed, the stretched ones are forgotten.",
        "    return g.sum(axis=stretched, keepdims=True) if stretched else g\n",
        "    return g\n",
        caught_by=(
            "test_a_stretched_axis test_an_added_and_a_stretched_axis test_axes_of_length_one "
            "test_nothing_to_sum test_float32_stays_float32"
        ),
        starred=True,
        also="m05-backward-test",
    ),
    unbroadcast(
        "W05.4b",
        "Only the stretched axes are summed, the added ones are forgotten.",
        SUMMED,
        """\
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g
""",
        caught_by=(
            "test_an_added_axis test_an_added_and_a_stretched_axis test_down_to_a_single_number "
            "test_axes_of_length_one test_nothing_to_sum test_float32_stays_float32"
        ),
        starred=True,
        also="m05-backward-test",
    ),
    unbroadcast(
        "W05.4c",
        "The stretched axes disappear; they must stay with length 1.",
        "g.sum(axis=stretched, keepdims=True)",
        "g.sum(axis=stretched)",
        caught_by=(
            "test_a_stretched_axis test_an_added_and_a_stretched_axis test_axes_of_length_one "
            "test_nothing_to_sum test_float32_stays_float32"
        ),
        also="m05-backward-test",
    ),
    unbroadcast(
        "W05.4d",
        "The stretched axes are looked up before the added ones are gone.",
        SUMMED,
        """\
    added = g.ndim - len(shape)
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and g.shape[axis] != 1)
    g = g.sum(axis=tuple(range(added)))
    return g.sum(axis=stretched, keepdims=True) if stretched else g
""",
        caught_by="test_an_added_and_a_stretched_axis",
    ),
    unbroadcast(
        "W05.4e",
        "Everything becomes float64.",
        "    added = g.ndim - len(shape)\n",
        "    g = np.asarray(g, dtype=np.float64)\n    added = g.ndim - len(shape)\n",
        caught_by="test_float32_stays_float32",
    ),
    unbroadcast(
        "W05.4f",
        "The mean is taken; gradients of several uses are added.",
        "g = g.sum(axis=tuple(range(added)))",
        "g = g.mean(axis=tuple(range(added)))",
        caught_by=(
            "test_an_added_axis test_an_added_and_a_stretched_axis test_down_to_a_single_number "
            "test_axes_of_length_one test_nothing_to_sum test_float32_stays_float32"
        ),
        also="m05-backward-test",
    ),
    unbroadcast(
        "W05.4g",
        "The axes are taken off on the right; broadcasting adds them on the left.",
        "range(added)",
        "range(-added, 0)",
        caught_by=(
            "test_an_added_axis test_an_added_and_a_stretched_axis test_axes_of_length_one "
            "test_nothing_to_sum test_float32_stays_float32"
        ),
        also="m05-backward-test",
    ),
    unbroadcast(
        "W05.4h",
        "Axes of length 1 always disappear and are not put back where both sides have them.",
        "    return g.sum(axis=stretched, keepdims=True) if stretched else g\n",
        "    return np.squeeze(g.sum(axis=stretched, keepdims=True)) if stretched else np.squeeze(g)\n",
        caught_by=(
            "test_a_stretched_axis test_an_added_and_a_stretched_axis test_axes_of_length_one "
            "test_nothing_to_sum test_float32_stays_float32"
        ),
        also="m05-backward-test",
    ),
    # -- 05.5 topological_order -------------------------------------------------------------------------------------
    order(
        "W05.5a",
        "Nodes are listed by their distance from the root, so one with a long and a short way comes too early.",
        WALK,
        """\
    order, seen, queue = [], set(), [root]
    for node in queue:
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            queue.extend(node.inputs)
    return order[::-1]
""",
        caught_by="test_a_long_and_a_short_way test_a_part_that_is_used_three_times",
        starred=True,
        also="m05-backward-test",
    ),
    order(
        "W05.5b",
        "The walk is recursive, and Python calls nest about a thousand deep.",
        WALK,
        """\
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for one in node.inputs:
                visit(one)
            order.append(node)

    visit(root)
    return order
""",
        caught_by="test_five_thousand_nodes_in_a_row",
        starred=True,
    ),
    order(
        "W05.5c",
        "A node is listed once for every way that leads to it.",
        "        elif id(node) not in seen:\n",
        "        else:\n",
        caught_by=(
            "test_a_diamond test_a_long_and_a_short_way test_a_part_that_is_used_three_times "
            "test_the_same_node_twice_as_an_input test_exactly_the_nodes_that_can_be_reached"
        ),
        starred=True,
        also="m05-backward-test",
    ),
    order(
        "W05.5d",
        "The order is turned round: the root stands first.",
        "    return order\n    ### END",
        "    return order[::-1]\n    ### END",
        caught_by=(
            "test_a_diamond test_a_long_and_a_short_way test_a_part_that_is_used_three_times "
            "test_five_thousand_nodes_in_a_row test_the_same_node_twice_as_an_input "
            "test_exactly_the_nodes_that_can_be_reached"
        ),
        also="m05-backward-test",
    ),
    order(
        "W05.5e",
        "Nodes that are equal count as the same node.",
        WALK,
        WALK.replace("id(node)", "node"),
        caught_by="test_exactly_the_nodes_that_can_be_reached",
    ),
    order(
        "W05.5f",
        "A node is marked when it is put on the stack, before it is known who needs it first.",
        WALK,
        """\
    order, seen, stack = [], {id(root)}, [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
            continue
        stack.append((node, True))
        for one in node.inputs:
            if id(one) not in seen:
                seen.add(id(one))
                stack.append((one, False))
    return order
""",
        caught_by="test_a_long_and_a_short_way",
        also="m05-backward-test",
    ),
    # -- 05.6 rules -------------------------------------------------------------------------------------------------
    matmul_rule(
        "W05.6a",
        "The two gradients of the matrix product are exchanged.",
        "to_left, to_right = g @ right.swapaxes(-1, -2), left.swapaxes(-1, -2) @ g",
        "to_right, to_left = g @ right.swapaxes(-1, -2), left.swapaxes(-1, -2) @ g",
        caught_by="test_rule_matmul",
        starred=True,
    ),
    matmul_rule(
        "W05.6a-plain",
        "The other factor is not transposed.",
        "g @ right.swapaxes(-1, -2), left.swapaxes(-1, -2) @ g",
        "g @ right, left @ g",
        caught_by="test_rule_matmul",
        starred=True,
    ),
    matmul_rule(
        "W05.6h",
        "A stack is transposed with .T, which reverses all axes and not the last two.",
        "g @ right.swapaxes(-1, -2)",
        "g @ right.T",
        caught_by="test_rule_matmul",
    ),
    matmul_rule(
        "W05.6i",
        "The axis that a vector was given for the product is not taken off again.",
        "    to_right = to_right.squeeze(-1) if b.ndim == 1 else to_right\n",
        "",
        caught_by="test_rule_matmul",
    ),
    matmul_rule(
        "W05.6q",
        "The gradient of a vector on the left stays one row; the axis has to go where nothing was broadcast.",
        "    to_left = to_left.squeeze(-2) if a.ndim == 1 else to_left\n",
        "",
        caught_by="test_rule_matmul",
    ),
    move_rule(
        "W05.6b",
        "An element that is picked twice gets only one of its gradients: they are assigned, not added.",
        'np.add.at(spread, ctx["index"], g)',
        'spread[ctx["index"]] = g',
        caught_by="test_rule_getitem",
        starred=True,
    ),
    reduce_rule(
        "W05.6c",
        "The gradient of the mean is not divided by the number of elements.",
        "with_axes(g * share, ctx)",
        "with_axes(g, ctx)",
        caught_by="test_rule_mean",
        starred=True,
    ),
    reduce_rule(
        "W05.6d",
        "The summed axis is not put back before spreading.",
        "np.broadcast_to(with_axes(g, ctx), inputs[0].data.shape)",
        "np.broadcast_to(g, inputs[0].data.shape)",
        caught_by="test_rule_sum",
        starred=True,
    ),
    element_rule(
        "W05.6e",
        "relu lets through where the gradient is positive, not where the input is.",
        "relu_backward(g, inputs[0].data)",
        "g * (g > 0)",
        caught_by="test_rule_relu",
        starred=True,
    ),
    move_rule(
        "W05.6f",
        "The axes are permuted the same way again instead of back.",
        "g.transpose(np.argsort(axes))",
        "g.transpose(axes)",
        caught_by="test_rule_transpose",
    ),
    move_rule(
        "W05.6f-negative",
        "Negative axes are sorted as they are, before the others.",
        "np.argsort(axes)",
        'np.argsort(ctx["axes"])',
        caught_by="test_rule_transpose",
    ),
    reduce_rule(
        "W05.6g",
        "softmax goes back along the last axis, whatever the axis was.",
        'softmax_backward(g, out.data, ctx["axis"])',
        "softmax_backward(g, out.data)",
        caught_by="test_rule_softmax",
    ),
    element_rule(
        "W05.6j",
        "The second gradient of a sum has the sign of a difference.",
        "return g, g",
        "return g, -g",
        caught_by="test_rule_add",
        also="m05-backward-test",
    ),
    element_rule(
        "W05.6k",
        "Each factor gets its own value as slope; it is the other one's.",
        "return g * b.data, g * a.data",
        "return g * a.data, g * b.data",
        caught_by="test_rule_mul",
        also="m05-backward-test",
    ),
    element_rule(
        "W05.6l",
        "The exponent is not multiplied.",
        "(n * inputs[0].data ** (n - 1))",
        "inputs[0].data ** (n - 1)",
        caught_by="test_rule_pow",
    ),
    element_rule(
        "W05.6m",
        "The power 0 is not treated apart, and 0 times infinity is NaN.",
        "    if n == 0:\n        return (np.zeros_like(g),)  # 0 * x**-1 would be NaN at 0\n",
        "",
        caught_by="test_rule_pow",
    ),
    element_rule(
        "W05.6n",
        "The slope of the logarithm is taken as 1 over the result.",
        "g / inputs[0].data",
        "g / out.data",
        caught_by="test_rule_log",
    ),
    reduce_rule(
        "W05.6o",
        "The mean is divided by all elements of the input, also when it runs over one axis.",
        "share = g.size / inputs[0].data.size",
        "share = 1 / inputs[0].data.size",
        caught_by="test_rule_mean",
    ),
    move_rule(
        "W05.6p",
        "The gradient keeps the shape of the result.",
        "g.reshape(inputs[0].data.shape)",
        "g",
        caught_by="test_rule_reshape",
    ),
    # -- 05.7 Tensor.backward ---------------------------------------------------------------------------------------
    backward(
        "W05.7a",
        "What a second user sends replaces what the first one sent.",
        "waiting[key] + part if key in waiting else part",
        "part",
        caught_by=(
            "test_the_pinned_expression test_one_leaf_used_five_times test_forks_in_a_row "
            "test_a_second_backward_adds_again test_two_losses_add_up test_twelve_random_expressions"
        ),
        starred=True,
    ),
    backward(
        "W05.7b",
        "A second backward replaces .grad; it has to be added to.",
        "        leaf.grad = np.asarray(leaf.grad + g, dtype=leaf.data.dtype)\n",
        "        leaf.grad = np.array(g, dtype=leaf.data.dtype)\n",
        caught_by=(
            "test_a_second_backward_adds_again test_two_losses_add_up test_a_float32_leaf_beside_float64"
        ),
        starred=True,
    ),
    backward(
        "W05.7c",
        "Every way through the graph is walked on its own, and forks in a row double them each time.",
        TO_LEAVES,
        """\
        stack = [(self, waiting[id(self)])]
        while stack:
            node, g = stack.pop()
            if not node.inputs:
                add_to_leaf(node, g)
                continue
            parts = RULES[node.op](g, node, node.inputs, node.ctx)
            for one, part in zip(node.inputs, parts):
                if one.requires_grad:
                    stack.append((one, unbroadcast(part, one.data.shape)))
""",
        caught_by="test_forks_in_a_row",
        starred=True,
    ),
    backward(
        "W05.7d",
        "The walk starts with a gradient of 0; a number changes by 1 with itself.",
        "np.ones_like(root.data)",
        "np.zeros_like(root.data)",
        caught_by=(
            "test_the_pinned_expression test_one_leaf_used_five_times test_forks_in_a_row "
            "test_twelve_random_expressions test_what_the_walk_starts_with "
            "test_a_float32_leaf_beside_float64 test_gradients_that_are_changed_in_place"
        ),
        starred=True,
    ),
    backward(
        "W05.7e",
        "The grad that is given is not used, arrays start with ones.",
        "    return grad\n    ### END",
        "    return np.ones_like(root.data)\n    ### END",
        caught_by=(
            "test_a_second_backward_adds_again test_two_losses_add_up test_arrays_need_a_grad "
            "test_leaves_that_were_broadcast test_what_the_walk_starts_with "
            "test_gradients_that_are_changed_in_place"
        ),
    ),
    backward(
        "W05.7f",
        "Gradients stay in the broadcast shape.",
        "unbroadcast(part, one.data.shape)",
        "part",
        caught_by="test_leaves_that_were_broadcast test_a_float32_leaf_beside_float64",
    ),
    backward(
        "W05.7g",
        "Results in between keep a gradient too.",
        "                continue\n            parts",
        "                continue\n            node.grad = g\n            parts",
        caught_by="test_who_has_a_gradient",
    ),
    backward(
        "W05.7h",
        "Constants get a gradient.",
        TO_LEAVES,
        TO_LEAVES.replace("if one.requires_grad:", "if one is not None:"),
        caught_by="test_who_has_a_gradient test_results_of_constants_are_refused",
    ),
    backward(
        "W05.7i",
        "Leaves share one array as gradient.",
        "        leaf.grad = np.array(g, dtype=leaf.data.dtype)\n",
        "        leaf.grad = g\n",
        caught_by=(
            "test_the_pinned_expression test_one_leaf_used_five_times test_forks_in_a_row "
            "test_leaves_that_were_broadcast test_twelve_random_expressions "
            "test_a_float32_leaf_beside_float64 test_gradients_that_are_changed_in_place"
        ),
    ),
    backward(
        "W05.7j",
        "An array without grad starts with ones; it has to be said which weights.",
        """\
        if root.data.size != 1:
            raise RuntimeError(f"backward() of shape {root.data.shape} needs grad; only one number starts at 1")
""",
        "",
        caught_by="test_arrays_need_a_grad",
    ),
    backward(
        "W05.7k",
        "A grad of another shape is broadcast.",
        """\
    if grad.shape != root.data.shape:
        raise ValueError(f"grad has shape {grad.shape}, the Tensor {root.data.shape}")
    return grad
""",
        "    return np.broadcast_to(grad, root.data.shape)\n",
        caught_by="test_arrays_need_a_grad test_what_the_walk_starts_with",
    ),
    backward(
        "W05.7l",
        "The graph is taken apart on the way, so a second backward finds nothing.",
        """\
            parts = RULES[node.op](g, node, node.inputs, node.ctx)
            for one, part in zip(node.inputs, parts):
""",
        """\
            made_from, node.inputs = node.inputs, ()
            parts = RULES[node.op](g, node, made_from, node.ctx)
            for one, part in zip(made_from, parts):
""",
        caught_by="test_a_second_backward_adds_again test_two_losses_add_up",
    ),
    backward(
        "W05.7m",
        "Gradients of leaves are Tensors, not arrays.",
        "        leaf.grad = np.array(g, dtype=leaf.data.dtype)\n",
        "        leaf.grad = Tensor(np.array(g, dtype=leaf.data.dtype))\n",
        caught_by=(
            "test_the_pinned_expression test_one_leaf_used_five_times test_forks_in_a_row "
            "test_a_second_backward_adds_again test_two_losses_add_up test_arrays_need_a_grad "
            "test_leaves_that_were_broadcast test_who_has_a_gradient test_twelve_random_expressions "
            "test_results_of_constants_are_refused test_a_float32_leaf_beside_float64 "
            "test_gradients_that_are_changed_in_place"
        ),
    ),
    backward(
        "W05.7n",
        "That nothing was recorded is not noticed.",
        """\
    if not root.requires_grad:
        raise RuntimeError("nothing was recorded: no input wants a gradient, or no_grad() was on")
""",
        "",
        caught_by="test_results_of_constants_are_refused",
    ),
    backward(
        "W05.7o",
        "The grad that is given keeps its dtype.",
        "np.asarray(grad, dtype=root.data.dtype)",
        "np.asarray(grad)",
        caught_by="test_what_the_walk_starts_with",
    ),
    backward(
        "W05.7p",
        "A float32 leaf gets a float64 gradient.",
        "np.array(g, dtype=leaf.data.dtype)",
        "np.array(g)",
        caught_by="test_a_float32_leaf_beside_float64",
    ),
    backward(
        "W05.7q",
        "A leaf keeps the very array that came in, which another leaf or the caller may hold too.",
        "np.array(g, dtype=leaf.data.dtype)",
        "np.asarray(g, dtype=leaf.data.dtype)",
        caught_by="test_gradients_that_are_changed_in_place",
    ),
    # -- 05.8 no_grad -----------------------------------------------------------------------------------------------
    no_grad(
        "W05.8a",
        "After an exception recording stays off.",
        QUIET,
        """\
    before, recording["on"] = recording["on"], False
    yield
    recording["on"] = before
""",
        caught_by=(
            "test_recording_returns_after_an_exception test_blocks_inside_each_other "
            "test_the_same_numbers_as_outside"
        ),
        starred=True,
    ),
    no_grad(
        "W05.8b",
        "Leaving an inner block switches recording on inside the outer one.",
        '        recording["on"] = before\n',
        '        recording["on"] = True\n',
        caught_by="test_blocks_inside_each_other",
        starred=True,
    ),
    no_grad(
        "W05.8c",
        "The state is turned over on entry and on leaving, so an inner block records.",
        QUIET,
        """\
    recording["on"] = not recording["on"]
    try:
        yield
    finally:
        recording["on"] = not recording["on"]
""",
        caught_by="test_blocks_inside_each_other",
    ),
    no_grad(
        "W05.8d",
        "Nothing is switched off.",
        'before, recording["on"] = recording["on"], False',
        'before = recording["on"]',
        caught_by=(
            "test_nothing_is_recorded_inside test_recording_returns_after_an_exception "
            "test_blocks_inside_each_other test_the_same_numbers_as_outside"
        ),
    ),
    no_grad(
        "W05.8e",
        "The exception of the block is swallowed.",
        "        yield\n    finally:\n",
        "        yield\n    except Exception:\n        pass\n    finally:\n",
        caught_by="test_recording_returns_after_an_exception",
    ),
]

RIGHT = [
    RightVariant(
        "R05.1a",
        "f gets moved copies, x itself is never touched.",
        "m05-numerical",
        DIFFERENCES,
        """\
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        gradient[index] = weighted_change(f(above), f(below), upstream) / (2 * h)
    return gradient
""",
    ),
    RightVariant(
        "R05.1b",
        "Each value is weighed by upstream first, then the difference is taken.",
        "m05-numerical",
        "    return (np.asarray(upstream) * change).sum()\n",
        "    return float(np.vdot(upstream, above)) - float(np.vdot(upstream, below))\n",
    ),
    RightVariant(
        "R05.2a",
        "A loop over all pairs, and Python's own max.",
        "m05-rel-error",
        """\
    size = np.maximum(eps, np.abs(a) + np.abs(b))
    return float((np.abs(a - b) / size).max(initial=0.0))
""",
        """\
    worst = 0.0
    for p, q in zip(a.ravel().tolist(), b.ravel().tolist()):
        worst = max(worst, abs(p - q) / max(eps, abs(p) + abs(q)))
    return worst
""",
    ),
    RightVariant(
        "R05.3a",
        "The differences see the move because it happens inside inputs.",
        "m05-gradcheck",
        "lambda moved: fwd(*inputs[:i], moved, *inputs[i + 1 :])",
        "lambda _: fwd(*inputs)",
    ),
    RightVariant(
        "R05.4a",
        "One axis after the other, in loops.",
        "m05-unbroadcast",
        SUMMED,
        """\
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
""",
    ),
    RightVariant(
        "R05.4b",
        "All axes at once, then the shape is put back.",
        "m05-unbroadcast",
        SUMMED,
        """\
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, size in enumerate(padded) if size == 1)
    return np.asarray(g.sum(axis=axes)).reshape(shape)
""",
    ),
    RightVariant(
        "R05.5a",
        "By counting users: a node is ready when all who use it have been listed.",
        "m05-order",
        WALK,
        """\
    users, found = {id(root): 0}, [root]
    for node in found:
        for one in node.inputs:
            if id(one) not in users:
                users[id(one)] = 0
                found.append(one)
            users[id(one)] += 1
    ready, order = [root], []
    while ready:
        order.append(node := ready.pop())
        for one in node.inputs:
            users[id(one)] -= 1
            if users[id(one)] == 0:
                ready.append(one)
    return order[::-1]
""",
    ),
    RightVariant(
        "R05.6a",
        "Rules that reduce their gradients themselves.",
        "m05-rules-elements",
        "    return g * b.data, g * a.data\n",
        "    return unbroadcast(g * b.data, a.data.shape), unbroadcast(g * a.data, b.data.shape)\n",
    ),
    RightVariant(
        "R05.6b",
        "getitem by counting: every element has a number, and bincount adds what falls on it.",
        "m05-rules-moves",
        """\
    spread = np.zeros_like(inputs[0].data)
    np.add.at(spread, ctx["index"], g)  # adds where an index occurs twice; `spread[index] += g` would not
    return (spread,)
""",
        """\
    x = inputs[0].data
    numbers = np.arange(x.size).reshape(x.shape)[ctx["index"]]
    return (np.bincount(np.ravel(numbers), np.ravel(g), x.size).reshape(x.shape),)
""",
    ),
    RightVariant(
        "R05.6c",
        "The inverse permutation written out, and lists where tuples are asked for.",
        "m05-rules-moves",
        "    return (g.transpose(np.argsort(axes)),)  # argsort inverts a permutation\n",
        "    back = [axes.index(i) for i in range(g.ndim)]\n    return [np.transpose(g, back)]\n",
    ),
    RightVariant(
        "R05.6d",
        "The mean as a sum of ones, scaled.",
        "m05-rules-reduce",
        "    return (np.broadcast_to(with_axes(g * share, ctx), inputs[0].data.shape),)\n",
        "    return (with_axes(g, ctx) * np.full(inputs[0].data.shape, share),)\n",
    ),
    RightVariant(
        "R05.7a",
        "Later gradients are added in place to the leaf's own array.",
        "m05-backward",
        "        leaf.grad = np.asarray(leaf.grad + g, dtype=leaf.data.dtype)\n",
        "        leaf.grad += g\n",
    ),
    RightVariant(
        "R05.7b",
        "Parts are collected in lists and added up when the node's turn comes.",
        "m05-backward",
        TO_LEAVES,
        """\
        waiting = {key: [first] for key, first in waiting.items()}
        for node in topological_order(self)[::-1]:
            g = sum(waiting.get(id(node), [0.0]))
            if not node.inputs and node.requires_grad:
                add_to_leaf(node, g)
            elif node.inputs:
                for one, part in zip(node.inputs, RULES[node.op](g, node, node.inputs, node.ctx)):
                    waiting.setdefault(id(one), []).append(unbroadcast(part, one.data.shape))
""",
    ),
    RightVariant(
        "R05.8a",
        "The recorder itself is taken away and put back.",
        "m05-no-grad",
        QUIET,
        """\
    before, Tensor.recorder = Tensor.recorder, None
    try:
        yield
    finally:
        Tensor.recorder = before
""",
    ),
]
