"""Known wrong solutions of module 07, and other right ones: one exact replacement in the reference each.

W07.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 07` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import Mistake, RightVariant

cosine = partial(known, "m07-cosine", "m07-cosine-test")
clip = partial(known, "m07-clip", "m07-clip-test")
trainer = partial(known, "m07-trainer", "m07-trainer-test")
accumulate = partial(known, "m07-accumulate", "m07-accumulate-test")
mode = partial(known, "m07-evaluate-mode", "m07-evaluate-test")
evaluate = partial(known, "m07-evaluate", "m07-evaluate-test")
state = partial(known, "m07-checkpoint-state", "m07-checkpoint-test")
checkpoint = partial(known, "m07-checkpoint", "m07-checkpoint-test")
memory = partial(known, "m07-memory", "m07-memory-test")
batch_size = partial(known, "m07-batch-size", "m07-batch-size-test")
demo = partial(known, "m07-demo", "m07-demo-test")
quiz = partial(known, "m07-quiz", "m07-quiz-test")


def exported(cell: str, name: str, title: str, **rest: str | bool) -> Mistake:
    """A mistake in a cell that costs points where the export is judged."""
    return known(cell, "m07-module-test", name, title, **rest)  # type: ignore[arg-type]


# -- lines of the reference that are replaced more than once ------------------------------------------------------

GROUP = """\
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            scale_gradients(self._parameters(), 1 / n)
            total += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        self._update()
        samples += seen
"""

FORMULA = """\
        if epoch >= self.total_epochs:
            return self.min_lr
        share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2
        return self.min_lr + (self.max_lr - self.min_lr) * share
"""

CLIP = """\
    grads = [grad for grad in map(grad_array, parameters) if grad is not None]
    norm = math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))
    if math.isfinite(norm) and norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return norm
"""

RUN_BATCHES = """\
        total, samples = 0.0, 0
        for inputs, targets in dataloader:
            n = len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()
        return total, samples
"""

UPDATE = """\
        if self.grad_clip_norm is not None:
            clip_grad_norm(self._parameters(), self.grad_clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
"""

EPOCH = """\
        if self.scheduler is not None:
            rate = self.scheduler.get_lr(self.epoch)
            self.optimizer.set_lr(rate)
            self.history["learning_rates"].append(rate)
        set_mode(self.model, training=True)
        self.training_mode = True
        self.optimizer.zero_grad()
        total, samples = run(dataloader)
        loss = total / samples if samples else 0.0
        self.history["train_loss"].append(loss)
        self.epoch += 1
        return loss
"""

COUNT_CORRECT = """\
    outputs, targets = to_numpy(outputs), to_numpy(targets)
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        return 0
    n = len(outputs)
    if targets.dtype.kind in "iu" and targets.shape in [(n,), (n, 1)]:
        classes = targets.reshape(n)
    elif targets.shape == outputs.shape and np.isin(targets, [0, 1]).all() and (targets.sum(axis=1) == 1).all():
        classes = targets.argmax(axis=1)
    else:
        return 0
    return int((outputs.argmax(axis=1) == classes).sum())
"""

EVALUATE = """\
    set_mode(self.model, training=False)
    self.training_mode = False
    total, correct, samples = 0.0, 0, 0
    with no_grad():
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * float(self.loss_fn(outputs, targets).data)
            correct += count_correct(outputs, targets)
            samples += n
    loss = total / max(samples, 1)
    self.history["eval_loss"].append(loss)
    return loss, correct / max(samples, 1)
"""

EVALUATING = """\
    before = [(layer, layer.training) for layer in layers_of(model)]
    set_mode(model, training=False)
    try:
        yield model
    finally:
        for layer, mode in before:
            layer.training = mode
"""

GRAPH_ARRAYS = """\
    if not outputs.inputs:
        return []
    held = []
    for node in topological_order(outputs):
        held += [node.data, *(value for value in node.ctx.values() if isinstance(value, np.ndarray))]
    return [array for array in held if not any(array is other for other in leave_out)]
"""

ESTIMATE = """\
    copies = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}[optimizer]
    parameters = num_params * bytes_per_value / 2**20
    layer = batch_size * sequence_length * hidden_dim * bytes_per_value / 2**20
    training = (2 + copies) * parameters + num_layers * layer
"""

MEASURE = """\
    full = gradient_of(model, MSELoss(), inputs, targets)
    times, distances = [], []
    for _ in range(repeats + 1):
        rows = rng.integers(0, len(inputs), size=batch_size)
        start = time.perf_counter()
        got = gradient_of(model, MSELoss(), inputs[rows], targets[rows])
        optimizer.step()
        times.append(time.perf_counter() - start)
        distances.append(float(np.sum((got - full) ** 2)))
    seconds = statistics.median(times[1:])
    steps = math.ceil(dataset_size / batch_size)
    found = {"batch_size": batch_size, "steps_per_epoch": steps, "time_per_step_ms": 1000 * seconds}
    return {**found, "samples_per_s": batch_size / seconds, "gradient_noise": statistics.mean(distances[1:])}
"""

MISTAKES = [
    # -- 07.1 CosineSchedule -------------------------------------------------------------------------------------
    cosine(
        "W07.1a",
        "The rate falls in a straight line instead of half a cosine wave.",
        before="share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2",
        after="share = 1 - epoch / self.total_epochs",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    cosine(
        "W07.1b",
        "The wave is stretched over total_epochs - 1, so min_lr is reached one epoch early.",
        before="math.cos(math.pi * epoch / self.total_epochs)",
        after="math.cos(math.pi * epoch / max(self.total_epochs - 1, 1))",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    cosine(
        "W07.1c",
        "Epochs are counted from 1, so the first epoch does not use max_lr.",
        before="math.cos(math.pi * epoch / self.total_epochs)",
        after="math.cos(math.pi * (epoch + 1) / self.total_epochs)",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond test_a_schedule_of_one_epoch "
        "test_a_length_below_one_is_refused",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    cosine(
        "W07.1d",
        "min_lr is left out, so the rate falls to 0.",
        before="""\
            return self.min_lr
        share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2
        return self.min_lr + (self.max_lr - self.min_lr) * share""",
        after="""\
            return 0.0
        share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2
        return self.max_lr * share""",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond test_a_schedule_of_one_epoch",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    cosine(
        "W07.1e",
        "A quarter of a wave is used instead of half a wave.",
        before="share = (1 + math.cos(math.pi * epoch / self.total_epochs)) / 2",
        after="share = math.cos(math.pi * epoch / (2 * self.total_epochs))",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond",
        also="m07-demo-test m07-module-test",
    ),
    cosine(
        "W07.1f",
        "Progress is divided with //, so it is 0 until the last epoch.",
        before="math.pi * epoch / self.total_epochs",
        after="math.pi * (epoch // self.total_epochs)",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond",
        also="m07-demo-test m07-module-test",
    ),
    cosine(
        "W07.1g",
        "After total_epochs the cosine goes on and the rate climbs again.",
        before="""\
        if epoch >= self.total_epochs:
            return self.min_lr
""",
        after="",
        caught_by="test_small_rates_to_the_end_and_beyond test_a_schedule_of_one_epoch",
    ),
    cosine(
        "W07.1h",
        "A length below 1 is not refused.",
        before="""\
        if total_epochs < 1:
            raise ValueError(f"total_epochs must be at least 1, got {total_epochs}")
""",
        after="",
        caught_by="test_a_length_below_one_is_refused",
    ),
    cosine(
        "W07.1i",
        "The amplitude is max_lr instead of max_lr - min_lr, so the schedule starts above max_lr.",
        before="(self.max_lr - self.min_lr) * share",
        after="self.max_lr * share",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond test_a_schedule_of_one_epoch "
        "test_a_length_below_one_is_refused",
        also="m07-demo-test m07-module-test",
    ),
    cosine(
        "W07.1j",
        "A length of 1 is refused as well, although only lengths below 1 are wrong.",
        before="if total_epochs < 1:",
        after="if total_epochs <= 1:",
        caught_by="test_a_schedule_of_one_epoch",
    ),
    cosine(
        "W07.1k",
        "One epoch is taken off total_epochs when it is stored, because counting starts at 0.",
        before="self.total_epochs = total_epochs\n",
        after="self.total_epochs = max(total_epochs - 1, 1)\n",
        caught_by="test_rates_of_the_default_schedule test_every_epoch_of_a_short_schedule "
        "test_small_rates_to_the_end_and_beyond test_attributes_and_default_values",
        also="m07-demo-test m07-module-test",
    ),
    # -- 07.2 clip_grad_norm -------------------------------------------------------------------------------------
    clip(
        "W07.2a",
        "Each gradient is clipped by its own norm instead of the joint norm of all.",
        before="""\
        for grad in grads:
            grad *= max_norm / norm
""",
        after="""\
        for grad in grads:
            grad *= max_norm / max(max_norm, np.linalg.norm(grad))
""",
        caught_by="test_two_gradients_share_one_norm test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    clip(
        "W07.2b",
        "The norms of the single gradients are added instead of their squares.",
        before="math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))",
        after="sum(float(np.sqrt(np.square(grad, dtype=np.float64).sum())) for grad in grads)",
        caught_by="test_two_gradients_share_one_norm test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    clip(
        "W07.2b.L1",
        "Absolute values are added (the L1 norm) instead of taking the root of the squares.",
        before="math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))",
        after="float(sum(np.abs(grad).sum(dtype=np.float64) for grad in grads))",
        caught_by="test_two_gradients_share_one_norm test_norm_of_three_numbers "
        "test_a_gradient_below_the_limit_stays test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    clip(
        "W07.2c",
        "Gradients are scaled to max_norm even when their norm is smaller.",
        before="if math.isfinite(norm) and norm > max_norm:",
        after="if math.isfinite(norm) and norm > 0:",
        caught_by="test_a_gradient_below_the_limit_stays test_other_limits_and_shapes",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    clip(
        "W07.2d",
        "The norm after clipping is returned instead of the one before.",
        before="""\
            grad *= max_norm / norm
    return norm""",
        after="""\
            grad *= max_norm / norm
        norm = max_norm
    return norm""",
        caught_by="test_two_gradients_share_one_norm test_norm_of_three_numbers test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        starred=True,
    ),
    clip(
        "W07.2e",
        "Parameters without a gradient are not left out.",
        before="    grads = [grad for grad in map(grad_array, parameters) if grad is not None]",
        after="    grads = [grad_array(p) for p in parameters]",
        caught_by="test_missing_gradients",
        starred=True,
    ),
    clip(
        "W07.2f",
        "max_norm is ignored and every long gradient is cut to norm 1.",
        before="""\
    if math.isfinite(norm) and norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm""",
        after="""\
    if math.isfinite(norm) and norm > 1:
        for grad in grads:
            grad *= 1 / norm""",
        caught_by="test_other_limits_and_shapes test_a_generator_of_parameters test_missing_gradients "
        "test_gradients_held_in_objects test_large_float32_gradients test_norms_that_are_not_finite "
        "test_limits_that_are_refused",
        also="m07-trainer-test m07-accumulate-test m07-module-test",
        starred=True,
    ),
    clip(
        "W07.2g",
        "A generator of parameters is used up while measuring, so nothing is left to scale.",
        before="""\
    grads = [grad for grad in map(grad_array, parameters) if grad is not None]
    norm = math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))
    if math.isfinite(norm) and norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
