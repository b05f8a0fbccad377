"""Known wrong solutions of module 03, and other right ones: one exact replacement in the reference each.

W03.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 03` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import Mistake, RightVariant

linear = partial(known, "m03-linear", "m03-linear-test")
dropout = partial(known, "m03-dropout", "m03-dropout-test")
embedding = partial(known, "m03-embedding", "m03-embedding-test")
layernorm = partial(known, "m03-layernorm", "m03-layernorm-test")
modes = partial(known, "m03-modes", "m03-modes-test")
sequential = partial(known, "m03-sequential", "m03-modes-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

DRAW = "weight = rng.normal(0.0, np.sqrt(2 / below[init]), size=(n_in, n_out))"
BIAS = '        self.bias = Parameter(np.zeros(n_out), name="bias") if bias else None\n'
WEIGHT = '        self.weight = Parameter(weight, name="weight")\n'
FORWARD = """\
        x, n_in = as_tensor(x), self.weight.shape[0]
        if x.ndim == 0 or x.shape[-1] != n_in:
            last = x.shape[-1] if x.ndim else "no axis"
            raise ValueError(f"Linear takes {n_in} features on the last axis, got {last}")
        y = x @ self.weight
        return y if self.bias is None else y + self.bias
"""
ADD_BIAS = "        return y if self.bias is None else y + self.bias\n"
IDENTITY = """\
        if not self.training or self.p == 0:
            return x
"""
MASK = """\
        kept = self.rng.random(x.shape) >= self.p
        return x * kept.astype(x.dtype) / (1 - self.p)
"""
KEPT = "        kept = self.rng.random(x.shape) >= self.p\n"
SCALED = "        return x * kept.astype(x.dtype) / (1 - self.p)\n"
OWN_RNG = "        self.rng = np.random.default_rng() if rng is None else rng\n"

IDS = "        ids = np.array(ids)  # a copy, because backward will read it again\n"
WHOLE = """\
        if ids.dtype.kind not in "iu":
            raise TypeError(f"ids must be integers, got {ids.dtype}")
"""
OUTSIDE = """\
        outside = ids[(ids < 0) | (ids >= rows)]
        if outside.size:
            raise IndexError(f"id {outside.flat[0]} is not between 0 and {rows - 1}")
        return self.weight[ids]
"""

CENTRED = "        centred = x - x.mean(axis=-1, keepdims=True)\n"
VARIANCE = "        variance = (centred * centred).mean(axis=-1, keepdims=True)  # (..., 1)\n"
NORMED = "        return self.gamma * (centred / (variance + self.eps) ** 0.5) + self.beta\n"

HELD = """\
        for value in vars(self).values():
            items = value if isinstance(value, (list, tuple)) else (value,)
            held += [item for item in items if isinstance(item, Layer)]
        return held
"""
FOUND = """\
        found = {id(value): value for value in vars(self).values() if isinstance(value, Parameter)}
        for child in self.children():
            for parameter in child.parameters():
                found.setdefault(id(parameter), parameter)
        return list(found.values())
"""
TRAIN = """\
        self.training = bool(mode)
        for child in self.children():
            child.train(mode)
        return self
"""
ROW = """\
        for layer in self.layers:
            x = layer(x)
        return x
"""

MISTAKES: list[Mistake] = [
    # -- 03.1 Linear ---------------------------------------------------------------------------------------------
    linear(
        "W03.1a",
        "The weight is stored as (n_out, n_in) and transposed in forward.",
        WEIGHT + BIAS,
        f"""\
        self.weight = Parameter(weight.T, name="weight")
{BIAS}
        def forward(x):
            y = as_tensor(x) @ self.weight.T
            return y if self.bias is None else y + self.bias

        self.forward = forward
