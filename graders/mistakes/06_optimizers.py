"""Known wrong solutions of module 06, and other right ones: one exact replacement in the reference each.

W06.1a is the curriculum's bank, row by row (starred: the commonest); letters beyond the bank's are further mistakes.
`tito author check 06` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

optimizer = partial(known, "m06-optimizer", "m06-optimizer-test")
sgd = partial(known, "m06-sgd", "m06-sgd-test")
rmsprop = partial(known, "m06-rmsprop", "m06-rmsprop-test")
adam = partial(known, "m06-adam", "m06-adam-test")
adamw = partial(known, "m06-adamw", "m06-adamw-test")
fit = partial(known, "m06-fit-linear", "m06-fit-linear-test")
moves = partial(known, "m06-moves", "m06-moves-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

MADE = """\
        self.params = list(params)
        self.lr = float(lr)
        for name in self.buffers:
            setattr(self, name, [None] * len(self.params))
        for parameter in self.params:
            parameter.requires_grad = True
"""

CLEARED = """\
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                grad_array(parameter)[...] = 0
"""

SGD_STEP = """\
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g.copy() if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= self.lr * g
"""

RMSPROP_END = """\
            change = g / (np.sqrt(s) + self.eps)
            if self.momentum:
                old = self.momentum_buffers[i]
                change = change if old is None else self.momentum * old + change
                self.momentum_buffers[i] = change
            parameter.data -= self.lr * change
"""

CORRECTED = """\
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
        return m / (np.sqrt(v) + self.eps)
"""

ADAM_STEP = """\
        for i, parameter, g in self.with_gradients():
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            parameter.data -= self.lr * self.direction(i, g)
"""

ADAMW_STEP = """\
            parameter.data *= 1 - self.lr * self.weight_decay
            parameter.data -= self.lr * self.direction(i, g)
"""

LOOP = """\
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
"""

MISTAKES = [
    # -- 06.1 Optimizer ---------------------------------------------------------------------------------------------
    optimizer(
        "W06.1a",
        "A first loop walks through params, and of a generator nothing is left for the list.",
        MADE,
        """\
        for parameter in params:
            parameter.requires_grad = True
        self.params = list(params)
        self.lr = float(lr)
        for name in self.buffers:
            setattr(self, name, [None] * len(self.params))