""",
        after="""\
    squares = (np.square(grad_array(p), dtype=np.float64).sum() for p in parameters if p.grad is not None)
    norm = math.sqrt(sum(map(float, squares)))
    if math.isfinite(norm) and norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                grad = grad_array(p)
                grad *= max_norm / norm
""",
        caught_by="test_a_generator_of_parameters",
    ),
    clip(
        "W07.2h",
        "An infinite norm is used as a divisor and turns gradients into NaN.",
        before="if math.isfinite(norm) and norm > max_norm:",
        after="if norm > max_norm:",
        caught_by="test_norms_that_are_not_finite",
    ),
    clip(
        "W07.2i",
        "Squares are taken in float32, where large entries overflow.",
        before="np.square(grad, dtype=np.float64).sum()",
        after="np.square(grad).sum()",
        caught_by="test_large_float32_gradients",
    ),
    clip(
        "W07.2j",
        "The root is forgotten, so the squared norm is compared with max_norm.",
        before="norm = math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads))",
        after="norm = sum(float(np.square(grad, dtype=np.float64).sum()) for grad in grads)",
        caught_by="test_two_gradients_share_one_norm test_norm_of_three_numbers "
        "test_a_gradient_below_the_limit_stays test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
    ),
    clip(
        "W07.2k",
        "Each entry is clipped to plus or minus max_norm, which changes the direction.",
        before="            grad *= max_norm / norm\n",
        after="            np.clip(grad, -max_norm, max_norm, out=grad)\n",
        caught_by="test_two_gradients_share_one_norm test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
    ),
    clip(
        "W07.2l",
        "A limit of 0 is refused, although it is allowed and gives zero gradients.",
        before="math.isfinite(max_norm) and max_norm >= 0",
        after="math.isfinite(max_norm) and max_norm > 0",
        caught_by="test_limits_that_are_refused",
    ),
    clip(
        "W07.2m",
        "A bad max_norm is not refused.",
        before="""\
    if not (math.isfinite(max_norm) and max_norm >= 0):
        raise ValueError(f"max_norm must be finite and nonnegative, got {max_norm}")
""",
        after="",
        caught_by="test_limits_that_are_refused",
    ),
    clip(
        "W07.2n",
        "Scaled copies are made, but the gradients of the parameters stay as they were.",
        before="            grad *= max_norm / norm\n",
        after="            grad = grad * (max_norm / norm)\n",
        caught_by="test_two_gradients_share_one_norm test_other_limits_and_shapes "
        "test_a_generator_of_parameters test_missing_gradients test_gradients_held_in_objects "
        "test_large_float32_gradients test_norms_that_are_not_finite test_limits_that_are_refused",
        also="m07-trainer-test m07-accumulate-test m07-demo-test m07-module-test",
    ),
    clip(
        "W07.2o",
        "Only gradients that are arrays are scaled; those held in an object lose their kind.",
        before="    grads = [grad for grad in map(grad_array, parameters) if grad is not None]\n",
        after="""\
    parameters = [p for p in parameters if p.grad is not None]
    for p in parameters:
        p.grad = grad_array(p)
    grads = [p.grad for p in parameters]
""",
        caught_by="test_gradients_held_in_objects",
    ),
    clip(
        "W07.2p",
        "The divisor gets a small constant, so the clipped norm is not exactly max_norm.",
        before="grad *= max_norm / norm",
        after="grad *= max_norm / (norm + 1e-6)",
        caught_by="test_other_limits_and_shapes test_a_generator_of_parameters test_missing_gradients "
        "test_gradients_held_in_objects test_norms_that_are_not_finite",
        also="m07-trainer-test m07-accumulate-test",
    ),
    clip(
        "W07.2q",
        "A NaN norm is replaced by 0 instead of being returned.",
        before="    return norm\n",
        after="    return norm if math.isfinite(norm) else 0.0\n",
        caught_by="test_norms_that_are_not_finite",
    ),
    # -- 07.3 Trainer and train_epoch ----------------------------------------------------------------------------
    trainer(
        "W07.3a",
        "The optimizer never makes a step.",
        before="        self.optimizer.step()\n",
        after="",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_without_schedule_and_limit test_order_of_events test_gradients_left_over_at_entry "
        "test_a_loader_without_len test_plain_objects test_an_empty_loader",
        also="m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3a.backward",
        "backward is never called, so there is no gradient to step with.",
        before="        loss.backward()\n",
        after="",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_without_schedule_and_limit test_order_of_events test_gradients_left_over_at_entry "
        "test_a_loader_without_len test_plain_objects test_an_empty_loader",
        also="m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3a.nothing",
        "The loss is only measured: neither backward nor step happens.",
        before="""\
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()
""",
        after="""\
            total += n * float(self.loss_fn(self.model(inputs), targets).data)
            samples += n
""",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_rates_and_counts_of_three_epochs test_without_schedule_and_limit test_order_of_events "
        "test_gradients_left_over_at_entry test_a_loader_without_len test_plain_objects "
        "test_an_empty_loader",
        also="m07-demo-test",
        starred=True,
    ),
    trainer(
        "W07.3b",
        "Gradients are never cleared, so each update uses the sum of all batches so far.",
        before="""\
        self.optimizer.zero_grad()
        self.step += 1""",
        after="        self.step += 1",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_without_schedule_and_limit test_order_of_events test_gradients_left_over_at_entry "
        "test_a_loader_without_len test_plain_objects",
        also="m07-accumulate-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3b.before",
        "Gradients are cleared between backward and step, so the step has nothing to use.",
        before="""\
        self.optimizer.step()
        self.optimizer.zero_grad()
""",
        after="""\
        self.optimizer.zero_grad()
        self.optimizer.step()
""",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_without_schedule_and_limit test_order_of_events test_gradients_left_over_at_entry "
        "test_a_loader_without_len test_plain_objects test_an_empty_loader",
        also="m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3c",
        "Gradients are never clipped.",
        before="""\
        if self.grad_clip_norm is not None:
            clip_grad_norm(self._parameters(), self.grad_clip_norm)
""",
        after="",
        caught_by="test_weights_after_three_epochs test_order_of_events test_a_loader_without_len "
        "test_plain_objects",
        also="m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3c.after",
        "Clipping comes after the step, where it changes nothing.",
        before="""\
        if self.grad_clip_norm is not None:
            clip_grad_norm(self._parameters(), self.grad_clip_norm)
        self.optimizer.step()
""",
        after="""\
        self.optimizer.step()
        if self.grad_clip_norm is not None:
            clip_grad_norm(self._parameters(), self.grad_clip_norm)
""",
        caught_by="test_weights_after_three_epochs test_order_of_events test_a_loader_without_len "
        "test_plain_objects",
        also="m07-accumulate-test m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3d",
        "The rate of an epoch is set after its updates, so every epoch uses the rate of the one before.",
        before="""\
        if self.scheduler is not None:
            rate = self.scheduler.get_lr(self.epoch)
            self.optimizer.set_lr(rate)
            self.history["learning_rates"].append(rate)
        set_mode(self.model, training=True)
        self.training_mode = True
        self.optimizer.zero_grad()
        total, samples = run(dataloader)
""",
        after="""\
        set_mode(self.model, training=True)
        self.training_mode = True
        self.optimizer.zero_grad()
        total, samples = run(dataloader)
        if self.scheduler is not None:
            rate = self.scheduler.get_lr(self.epoch)
            self.optimizer.set_lr(rate)
            self.history["learning_rates"].append(rate)
""",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_losses_of_three_epochs test_order_of_events test_gradients_left_over_at_entry "
        "test_a_loader_without_len",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    trainer(
        "W07.3e",
        "The loss of the last batch is returned instead of the mean over the epoch.",
        before="""\
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()""",
        after="""\
            total, samples = n * self._backward(inputs, targets), n
            self._update()""",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_losses_of_three_epochs "
        "test_without_schedule_and_limit test_a_loader_without_len test_plain_objects",
        starred=True,
    ),
    trainer(
        "W07.3f",
        "Training runs in evaluation mode, so dropout does nothing.",
        before="set_mode(self.model, training=True)",
        after="set_mode(self.model, training=False)",
        caught_by="test_dropout_in_a_nested_layer_is_active",
        also="m07-evaluate-test",
        starred=True,
    ),
    trainer(
        "W07.3g",
        "The mean is taken over batches, so samples in small batches count more.",
        before="""\
            total += n * self._backward(inputs, targets)
            samples += n
""",
        after="""\
            total += self._backward(inputs, targets)
            samples += 1
""",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_losses_of_three_epochs "
        "test_without_schedule_and_limit test_a_loader_without_len test_plain_objects",
    ),
    trainer(
        "W07.3h",
        "The mode is set on the outermost object only, layers inside it keep theirs.",
        before="        set_mode(self.model, training=True)\n",
        after="        self.model.training = True\n",
        caught_by="test_dropout_in_a_nested_layer_is_active",
        also="m07-evaluate-test",
    ),
    trainer(
        "W07.3i",
        "Gradients that were there before the epoch are used in its first update.",
        before="""\
        self.training_mode = True
        self.optimizer.zero_grad()
""",
        after="        self.training_mode = True\n",
        caught_by="test_gradients_left_over_at_entry",
    ),
    trainer(
        "W07.3j",
        "The rate is taken for epoch + 1 instead of the epoch that begins.",
        before="self.scheduler.get_lr(self.epoch)",
        after="self.scheduler.get_lr(self.epoch + 1)",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_losses_of_three_epochs test_rates_and_counts_of_three_epochs test_order_of_events "
        "test_gradients_left_over_at_entry test_a_loader_without_len",
        also="m07-demo-test m07-module-test",
    ),
    trainer(
        "W07.3k",
        "The number of batches is asked with len, which a generator does not have.",
        before="""\
        total, samples = 0.0, 0
        for inputs, targets in dataloader:
            n = len""",
        after="""\
        total, samples = 0.0, 0
        if len(dataloader) == 0:
            return total, samples
        for inputs, targets in dataloader:
            n = len""",
        caught_by="test_a_loader_without_len",
    ),
    trainer(
        "W07.3l",
        "The loss is read with item(), which a plain loss object does not have.",
        before="return float(loss.data)",
        after="return loss.item()",
        caught_by="test_plain_objects",
    ),
    trainer(
        "W07.3m",
        "step counts samples instead of updates.",
        before="""\
            samples += n
            self._update()
""",
        after="""\
            samples += n
            self._update()
            self.step += n - 1