""",
        caught_by="test_two_rows_through_a_small_layer test_a_small_layer_takes_three_axes "
        "test_shapes_of_a_new_layer test_three_axes_and_seven_outputs test_size_of_he_weights "
        "test_size_of_xavier_weights test_weights_come_from_the_generator test_without_bias "
        "test_linear_refuses test_two_parameters_that_want_gradients "
        "test_linear_can_be_differentiated",
        also="m03-modes-test",
        starred=True,
    ),
    linear(
        "W03.1b",
        "The bias is never added.",
        ADD_BIAS,
        "        return y\n",
        caught_by="test_two_rows_through_a_small_layer test_a_small_layer_takes_three_axes "
        "test_three_axes_and_seven_outputs test_linear_refuses test_linear_can_be_differentiated",
        starred=True,
    ),
    linear(
        "W03.1b sample",
        "There is one bias per sample instead of one per output.",
        ADD_BIAS,
        "        return y if self.bias is None else y + self.bias.data[: len(y)].reshape(-1, *[1] * (y.ndim - 1))\n",
        caught_by="test_two_rows_through_a_small_layer test_a_small_layer_takes_three_axes "
        "test_three_axes_and_seven_outputs test_linear_refuses test_linear_can_be_differentiated",
        also="m03-modes-test",
    ),
    linear(
        "W03.1c",
        "All weights start at zero.",
        DRAW,
        "weight = np.zeros((n_in, n_out))",
        caught_by="test_size_of_he_weights test_size_of_xavier_weights test_weights_come_from_the_generator",
        also="m03-modes-test",
        starred=True,
    ),
    linear(
        "W03.1d",
        "With bias=False there is a bias all the same.",
        BIAS,
        '        self.bias = Parameter(np.zeros(n_out), name="bias")\n',
        caught_by="test_without_bias",
    ),
    linear(
        "W03.1e",
        "The variance 2 / n_in is taken for the standard deviation.",
        "np.sqrt(2 / below[init])",
        "2 / below[init]",
        caught_by="test_size_of_he_weights test_size_of_xavier_weights",
    ),
    linear(
        "W03.1g",
        "He divides by the number of outputs.",
        '{"he": n_in,',
        '{"he": n_out,',
        caught_by="test_size_of_he_weights",
    ),
    linear(
        "W03.1h",
        "Xavier divides by the inputs alone.",
        '"xavier": n_in + n_out',
        '"xavier": n_in',
        caught_by="test_size_of_xavier_weights",
    ),
    linear(
        "W03.1i",
        "Even numbers of the right variance instead of normal ones.",
        DRAW,
        "weight = rng.uniform(-1, 1, size=(n_in, n_out)) * np.sqrt(6 / below[init])",
        caught_by="test_size_of_he_weights test_size_of_xavier_weights",
    ),
    linear(
        "W03.1j",
        "All units of a layer start with the same weights.",
        DRAW,
        "weight = np.tile(rng.normal(0.0, np.sqrt(2 / below[init]), size=(n_in, 1)), n_out)",
        caught_by="test_size_of_he_weights test_size_of_xavier_weights test_weights_come_from_the_generator",
        also="m03-modes-test",
    ),
    linear(
        "W03.1k",
        "A new generator each time, whatever rng was given.",
        "rng = np.random.default_rng() if rng is None else rng",
        "rng = np.random.default_rng()",
        caught_by="test_weights_come_from_the_generator",
    ),
    linear(
        "W03.1l",
        "Without rng every layer draws the same numbers.",
        "np.random.default_rng() if rng is None",
        "np.random.default_rng(0) if rng is None",
        caught_by="test_weights_come_from_the_generator",
    ),
    linear(
        "W03.1m",
        "The bias is made before the weight.",
        WEIGHT + BIAS,
        BIAS + WEIGHT,
        caught_by="test_shapes_of_a_new_layer test_two_parameters_that_want_gradients",
        also="m03-modes-test",
    ),
    linear(
        "W03.1n",
        "The bias starts at one.",
        "Parameter(np.zeros(n_out)",
        "Parameter(np.ones(n_out)",
        caught_by="test_shapes_of_a_new_layer",
    ),
    linear(
        "W03.1o",
        "An unknown init quietly becomes He.",
        """\
        if init not in below:
            raise ValueError(f'init must be "he" or "xavier", got {init!r}')