""",
        caught_by="test_parameters_from_a_generator",
        starred=True,
    ),
    optimizer(
        "W06.1b",
        "zero_grad clears the weights instead of the gradients.",
        "                parameter.grad = None\n",
        "                parameter.grad = None\n                parameter.data = parameter.data * 0\n",
        caught_by="test_gradients_are_cleared test_parameters_from_a_generator test_both_ways_to_clear",
        starred=True,
    ),
    optimizer(
        "W06.1d",
        "The saved state shares its arrays with the optimizer.",
        "[None if one is None else one.copy() for one in getattr(self, name)]",
        "list(getattr(self, name))",
        caught_by="test_a_saved_state_stays_as_it_is",
        starred=True,
    ),
    optimizer(
        "W06.1d-loaded",
        "The loaded state shares its arrays with the optimizer.",
        "None if one is None else np.array(one)",
        "None if one is None else np.asarray(one)",
        caught_by="test_a_saved_state_stays_as_it_is",
    ),
    optimizer(
        "W06.1e",
        "The rate of the constructor stays after loading.",
        "        vars(self).update(loaded)\n",
        '        loaded.pop("lr", None)\n        vars(self).update(loaded)\n',
        caught_by=(
            "test_a_run_goes_on_from_a_saved_state test_the_loaded_rate_wins test_a_state_that_does_not_fit"
        ),
        also="m06-sgd-test m06-adam-test",
    ),
    optimizer(
        "W06.1f",
        "Parameters are not marked as wanting gradients.",
        "            parameter.requires_grad = True\n",
        "            pass\n",
        caught_by="test_parameters_from_a_generator test_rates_that_are_refused",
        also="m06-sgd-test m06-rmsprop-test m06-adam-test m06-adamw-test",
    ),
    optimizer(
        "W06.1g",
        "A rate of NaN or infinity is accepted.",
        "not isinstance(value, Real) or not math.isfinite(value) or value < 0",
        "not isinstance(value, Real) or value < 0",
        caught_by="test_rates_that_are_refused",
        also="m06-sgd-test m06-rmsprop-test m06-adam-test m06-adamw-test",
    ),
    optimizer(
        "W06.1h",
        "The number 0 is refused.",
        "or value < 0:",
        "or value <= 0:",
        caught_by="test_rates_that_are_refused",
        also="m06-sgd-test m06-rmsprop-test m06-adam-test m06-adamw-test",
    ),
    optimizer(
        "W06.1i",
        "The parameters are marked before the rate is checked.",
        "        check_numbers(lr=lr)\n" + MADE,
        MADE + "        check_numbers(lr=lr)\n",
        caught_by="test_rates_that_are_refused",
    ),
    optimizer(
        "W06.1j",
        "set_lr accepts every number.",
        '        """From now on this rate; refused like that of the constructor."""\n'
        "        ### BEGIN SOLUTION\n        check_numbers(lr=lr)\n",
        '        """From now on this rate; refused like that of the constructor."""\n'
        "        ### BEGIN SOLUTION\n",
        caught_by="test_rates_that_are_refused",
    ),
    optimizer(
        "W06.1k",
        "Attributes change while the state is still being read, so half of a bad one is kept.",
        "        loaded = {name: checked(name, state[name]) for name in self.constants}\n",
        "        loaded = vars(self)\n"
        "        loaded.update({name: checked(name, state[name]) for name in self.constants})\n",
        caught_by="test_a_state_that_does_not_fit",
    ),
    optimizer(
        "W06.1l",
        "The shape of a loaded array is not looked at.",
        "        if one is not None and one.shape != np.shape(parameter.data):\n",
        "        if one is not None and one.size == 0:\n",
        caught_by="test_a_state_that_does_not_fit",
    ),
    optimizer(
        "W06.1m",
        "zero_grad sets gradients to None, whatever set_to_none says.",
        CLEARED,
        "            parameter.grad = None\n",
        caught_by="test_both_ways_to_clear",
    ),
    optimizer(
        "W06.1n",
        "zero_grad makes gradients of zeros for parameters that have none.",
        CLEARED,
        "            parameter.grad = None if set_to_none else np.zeros_like(parameter.data)\n",
        caught_by="test_both_ways_to_clear",
    ),
    optimizer(
        "W06.1o",
        "Counts are left out of the loaded state.",
        "            loaded[name] = [int(one) for one in value] if isinstance(value, (list, tuple)) else int(value)\n",
        "",
        caught_by="test_a_run_goes_on_from_a_saved_state",
        also="m06-adam-test",
    ),
    optimizer(
        "W06.1p",
        "The saved state shares its lists of counts with the optimizer.",
        "state[name] = list(value) if isinstance(value, (list, tuple)) else value",
        "state[name] = value",
        caught_by="test_a_saved_state_stays_as_it_is",
    ),
    optimizer(
        "W06.1q",
        "set_lr writes a name that nobody reads.",
        "        self.lr = float(lr)\n        ### END SOLUTION\n\n    def get_lr",
        "        self.learning_rate = float(lr)\n        ### END SOLUTION\n\n    def get_lr",
        caught_by="test_the_rate_is_set_and_read test_rates_that_are_refused",
        also="m06-sgd-test m06-rmsprop-test m06-adam-test m06-adamw-test",
    ),
    optimizer(
        "W06.1r",
        "A state is taken in as far as it goes: names that are missing keep what they had.",
        "        missing = [name for name in self.constants + self.counts + self.buffers if name not in state]\n"
        "        if missing:\n"
        "            raise ValueError(f\"the state of {type(self).__name__} needs {', '.join(missing)}\")\n",
        "        state = {**self.state_dict(), **state}\n",
        caught_by="test_a_state_that_does_not_fit",
    ),
    # -- 06.2 SGD ---------------------------------------------------------------------------------------------------
    sgd(
        "W06.1c",
        "The step scales the gradient in place; whoever looks at it later sees another one.",
        SGD_STEP,
        SGD_STEP.replace("parameter.data -= self.lr * g", "g *= self.lr\n            parameter.data -= g"),
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_table_of_plain_sgd test_table_of_momentum test_each_parameter_has_its_velocity "
            "test_changing_rates_of_sgd test_a_gradient_that_is_missing_once "
            "test_sgd_leaves_the_gradient_alone test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2a",
        "The new gradient gets only the share 1 - momentum, as in a moving average.",
        "self.momentum * old + g",
        "self.momentum * old + (1 - self.momentum) * g",
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_table_of_momentum test_table_of_momentum_and_decay "
            "test_each_parameter_has_its_velocity test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone "
            "test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2b",
        "All parameters share one velocity.",
        SGD_STEP,
        SGD_STEP.replace("momentum_buffers[i]", "momentum_buffers[0]"),
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_each_parameter_has_its_velocity test_a_gradient_that_is_missing_once "
            "test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2c",
        "The velocity is not kept from step to step.",
        "                self.momentum_buffers[i] = g\n",
        "",
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_table_of_momentum test_table_of_momentum_and_decay "
            "test_each_parameter_has_its_velocity test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone "
            "test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2d",
        "The weight moves along the gradient, uphill.",
        "parameter.data -= self.lr * g",
        "parameter.data += self.lr * g",
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_table_of_plain_sgd test_table_of_momentum test_table_of_momentum_and_decay "
            "test_each_parameter_has_its_velocity test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone "
            "test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2e",
        "Weight decay is applied after the velocity, which then knows nothing of it.",
        SGD_STEP,
        """\
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g.copy() if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= self.lr * (g + self.weight_decay * parameter.data)
""",
        caught_by=(
            "test_table_of_momentum_and_decay test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone "
            "test_sgd_goes_on_from_a_saved_state"
        ),
        starred=True,
    ),
    sgd(
        "W06.2f",
        "A missing gradient counts as 0, so decay and velocity go on moving the weight.",
        "        for i, parameter, g in self.with_gradients():\n",
        "        for i in range(len(self.params)):\n"
        "            parameter = self.params[i]\n"
        "            g = grad_array(parameter)\n"
        "            g = np.zeros_like(parameter.data) if g is None else g\n",
        caught_by=(
            "test_each_parameter_has_its_velocity test_a_gradient_that_is_missing_once "
            "test_sgd_goes_on_from_a_saved_state"
        ),
    ),
    sgd(
        "W06.2g",
        "The step looks ahead as Nesterov's does: gradient plus momentum times the new velocity.",
        SGD_STEP,
        """\
            if self.weight_decay:
                g = g + self.weight_decay * parameter.data
            if self.momentum:
                old = self.momentum_buffers[i]
                v = g.copy() if old is None else self.momentum * old + g
                self.momentum_buffers[i] = v
                g = g + self.momentum * v
            parameter.data -= self.lr * g