""",
        caught_by="test_first_epoch_of_the_line test_rates_and_counts_of_three_epochs test_plain_objects "
        "test_an_empty_loader",
    ),
    trainer(
        "W07.3n",
        "The epoch is never counted, so the schedule stands still.",
        before="        self.epoch += 1\n",
        after="",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_rates_and_counts_of_three_epochs test_a_loader_without_len",
        also="m07-demo-test m07-module-test",
    ),
    trainer(
        "W07.3o",
        "The loss is returned but not logged.",
        before="""\
        self.history["train_loss"].append(loss)
""",
        after="",
        caught_by="test_second_epoch_of_the_line test_losses_of_three_epochs",
        also="m07-accumulate-test m07-demo-test m07-module-test",
    ),
    trainer(
        "W07.3p",
        "The rate is logged, but the optimizer never gets it.",
        before="            self.optimizer.set_lr(rate)\n",
        after="",
        caught_by="test_first_epoch_of_the_line test_second_epoch_of_the_line test_weights_after_three_epochs "
        "test_losses_of_three_epochs test_rates_and_counts_of_three_epochs test_order_of_events "
        "test_gradients_left_over_at_entry test_a_loader_without_len",
        also="m07-demo-test m07-module-test",
    ),
    trainer(
        "W07.3q",
        "An empty loader divides by zero samples.",
        before="loss = total / samples if samples else 0.0",
        after="loss = total / samples",
        caught_by="test_an_empty_loader",
    ),
    trainer(
        "W07.3r",
        "All trainers share one history, because it is made only once.",
        before='        self.history = {"train_loss": [], "eval_loss": [], "learning_rates": []}',
        after="""\
        once = vars(Trainer.__init__)
        self.history = once.setdefault("history", {"train_loss": [], "eval_loss": [], "learning_rates": []})""",
        caught_by="test_second_epoch_of_the_line test_attributes_of_a_new_trainer test_losses_of_three_epochs "
        "test_rates_and_counts_of_three_epochs test_without_schedule_and_limit",
        also="m07-accumulate-test m07-evaluate-test m07-checkpoint-test m07-demo-test m07-module-test",
    ),
    trainer(
        "W07.3s",
        "training_mode is not switched on for training.",
        before="""\
        self.training_mode = True
        self.optimizer.zero_grad()
""",
        after="        self.optimizer.zero_grad()\n",
        caught_by="test_dropout_in_a_nested_layer_is_active",
        also="m07-evaluate-test",
    ),
    trainer(
        "W07.3t",
        "Gradients are cleared before each batch but left over at the end of the epoch.",
        before="""\
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()
""",
        after="""\
            self.optimizer.zero_grad()
            total += n * self._backward(inputs, targets)
            samples += n
            if self.grad_clip_norm is not None:
                clip_grad_norm(self._parameters(), self.grad_clip_norm)
            self.optimizer.step()
            self.step += 1
""",
        caught_by="test_order_of_events",
    ),
    trainer(
        "W07.3u",
        "A schedule is expected always, so training without one fails.",
        before="""\
        if self.scheduler is not None:
            rate""",
        after="""\
        if True:
            rate""",
        caught_by="test_without_schedule_and_limit test_dropout_in_a_nested_layer_is_active "
        "test_plain_objects test_an_empty_loader",
        also="m07-accumulate-test m07-evaluate-test",
    ),
    # -- 07.4 gradient accumulation ------------------------------------------------------------------------------
    accumulate(
        "W07.4a",
        "Gradients of a group are summed, only the logged loss is a mean.",
        before=GROUP,
        after="""\
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            seen += n
        self._update()
        samples += seen
""",
        caught_by="test_one_group_of_the_line test_both_groups_of_the_line "
        "test_equal_batches_act_like_one_big_batch test_unequal_batches_act_like_one_big_batch "
        "test_steps_count_updates test_clipping_acts_once_on_the_average "
        "test_a_last_group_without_loss_still_updates test_logged_loss_with_unequal_sizes",
        also="m07-module-test",
        starred=True,
    ),
    accumulate(
        "W07.4b",
        "The last, smaller group is divided by accumulation_steps instead of what it has.",
        before="        scale_gradients(self._parameters(), 1 / seen)\n",
        after="""\
        scale_gradients(self._parameters(), len(group) / (seen * accumulation_steps))
""",
        caught_by="test_both_groups_of_the_line test_equal_batches_act_like_one_big_batch "
        "test_unequal_batches_act_like_one_big_batch test_steps_count_updates "
        "test_logged_loss_with_unequal_sizes",
        also="m07-module-test",
        starred=True,
    ),
    accumulate(
        "W07.4c",
        "The last, smaller group is dropped.",
        before="""\
        self._update()
        samples += seen
""",
        after="""\
        if len(group) == accumulation_steps:
            self._update()
        samples += seen
""",
        caught_by="test_both_groups_of_the_line test_equal_batches_act_like_one_big_batch "
        "test_unequal_batches_act_like_one_big_batch test_steps_count_updates "
        "test_clipping_acts_once_on_the_average test_a_last_group_without_loss_still_updates "
        "test_bad_group_sizes_are_refused test_logged_loss_with_unequal_sizes",
        also="m07-module-test",
        starred=True,
    ),
    accumulate(
        "W07.4d",
        "The last, smaller group updates but is not counted as a step.",
        before="""\
        self._update()
        samples += seen
""",
        after="""\
        self._update()
        self.step -= len(group) < accumulation_steps
        samples += seen
""",
        caught_by="test_both_groups_of_the_line test_steps_count_updates "
        "test_a_last_group_without_loss_still_updates test_bad_group_sizes_are_refused",
        also="m07-module-test",
        starred=True,
    ),
    accumulate(
        "W07.4e",
        "step counts batches instead of updates.",
        before="""\
        self._update()
        samples += seen
""",
        after="""\
        self._update()
        self.step += len(group) - 1
        samples += seen
""",
        caught_by="test_one_group_of_the_line test_both_groups_of_the_line test_steps_count_updates "
        "test_a_last_group_without_loss_still_updates test_bad_group_sizes_are_refused",
        also="m07-module-test",
        starred=True,
    ),
    accumulate(
        "W07.4f",
        "The mean is taken over batches, so a batch of 3 counts as much as one of 8.",
        before=GROUP,
        after="""\
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            seen += n
        scale_gradients(self._parameters(), 1 / len(group))
        self._update()
        samples += seen
""",
        caught_by="test_unequal_batches_act_like_one_big_batch test_clipping_acts_once_on_the_average "
        "test_logged_loss_with_unequal_sizes",
    ),
    accumulate(
        "W07.4g",
        "A group whose loss is 0 is skipped, although momentum still moves the weights.",
        before=GROUP,
        after="""\
        seen, before = 0, total
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            scale_gradients(self._parameters(), 1 / n)
            total += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        if total > before:
            self._update()
        samples += seen
""",
        caught_by="test_a_last_group_without_loss_still_updates",
    ),
    accumulate(
        "W07.4h",
        "Each batch is clipped by itself instead of the averaged gradient once.",
        before="""\
            total += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
""",
        after="""\
            total += n * self._backward(inputs, targets)
            if self.grad_clip_norm is not None:
                clip_grad_norm(self._parameters(), self.grad_clip_norm)
            scale_gradients(self._parameters(), n)
""",
        caught_by="test_clipping_acts_once_on_the_average",
        also="m07-module-test",
    ),
    accumulate(
        "W07.4i",
        "True counts as 1, because bool is a kind of int.",
        before=" and not isinstance(accumulation_steps, bool)",
        after="",
        caught_by="test_bad_group_sizes_are_refused",
    ),
    accumulate(
        "W07.4j",
        "A number that is not whole is rounded instead of refused.",
        before="""\
    whole = isinstance(accumulation_steps, (int, np.integer)) and not isinstance(accumulation_steps, bool)
""",
        after="""\
    whole = not isinstance(accumulation_steps, bool)
    accumulation_steps = int(accumulation_steps)
""",
        caught_by="test_bad_group_sizes_are_refused",
    ),
    accumulate(
        "W07.4l",
        "The logged loss is a mean over groups instead of samples.",
        before=GROUP,
        after="""\
        seen, loss = 0, 0.0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            scale_gradients(self._parameters(), 1 / n)
            loss += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        self._update()
        total += loss / seen
        samples += 1
""",
        caught_by="test_both_groups_of_the_line test_logged_loss_with_unequal_sizes",
        also="m07-module-test",
    ),
    accumulate(
        "W07.4m",
        "The last group is updated without clipping.",
        before="""\
        self._update()
        samples += seen
""",
        after="""\
        limit = self.grad_clip_norm
        if len(group) < accumulation_steps:
            self.grad_clip_norm = None
        self._update()
        self.grad_clip_norm = limit
        samples += seen
""",
        caught_by="test_clipping_acts_once_on_the_average",
        also="m07-module-test",
    ),
    accumulate(
        "W07.4n",
        "accumulation_steps is never checked.",
        before="""\
    if not whole or accumulation_steps < 1:
        raise ValueError(f"accumulation_steps must be a positive integer, got {accumulation_steps!r}")
""",
        after="    return whole\n",
        caught_by="test_bad_group_sizes_are_refused",
    ),
    # -- 07.5 evaluate and modes ---------------------------------------------------------------------------------
    evaluate(
        "W07.5a",
        "Dropout stays on while evaluating.",
        before="""\
    set_mode(self.model, training=False)
    self.training_mode = False
""",
        after="    self.training_mode = False\n",
        caught_by="test_two_evaluations_agree test_modes_after_evaluate_and_in_the_next_epoch",
        starred=True,
    ),
    evaluate(
        "W07.5b",
        "The model is back in training mode after evaluate, although it should stay in evaluation mode.",
        before="    return loss, correct / max(samples, 1)\n",
        after="""\
    set_mode(self.model, training=True)
    self.training_mode = True
    return loss, correct / max(samples, 1)
""",
        caught_by="test_two_evaluations_agree test_modes_after_evaluate_and_in_the_next_epoch",
        starred=True,
    ),
    evaluate(
        "W07.5c",
        "evaluate updates the weights.",
        before="""\
    with no_grad():
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * float(self.loss_fn(outputs, targets).data)
""",
        after="""\
    if True:
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            self._update()
""",
        caught_by="test_accuracy_of_three_classes test_unequal_batches_equal_one_batch "
        "test_modes_after_evaluate_and_in_the_next_epoch test_classes_in_a_column "
        "test_one_output_column test_evaluate_changes_no_parameter_and_no_gradient "
        "test_evaluate_from_a_generator",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    evaluate(
        "W07.5c.gradients",
        "evaluate calls backward and leaves gradients behind.",
        before="""\
    with no_grad():
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * float(self.loss_fn(outputs, targets).data)
""",
        after="""\
    if True:
        for inputs, targets in dataloader:
            outputs, n = self.model(inputs), len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