""",
        '        init = init if init in below else "he"\n',
        caught_by="test_linear_refuses",
    ),
    linear(
        "W03.1p",
        "A wrong last axis is cut to size.",
        FORWARD,
        """\
        x = as_tensor(x)
        y = x[..., : self.weight.shape[0]] @ self.weight[: x.shape[-1]]
        return y if self.bias is None else y + self.bias
""",
        caught_by="test_linear_refuses",
    ),
    linear(
        "W03.1q",
        "The product is computed with numpy, behind the Tensors' backs.",
        "        y = x @ self.weight\n",
        "        y = Tensor(x.data @ self.weight.data)\n",
        caught_by="test_linear_can_be_differentiated",
    ),
    linear(
        "W03.1s",
        "The weight is a plain Tensor that wants no gradient.",
        'self.weight = Parameter(weight, name="weight")',
        'self.weight = Tensor(weight, name="weight")',
        caught_by="test_shapes_of_a_new_layer test_without_bias test_two_parameters_that_want_gradients",
        also="m03-modes-test",
    ),
    # -- 03.2 Dropout --------------------------------------------------------------------------------------------
    dropout(
        "W03.2a",
        "It goes on dropping in evaluation mode.",
        "        if not self.training or self.p == 0:\n",
        "        if self.p == 0:\n",
        caught_by="test_evaluation_mode_changes_nothing test_modes_change_back_and_forth",
        also="m03-modes-test",
        starred=True,
    ),
    dropout(
        "W03.2b",
        "Survivors are not scaled up.",
        " / (1 - self.p)\n",
        "\n",
        caught_by="test_ones_become_zero_or_two test_survivors_are_scaled_up "
        "test_the_gradient_is_masked_like_the_output",
        starred=True,
    ),
    dropout(
        "W03.2b p",
        "Survivors are multiplied by p.",
        " / (1 - self.p)\n",
        " * self.p\n",
        caught_by="test_ones_become_zero_or_two test_survivors_are_scaled_up "
        "test_the_gradient_is_masked_like_the_output",
        starred=True,
    ),
    dropout(
        "W03.2c",
        "Whole rows drop out.",
        KEPT,
        "        kept = self.rng.random((*x.shape[:-1], 1)) >= self.p\n",
        caught_by="test_share_of_zeros test_the_gradient_is_masked_like_the_output",
        starred=True,
    ),
    dropout(
        "W03.2c columns",
        "Whole columns drop out: one mask for all rows.",
        KEPT,
        "        kept = self.rng.random(x.shape[-1]) >= self.p\n",
        caught_by="test_share_of_zeros test_the_gradient_is_masked_like_the_output",
        also="m03-modes-test",
    ),
    dropout(
        "W03.2d",
        "The same mask in every call.",
        KEPT,
        """\
        if not hasattr(self, "mask"):
            self.mask = self.rng.random(x.shape) >= self.p
        kept = self.mask
""",
        caught_by="test_a_new_mask_in_each_call",
        also="m03-modes-test",
        starred=True,
    ),
    dropout(
        "W03.2e",
        "p is taken for the probability to survive.",
        ">= self.p",
        "< self.p",
        caught_by="test_share_of_zeros",
    ),
    dropout(
        "W03.2f",
        "Evaluation mode scales by 1 - p, as the older form of dropout does.",
        IDENTITY,
        """\
        if not self.training:
            return x * (1 - self.p)
""",
        caught_by="test_evaluation_mode_changes_nothing test_modes_change_back_and_forth",
        also="m03-modes-test",
    ),
    dropout(
        "W03.2g",
        "The mode is looked at once, in the first call.",
        "        if not self.training or self.p == 0:\n",
        """\
        self.active = getattr(self, "active", self.training)
        if not self.active or self.p == 0:
""",
        caught_by="test_evaluation_mode_changes_nothing test_modes_change_back_and_forth",
        also="m03-modes-test",
    ),
    dropout(
        "W03.2h",
        "p = 1 is allowed.",
        "if not 0 <= p < 1:",
        "if not 0 <= p <= 1:",
        caught_by="test_limits_of_p",
    ),
    dropout(
        "W03.2j",
        "NaN passes as a p.",
        "if not 0 <= p < 1:",
        "if p < 0 or p >= 1:",
        caught_by="test_limits_of_p",
    ),
    dropout(
        "W03.2l",
        "Another p by default.",
        "def __init__(self, p=0.5,",
        "def __init__(self, p=0.1,",
        caught_by="test_limits_of_p",
    ),
    dropout(
        "W03.2m",
        "The mask is made with numpy on the input's array, in place.",
        SCALED,
        """\
        x.data[~kept] = 0.0
        return x / (1 - self.p)
""",
        caught_by="test_survivors_are_scaled_up test_share_of_zeros "
        "test_modes_change_back_and_forth test_the_gradient_is_masked_like_the_output",
    ),
    dropout(
        "W03.2n",
        "The output is computed behind the Tensors' backs, so gradients end here.",
        SCALED,
        "        return Tensor(x.data * kept / (1 - self.p))\n",
        caught_by="test_the_gradient_is_masked_like_the_output",
    ),
    dropout(
        "W03.2o",
        "The given generator is not used.",
        OWN_RNG,
        "        self.rng = np.random.default_rng()\n",
        caught_by="test_a_new_mask_in_each_call",
    ),
    # -- 03.3 Embedding ------------------------------------------------------------------------------------------
    embedding(
        "W03.3a",
        "Negative ids count from the end of the table.",
        "(ids < 0) | (ids >= rows)",
        "ids >= rows",
        caught_by="test_ids_outside_the_table",
        starred=True,
    ),
    embedding(
        "W03.3b",
        "Ids wrap around at the end of the table.",
        OUTSIDE,
        "        return self.weight[ids % rows]\n",
        caught_by="test_an_id_that_is_too_large test_ids_outside_the_table",
        starred=True,
    ),
    embedding(
        "W03.3c",
        "Ids are flattened, and their shape is lost.",
        "        return self.weight[ids]\n",
        "        return self.weight[ids.reshape(-1)]\n",
        caught_by="test_ids_of_other_shapes test_writing_into_the_result test_repeated_ids "
        "test_embedding_can_be_differentiated",
        starred=True,
    ),
    embedding(
        "W03.3d",
        "A single id gives a view of the table.",
        "        return self.weight[ids]\n",
        """\
        index = int(ids) if ids.ndim == 0 else ids
        return Tensor._new(self.weight.data[index], "getitem", (self.weight,), index=index)