""",
        caught_by=(
            "test_the_next_gradient_in_the_same_array "
            "test_table_of_momentum test_table_of_momentum_and_decay "
            "test_each_parameter_has_its_velocity test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone "
            "test_sgd_goes_on_from_a_saved_state"
        ),
    ),
    sgd(
        "W06.2h",
        "The rate is inside of the velocity, so old velocity keeps the old rate.",
        SGD_STEP,
        """\
            g = self.lr * (g + self.weight_decay * parameter.data)
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= g
""",
        caught_by="test_each_parameter_has_its_velocity test_changing_rates_of_sgd",
    ),
    sgd(
        "W06.2i",
        "The decay is added to the caller's gradient in place.",
        "g = g + self.weight_decay * parameter.data",
        "g += self.weight_decay * parameter.data",
        caught_by=(
            "test_table_of_momentum_and_decay test_changing_rates_of_sgd "
            "test_a_gradient_that_is_missing_once test_sgd_leaves_the_gradient_alone"
        ),
    ),
    sgd(
        "W06.2j",
        "Momentum and decay are not checked.",
        "check_numbers(lr=lr, momentum=momentum, weight_decay=weight_decay)",
        "check_numbers(lr=lr)",
        caught_by="test_arguments_sgd_refuses",
    ),
    sgd(
        "W06.2k",
        "The first velocity is the caller's own gradient array, not a copy.",
        "g = g.copy() if old is None",
        "g = g if old is None",
        caught_by="test_the_next_gradient_in_the_same_array",
    ),
    # -- 06.3 RMSprop -----------------------------------------------------------------------------------------------
    rmsprop(
        "W06.3a",
        "eps stands inside the root.",
        "(np.sqrt(s) + self.eps)",
        "np.sqrt(s + self.eps)",
        caught_by=(
            "test_table_of_rmsprop test_table_of_rmsprop_with_momentum test_a_large_eps_of_rmsprop "
            "test_another_alpha test_weight_decay_of_rmsprop test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
        starred=True,
    ),
    rmsprop(
        "W06.3b",
        "alpha and 1 - alpha are exchanged: the new square gets the large share.",
        "s, part = self.square_buffers[i], (1 - self.alpha) * (g * g)\n"
        "            s = self.square_buffers[i] = part if s is None else self.alpha * s + part\n",
        "s, part = self.square_buffers[i], self.alpha * (g * g)\n"
        "            s = self.square_buffers[i] = part if s is None else (1 - self.alpha) * s + part\n",
        caught_by=(
            "test_table_of_rmsprop test_table_of_rmsprop_with_momentum test_a_large_eps_of_rmsprop "
            "test_another_alpha test_weight_decay_of_rmsprop test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
        starred=True,
    ),
    rmsprop(
        "W06.3c",
        "The gradient is not squared.",
        "(1 - self.alpha) * (g * g)",
        "(1 - self.alpha) * abs(g)",
        caught_by=(
            "test_table_of_rmsprop test_table_of_rmsprop_with_momentum test_a_large_eps_of_rmsprop "
            "test_another_alpha test_weight_decay_of_rmsprop test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
    ),
    rmsprop(
        "W06.3d",
        "The rate is inside of the gathered steps.",
        RMSPROP_END,
        RMSPROP_END.replace("change = g /", "change = self.lr * g /").replace("self.lr * change", "change"),
        caught_by="test_changing_rates_of_rmsprop",
    ),
    rmsprop(
        "W06.3e",
        "The average starts with the whole first square instead of 0.",
        "part if s is None",
        "g * g if s is None",
        caught_by=(
            "test_table_of_rmsprop test_table_of_rmsprop_with_momentum test_a_large_eps_of_rmsprop "
            "test_another_alpha test_weight_decay_of_rmsprop test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
    ),
    rmsprop(
        "W06.3f",
        "Weight decay is forgotten.",
        "                g = g + self.weight_decay * parameter.data\n",
        "                pass\n",
        caught_by="test_weight_decay_of_rmsprop test_two_parameters_and_a_missing_gradient",
    ),
    rmsprop(
        "W06.3g",
        "Momentum gathers gradients, before they are divided.",
        RMSPROP_END,
        """\
            if self.momentum:
                old = self.momentum_buffers[i]
                g = g if old is None else self.momentum * old + g
                self.momentum_buffers[i] = g
            parameter.data -= self.lr * g / (np.sqrt(s) + self.eps)