""",
        caught_by="test_modes_after_evaluate_and_in_the_next_epoch "
        "test_evaluate_changes_no_parameter_and_no_gradient",
        starred=True,
    ),
    evaluate(
        "W07.5d",
        "Loss and accuracy are means over batches instead of samples.",
        before="""\
            total += n * float(self.loss_fn(outputs, targets).data)
            correct += count_correct(outputs, targets)
            samples += n
""",
        after="""\
            total += float(self.loss_fn(outputs, targets).data)
            correct += count_correct(outputs, targets) / n
            samples += 1
""",
        caught_by="test_accuracy_of_three_classes test_unequal_batches_equal_one_batch "
        "test_classes_in_a_column test_one_output_column "
        "test_evaluate_changes_no_parameter_and_no_gradient test_evaluate_from_a_generator",
        also="m07-module-test",
        starred=True,
    ),
    evaluate(
        "W07.5e",
        "The loader is asked for its len, which a generator does not have.",
        before="    loss = total / max(samples, 1)\n",
        after="""\
    if len(dataloader) == 0:
        return 0.0, 0.0
    loss = total / max(samples, 1)
""",
        caught_by="test_evaluate_from_a_generator",
        starred=True,
    ),
    evaluate(
        "W07.5f",
        "A single output column is scored as if it were class 0.",
        before="outputs.ndim != 2 or outputs.shape[1] < 2",
        after="outputs.ndim != 2",
        caught_by="test_one_output_column",
    ),
    evaluate(
        "W07.5g",
        "Targets of shape (N, 1) are compared with all predictions by broadcasting.",
        before="classes = targets.reshape(n)",
        after="classes = targets",
        caught_by="test_classes_in_a_column test_labels_that_are_floats",
    ),
    evaluate(
        "W07.5h",
        "One-hot targets are compared element by element with the outputs.",
        before="        classes = targets.argmax(axis=1)\n",
        after="        return int((np.round(outputs) == targets).all(axis=1).sum())\n",
        caught_by="test_one_hot_and_real_valued_targets",
    ),
    evaluate(
        "W07.5i",
        "Real-valued targets are scored as if their largest entry named a class.",
        before="""\
targets.shape == outputs.shape and np.isin(targets, [0, 1]).all() and (targets.sum(axis=1) == 1).all()""",
        after="targets.shape == outputs.shape",
        caught_by="test_two_evaluations_agree test_one_hot_and_real_valued_targets "
        "test_evaluate_changes_no_parameter_and_no_gradient test_evaluate_from_a_generator",
    ),
    evaluate(
        "W07.5j",
        "The graph is recorded while evaluating.",
        before="    with no_grad():\n",
        after="    if True:\n",
        caught_by="test_evaluate_changes_no_parameter_and_no_gradient",
    ),
    mode(
        "W07.5k",
        "evaluating puts every layer into training mode at the end, whatever it was before.",
        before="            layer.training = mode\n",
        after="            layer.training = True\n",
        caught_by="test_evaluating_with_mixed_modes_and_an_exception",
    ),
    mode(
        "W07.5l",
        "After an exception inside the block the modes are not put back.",
        before="""\
    try:
        yield model
    finally:
        for layer, mode in before:
            layer.training = mode
""",
        after="""\
    yield model
    for layer, mode in before:
        layer.training = mode
""",
        caught_by="test_evaluating_with_mixed_modes_and_an_exception",
    ),
    mode(
        "W07.5m",
        "evaluating swallows the exception of the block.",
        before="    finally:\n",
        after="""\
    except Exception:
        pass
    finally:
""",
        caught_by="test_evaluating_with_mixed_modes_and_an_exception",
    ),
    evaluate(
        "W07.5n",
        "The loss of evaluate is not logged.",
        before="""\
    self.history["eval_loss"].append(loss)
""",
        after="",
        caught_by="test_unequal_batches_equal_one_batch test_evaluate_from_a_generator",
    ),
    evaluate(
        "W07.5o",
        "training_mode stays True after evaluate.",
        before="    self.training_mode = False\n",
        after="",
        caught_by="test_two_evaluations_agree test_modes_after_evaluate_and_in_the_next_epoch",
    ),
    mode(
        "W07.5p",
        "Only the outermost layer is switched by evaluating.",
        before="    set_mode(model, training=False)\n",
        after="    model.training = False\n",
        caught_by="test_evaluating_restores_training_mode test_evaluating_with_mixed_modes_and_an_exception",
    ),
    evaluate(
        "W07.5q",
        "Only the outermost layer is switched by evaluate.",
        before="    set_mode(self.model, training=False)\n",
        after="    self.model.training = False\n",
        caught_by="test_two_evaluations_agree test_modes_after_evaluate_and_in_the_next_epoch",
    ),
    evaluate(
        "W07.5r",
        "Accuracy is given in percent instead of as a share.",
        before="return loss, correct / max(samples, 1)",
        after="return loss, 100 * correct / max(samples, 1)",
        caught_by="test_accuracy_of_three_classes test_unequal_batches_equal_one_batch "
        "test_classes_in_a_column test_one_hot_and_real_valued_targets test_one_output_column "
        "test_labels_that_are_floats test_an_empty_loader_and_a_single_sample",
        also="m07-demo-test m07-module-test",
    ),
    evaluate(
        "W07.5s",
        "The loss of evaluate is logged among the training losses.",
        before='self.history["eval_loss"]',
        after='self.history["train_loss"]',
        caught_by="test_unequal_batches_equal_one_batch test_evaluate_changes_no_parameter_and_no_gradient "
        "test_evaluate_from_a_generator",
        also="m07-demo-test",
    ),
    evaluate(
        "W07.5t",
        "evaluate clears the gradients.",
        before="    with no_grad():\n",
        after="""\
    self.optimizer.zero_grad()
    with no_grad():
""",
        caught_by="test_evaluate_changes_no_parameter_and_no_gradient",
    ),
    evaluate(
        "W07.5u",
        "A row with several ones, or none, is taken for one-hot.",
        before=" and (targets.sum(axis=1) == 1).all()",
        after="",
        caught_by="test_one_hot_and_real_valued_targets",
    ),
    evaluate(
        "W07.5v",
        "The number of correct rows is returned instead of their share.",
        before="return loss, correct / max(samples, 1)",
        after="return loss, correct",
        caught_by="test_accuracy_of_three_classes test_unequal_batches_equal_one_batch "
        "test_classes_in_a_column test_one_hot_and_real_valued_targets test_one_output_column "
        "test_labels_that_are_floats",
        also="m07-demo-test m07-module-test",
    ),
    mode(
        "W07.5w",
        "evaluating remembers the modes after switching, so evaluation mode stays.",
        before="""\
    before = [(layer, layer.training) for layer in layers_of(model)]
    set_mode(model, training=False)
""",
        after="""\
    set_mode(model, training=False)
    before = [(layer, layer.training) for layer in layers_of(model)]
""",
        caught_by="test_evaluating_restores_training_mode test_evaluating_with_mixed_modes_and_an_exception",
    ),
    # -- 07.6 checkpoints ----------------------------------------------------------------------------------------
    state(
        "W07.6a",
        "The moments of the optimizer are not saved.",
        before="    return deepcopy(self.optimizer.state_dict())\n",
        after="""\
    state = deepcopy(self.optimizer.state_dict())
    return {k: [None] * len(v) if k.endswith("buffers") else v for k, v in state.items()}
""",
        caught_by="test_the_next_updates_after_loading test_two_and_three_epochs_equal_five "
        "test_states_are_copies",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    state(
        "W07.6b",
        "Only the learning rate of the optimizer is restored.",
        before="        self.optimizer.load_state_dict(deepcopy(state))\n",
        after="""\
        self.optimizer.set_lr(state["lr"])
""",
        caught_by="test_the_next_updates_after_loading test_two_and_three_epochs_equal_five "
        "test_states_are_copies test_states_of_other_optimizers_are_refused",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    state(
        "W07.6c",
        "The saved weights are the live arrays, not copies, and follow later updates.",
        before="{i: np.array(p.data) for i, p",
        after="{i: p.data for i, p",
        caught_by="test_states_are_copies",
        starred=True,
    ),
    state(
        "W07.6c.buffers",
        "The saved buffers are the live arrays, not copies, and follow later updates.",
        before="    return deepcopy(self.optimizer.state_dict())\n",
        after="""\
    return {name: getattr(self.optimizer, name) for name in self.optimizer.state_dict()}
""",
        caught_by="test_states_are_copies",
        starred=True,
    ),
    state(
        "W07.6c.set",
        "The parameters take over the arrays of the state, so later updates change the state.",
        before="        p.data[...] = array\n",
        after="        p.data = array\n",
        caught_by="test_states_are_copies",
        starred=True,
    ),
    checkpoint(
        "W07.6d",
        "The history is not restored.",
        before="""\
    self.history = saved["history"]
""",
        after="",
        caught_by="test_history_and_counts_come_back",
        also="m07-module-test",
        starred=True,
    ),
    checkpoint(
        "W07.6d.epoch",
        "The epoch is not restored, so the schedule starts again.",
        before="""\
    self.epoch, self.step = saved["epoch"], saved["step"]
""",
        after="""\
    self.step = saved["step"]
""",
        caught_by="test_save_spoil_load test_two_and_three_epochs_equal_five "
        "test_history_and_counts_come_back",
        also="m07-demo-test m07-module-test",
        starred=True,
    ),
    checkpoint(
        "W07.6d.step",
        "The step count is not restored.",
        before="""\
    self.epoch, self.step = saved["epoch"], saved["step"]
""",
        after="""\
    self.epoch = saved["epoch"]
""",
        caught_by="test_save_spoil_load test_history_and_counts_come_back",
        also="m07-module-test",
        starred=True,
    ),
    checkpoint(
        "W07.6e",
        "The file is written with pickle, and loading it can run code.",
        before="""\
#| export
def save_checkpoint(self, path):""",
        after="""\
#| export
import pickle


def pack(path, tree):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    part = Path(str(path) + ".part")
    part.write_bytes(pickle.dumps(tree))
    part.replace(path)


def unpack(path):
    return pickle.loads(Path(path).read_bytes())


def save_checkpoint(self, path):""",
        caught_by="test_the_file_is_one_plain_dict test_files_without_a_key_are_refused "
        "test_files_without_a_limit",
        starred=True,
    ),
    state(
        "W07.6f",
        "The number of arrays in the file is not compared with the model's.",
        before="""\
    if set(arrays) != set(range(len(parameters))):
        raise ValueError(f"Checkpoint parameter positions {sorted(arrays)} for {len(parameters)} parameters")
    for i, p in enumerate(parameters):
        if arrays[i].shape != p.data.shape:
            raise ValueError(f"Checkpoint parameter {i} has shape {arrays[i].shape}, not {p.data.shape}")
    return [arrays[i] for i in range(len(parameters))]