""",
        caught_by="test_writing_into_the_result",
    ),
    embedding(
        "W03.3e",
        "Floats are cut to whole ids.",
        WHOLE,
        "        ids = ids.astype(int)\n",
        caught_by="test_ids_that_are_no_integers",
    ),
    embedding(
        "W03.3f",
        "Truth values pass as ids.",
        'not in "iu"',
        'not in "iub"',
        caught_by="test_ids_that_are_no_integers",
    ),
    embedding(
        "W03.3h",
        "The table starts with numbers of deviation 1.",
        "rng.normal(0.0, 0.02,",
        "rng.normal(0.0, 1.0,",
        caught_by="test_size_of_first_vectors",
    ),
    embedding(
        "W03.3i",
        "The ids are not copied: whoever writes over them changes the gradient.",
        IDS,
        "        ids = np.asarray(ids)\n",
        caught_by="test_embedding_can_be_differentiated",
    ),
    embedding(
        "W03.3j",
        "Repeated ids are looked up once.",
        "        return self.weight[ids]\n",
        "        return self.weight[np.unique(ids)]\n",
        caught_by="test_three_ids test_ids_of_other_shapes test_ids_that_are_no_integers "
        "test_writing_into_the_result test_repeated_ids test_embedding_can_be_differentiated",
    ),
    embedding(
        "W03.3k",
        "The last id is refused.",
        "(ids >= rows)",
        "(ids >= rows - 1)",
        caught_by="test_three_ids test_ids_outside_the_table test_ids_that_are_no_integers test_repeated_ids "
        "test_embedding_can_be_differentiated",
    ),
    embedding(
        "W03.3l",
        "The error does not name the id.",
        'f"id {outside.flat[0]} is not between 0 and {rows - 1}"',
        '"an id is not in the table"',
        caught_by="test_an_id_that_is_too_large test_ids_outside_the_table",
    ),
    embedding(
        "W03.3m",
        "Rows are taken with numpy, behind the Tensors' backs.",
        "        return self.weight[ids]\n",
        "        return Tensor(self.weight.data[ids])\n",
        caught_by="test_embedding_can_be_differentiated",
    ),
    # -- 03.4 LayerNorm ------------------------------------------------------------------------------------------
    layernorm(
        "W03.4a",
        "Mean and variance are taken over the batch.",
        CENTRED + VARIANCE,
        """\
        centred = x - x.mean(axis=0, keepdims=True)
        variance = (centred * centred).mean(axis=0, keepdims=True)
""",
        caught_by="test_three_axes_are_normalised_row_by_row test_gamma_and_beta "
        "test_rows_do_not_know_each_other test_a_row_of_equal_numbers test_a_large_eps "
        "test_layernorm_can_be_differentiated",
        starred=True,
    ),
    layernorm(
        "W03.4b",
        "The variance divides by one less than the number of features.",
        VARIANCE,
        "        variance = (centred * centred).sum(axis=-1, keepdims=True) / (x.shape[-1] - 1)\n",
        caught_by="test_first_row_of_the_table test_three_axes_are_normalised_row_by_row test_small_variance "
        "test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_a_large_eps test_layernorm_can_be_differentiated",
        starred=True,
    ),
    layernorm(
        "W03.4c",
        "gamma is left out.",
        "self.gamma * (centred",
        "1.0 * (centred",
        caught_by="test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_layernorm_can_be_differentiated",
        starred=True,
    ),
    layernorm(
        "W03.4c beta",
        "beta is left out.",
        " + self.beta\n",
        "\n",
        caught_by="test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_layernorm_can_be_differentiated",
        starred=True,
    ),
    layernorm(
        "W03.4d",
        "eps is added outside the root.",
        "centred / (variance + self.eps) ** 0.5",
        "centred / (variance**0.5 + self.eps)",
        caught_by="test_first_row_of_the_table test_three_axes_are_normalised_row_by_row test_small_variance "
        "test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_a_large_eps test_layernorm_can_be_differentiated",
        starred=True,
    ),
    layernorm(
        "W03.4e",
        "eps is added twice.",
        "variance + self.eps",
        "variance + self.eps + self.eps",
        caught_by="test_first_row_of_the_table test_three_axes_are_normalised_row_by_row test_small_variance "
        "test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_a_large_eps test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4f",
        "The given eps is not used.",
        "variance + self.eps",
        "variance + 1e-5",
        caught_by="test_a_large_eps test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4g",
        "It divides by the variance instead of its root.",
        "(variance + self.eps) ** 0.5",
        "(variance + self.eps)",
        caught_by="test_first_row_of_the_table test_three_axes_are_normalised_row_by_row test_small_variance "
        "test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_a_large_eps test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4h",
        "One mean and one variance for the whole input.",
        CENTRED + VARIANCE,
        """\
        centred = x - x.mean()
        variance = (centred * centred).mean()