""",
        caught_by=(
            "test_table_of_rmsprop_with_momentum test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
    ),
    rmsprop(
        "W06.3h",
        "The step is divided by the average, not by its root.",
        "np.sqrt(s) + self.eps",
        "s + self.eps",
        caught_by=(
            "test_table_of_rmsprop test_table_of_rmsprop_with_momentum test_a_large_eps_of_rmsprop "
            "test_another_alpha test_weight_decay_of_rmsprop test_changing_rates_of_rmsprop "
            "test_two_parameters_and_a_missing_gradient"
        ),
    ),
    rmsprop(
        "W06.3i",
        "alpha, eps and the others are not checked.",
        "check_numbers(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)",
        "check_numbers(lr=lr)",
        caught_by="test_arguments_rmsprop_refuses",
    ),
    rmsprop(
        "W06.3j",
        "A missing gradient counts as 0: the average fades and the decay goes on.",
        "        for i, parameter, g in self.with_gradients():\n",
        "        for i in range(len(self.params)):\n"
        "            parameter = self.params[i]\n"
        "            g = grad_array(parameter)\n"
        "            g = np.zeros_like(parameter.data) if g is None else g\n",
        caught_by="test_two_parameters_and_a_missing_gradient",
    ),
    # -- 06.4 Adam --------------------------------------------------------------------------------------------------
    adam(
        "W06.4a",
        "The averages are not corrected for starting at 0.",
        CORRECTED,
        "        return m / (np.sqrt(v) + self.eps)\n",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
        starred=True,
    ),
    adam(
        "W06.4b",
        "Only the first average is corrected.",
        "m, v = m / (1 - beta1**t), v / (1 - beta2**t)",
        "m, v = m / (1 - beta1**t), v",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
        starred=True,
    ),
    adam(
        "W06.4c",
        "The count is one ahead when the averages are corrected.",
        "t = self.update_counts[i]",
        "t = self.update_counts[i] + 1",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
        starred=True,
    ),
    adam(
        "W06.4d",
        "The two betas are exchanged.",
        "beta1, beta2 = self.betas",
        "beta2, beta1 = self.betas",
        caught_by=(
            "test_table_of_adam test_other_betas_and_a_large_eps test_weight_decay_in_the_gradient "
            "test_a_first_gradient_in_step_three test_fifty_steps_of_two_arrays "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
        starred=True,
    ),
    adam(
        "W06.4e",
        "eps stands inside the root.",
        "return m / (np.sqrt(v) + self.eps)",
        "return m / np.sqrt(v + self.eps)",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
        starred=True,
    ),
    adam(
        "W06.4f",
        "The betas that are given are not used.",
        "self.betas, self.eps, self.weight_decay = betas, float(eps)",
        "self.betas, self.eps, self.weight_decay = (0.9, 0.999), float(eps)",
        caught_by=(
            "test_other_betas_and_a_large_eps test_fifty_steps_of_two_arrays "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
    ),
    adam(
        "W06.4g",
        "The second average is one of |g|, not of the square.",
        "v = (1 - beta2) * (g * g) if v is None else beta2 * v + (1 - beta2) * (g * g)",
        "v = (1 - beta2) * abs(g) if v is None else beta2 * v + (1 - beta2) * abs(g)",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
    ),
    adam(
        "W06.4h",
        "The counts are no part of the state: after loading the correction starts again.",
        'counts = ("update_counts", "step_count")',
        "counts = ()",
        caught_by="test_adam_goes_on_from_a_saved_state",
    ),
    adam(
        "W06.4i",
        "The correction counts the steps of the optimizer, not the updates of the parameter.",
        "t = self.update_counts[i]",
        "t = self.step_count",
        caught_by="test_a_first_gradient_in_step_three test_adam_goes_on_from_a_saved_state",
        also="m06-adamw-test",
    ),
    adam(
        "W06.4j",
        "The decay moves the weight beside the gradient, as in AdamW.",
        ADAM_STEP,
        """\
        for i, parameter, g in self.with_gradients():
            parameter.data -= self.lr * (self.direction(i, g) + self.weight_decay * parameter.data)