""",
        after="""\
    for i, p in enumerate(parameters):
        if i in arrays and arrays[i].shape != p.data.shape:
            raise ValueError(f"Checkpoint parameter {i} has shape {arrays[i].shape}, not {p.data.shape}")
    return [arrays.get(i, p.data) for i, p in enumerate(parameters)]
""",
        caught_by="test_model_states_that_do_not_fit",
    ),
    state(
        "W07.6f.shape",
        "Arrays of another shape are not refused.",
        before="""\
    for i, p in enumerate(parameters):
        if arrays[i].shape != p.data.shape:
            raise ValueError(f"Checkpoint parameter {i} has shape {arrays[i].shape}, not {p.data.shape}")
""",
        after="",
        caught_by="test_model_states_that_do_not_fit test_files_of_other_networks_are_refused",
    ),
    checkpoint(
        "W07.6g",
        "The file is written in place, so a crash while saving destroys the old one.",
        before="""\
#| export
def save_checkpoint(self, path):""",
        after="""\
#| export
def pack(path, tree):
    import json

    from tinytorch.given.pack import FORMAT, _encode

    arrays = []
    index = json.dumps({"format": FORMAT, "tree": _encode(tree, arrays, "tree")}).encode()
    members = {f"array{i}": array for i, array in enumerate(arrays)}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as stream:
        np.savez(stream, index=np.frombuffer(index, dtype=np.uint8), **members)


def save_checkpoint(self, path):""",
        caught_by="test_an_interrupted_write_keeps_the_old_file",
    ),
    checkpoint(
        "W07.6h",
        "The saved mode is not restored.",
        before="""\
    self.training_mode = saved["training_mode"]
    set_mode(self.model, self.training_mode)
""",
        after="",
        caught_by="test_the_saved_mode_counts",
    ),
    checkpoint(
        "W07.6i",
        "A file without grad_clip_norm cannot be loaded.",
        before='saved.get("grad_clip_norm", self.grad_clip_norm)',
        after='saved["grad_clip_norm"]',
        caught_by="test_files_without_a_limit",
    ),
    checkpoint(
        "W07.6j",
        "A saved limit of None does not replace the limit of the trainer.",
        before='saved.get("grad_clip_norm", self.grad_clip_norm)',
        after='saved.get("grad_clip_norm") or self.grad_clip_norm',
        caught_by="test_history_and_counts_come_back",
    ),
    checkpoint(
        "W07.6k",
        "The weights are changed before the optimizer's state is checked.",
        before="""\
    self._set_optimizer_state(saved["optimizer_state"])
    self._set_model_state(saved["model_state"])
""",
        after="""\
    self._set_model_state(saved["model_state"])
    self._set_optimizer_state(saved["optimizer_state"])
""",
        caught_by="test_states_of_other_optimizers_are_refused",
    ),
    checkpoint(
        "W07.6l",
        "The schedule of the file is ignored.",
        before="""\
    self._set_scheduler_state(saved["scheduler_state"])
""",
        after="",
        caught_by="test_two_and_three_epochs_equal_five",
    ),
    checkpoint(
        "W07.6m",
        "The rate of the live optimizer wins over the saved one.",
        before="""\
    self._set_optimizer_state(saved["optimizer_state"])
""",
        after="""\
    rate = self.optimizer.get_lr()
    self._set_optimizer_state(saved["optimizer_state"])
    self.optimizer.set_lr(rate)
""",
        caught_by="test_the_next_updates_after_loading",
    ),
    checkpoint(
        "W07.6n",
        "Missing keys are not looked for before loading.",
        before="""\
    if missing := needed - set(saved):
        raise ValueError(f"Checkpoint parameter missing: {sorted(missing)}")
""",
        after="",
        caught_by="test_files_without_a_key_are_refused",
    ),
    state(
        "W07.6o",
        "The error about the wrong shape does not say that it is about a checkpoint parameter.",
        before='f"Checkpoint parameter {i} has shape',
        after='f"array {i} has shape',
        caught_by="test_model_states_that_do_not_fit test_files_of_other_networks_are_refused",
    ),
    state(
        "W07.6p",
        "An optimizer state that does not fit raises another error than promised.",
        before="""\
        raise ValueError(f"Checkpoint parameter state does not fit the optimizer: {error}") from error
""",
        after="        raise RuntimeError(str(error)) from error\n",
        caught_by="test_states_of_other_optimizers_are_refused",
    ),
    state(
        "W07.6q",
        "The update counts of Adam start again from 0.",
        before="    return deepcopy(self.optimizer.state_dict())\n",
        after="""\
    state = deepcopy(self.optimizer.state_dict())
    if "update_counts" in state:
        state["update_counts"] = [0] * len(state["update_counts"])
    return state
""",
        caught_by="test_the_next_updates_after_loading test_two_and_three_epochs_equal_five",
        also="m07-module-test",
    ),
    checkpoint(
        "W07.6r",
        "The limit is missing from the file.",
        before="""\
        "grad_clip_norm": self.grad_clip_norm,
""",
        after="",
        caught_by="test_save_spoil_load test_the_file_is_one_plain_dict test_history_and_counts_come_back "
        "test_files_without_a_limit",
    ),
    checkpoint(
        "W07.6s",
        "The flag training_mode is restored, but the layers keep their modes.",
        before="    set_mode(self.model, self.training_mode)\n",
        after="",
        caught_by="test_the_saved_mode_counts",
    ),
    state(
        "W07.6t",
        "A schedule is expected always, so saving without one fails.",
        before="return None if self.scheduler is None else deepcopy(vars(self.scheduler))",
        after="return deepcopy(vars(self.scheduler))",
        caught_by="test_the_next_updates_after_loading test_files_without_a_limit test_the_saved_mode_counts "
        "test_the_schedule_and_its_absence test_an_interrupted_write_keeps_the_old_file",
    ),
    # -- 07.7 memory of training ---------------------------------------------------------------------------------
    memory(
        "W07.7a",
        "Numbers are counted instead of bytes.",
        before="num_params * bytes_per_value / 2**20",
        after="num_params / 2**20",
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_optimizers "
        "test_estimate_for_other_sizes test_the_ratio_falls_towards_four",
        starred=True,
    ),
    memory(
        "W07.7b",
        "Adam is given one buffer per parameter instead of two.",
        before='"adam": 2, ',
        after='"adam": 1, ',
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_sizes "
        "test_the_ratio_falls_towards_four",
        starred=True,
    ),
    memory(
        "W07.7c",
        "Activations are the same for every batch size.",
        before="layer = batch_size * sequence_length",
        after="layer = 32 * sequence_length",
        caught_by="test_estimate_for_other_sizes",
        starred=True,
    ),
    memory(
        "W07.7c.measured",
        "Activations are measured for one row, whatever the batch is.",
        before="    outputs = model(inputs)\n",
        after="    outputs = model(inputs[:1])\n",
        caught_by="test_measured_activations",
        starred=True,
    ),
    memory(
        "W07.7d",
        "A MiB is taken as 10**6 bytes instead of 2**20.",
        before="""\
    parameters = num_params * bytes_per_value / 2**20
    layer = batch_size * sequence_length * hidden_dim * bytes_per_value / 2**20
""",
        after="""\
    parameters = num_params * bytes_per_value / 10**6
    layer = batch_size * sequence_length * hidden_dim * bytes_per_value / 10**6
""",
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_optimizers "
        "test_estimate_for_other_sizes",
    ),
    memory(
        "W07.7e",
        "Using the model is charged with the activations of all layers.",
        before="""\
        "inference_total": parameters + layer,
""",
        after="""\
        "inference_total": parameters + num_layers * layer,
""",
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_optimizers "
        "test_estimate_for_other_sizes",
    ),
    memory(
        "W07.7f",
        "The gradients are forgotten in the total of training.",
        before="training = (2 + copies) * parameters",
        after="training = (1 + copies) * parameters",
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_optimizers "
        "test_estimate_for_other_sizes test_the_ratio_falls_towards_four",
    ),
    memory(
        "W07.7g",
        "AdamW is thought to keep a third copy of the weights.",
        before='"adamw": 2}',
        after='"adamw": 3}',
        caught_by="test_estimate_for_other_optimizers",
    ),
    memory(
        "W07.7h",
        "The parameters and the batch are counted among the activations.",
        before="activations = graph_arrays(outputs, leave_out=[*arrays, to_numpy(inputs)])",
        after="activations = graph_arrays(outputs)",
        caught_by="test_measured_activations",
    ),
    memory(
        "W07.7h.batch",
        "The batch is counted among the activations.",
        before="leave_out=[*arrays, to_numpy(inputs)]",
        after="leave_out=arrays",
        caught_by="test_measured_activations",
    ),
    memory(
        "W07.7i",
        "Under no_grad a backward pass is tried all the same.",
        before="""\
    if outputs.inputs:
        outputs.backward""",
        after="""\
    if True:
        outputs.backward""",
        caught_by="test_measured_activations",
    ),
    memory(
        "W07.7j",
        "The ratio is turned upside down.",
        before='"overhead_ratio": training / (parameters + layer)',
        after='"overhead_ratio": (parameters + layer) / training',
        caught_by="test_estimate_for_a_million_parameters test_estimate_for_other_optimizers "
        "test_estimate_for_other_sizes test_the_ratio_falls_towards_four",
    ),
    memory(
        "W07.7k",
        "The measured size of the parameters stands for the gradients and is doubled for the optimizer.",
        before="""\
        "optimizer": bytes_of(optimizer.state_dict()),
""",
        after="""\
        "optimizer": 2 * bytes_of(arrays),
""",
        caught_by="test_measured_parameters_gradients_and_state",
    ),
    memory(
        "W07.7l",
        "Momentum is thought to keep two buffers, like Adam.",
        before='"momentum": 1',
        after='"momentum": 2',
        caught_by="test_estimate_for_other_optimizers",
    ),
    memory(
        "W07.7m",
        "Only the outputs are counted, not the arrays inside the network.",
        before="    for node in topological_order(outputs):\n",
        after="    for node in [outputs]:\n",
        caught_by="test_measured_activations",
    ),
    memory(
        "W07.7n",
        "bytes_per_value counts for the parameters but not for the activations.",
        before="hidden_dim * bytes_per_value / 2**20",
        after="hidden_dim * 4 / 2**20",
        caught_by="test_estimate_for_other_sizes",
    ),
    # -- 07.8 batch size, measured -------------------------------------------------------------------------------
    batch_size(
        "W07.8a",
        "Time and noise come from invented constants instead of a measurement.",
        before="    seconds = statistics.median(times[1:])\n",
        after="""\
    seconds, distances = (0.0001 + 0.00001 * batch_size), [3.0 / batch_size] * (repeats + 1)