""",
        caught_by="test_three_axes_are_normalised_row_by_row test_gamma_and_beta "
        "test_rows_do_not_know_each_other test_a_row_of_equal_numbers test_a_large_eps "
        "test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4i",
        "Mean and variance are taken as constants, behind the Tensors' backs.",
        CENTRED + VARIANCE,
        """\
        centred = x - x.data.mean(axis=-1, keepdims=True)
        variance = x.data.var(axis=-1, keepdims=True)
""",
        caught_by="test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4j",
        "beta is scaled by gamma too.",
        NORMED,
        "        return self.gamma * (centred / (variance + self.eps) ** 0.5 + self.beta)\n",
        caught_by="test_gamma_and_beta test_rows_do_not_know_each_other test_a_row_of_equal_numbers "
        "test_layernorm_can_be_differentiated",
    ),
    layernorm(
        "W03.4l",
        "gamma starts at zero.",
        "Parameter(np.ones(dim)",
        "Parameter(np.zeros(dim)",
        caught_by="test_first_row_of_the_table test_three_axes_are_normalised_row_by_row test_small_variance "
        "test_a_large_eps test_gamma_and_beta_at_first",
    ),
    # -- 03.5 modes, parameters, Sequential ----------------------------------------------------------------------
    modes(
        "W03.5a",
        "train and eval change only the layer they are called on.",
        TRAIN,
        """\
        self.training = bool(mode)
        return self
""",
        caught_by="test_value_of_a_small_network test_eval_reaches_the_dropout "
        "test_layers_in_lists_and_tuples test_train_after_eval",
        starred=True,
    ),
    modes(
        "W03.5b",
        "A layer that is used twice is listed twice.",
        FOUND,
        """\
        found = [value for value in vars(self).values() if isinstance(value, Parameter)]
        for child in self.children():
            found += child.parameters()
        return found
""",
        caught_by="test_what_is_shared_counts_once",
        starred=True,
    ),
    modes(
        "W03.5c",
        "Lists and tuples of layers are not searched.",
        HELD,
        """\
        for value in vars(self).values():
            if isinstance(value, Layer):
                held.append(value)
        return held
""",
        caught_by="test_value_of_a_small_network test_four_parameters test_eval_reaches_the_dropout "
        "test_layers_in_lists_and_tuples test_what_is_shared_counts_once test_order_of_parameters "
        "test_children_in_order test_train_after_eval test_arrays_are_no_parameters "
        "test_the_same_objects_each_time",
        starred=True,
    ),
    modes(
        "W03.5c tuple",
        "Lists of layers are searched, tuples are not.",
        "isinstance(value, (list, tuple))",
        "isinstance(value, list)",
        caught_by="test_layers_in_lists_and_tuples test_order_of_parameters test_children_in_order "
        "test_train_after_eval test_arrays_are_no_parameters test_the_same_objects_each_time",
    ),
    modes(
        "W03.5d",
        "train() sets only the layers directly below.",
        "            child.train(mode)\n",
        """\
            child.training = bool(mode)
            if not mode:
                child.train(False)
""",
        caught_by="test_train_after_eval",
    ),
    modes(
        "W03.5e",
        "parameters() lists the last layer first.",
        "        for child in self.children():\n            for parameter",
        "        for child in reversed(self.children()):\n            for parameter",
        caught_by="test_four_parameters test_layers_in_lists_and_tuples test_what_is_shared_counts_once "
        "test_order_of_parameters",
    ),
    modes(
        "W03.5f",
        "Parameters of the children come before a layer's own.",
        FOUND,
        """\
        found = {}
        for child in self.children():
            found.update((id(parameter), parameter) for parameter in child.parameters())
        own = {id(value): value for value in vars(self).values() if isinstance(value, Parameter)}
        return list({**found, **own}.values())