""",
        caught_by=(
            "test_weight_decay_in_the_gradient test_fifty_steps_of_two_arrays "
            "test_adam_goes_on_from_a_saved_state"
        ),
    ),
    adam(
        "W06.4k",
        "step_count is never raised.",
        "        self.step_count += 1\n",
        "",
        caught_by="test_a_first_gradient_in_step_three",
    ),
    adam(
        "W06.4l",
        "betas are not checked.",
        "betas = check_betas(betas)",
        "betas = tuple(betas) if isinstance(betas, tuple) else betas",
        caught_by="test_arguments_adam_refuses",
        also="m06-adamw-test",
    ),
    adam(
        "W06.4m",
        "eps is added before the average is corrected, where it counts for less.",
        CORRECTED,
        "        m, v = m / (1 - beta1**t), 1 / (1 - beta2**t)\n"
        "        return m / ((np.sqrt(self.v_buffers[i]) + self.eps) * np.sqrt(v))\n",
        caught_by=(
            "test_table_of_adam test_the_first_step_is_the_sign test_other_betas_and_a_large_eps "
            "test_weight_decay_in_the_gradient test_a_first_gradient_in_step_three "
            "test_fifty_steps_of_two_arrays test_eps_beside_a_tiny_gradient "
            "test_adam_goes_on_from_a_saved_state"
        ),
        also="m06-adamw-test",
    ),
    # -- 06.5 AdamW -------------------------------------------------------------------------------------------------
    adamw(
        "W06.5a",
        "The decay is added to the gradient, as in Adam.",
        ADAMW_STEP,
        "            parameter.data -= self.lr * self.direction(i, g + self.weight_decay * parameter.data)\n",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_moments_know_nothing_of_the_decay "
            "test_no_decay_without_a_gradient test_two_hundred_steps "
            "test_other_betas_and_eps_of_adamw"
        ),
        starred=True,
    ),
    adamw(
        "W06.5b",
        "The decay is forgotten.",
        "            parameter.data *= 1 - self.lr * self.weight_decay\n",
        "",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_moments_know_nothing_of_the_decay "
            "test_no_decay_without_a_gradient test_two_hundred_steps "
            "test_other_betas_and_eps_of_adamw"
        ),
        starred=True,
    ),
    adamw(
        "W06.5c",
        "The decay is not multiplied by the rate.",
        "1 - self.lr * self.weight_decay",
        "1 - self.weight_decay",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_no_decay_without_a_gradient "
            "test_two_hundred_steps test_other_betas_and_eps_of_adamw"
        ),
        starred=True,
    ),
    adamw(
        "W06.5d",
        "The decay makes the weight grow.",
        "1 - self.lr * self.weight_decay",
        "1 + self.lr * self.weight_decay",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_no_decay_without_a_gradient "
            "test_two_hundred_steps test_other_betas_and_eps_of_adamw"
        ),
        starred=True,
    ),
    adamw(
        "W06.5e",
        "The decay is divided by the root of the second average, like the gradient.",
        ADAMW_STEP,
        """\
            direction, t = self.direction(i, g), self.update_counts[i]
            root = np.sqrt(self.v_buffers[i] / (1 - self.betas[1] ** t)) + self.eps
            parameter.data -= self.lr * (direction + self.weight_decay * parameter.data / root)