""",
        caught_by="test_noise_falls_like_one_over_the_batch_size test_time_of_one_step",
        starred=True,
    ),
    batch_size(
        "W07.8a.noise",
        "The noise is an invented 1/B instead of a measurement.",
        before="statistics.mean(distances[1:])",
        after="1.0 / batch_size",
        caught_by="test_noise_falls_like_one_over_the_batch_size",
        starred=True,
    ),
    batch_size(
        "W07.8b",
        "One batch is drawn and used for every repeat.",
        before="""\
    for _ in range(repeats + 1):
        rows = rng.integers(0, len(inputs), size=batch_size)
""",
        after="""\
    rows = rng.integers(0, len(inputs), size=batch_size)
    for _ in range(repeats + 1):
""",
        caught_by="test_each_step_draws_new_rows",
        starred=True,
    ),
    batch_size(
        "W07.8c",
        "The steps of an epoch are rounded down.",
        before="math.ceil(dataset_size / batch_size)",
        after="dataset_size // batch_size",
        caught_by="test_keys_and_steps test_one_row_per_size test_steps_with_and_without_a_remainder",
        starred=True,
    ),
    batch_size(
        "W07.8d",
        "The time of all repeats is given as the time of one step.",
        before="statistics.median(times[1:])",
        after="sum(times)",
        caught_by="test_time_of_one_step",
    ),
    batch_size(
        "W07.8e",
        "The distance of the gradients is not squared.",
        before="float(np.sum((got - full) ** 2))",
        after="float(np.sqrt(np.sum((got - full) ** 2)))",
        caught_by="test_noise_falls_like_one_over_the_batch_size",
    ),
    batch_size(
        "W07.8f",
        "Rows are drawn without replacement.",
        before="rng.integers(0, len(inputs), size=batch_size)",
        after="rng.permutation(len(inputs))[:batch_size]",
        caught_by="test_each_step_draws_new_rows",
    ),
    batch_size(
        "W07.8g",
        "The squared differences are averaged over the parameters instead of added.",
        before="float(np.sum((got - full) ** 2))",
        after="float(np.mean((got - full) ** 2))",
        caught_by="test_noise_falls_like_one_over_the_batch_size",
    ),
    batch_size(
        "W07.8h",
        "samples_per_s counts steps instead of samples.",
        before='"samples_per_s": batch_size / seconds',
        after='"samples_per_s": 1 / seconds',
        caught_by="test_time_of_one_step",
    ),
    batch_size(
        "W07.8i",
        "The rows come in sorted order instead of the order of the sizes.",
        before="for size in batch_sizes]",
        after="for size in sorted(batch_sizes)]",
        caught_by="test_one_row_per_size",
    ),
    batch_size(
        "W07.8j",
        "The model that was given is trained while it is measured, so the gradients belong to other weights.",
        before="        optimizer.step()\n",
        after="""\
        MSELoss()(model(inputs[rows]), targets[rows]).backward()
        SGD(model.parameters(), lr=0.01).step()
        optimizer.zero_grad()
""",
        caught_by="test_each_step_draws_new_rows",
    ),
    batch_size(
        "W07.8k",
        "Seconds are given as milliseconds.",
        before="1000 * seconds",
        after="seconds",
        caught_by="test_time_of_one_step",
    ),
    batch_size(
        "W07.8l",
        "The noise is the length of the mini-batch gradient instead of its distance from the full one.",
        before="(got - full) ** 2",
        after="got ** 2",
        caught_by="test_noise_falls_like_one_over_the_batch_size",
    ),
    batch_size(
        "W07.8m",
        "One step too many: the count adds 1 even without a remainder.",
        before="math.ceil(dataset_size / batch_size)",
        after="dataset_size // batch_size + 1",
        caught_by="test_steps_with_and_without_a_remainder",
    ),
    batch_size(
        "W07.8n",
        "Half of the data set stands for all rows of every batch size.",
        before="        rows = rng.integers(0, len(inputs), size=batch_size)\n",
        after="        rows = rng.integers(0, len(inputs), size=max(batch_size // 2, 1))\n",
        caught_by="test_noise_falls_like_one_over_the_batch_size test_each_step_draws_new_rows "
        "test_time_of_one_step",
    ),
    # -- 07.9 a demonstration that trains ------------------------------------------------------------------------
    demo(
        "W07.9a",
        "The demonstration never trains: the loss stays what it was.",
        before="""\
        trainer.train_epoch([(inputs, targets)])
        if 100""",
        after="""\
        trainer.history["train_loss"].append(trainer.evaluate([(inputs, targets)])[0])
        trainer.history["learning_rates"].append(trainer.scheduler.get_lr(epoch))
        if 100""",
        caught_by="test_the_demonstration_solves_xor test_other_random_states_solve_xor "
        "test_the_demonstration_equals_a_rerun",
        starred=True,
    ),
    demo(
        "W07.9b",
        "Random numbers are used as gradients.",
        before="""\
        trainer.train_epoch([(inputs, targets)])
        if 100""",
        after="""\
        trainer.history["train_loss"].append(trainer.evaluate([(inputs, targets)])[0])
        trainer.history["learning_rates"].append(trainer.scheduler.get_lr(epoch))
        for p in trainer.model.parameters():
            p.grad = rng.normal(size=p.data.shape)
        trainer.optimizer.step()
        if 100""",
        caught_by="test_the_demonstration_solves_xor test_other_random_states_solve_xor "
        "test_the_demonstration_equals_a_rerun",
        starred=True,
    ),
    demo(
        "W07.9c",
        "resumed_equal is the constant True instead of a comparison.",
        before="all(np.array_equal(p.data, q.data) for p, q in pairs)",
        after="True",
        caught_by="test_resumed_equal_is_computed",
    ),
    demo(
        "W07.9d",
        "The momentum is left out.",
        before="lr=0.1, momentum=0.9)",
        after="lr=0.1)",
        caught_by="test_the_demonstration_solves_xor test_other_random_states_solve_xor "
        "test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9e",
        "The schedule ends at half of the epochs.",
        before="total_epochs=200",
        after="total_epochs=100",
        caught_by="test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9f",
        "The norms listed are those after clipping.",
        before="float(np.linalg.norm(gradient_of(trainer.model, trainer.loss_fn, inputs, targets)))",
        after="min(1.0, float(np.linalg.norm(gradient_of(trainer.model, trainer.loss_fn, inputs, targets))))",
        caught_by="test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9g",
        "The given rng is not used, so every run is the same.",
        before="    trainer, other = xor_trainer(rng), xor_trainer(rng)\n",
        after="""\
    rng = np.random.default_rng(0)
    trainer, other = xor_trainer(rng), xor_trainer(rng)
""",
        caught_by="test_other_random_states_solve_xor",
    ),
    demo(
        "W07.9h",
        "The trainer is compared with itself instead of with a resumed one.",
        before="trainer, other = xor_trainer(rng), xor_trainer(rng)",
        after="trainer = other = xor_trainer(rng)",
        caught_by="test_the_demonstration_solves_xor test_other_random_states_solve_xor "
        "test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9i",
        "The second trainer never loads the file.",
        before="        other.load_checkpoint(path)\n",
        after="",
        caught_by="test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9j",
        "Accuracy is claimed, not measured.",
        before="    eval_loss, accuracy = trainer.evaluate([(inputs, targets)])\n",
        after="    eval_loss, accuracy = 0.0, 1.0\n",
        caught_by="test_the_demonstration_equals_a_rerun",
    ),
    demo(
        "W07.9k",
        "The demonstration trains without a limit for the gradients.",
        before="MSELoss(), schedule, grad_clip_norm=1.0)",
        after="MSELoss(), schedule)",
        caught_by="test_the_demonstration_equals_a_rerun",
    ),
    # -- 07.10 everything together -------------------------------------------------------------------------------
    exported(
        "m07-clip",
        "W07.10a",
        "A test function stands in a cell that is exported.",
        before="""\
    return norm
    ### END SOLUTION""",
        after="""\
    return norm
    ### END SOLUTION


def test_my_clip():
    assert clip_grad_norm([]) == 0.0""",
        caught_by="test_the_export_holds_the_module_and_no_tests test_importing_the_export_is_silent",
        starred=True,
    ),
    exported(
        "m07-cosine",
        "W07.10b",
        "A cell that is exported prints when it is imported.",
        before="""\
        return self.min_lr + (self.max_lr - self.min_lr) * share
        ### END SOLUTION""",
        after="""\
        return self.min_lr + (self.max_lr - self.min_lr) * share
        ### END SOLUTION


tell = print
tell("rate of epoch 0:", CosineSchedule().get_lr(0))""",
        caught_by="test_importing_the_export_is_silent",
    ),
    exported(
        "m07-batch-size",
        "W07.10c",
        "The export mark of a cell was deleted, so its function is missing from the module.",
        before="""\
#| export
def simulate_training_efficiency(""",
        after="def simulate_training_efficiency(",
        caught_by="test_the_export_holds_the_module_and_no_tests",
    ),
    exported(
        "m07-cosine",
        "W07.10d",
        "A cell that is exported writes a file when it is imported.",
        before="""\
        return self.min_lr + (self.max_lr - self.min_lr) * share
        ### END SOLUTION""",
        after="""\
        return self.min_lr + (self.max_lr - self.min_lr) * share
        ### END SOLUTION


Path(f"rates{len(list(Path().iterdir()))}.txt").write_text("0.1")""",
        caught_by="test_importing_the_export_is_silent",
    ),
    exported(
        "m07-batch-size",
        "W07.10e",
        "A cell that is exported seeds numpy's global random state for everybody who imports it.",
        before="def simulate_training_efficiency(",
        after="""\
np.random.seed(0)


def simulate_training_efficiency(""",
        caught_by="test_importing_the_export_is_silent",
    ),
    # -- 07.11 numbers and modes quiz ----------------------------------------------------------------------------
    quiz(
        "W07.11a",
        "The gradients of unequal batches are averaged per batch instead of per sample.",
        before="accumulated=(4 * 2 - 3 * 1 + 1 * 6) / 8",
        after="accumulated=(2 - 1 + 6) / 3",
        caught_by="test_quiz_accumulated",
        starred=True,
    ),
    quiz(
        "W07.11b",
        "Dropout is thought to drop values in evaluation mode too.",
        before='dropout_evaluation="passes"',
        after='dropout_evaluation="drops"',
        caught_by="test_quiz_dropout_in_evaluation",
    ),
    quiz(
        "W07.11c",
        "The step goes along the gradient instead of against it.",
        before="update=0.9",
        after="update=0.7",
        caught_by="test_quiz_update",
    ),
    quiz(
        "W07.11d",
        "The component is clipped by the norm of its own gradient.",
        before="clipped=6 * 3.5 / 7",
        after="clipped=6 * 3.5 / 40**0.5",
        caught_by="test_quiz_clipped",
    ),
    quiz(
        "W07.11e",
        "The rate is read from a straight line instead of the cosine.",
        before="0.02 + 0.18 * (1 + math.cos(math.pi / 4)) / 2",
        after="0.155",
        caught_by="test_quiz_cosine",
    ),
    quiz(
        "W07.11f",
        "Statistics of the batch and stored ones are mixed up.",
        before='statistics_training="batch", statistics_evaluation="stored"',
        after='statistics_training="stored", statistics_evaluation="batch"',
        caught_by="test_quiz_statistics_in_training test_quiz_statistics_in_evaluation",
    ),
    quiz(
        "W07.11g",
        "The graph is thought to be recorded while evaluating.",
        before='recording_evaluation="off"',
        after='recording_evaluation="on"',
        caught_by="test_quiz_recording_in_evaluation",
    ),
    quiz(
        "W07.11h",
        "Dropout and recording are thought to be off while training.",
        before="""\
dropout_training="drops", dropout_evaluation="passes")
answers.update(statistics_training="batch", statistics_evaluation="stored")
answers.update(recording_training="on\"""",
        after="""\
dropout_training="passes", dropout_evaluation="passes")
answers.update(statistics_training="batch", statistics_evaluation="stored")
answers.update(recording_training="off\"""",
        caught_by="test_quiz_dropout_in_training test_quiz_recording_in_training",
    ),
]