""",
        caught_by="test_order_of_parameters",
    ),
    modes(
        "W03.5g",
        "Parameters with equal numbers are taken for the same.",
        FOUND,
        """\
        found = [value for value in vars(self).values() if isinstance(value, Parameter)]
        for child in self.children():
            found += child.parameters()
        return list({one.data.tobytes(): one for one in found}.values())
""",
        caught_by="test_what_is_shared_counts_once",
    ),
    modes(
        "W03.5h",
        "parameters() gives copies.",
        "        return list(found.values())\n",
        "        return [Parameter(one.data, name=one.name) for one in found.values()]\n",
        caught_by="test_what_is_shared_counts_once test_the_same_objects_each_time",
    ),
    modes(
        "W03.5i",
        "parameters() can be walked through only once.",
        "        return list(found.values())\n",
        "        return (parameter for parameter in found.values())\n",
        caught_by="test_layers_in_lists_and_tuples test_order_of_parameters test_arrays_are_no_parameters "
        "test_the_same_objects_each_time",
    ),
    modes(
        "W03.5k",
        "Parameters are sought one level down and no deeper.",
        FOUND,
        """\
        found = {}
        for layer in (self, *self.children()):
            for value in vars(layer).values():
                if isinstance(value, Parameter):
                    found[id(value)] = value
        return list(found.values())
""",
        caught_by="test_layers_in_lists_and_tuples test_order_of_parameters test_arrays_are_no_parameters "
        "test_the_same_objects_each_time",
    ),
    modes(
        "W03.5l",
        "eval() returns nothing.",
        "        return self.train(False)\n",
        "        self.train(False)\n",
        caught_by="test_eval_reaches_the_dropout test_train_after_eval",
    ),
    modes(
        "W03.5n",
        "children() gives the grandchildren as well.",
        "        return held\n",
        "        return held + [one for child in held for one in child.children()]\n",
        caught_by="test_children_in_order",
    ),
    sequential(
        "W03.5p",
        "The last layer computes first.",
        "        for layer in self.layers:\n",
        "        for layer in reversed(self.layers):\n",
        caught_by="test_value_of_a_small_network test_four_parameters test_eval_reaches_the_dropout "
        "test_order_of_computation",
    ),
    sequential(
        "W03.5q",
        "Every layer gets the input, and only the last output counts.",
        ROW,
        """\
        for layer in self.layers:
            y = layer(x)
        return y
""",
        caught_by="test_value_of_a_small_network test_four_parameters test_eval_reaches_the_dropout "
        "test_order_of_computation",
    ),
]

RIGHT: list[RightVariant] = [
    RightVariant(
        "R03.1a",
        "Standard normal numbers, scaled afterwards.",
        "m03-linear",
        DRAW,
        "weight = rng.standard_normal((n_in, n_out)) * (2 / below[init]) ** 0.5",
    ),
    RightVariant(
        "R03.1d",
        "A shape that does not fit is left to the product, which names both sizes too.",
        "m03-linear",
        FORWARD,
        """\
        y = as_tensor(x) @ self.weight
        return y + self.bias if self.bias is not None else y
""",
    ),
    RightVariant(
        "R03.1b",
        "Ifs instead of a dict, more attributes, and printing.",
        "m03-linear",
        """\
        below = {"he": n_in, "xavier": n_in + n_out}
        if init not in below:
            raise ValueError(f'init must be "he" or "xavier", got {init!r}')
""",
        """\
        if init == "he":
            below = {init: n_in}
        elif init == "xavier":
            below = {init: n_in + n_out}
        else:
            raise ValueError("unknown init " + str(init))
        self.n_in, self.n_out = n_in, n_out
        print("Linear", n_in, n_out)