""",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_no_decay_without_a_gradient "
            "test_two_hundred_steps test_other_betas_and_eps_of_adamw"
        ),
    ),
    adamw(
        "W06.5f",
        "Every parameter is decayed, also one without gradient.",
        "        for i, parameter, g in self.with_gradients():\n"
        "            parameter.data *= 1 - self.lr * self.weight_decay\n",
        "        for parameter in self.params:\n"
        "            parameter.data *= 1 - self.lr * self.weight_decay\n"
        "        for i, parameter, g in self.with_gradients():\n",
        caught_by="test_no_decay_without_a_gradient",
    ),
    adamw(
        "W06.5g",
        "betas and eps are not handed on to Adam.",
        "super().__init__(params, lr, betas, eps, weight_decay)",
        "super().__init__(params, lr, weight_decay=weight_decay)",
        caught_by="test_other_betas_and_eps_of_adamw test_arguments_adamw_refuses",
    ),
    adamw(
        "W06.5h",
        "The decay uses the rate of the constructor, not the present one.",
        "super().__init__(params, lr, betas, eps, weight_decay)",
        "super().__init__(params, lr, betas, eps, weight_decay)\n        self.weight_decay *= self.lr",
        caught_by=(
            "test_tables_of_adamw test_decay_with_two_rates test_no_decay_without_a_gradient "
            "test_two_hundred_steps test_other_betas_and_eps_of_adamw"
        ),
    ),
    adamw(
        "W06.5i",
        "Steps are not counted.",
        "        self.step_count += 1\n",
        "",
        caught_by="test_counts_of_adamw",
    ),
    # -- 06.6 fit_linear --------------------------------------------------------------------------------------------
    fit(
        "W06.6a",
        "Gradients are never cleared and add up from epoch to epoch.",
        LOOP,
        LOOP.replace("optimizer.zero_grad()", "pass"),
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam test_down_to_least_squares "
            "test_gradients_left_over_from_before test_the_data_stay_as_they_are"
        ),
        starred=True,
    ),
    fit(
        "W06.6b",
        "The step comes before the backward, with the gradients of the epoch before.",
        LOOP,
        """\
        loss = loss_fn(model(X), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
""",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam "
            "test_gradients_left_over_from_before test_the_data_stay_as_they_are"
        ),
        starred=True,
    ),
    fit(
        "W06.6c",
        "Only the last loss is returned.",
        "    return losses\n",
        "    return losses[-1:]\n",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam "
            "test_gradients_left_over_from_before test_no_epochs_and_three"
        ),
        starred=True,
    ),
    fit(
        "W06.6d",
        "Every sample makes an update of its own.",
        LOOP,
        """\
        losses.append(loss_fn(model(X), y).item())
        for i in range(len(X)):
            optimizer.zero_grad()
            loss_fn(model(X[i : i + 1]), y[i : i + 1]).backward()
            optimizer.step()
""",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam test_down_to_least_squares "
            "test_gradients_left_over_from_before test_the_data_stay_as_they_are"
        ),
    ),
    fit(
        "W06.6e",
        "The listed loss is the one after the update.",
        "losses.append(loss.item())",
        "losses.append(loss_fn(model(X), y).item())",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam "
            "test_gradients_left_over_from_before test_no_epochs_and_three"
        ),
    ),
    fit(
        "W06.6f",
        "Gradients are cleared after each step only: what was there before the call counts.",
        LOOP,
        """\
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
""",
        caught_by="test_gradients_left_over_from_before",
    ),
    fit(
        "W06.6g",
        "There are always ten epochs.",
        "range(epochs)",
        "range(10)",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam test_down_to_least_squares "
            "test_gradients_left_over_from_before test_no_epochs_and_three "
            "test_the_data_stay_as_they_are"
        ),
    ),
    fit(
        "W06.6h",
        "The targets are written over: they hold the errors afterwards.",
        "    return losses\n",
        "    y -= model(X).data\n    return losses\n",
        caught_by="test_the_data_stay_as_they_are",
    ),
    fit(
        "W06.6i",
        "Targets that were shifted to mean 0 are learned, a loss of another task.",
        "    loss_fn, losses = MSELoss(), []\n",
        "    loss_fn, losses = MSELoss(), []\n    y = y - y.mean(axis=0)\n",
        caught_by=(
            "test_table_of_the_line test_thirty_two_rows_with_adam "
            "test_gradients_left_over_from_before test_no_epochs_and_three "
            "test_the_data_stay_as_they_are"
        ),
    ),
    # -- 06.7 moves -------------------------------------------------------------------------------------------------
    moves(
        "W06.7a",
        "Without a fresh gradient nothing moves, in none of the three cases.",
        "moves.update(stale=-0.100, zeros=-0.067, none=0.0)",
        "moves.update(stale=0.0, zeros=0.0, none=0.0)",
        caught_by="test_move_with_the_old_gradient test_move_with_zeros test_move_without_a_gradient",
        starred=True,
    ),
    moves(
        "W06.7b",
        "A gradient of zeros is taken for no gradient.",
        "zeros=-0.067",
        "zeros=0.0",
        caught_by="test_move_with_zeros test_move_without_a_gradient",
    ),
    moves(
        "W06.7c",
        "The signs are those of the gradient.",
        "moves.update(stale=-0.100, zeros=-0.067, none=0.0)",
        "moves.update(stale=0.100, zeros=0.067, none=0.0)",
        caught_by="test_move_with_the_old_gradient test_move_with_zeros test_move_without_a_gradient",
    ),
]

RIGHT = [
    RightVariant(
        "R06.1a",
        "All numbers of a call are looked at in one expression, NaN by comparing it with itself.",
        "m06-optimizer",
        """\
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and at least 0, got {value!r}")
""",
        """\
        if type(value) is bool or not isinstance(value, Real) or not (0 <= value < float("inf")):
            raise ValueError("not a finite number of at least 0: " + name)
""",
    ),
    RightVariant(
        "R06.1b",
        "zero_grad puts new arrays of zeros.",
        "m06-optimizer",
        "                grad_array(parameter)[...] = 0\n",
        "                parameter.grad = np.zeros_like(grad_array(parameter))\n",
    ),
    RightVariant(
        "R06.1c",
        "More is kept in the state than is needed, and the buffers are made while the parameters are walked.",
        "m06-optimizer",
        "        state = {}\n",
        '        state = {"kind": type(self).__name__, "parameters": len(self.params)}\n',
    ),
    RightVariant(
        "R06.2a",
        "A velocity is kept in every case, and the weight is rebound, not changed in place.",
        "m06-sgd",
        SGD_STEP,
        """\
            v = g + self.weight_decay * parameter.data
            if self.momentum_buffers[i] is not None:
                v = v + self.momentum * self.momentum_buffers[i]
            self.momentum_buffers[i] = v
            parameter.data = parameter.data - self.lr * v
""",
    ),
    RightVariant(
        "R06.2b",
        "The velocity is updated in place.",
        "m06-sgd",
        SGD_STEP,
        """\
            g = g + self.weight_decay * parameter.data
            if self.momentum_buffers[i] is None:
                self.momentum_buffers[i] = np.array(g)
            else:
                self.momentum_buffers[i] *= self.momentum
                self.momentum_buffers[i] += g
            parameter.data -= self.lr * self.momentum_buffers[i]
""",
    ),
    RightVariant(
        "R06.3a",
        "Both buffers start as arrays of zeros, and the steps are gathered without momentum too.",
        "m06-rmsprop",
        RMSPROP_END,
        """\
            b = self.momentum_buffers[i]
            b = np.zeros_like(g) if b is None else b
            b = self.momentum * b + g / (self.eps + s**0.5)
            self.momentum_buffers[i] = b
            parameter.data = parameter.data - b * self.lr
""",
    ),
    RightVariant(
        "R06.4a",
        "The averages are moved part of the way towards the new value.",
        "m06-adam",
        """\
        m = (1 - beta1) * g if m is None else beta1 * m + (1 - beta1) * g
        v = (1 - beta2) * (g * g) if v is None else beta2 * v + (1 - beta2) * (g * g)
""",
        """\
        m, v = (np.zeros_like(g) if one is None else one for one in (m, v))
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g**2 - v)
""",
    ),
    RightVariant(
        "R06.4b",
        "The correction is folded into the quotient, eps scaled along.",
        "m06-adam",
        CORRECTED,
        """\
        scale = math.sqrt(1 - beta2**t)
        return scale / (1 - beta1**t) * m / (np.sqrt(v) + self.eps * scale)