RIGHT = [
    # -- 07.1 CosineSchedule -------------------------------------------------------------------------------------
    RightVariant(
        "R07.1a",
        "The cosine from numpy, so that rates are numpy scalars.",
        "m07-cosine",
        FORMULA,
        """\
        if epoch >= self.total_epochs:
            return np.float64(self.min_lr)
        return self.min_lr + 0.5 * (self.max_lr - self.min_lr) * (1 + np.cos(np.pi * epoch / self.total_epochs))
""",
    ),
    RightVariant(
        "R07.1b",
        "The same wave as the square of a cosine of half the angle, with progress cut off at 1.",
        "m07-cosine",
        FORMULA,
        """\
        progress = min(epoch / self.total_epochs, 1.0)
        wave = math.cos(0.5 * math.pi * progress) ** 2
        return self.max_lr * wave + self.min_lr * (1 - wave)
""",
    ),
    RightVariant(
        "R07.1c",
        "No if: progress is cut off at 1, with a minimum from numpy.",
        "m07-cosine",
        FORMULA,
        """\
        progress = np.minimum(epoch / self.total_epochs, 1.0)
        return self.min_lr + (self.max_lr - self.min_lr) * (1 + np.cos(np.pi * progress)) / 2
""",
    ),
    RightVariant(
        "R07.1d",
        "All rates worked out once, and extra attributes and printing.",
        "m07-cosine",
        """\
        self.total_epochs = total_epochs
        ### END SOLUTION""",
        """\
        self.total_epochs = total_epochs
        self.amplitude = (max_lr - min_lr) / 2
        print("a schedule of", total_epochs, "epochs")
        ### END SOLUTION""",
    ),
    # -- 07.2 clip_grad_norm -------------------------------------------------------------------------------------
    RightVariant(
        "R07.2a",
        "Clipping also when the norm equals the limit.",
        "m07-clip",
        "norm > max_norm:",
        "norm >= max_norm and norm > 0:",
    ),
    RightVariant(
        "R07.2b",
        "New arrays instead of scaling in place, and loops over single entries.",
        "m07-clip",
        CLIP,
        """\
    held = [p for p in parameters if p.grad is not None]
    total = 0.0
    for p in held:
        for entry in np.ravel(grad_array(p)):
            total += float(entry) ** 2
    norm = total**0.5
    if norm > max_norm and norm not in (float("inf"),):
        for p in held:
            scaled = grad_array(p) * (max_norm / norm)
            if isinstance(p.grad, np.ndarray):
                p.grad = scaled
            else:
                p.grad.data = scaled
    return norm
""",
    ),
    RightVariant(
        "R07.2c",
        "One long float64 array and numpy's norm, returned as a numpy scalar.",
        "m07-clip",
        CLIP,
        """\
    grads = [grad_array(p) for p in parameters]
    grads = [grad for grad in grads if grad is not None]
    if not grads:
        return np.float64(0.0)
    norm = np.linalg.norm(np.concatenate([grad.astype(np.float64).ravel() for grad in grads]))
    if np.isfinite(norm) and norm > max_norm:
        for grad in grads:
            np.multiply(grad, max_norm / norm, out=grad)
    return norm
""",
    ),
    RightVariant(
        "R07.2d",
        "The norm of the norms, returned as a 0-d array; each gradient divided first.",
        "m07-clip",
        CLIP,
        """\
    grads = []
    for p in parameters:
        if p.grad is not None:
            grads.append(grad_array(p))
    norm = 0.0
    for grad in grads:
        norm = np.hypot(norm, np.sqrt(np.square(grad.astype(float)).sum()))
    if np.isfinite(norm) and norm > max_norm:
        for grad in grads:
            grad /= norm
            grad *= max_norm
    return np.asarray(norm)
""",
    ),
    # -- 07.3 Trainer and train_epoch ----------------------------------------------------------------------------
    RightVariant(
        "R07.3a",
        "Gradients are cleared before each forward as well, by hand.",
        "m07-trainer",
        RUN_BATCHES,
        """\
        total, samples = 0.0, 0
        for inputs, targets in dataloader:
            for p in self._parameters():
                p.grad = None
            n = len(to_numpy(inputs))
            total += n * self._backward(inputs, targets)
            samples += n
            self._update()
        return total, samples
""",
    ),
    RightVariant(
        "R07.3b",
        "Gradients are filled with zeros instead of None.",
        "m07-trainer",
        """\
        self.optimizer.zero_grad()
        self.step += 1""",
        """\
        self.optimizer.zero_grad(set_to_none=False)
        self.step += 1""",
    ),
    RightVariant(
        "R07.3c",
        "The loader is put into a list first, and losses into lists of numpy scalars.",
        "m07-trainer",
        RUN_BATCHES,
        """\
        losses, sizes = [], []
        for inputs, targets in list(dataloader):
            sizes.append(np.shape(to_numpy(inputs))[0])
            losses.append(np.float64(self._backward(inputs, targets)))
            self._update()
        return np.dot(losses, sizes) if sizes else 0.0, sum(sizes)
""",
    ),
    RightVariant(
        "R07.3d",
        "The rate is set inside the loop as well, by assigning the attribute.",
        "m07-trainer",
        UPDATE,
        """\
        if self.scheduler is not None:
            self.optimizer.lr = float(self.scheduler.get_lr(self.epoch))
        if self.grad_clip_norm is not None:
            self.norm_before_clipping = clip_grad_norm((p for p in self._parameters()), self.grad_clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step = self.step + 1
""",
    ),
    RightVariant(
        "R07.3e",
        "Events before the first batch in another order, extra history, printing, a 0-d loss.",
        "m07-trainer",
        EPOCH,
        """\
        self.optimizer.zero_grad()
        self.training_mode = True
        set_mode(self.model, training=True)
        if self.scheduler is not None:
            self.optimizer.set_lr(self.scheduler.get_lr(self.epoch))
            self.history["learning_rates"].append(np.float64(self.optimizer.get_lr()))
        total, samples = run(dataloader)
        loss = np.asarray(total) / max(samples, 1)
        self.history["train_loss"].append(loss)
        self.history.setdefault("samples", []).append(samples)
        self.epoch += 1
        print(f"epoch {self.epoch}: loss {loss:.6f}")
        return loss
""",
    ),
    RightVariant(
        "R07.3f",
        "The whole loop in train_epoch's helper, without the small methods.",
        "m07-trainer",
        RUN_BATCHES,
        """\
        total, samples = 0.0, 0
        for inputs, targets in dataloader:
            outputs = self.model(inputs)
            loss = self.loss_fn(outputs, targets)
            loss.backward()
            if self.grad_clip_norm is not None:
                clip_grad_norm(self._parameters(), max_norm=self.grad_clip_norm)
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.step += 1
            total += float(loss.data) * len(to_numpy(targets))
            samples += len(to_numpy(targets))
        return total, samples
""",
    ),
    # -- 07.4 gradient accumulation ------------------------------------------------------------------------------
    RightVariant(
        "R07.4a",
        "The loss is scaled by its number of samples before backward, the sum divided at the end.",
        "m07-accumulate",
        GROUP,
        """\
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            loss = self.loss_fn(self.model(inputs), targets)
            (loss * n).backward()
            total += n * float(loss.data)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        self._update()
        samples += seen
""",
    ),
    RightVariant(
        "R07.4b",
        "Each loss is scaled by its share of the group before backward.",
        "m07-accumulate",
        GROUP,
        """\
        seen = sum(len(to_numpy(inputs)) for inputs, _ in group)
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            loss = self.loss_fn(self.model(inputs), targets)
            total += n * float(loss.data)
            loss = loss * (n / seen)
            loss.backward()
        self._update()
        samples += seen
""",
    ),
    RightVariant(
        "R07.4c",
        "The sum of the gradients is kept in arrays of its own.",
        "m07-accumulate",
        GROUP,
        """\
        seen, sums = 0, [0.0 for _ in self._parameters()]
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            for p in self._parameters():
                p.grad = None
            total += n * self._backward(inputs, targets)
            sums = [s + n * grad_array(p) for s, p in zip(sums, self._parameters())]
            seen += n
        for p, s in zip(self._parameters(), sums):
            p.grad = s / seen
        self._update()
        samples += seen
""",
    ),
    RightVariant(
        "R07.4d",
        "Groups by a counter, with the rest after the loop, and a running mean of the gradient.",
        "m07-accumulate",
        """\
    batches, total, samples = iter(dataloader), 0.0, 0
    while group := list(islice(batches, accumulation_steps)):
        seen = 0
        for inputs, targets in group:
            n = len(to_numpy(inputs))
            scale_gradients(self._parameters(), 1 / n)
            total += n * self._backward(inputs, targets)
            scale_gradients(self._parameters(), n)
            seen += n
        scale_gradients(self._parameters(), 1 / seen)
        self._update()
        samples += seen
    return total, samples
""",
        """\
    total, samples, seen, count = 0.0, 0, 0, 0
    for inputs, targets in dataloader:
        n = len(to_numpy(inputs))
        scale_gradients(self._parameters(), seen / n)
        total += n * self._backward(inputs, targets)
        scale_gradients(self._parameters(), n / (seen + n))
        seen, samples, count = seen + n, samples + n, count + 1
        if count == accumulation_steps:
            self._update()
            seen, count = 0, 0
    if count:
        self._update()
    return total, samples
""",
    ),
    RightVariant(
        "R07.4e",
        "Only a plain int is taken for a positive integer.",
        "m07-accumulate",
        """\
    whole = isinstance(accumulation_steps, (int, np.integer)) and not isinstance(accumulation_steps, bool)
    if not whole or accumulation_steps < 1:
""",
        "    if type(accumulation_steps) is not int or accumulation_steps <= 0:\n",
    ),
    # -- 07.5 evaluate and modes ---------------------------------------------------------------------------------
    RightVariant(
        "R07.5a",
        "Classes are counted row by row.",
        "m07-evaluate",
        COUNT_CORRECT,
        """\
    outputs, targets = np.asarray(to_numpy(outputs)), np.asarray(to_numpy(targets))
    if outputs.ndim != 2 or outputs.shape[1] == 1:
        return 0
    correct = 0
    for row in range(len(outputs)):
        target = targets[row]
        if np.issubdtype(targets.dtype, np.integer) and target.size == 1 and targets.ndim <= 2:
            label = int(np.ravel(target)[0])
        elif targets.shape == outputs.shape and sorted(target) == [0] * (len(target) - 1) + [1]:
            label = int(np.argmax(target))
        else:
            return 0
        correct += int(np.argmax(outputs[row]) == label)
    return correct
""",
    ),
    RightVariant(
        "R07.5b",
        "evaluate keeps lists, returns a list, and uses a mode method of the model.",
        "m07-evaluate",
        EVALUATE,
        """\
    self.model.eval() if hasattr(self.model, "eval") else None
    self.training_mode = False
    losses, right, sizes = [], [], []
    with no_grad():
        for inputs, targets in dataloader:
            outputs = self.model(inputs)
            loss = self.loss_fn(outputs, targets)
            sizes.append(len(to_numpy(inputs)))
            losses.append(np.float64(loss.data) * sizes[-1])
            right.append(count_correct(outputs, targets))
    count = max(sum(sizes), 1)
    self.history["eval_loss"].append(np.sum(losses) / count)
    print("evaluated", count)
    return [np.sum(losses) / count, np.sum(right) / count]
""",
    ),
    RightVariant(
        "R07.5c",
        "evaluating as a class with __enter__ and __exit__.",
        "m07-evaluate-mode",
        """\
@contextmanager
def evaluating(model):""",
        """\
class _Evaluating:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = [(layer, layer.training) for layer in layers_of(self.model)]
        self.model.eval()
        return self.model

    def __exit__(self, *exception):
        for layer, mode in reversed(self.modes):
            layer.training = mode
        return False


def evaluating(model):
    return _Evaluating(model)


@contextmanager
def _first_version(model):""",
    ),
    RightVariant(
        "R07.5d",
        "Modes are remembered by a recursive helper.",
        "m07-evaluate-mode",
        EVALUATING,
        """\
    def remember(layer):
        return [(layer, layer.training)] + [pair for child in layer.children() for pair in remember(child)]

    modes = remember(model)
    try:
        yield model.eval()
    finally:
        for layer, mode in modes:
            layer.training = mode
""",
    ),
    # -- 07.6 checkpoints ----------------------------------------------------------------------------------------
    RightVariant(
        "R07.6a",
        "The optimizer's state is loaded without another copy, because load_state_dict copies.",
        "m07-checkpoint-state",
        "self.optimizer.load_state_dict(deepcopy(state))",
        "self.optimizer.load_state_dict(state)",
    ),
    RightVariant(
        "R07.6b",
        "Parameters are rebound to copies.",
        "m07-checkpoint-state",
        "        p.data[...] = array\n",
        "        p.data = np.array(array)\n",
    ),
    RightVariant(
        "R07.6c",
        "The state is collected from the optimizer's attributes.",
        "m07-checkpoint-state",
        "    return deepcopy(self.optimizer.state_dict())\n",
        """\
    state = {}
    for name, value in vars(self.optimizer).items():
        if name == "params":
            continue
        if isinstance(value, (list, tuple)):
            value = [None if one is None else np.copy(one) if isinstance(one, np.ndarray) else one for one in value]
        state[name] = value
    return state
""",
    ),
    RightVariant(
        "R07.6d",
        "Positions are kept as text, and the file has an entry more.",
        "m07-checkpoint-state",
        "    return {i: np.array(p.data) for i, p in enumerate(self._parameters())}\n",
        "    return {str(i): p.data.copy() for i, p in enumerate(self._parameters())}\n",
    ),
    RightVariant(
        "R07.6e",
        "The dict is built step by step, with extra keys, a copied history and a path as text.",
        "m07-checkpoint",
        """\
    pack(path, {
        "epoch\"""",
        """\
    print("saving", path)
    pack(str(path), {
        "format": 2,
        "epoch\"""",
    ),
    RightVariant(
        "R07.6f",
        "Entries are put back one by one, the limit only if it is there.",
        "m07-checkpoint",
        """\
    self.epoch, self.step = saved["epoch"], saved["step"]
    self.grad_clip_norm = saved.get("grad_clip_norm", self.grad_clip_norm)
    self.history = saved["history"]
    self.training_mode = saved["training_mode"]
    set_mode(self.model, self.training_mode)
""",
        """\
    for name in ("epoch", "step"):
        setattr(self, name, int(saved[name]))
    if "grad_clip_norm" in saved:
        self.grad_clip_norm = saved["grad_clip_norm"]
    self.history = {name: list(values) for name, values in saved["history"].items()}
    self.training_mode = bool(saved["training_mode"])
    for layer in layers_of(self.model):
        layer.training = self.training_mode
""",
    ),
    RightVariant(
        "R07.6g",
        "The schedule's attributes are set one by one.",
        "m07-checkpoint-state",
        "        vars(self.scheduler).update(deepcopy(state))\n",
        """\
        for name, value in state.items():
            setattr(self.scheduler, name, value)
""",
    ),
    # -- 07.7 memory of training ---------------------------------------------------------------------------------
    RightVariant(
        "R07.7a",
        "The formula in other words, with ifs and a MiB of 1024 * 1024.",
        "m07-memory",
        ESTIMATE,
        """\
    if optimizer == "sgd":
        copies = 0
    elif optimizer == "momentum":
        copies = 1
    else:
        copies = 2
    mib = 1024 * 1024
    parameters = np.float64(num_params) * bytes_per_value / mib
    layer = bytes_per_value * (batch_size * sequence_length) * hidden_dim / mib
    training = parameters + parameters + copies * parameters + num_layers * layer
""",
    ),
    RightVariant(
        "R07.7b",
        "Arrays of the graph are found with a stack and kept by their id.",
        "m07-memory",
        GRAPH_ARRAYS,
        """\
    if not outputs.inputs:
        return []
    skip, found, seen, stack = {id(array) for array in leave_out}, {}, set(), [outputs]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(node.inputs)
        for array in (node.data, *node.ctx.values()):
            if isinstance(array, np.ndarray) and id(array) not in skip:
                found[id(array)] = array
    return list(found.values())
""",
    ),
    RightVariant(
        "R07.7c",
        "Bytes from sizes and item sizes, in numpy integers and floats, with more keys.",
        "m07-memory",
        """\
    found = {
        "parameters": bytes_of(arrays),
""",
        """\
    print("measured on", len(arrays), "arrays")
    found = {
        "parameters": np.sum([array.size * array.itemsize for array in arrays]),
""",
    ),
    # -- 07.8 batch size, measured -------------------------------------------------------------------------------
    RightVariant(
        "R07.8a",
        "A random state of the student's own, numpy's median, rounding up without math.",
        "m07-batch-size",
        MEASURE,
        """\
    own = np.random.default_rng()
    loss_fn = MSELoss()
    full = gradient_of(model, loss_fn, inputs, targets)
    seconds, noise = np.zeros(repeats), np.zeros(repeats)
    for i in range(-1, repeats):
        rows = own.choice(len(inputs), size=batch_size, replace=True)
        begin = time.perf_counter()
        away = gradient_of(model, loss_fn, inputs[rows], targets[rows]) - full
        optimizer.step()
        end = time.perf_counter()
        if i >= 0:
            seconds[i], noise[i] = end - begin, away @ away
    step = np.median(seconds)
    return {
        "batch_size": batch_size,
        "steps_per_epoch": -(-dataset_size // batch_size),
        "time_per_step_ms": step * 1e3,
        "samples_per_s": batch_size / step,
        "gradient_noise": noise.mean(),
        "repeats": repeats,
    }
""",
    ),
    RightVariant(
        "R07.8b",
        "Processor time instead of the wall clock.",
        "m07-batch-size",
        MEASURE,
        """\
    full = gradient_of(model, MSELoss(), inputs, targets)
    times, distances = [], []
    for _ in range(repeats + 1):
        rows = rng.integers(0, len(inputs), size=batch_size)
        start = time.process_time_ns() / 1e9
        got = gradient_of(model, MSELoss(), inputs[rows], targets[rows])
        optimizer.step()
        times.append(time.process_time_ns() / 1e9 - start)
        distances.append(float(np.sum((got - full) ** 2)))
    seconds = max(sorted(times[1:])[repeats // 2], 1e-9)
    steps = math.ceil(dataset_size / batch_size)
    found = {"batch_size": batch_size, "steps_per_epoch": steps, "time_per_step_ms": 1000 * seconds}
    return {**found, "samples_per_s": batch_size / seconds, "gradient_noise": statistics.mean(distances[1:])}
""",
    ),
    RightVariant(
        "R07.8c",
        "One row per size in a loop, in a tuple.",
        "m07-batch-size",
        "    return [simulate_training_efficiency(size) for size in batch_sizes]\n",
        """\
    rows = ()
    for size in batch_sizes:
        rows += (simulate_training_efficiency(size, repeats=3),)
    return rows
""",
    ),
    # -- 07.9 a demonstration that trains ------------------------------------------------------------------------
    RightVariant(
        "R07.9a",
        "Lists as a tuple and an array.",
        "m07-demo",
        """\
    found = {key: trainer.history[key] for key in ("train_loss", "learning_rates")}
""",
        """\
    history = trainer.history
    found = {"train_loss": np.array(history["train_loss"]), "learning_rates": tuple(history["learning_rates"])}
""",
    ),
    RightVariant(
        "R07.9b",
        "Weights are compared with np.array_equal one by one into a numpy bool.",
        "m07-demo",
        "all(np.array_equal(p.data, q.data) for p, q in pairs)",
        "np.all([np.all(p.data == q.data) for p, q in pairs])",
    ),
    RightVariant(
        "R07.9c",
        "Norms by another loop.",
        "m07-demo",
        "float(np.linalg.norm(gradient_of(trainer.model, trainer.loss_fn, inputs, targets)))",
        "sum(float(g) ** 2 for g in gradient_of(trainer.model, trainer.loss_fn, inputs, targets)) ** 0.5",
    ),
    # -- 07.11 numbers and modes quiz ----------------------------------------------------------------------------
    RightVariant(
        "R07.11a",
        "Numbers rounded to three decimals.",
        "m07-quiz",
        "update=0.9, cosine=0.02 + 0.18 * (1 + math.cos(math.pi / 4)) / 2",
        "update=0.900, cosine=0.174",
    ),
    RightVariant(
        "R07.11b",
        "Numbers as numpy scalars.",
        "m07-quiz",
        "clipped=6 * 3.5 / 7, accumulated=(4 * 2 - 3 * 1 + 1 * 6) / 8",
        "clipped=np.float64(3.0), accumulated=np.float64(1.375)",
    ),
]