""",
    ),
    RightVariant(
        "R03.1c",
        "The rows are multiplied one below the other and put back in shape.",
        "m03-linear",
        "        y = x @ self.weight\n",
        "        y = (x.reshape(-1, n_in) @ self.weight).reshape(*x.shape[:-1], self.weight.shape[1])\n",
    ),
    RightVariant("R03.2a", "Survivors by random() < 1 - p.", "m03-dropout", ">= self.p", "< 1 - self.p"),
    RightVariant(
        "R03.2b",
        "The mask holds the factor already; x itself comes back where nothing is to do.",
        "m03-dropout",
        "        x = as_tensor(x)\n" + IDENTITY + MASK,
        """\
        if not self.training:
            return x
        x = as_tensor(x)
        mask = np.where(self.rng.uniform(size=x.shape) < self.p, 0.0, 1 / (1 - self.p))
        return Tensor(mask) * x
""",
    ),
    RightVariant(
        "R03.2c",
        "Survivors are drawn as 0 and 1.",
        "m03-dropout",
        KEPT,
        "        kept = self.rng.binomial(1, 1 - self.p, size=x.shape)\n",
    ),
    RightVariant(
        "R03.3a",
        "Ids are tested one by one, and flattened for the look-up only.",
        "m03-embedding",
        OUTSIDE,
        """\
        for one in ids.flatten():
            if one < 0 or one >= rows:
                raise IndexError("no row for " + str(one))
        return self.weight[ids.flatten()].reshape(*ids.shape, self.weight.shape[1])
""",
    ),
    RightVariant(
        "R03.3b",
        "Smallest and largest id, and numpy's word for whole numbers.",
        "m03-embedding",
        WHOLE + "        rows = self.weight.shape[0]\n" + OUTSIDE,
        """\
        if not np.issubdtype(ids.dtype, np.integer):
            raise TypeError("ids must be integers")
        if ids.min() < 0:
            raise IndexError(f"id {ids.min()} is below 0")
        if ids.max() >= len(self.weight):
            raise IndexError(f"id {ids.max()} is too large")
        return self.weight[ids]
""",
    ),
    RightVariant(
        "R03.4a",
        "Sums instead of means, and the power -0.5.",
        "m03-layernorm",
        CENTRED + VARIANCE + NORMED,
        """\
        d = x.shape[-1]
        difference = x - x.sum(axis=-1, keepdims=True) / d
        spread = (difference**2).sum(axis=-1, keepdims=True) / d
        return difference * (spread + self.eps) ** -0.5 * self.gamma + self.beta
""",
    ),
    RightVariant(
        "R03.4b",
        "The variance as mean of squares minus square of the mean of shifted numbers.",
        "m03-layernorm",
        VARIANCE,
        """\
        variance = (centred**2).mean(axis=-1, keepdims=True) - centred.mean(axis=-1, keepdims=True) ** 2
""",
    ),
    RightVariant(
        "R03.5a",
        "Parameters are collected with a stack.",
        "m03-modes",
        FOUND,
        """\
        found, stack = [], [self]
        while stack:
            layer = stack.pop()
            for value in vars(layer).values():
                if isinstance(value, Parameter) and all(value is not one for one in found):
                    found.append(value)
            stack.extend(reversed(layer.children()))
        return found
""",
    ),
    RightVariant(
        "R03.5b",
        "Modes are set with a stack.",
        "m03-modes",
        TRAIN,
        """\
        stack = [self]
        while stack:
            layer = stack.pop()
            layer.training = mode
            stack += layer.children()
        return self
""",
    ),
    RightVariant(
        "R03.5c",
        "children() walks with ifs, and lists a layer that is held twice once.",
        "m03-modes",
        HELD,
        """\
        for name in self.__dict__:
            value = getattr(self, name)
            if isinstance(value, Layer):
                value = [value]
            if isinstance(value, (list, tuple)):
                for item in value:
                    if isinstance(item, Layer) and not any(item is one for one in held):
                        held.append(item)
        return held
""",
    ),
    RightVariant(
        "R03.5d",
        "Layers are kept in a tuple, and forward is called by name.",
        "m03-sequential",
        "        self.layers = list(layers)\n",
        "        self.layers, self.count = layers, len(layers)\n",
    ),
]