""",
    ),
    RightVariant(
        "R06.4c",
        "The decay is added without asking whether it is 0, and the weight is rebound.",
        "m06-adam",
        ADAM_STEP,
        """\
        for i, parameter, g in list(self.with_gradients()):
            change = self.direction(i, self.weight_decay * parameter.data + g)
            parameter.data = parameter.data - self.lr * change
""",
    ),
    RightVariant(
        "R06.5a",
        "The decay comes after the step.",
        "m06-adamw",
        ADAMW_STEP,
        """\
            parameter.data -= self.lr * self.direction(i, g)
            parameter.data -= self.lr * self.weight_decay * parameter.data
""",
    ),
    RightVariant(
        "R06.5b",
        "Decay and step are taken off together, both from the weight of before.",
        "m06-adamw",
        ADAMW_STEP,
        """\
            change = self.direction(i, g) + self.weight_decay * parameter.data
            parameter.data = parameter.data - self.lr * change
""",
    ),
    RightVariant(
        "R06.6a",
        "Cleared directly before the backward, the loss read from the array.",
        "m06-fit-linear",
        LOOP,
        """\
        loss = loss_fn(model.forward(X), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        losses += [float(loss.data)]
        optimizer.step()
""",
    ),
    RightVariant(
        "R06.7a",
        "More decimals than asked for, and a whole number.",
        "m06-moves",
        "moves.update(stale=-0.100, zeros=-0.067, none=0.0)",
        "moves.update(stale=-0.09999999, zeros=-0.0670058, none=0)",
    ),
]
