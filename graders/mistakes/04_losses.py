"""Known wrong solutions of module 04, and other right ones: one exact replacement in the reference each.

W04.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 04` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import Mistake, RightVariant

log_softmax = partial(known, "m04-log-softmax", "m04-log-softmax-test")
mse = partial(known, "m04-mse", "m04-mse-test")
rows = partial(known, "m04-rows", "m04-cross-entropy-test")
entropy = partial(known, "m04-cross-entropy", "m04-cross-entropy-test")
smoothing = partial(known, "m04-smoothing", "m04-smoothing-test")
focal = partial(known, "m04-focal", "m04-focal-test")
contrastive = partial(known, "m04-contrastive", "m04-contrastive-test")

# -- lines of the reference that are replaced more than once ------------------------------------------------------

SHIFTED = "    shifted = x - x.max(axis=axis, keepdims=True)\n"
LOGS = "    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))\n"

SHAPES = """\
        if outputs.shape != targets.shape or outputs.size == 0:
            raise ValueError(f"outputs {outputs.shape}, targets {targets.shape}: need one shape, not empty")
"""
SAVE = "        self.saved = outputs - targets\n"
SQUARE = "        return float((self.saved * self.saved).mean())\n"
SQUARE_BACK = "        return difference * (2 / difference.size)\n"

RANGE = "    if classes.size and (classes.min() < 0 or classes.max() >= size):\n"
ENTROPY = """\
        rows, classes, counts = counted_rows(logits, targets, self.ignore_index)
        logs = log_softmax(rows)  # (n, V)
        self.saved = logs, classes, counts, np.shape(logits)
        return float(-logs[np.arange(classes.size), classes].mean()) if classes.size else 0.0
"""
MEAN = "        return float(-logs[np.arange(classes.size), classes].mean()) if classes.size else 0.0\n"
ENTROPY_BACK = """\
        logs, classes, counts, shape = self._saved()
        rows = np.exp(logs)
        rows[np.arange(classes.size), classes] -= 1
        return spread_rows(rows / classes.size, counts, shape)  # of no rows nothing is divided
"""

WANTED = """\
        wanted = np.full_like(logs, self.smoothing / logs.shape[-1])  # (n, V)
        wanted[np.arange(classes.size), classes] += 1 - self.smoothing
"""
SMOOTHED_SAVE = "        self.saved = (np.exp(logs) - wanted) / n, counts, np.shape(logits)\n"

FOCAL = "        return float(-(rest**self.gamma * log_right).sum() / max(classes.size, 1))\n"
RATIO = """\
        ratio, some = np.full_like(rest, -1.0), rest > 0
        ratio[some] = log_right[some] / rest[some]
"""
FACTOR = "        factor = rest**self.gamma * (1 - self.gamma * ratio * np.exp(log_right))\n"
FOCAL_LOGS = """\
        apart[right] = 0
        rest = apart.sum(axis=1)  # 1 - p; a subtraction would leave no digits where p is near 1
        apart[right] = -rest  # now softmax minus one-hot
        log_right = np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), logs[right])  # nor would log(p)
"""

NORMS = "    norms = np.maximum(np.sqrt((rows * rows).sum(axis=1, keepdims=True)), SMALLEST_NORM)\n"
THROUGH = "    return (g - along * units) / norms\n"
SCORES = "        scores = units[0] @ units[1].T / self.temperature\n"
BOTH = "        return float(-(np.trace(by_row) + np.trace(by_column)) / (2 * len(scores)))\n"
OF_SCORES = """\
        of_scores = (np.exp(by_row) + np.exp(by_column) - 2 * np.eye(size)) / (2 * size * self.temperature)
"""

MISTAKES: list[Mistake] = [
    # -- 04.1 log_softmax ----------------------------------------------------------------------------------------
    log_softmax(
        "W04.1a",
        "The logarithm of a softmax: small probabilities become 0, and their logarithm -inf.",
        LOGS,
        """\
    with np.errstate(divide="ignore"):
        return np.log(np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True))
""",
        caught_by="test_huge_logits test_a_gap_of_800",
        also="m04-cross-entropy-test m04-focal-test",
        starred=True,
    ),
    log_softmax(
        "W04.1b",
        "Without the shift exp overflows.",
        SHIFTED + LOGS,
        """\
    with np.errstate(all="ignore"):
        return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))
""",
        caught_by="test_huge_logits test_a_gap_of_800",
        also="m04-cross-entropy-test",
        starred=True,
    ),
    log_softmax(
        "W04.1c",
        "The sum is taken along the last axis, whatever axis was given.",
        ".sum(axis=axis, keepdims=True)",
        ".sum(axis=-1, keepdims=True)",
        caught_by="test_other_axes",
        also="m04-contrastive-test",
    ),
    log_softmax(
        "W04.1d",
        "The axis is not used at all.",
        SHIFTED,
        "    axis = -1\n" + SHIFTED,
        caught_by="test_other_axes",
        also="m04-contrastive-test",
    ),
    log_softmax(
        "W04.1e",
        "It shifts by the largest number of the whole array.",
        SHIFTED + LOGS,
        """\
    shifted = x - x.max()
    with np.errstate(divide="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
""",
        caught_by="test_huge_logits test_a_gap_of_800",
        also="m04-cross-entropy-test m04-smoothing-test m04-focal-test",
    ),
    log_softmax(
        "W04.1f",
        "The input is shifted in place.",
        SHIFTED,
        """\
    x -= x.max(axis=axis, keepdims=True)
    shifted = x
""",
        caught_by="test_exponentials_sum_to_one",
        also="m04-contrastive-test",
    ),
    log_softmax(
        "W04.1g",
        "The shift is not taken off the numerator.",
        "    return shifted - np.log",
        "    return x - np.log",
        caught_by="test_one_two_three test_huge_logits test_other_axes test_exponentials_sum_to_one "
        "test_a_gap_of_800",
        also="m04-cross-entropy-test m04-smoothing-test m04-focal-test m04-contrastive-test",
    ),
    log_softmax(
        "W04.1h",
        "A logarithm to the base 2.",
        "np.log(",
        "np.log2(",
        caught_by="test_one_two_three test_huge_logits test_other_axes test_exponentials_sum_to_one test_a_gap_of_800",
        also="m04-cross-entropy-test m04-smoothing-test m04-focal-test m04-contrastive-test",
    ),
    # -- 04.2 MSELoss --------------------------------------------------------------------------------------------
    mse(
        "W04.2a",
        "Half of the mean.",
        ".mean())\n",
        ".mean() / 2)\n",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_shapes_that_differ "
            "test_square_of_lists "
            "test_square_of_one_element test_the_last_forward_counts"
        ),
        starred=True,
    ),
    mse(
        "W04.2b",
        "The sum of squares is divided by the length of the batch alone.",
        SQUARE,
        "        return float((self.saved * self.saved).sum() / (len(outputs) if outputs.ndim else 1))\n",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_the_last_forward_counts "
            "test_square_of_lists"
        ),
        starred=True,
    ),
    mse(
        "W04.2c",
        "The gradient lacks the 2.",
        "(2 / difference.size)",
        "(1 / difference.size)",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_square_of_one_element "
            "test_square_of_lists "
            "test_the_last_forward_counts"
        ),
        starred=True,
    ),
    mse(
        "W04.2c size",
        "The gradient is not divided.",
        "(2 / difference.size)",
        "2",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_the_last_forward_counts "
            "test_square_of_lists"
        ),
        starred=True,
    ),
    mse(
        "W04.2d",
        "Shapes that differ are broadcast.",
        "if outputs.shape != targets.shape or outputs.size == 0:",
        "if outputs.size == 0:",
        caught_by="test_shapes_that_differ test_square_of_lists",
    ),
    mse(
        "W04.2e",
        "The gradient points downhill.",
        "difference * (2",
        "-difference * (2",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_sign_of_the_square_gradient "
            "test_square_of_lists "
            "test_square_of_one_element test_the_last_forward_counts"
        ),
    ),
    mse(
        "W04.2f",
        "Absolute differences instead of squares.",
        "(self.saved * self.saved).mean()",
        "np.abs(self.saved).mean()",
        caught_by=(
            "test_square_of_a_small_table test_square_of_three_axes test_shapes_that_differ "
            "test_square_of_lists "
            "test_square_of_one_element test_the_last_forward_counts"
        ),
    ),
    mse(
        "W04.2g",
        "The first forward is remembered, not the last.",
        SAVE + SQUARE,
        """\
        if self.saved is None:
            self.saved = outputs - targets
        return float(((outputs - targets) ** 2).mean())
""",
        caught_by="test_square_of_one_element test_the_last_forward_counts",
    ),
    mse(
        "W04.2h",
        "backward before forward quietly gives 0.",
        "        difference = self._saved()\n",
        """\
        if self.saved is None:
            return 0.0
        difference = self.saved
""",
        caught_by="test_the_last_forward_counts",
    ),
    mse(
        "W04.2i",
        "The loss of no elements is 0.",
        "        if outputs.shape != targets.shape or outputs.size == 0:\n",
        """\
        if outputs.size == 0:
            return 0.0
        if outputs.shape != targets.shape:
""",
        caught_by="test_shapes_that_differ",
    ),
    mse(
        "W04.2j",
        "Lists are not made arrays.",
        "        outputs, targets = np.asarray(outputs), np.asarray(targets)\n",
        "",
        caught_by="test_square_of_lists",
    ),
    mse(
        "W04.2k",
        "The shapes are compared after the difference, where numpy complains in its own words.",
        SHAPES + SAVE,
        SAVE + SHAPES,
        caught_by="test_shapes_that_differ",
    ),
    # -- 04.3 CrossEntropyLoss -----------------------------------------------------------------------------------
    entropy(
        "W04.3a",
        "Softmax is applied before log_softmax.",
        "        logs = log_softmax(rows)  # (n, V)\n",
        "        logs = log_softmax(np.exp(log_softmax(rows)))\n",
        caught_by="test_loss_of_the_table test_gradient_of_the_table test_an_ignored_row_of_the_table "
        "test_sequences_of_targets test_logits_of_a_thousand test_ignored_positions "
        "test_cross_entropy_gradient test_backward_comes_after_forward "
        "test_targets_outside_the_classes",
        starred=True,
    ),
    entropy(
        "W04.3b",
        "The sum instead of the mean.",
        "].mean())",
        "].sum())",
        caught_by="test_loss_of_the_table test_sequences_of_targets test_logits_of_a_thousand "
        "test_equal_logits test_ignored_positions test_backward_comes_after_forward "
        "test_targets_outside_the_classes",
        starred=True,
    ),
    entropy(
        "W04.3c",
        "The loss is divided by all positions, the ignored ones included.",
        "].mean())",
        "].sum() / counts.size)",
        caught_by="test_an_ignored_row_of_the_table test_ignored_positions",
        starred=True,
    ),
    entropy(
        "W04.3c gradient",
        "The gradient is divided by all positions, the ignored ones included.",
        "rows / classes.size",
        "rows / counts.size",
        caught_by="test_an_ignored_row_of_the_table test_ignored_positions",
    ),
    entropy(
        "W04.3d",
        "The gradient is not divided.",
        "rows / classes.size",
        "rows",
        caught_by="test_gradient_of_the_table test_logits_of_a_thousand test_ignored_positions "
        "test_cross_entropy_gradient test_backward_comes_after_forward",
        starred=True,
    ),
    entropy(
        "W04.3e",
        "A small number is added to the probability, so that its logarithm stays finite.",
        MEAN,
        """\
        chances = np.exp(logs)[np.arange(classes.size), classes]
        return float(-np.log(chances + 1e-8).mean()) if classes.size else 0.0
""",
        caught_by="test_loss_of_the_table test_an_ignored_row_of_the_table test_sequences_of_targets "
        "test_logits_of_a_thousand test_equal_logits test_ignored_positions "
        "test_backward_comes_after_forward test_targets_outside_the_classes",
        starred=True,
    ),
    entropy(
        "W04.3f",
        "The mean runs over the batch, and positions are added up.",
        "].mean())",
        "].sum() / len(logits))",
        caught_by="test_an_ignored_row_of_the_table test_sequences_of_targets test_equal_logits "
        "test_ignored_positions test_backward_comes_after_forward",
    ),
    entropy(
        "W04.3g",
        "A mean of the means of the sequences.",
        MEAN,
        """\
        flat = np.zeros(counts.size)
        flat[counts] = -logs[np.arange(classes.size), classes]
        by_row = counts.reshape(len(logits), -1)
        return float((flat.reshape(by_row.shape).sum(axis=1) / np.maximum(by_row.sum(axis=1), 1)).mean())
""",
        caught_by="test_an_ignored_row_of_the_table test_ignored_positions",
    ),
    entropy(
        "W04.3h",
        "Probabilities alone as gradient, without the one-hot.",
        "] -= 1\n",
        "] -= 0\n",
        caught_by="test_gradient_of_the_table test_an_ignored_row_of_the_table test_logits_of_a_thousand "
        "test_ignored_positions test_cross_entropy_gradient test_backward_comes_after_forward",
    ),
    entropy(
        "W04.3i",
        "backward before forward quietly gives 0.",
        "        logs, classes, counts, shape = self._saved()\n",
        """\
        if self.saved is None:
            return np.zeros(1)
        logs, classes, counts, shape = self.saved
""",
        caught_by="test_backward_comes_after_forward",
    ),
    entropy(
        "W04.3j",
        "With all positions ignored the mean of nothing is NaN.",
        MEAN,
        """\
        with np.errstate(all="ignore"):
            return float(-logs[np.arange(classes.size), classes].sum() / np.float64(classes.size))
""",
        caught_by="test_ignored_positions",
    ),
    entropy(
        "W04.3k",
        "The gradient comes back flat, one row per position.",
        "counts, shape)",
        "counts, (counts.size, shape[-1]))",
        caught_by="test_sequences_of_targets test_ignored_positions test_cross_entropy_gradient "
        "test_backward_comes_after_forward",
    ),
    rows(
        "W04.3l",
        "Target -1 is taken for the last class.",
        RANGE,
        "    if classes.size and classes.max() >= size:\n",
        caught_by="test_targets_outside_the_classes test_which_rows_count",
    ),
    rows(
        "W04.3m",
        "Targets beyond the last class are taken for the last.",
        RANGE,
        "    classes = np.minimum(classes, size - 1)\n" + RANGE,
        caught_by="test_targets_outside_the_classes test_which_rows_count",
    ),
    rows(
        "W04.3n",
        "Only -100 is ignored, whatever ignore_index says.",
        "flat != ignore_index",
        "flat != -100",
        caught_by="test_ignored_positions test_which_rows_count",
    ),
    rows(
        "W04.3o",
        "Every negative target is ignored.",
        "flat != ignore_index",
        "(flat != ignore_index) & (flat >= 0)",
        caught_by="test_targets_outside_the_classes test_which_rows_count",
    ),
    rows(
        "W04.3p",
        "Ignored positions keep a gradient.",
        "    gradient = np.zeros((counts.size, shape[-1]), dtype=rows.dtype)\n",
        "    gradient = np.full((counts.size, shape[-1]), 1 / shape[-1])\n",
        caught_by=(
            "test_an_ignored_row_of_the_table test_ignored_positions test_rows_go_back_to_their_places"
        ),
        also="m04-smoothing-test m04-focal-test",
    ),
    rows(
        "W04.3q",
        "Gradients of the rows that count are put in the first places.",
        "    gradient[counts] = rows\n",
        "    gradient[: len(rows)] = rows\n",
        caught_by="test_ignored_positions test_rows_go_back_to_their_places",
        also="m04-smoothing-test m04-focal-test",
    ),
    rows(
        "W04.3r",
        "The class V is let through, and numpy complains only later, when a loss picks it.",
        "classes.max() >= size",
        "classes.max() > size",
        caught_by="test_which_rows_count",
    ),
    rows(
        "W04.3s",
        "Gradients are always float64.",
        ", dtype=rows.dtype",
        "",
        caught_by="test_rows_go_back_to_their_places",
    ),
    # -- 04.4 LabelSmoothingLoss ---------------------------------------------------------------------------------
    smoothing(
        "W04.4a",
        "The doubt is spread over the wrong classes only: eps / (V - 1), and none for the right one.",
        WANTED,
        """\
        wanted = np.full_like(logs, self.smoothing / (logs.shape[-1] - 1))
        wanted[np.arange(classes.size), classes] = 1 - self.smoothing
""",
        caught_by="test_smoothed_loss_of_the_table test_seven_classes_smoothed test_smoothed_gradient "
        "test_ignored_positions_smoothed test_minimum_at_the_smoothed_distribution "
        "test_values_of_smoothing",
        starred=True,
    ),
    smoothing(
        "W04.4b",
        "The gradient is that of plain cross-entropy.",
        SMOOTHED_SAVE,
        """\
        plain = np.zeros_like(logs)
        plain[np.arange(classes.size), classes] = 1
        self.saved = (np.exp(logs) - plain) / n, counts, np.shape(logits)
""",
        caught_by="test_smoothed_gradient test_ignored_positions_smoothed "
        "test_minimum_at_the_smoothed_distribution",
        starred=True,
    ),
    smoothing(
        "W04.4c",
        "The logits are smoothed instead of the labels.",
        "        logs, n = log_softmax(rows), max(classes.size, 1)\n" + WANTED,
        """\
        rows = (1 - self.smoothing) * rows + self.smoothing / rows.shape[-1]
        logs, n = log_softmax(rows), max(classes.size, 1)
        wanted = np.zeros_like(logs)
        wanted[np.arange(classes.size), classes] = 1
""",
        caught_by="test_smoothed_loss_of_the_table test_seven_classes_smoothed test_smoothed_gradient "
        "test_ignored_positions_smoothed test_minimum_at_the_smoothed_distribution "
        "test_values_of_smoothing",
    ),
    smoothing(
        "W04.4d",
        "eps is divided by the number of rows instead of classes.",
        "self.smoothing / logs.shape[-1]",
        "self.smoothing / max(len(logs), 1)",
        caught_by="test_smoothed_loss_of_the_table test_seven_classes_smoothed test_smoothed_gradient "
        "test_ignored_positions_smoothed test_minimum_at_the_smoothed_distribution test_values_of_smoothing",
    ),
    smoothing(
        "W04.4e",
        "The right class gets 1 - eps and no share of eps.",
        "] += 1 - self.smoothing",
        "] = 1 - self.smoothing",
        caught_by="test_smoothed_loss_of_the_table test_seven_classes_smoothed test_smoothed_gradient "
        "test_ignored_positions_smoothed test_minimum_at_the_smoothed_distribution "
        "test_values_of_smoothing",
    ),
    smoothing(
        "W04.4f",
        "Loss and gradient are divided by all positions.",
        "max(classes.size, 1)",
        "counts.size",
        caught_by="test_ignored_positions_smoothed",
    ),
    smoothing(
        "W04.4g",
        "A smoothing of 1 is allowed.",
        "if not 0 <= smoothing < 1:",
        "if not 0 <= smoothing <= 1:",
        caught_by="test_values_of_smoothing",
    ),
    smoothing(
        "W04.4h",
        "A smoothing below 0 is allowed.",
        "if not 0 <= smoothing < 1:",
        "if not smoothing < 1:",
        caught_by="test_values_of_smoothing",
    ),
    smoothing(
        "W04.4i",
        "A smoothing of 0 is refused.",
        "if not 0 <= smoothing < 1:",
        "if not 0 < smoothing < 1:",
        caught_by="test_without_smoothing",
    ),
    smoothing(
        "W04.4j",
        "The sign of the gradient is turned.",
        "(np.exp(logs) - wanted)",
        "(wanted - np.exp(logs))",
        caught_by="test_smoothed_gradient test_ignored_positions_smoothed "
        "test_minimum_at_the_smoothed_distribution",
    ),
    # -- 04.5 FocalLoss ------------------------------------------------------------------------------------------
    focal(
        "W04.5a",
        "The factor is p ** gamma: the easy positions count most.",
        FOCAL,
        "        return float(-(np.exp(log_right) ** self.gamma * log_right).sum() / max(classes.size, 1))\n",
        caught_by="test_focal_loss_of_the_table test_focal_next_to_certainty "
        "test_focal_with_ignored_positions",
        starred=True,
    ),
    focal(
        "W04.5b",
        "The factor is taken as a constant in the derivative.",
        FACTOR,
        "        factor = rest**self.gamma\n",
        caught_by="test_focal_gradient_of_the_table test_focal_gradients test_focal_next_to_certainty "
        "test_focal_with_ignored_positions",
        starred=True,
    ),
    focal(
        "W04.5c",
        "The factor is gamma times 1 - p instead of its power.",
        FOCAL,
        "        return float(-(self.gamma * rest * log_right).sum() / max(classes.size, 1))\n",
        caught_by="test_focal_loss_of_the_table test_focal_next_to_certainty "
        "test_focal_with_ignored_positions test_focal_without_focus",
        starred=True,
    ),
    focal(
        "W04.5d",
        "(1 - p) ** (gamma - 1) is infinite at p = 1 for gamma below 1.",
        RATIO + FACTOR,
        """\
        with np.errstate(all="ignore"):
            slope = self.gamma * rest ** (self.gamma - 1.0) * np.exp(log_right) * log_right
        factor = rest**self.gamma - slope
""",
        caught_by="test_focal_next_to_certainty",
    ),
    focal(
        "W04.5e",
        "The derivative of the factor has the wrong sign.",
        "(1 - self.gamma * ratio",
        "(1 + self.gamma * ratio",
        caught_by="test_focal_gradient_of_the_table test_focal_gradients test_focal_next_to_certainty "
        "test_focal_with_ignored_positions",
    ),
    focal(
        "W04.5f",
        "The derivative of the factor lacks p.",
        "self.gamma * ratio * np.exp(log_right))",
        "self.gamma * ratio)",
        caught_by="test_focal_gradient_of_the_table test_focal_gradients test_focal_next_to_certainty "
        "test_focal_with_ignored_positions",
    ),
    focal(
        "W04.5g",
        "The factor of the mean loss, instead of the mean of the losses with their factors.",
        FOCAL,
        """\
        mean = float(-log_right.sum() / max(classes.size, 1))
        return (1 - np.exp(-mean)) ** self.gamma * mean
""",
        caught_by="test_focal_loss_of_the_table test_focal_next_to_certainty "
        "test_focal_with_ignored_positions",
    ),
    focal(
        "W04.5h",
        "Another gamma by default.",
        "gamma=2.0",
        "gamma=1.0",
        caught_by="test_focal_loss_of_the_table test_focal_gradient_of_the_table",
    ),
    focal(
        "W04.5i",
        "A negative gamma is allowed.",
        "if not gamma >= 0:",
        "if gamma != gamma:",
        caught_by="test_focal_with_ignored_positions",
    ),
    focal(
        "W04.5j",
        "The gradient is divided by all positions.",
        "factor[:, None] / rest.size",
        "factor[:, None] / counts.size",
        caught_by="test_focal_with_ignored_positions",
    ),
    focal(
        "W04.5k",
        "The logarithm is taken of a probability, and log(0) is infinite.",
        FOCAL_LOGS,
        """\
        with np.errstate(divide="ignore"):
            log_right = np.log(apart[right])
        apart[right] = 0
        rest = apart.sum(axis=1)
        apart[right] = -rest
""",
        caught_by="test_focal_next_to_certainty",
    ),
    # -- 04.6 ContrastiveLoss ------------------------------------------------------------------------------------
    contrastive(
        "W04.6a",
        "Only the rows are compared.",
        BOTH,
        "        return float(-np.trace(by_row) / len(scores))\n",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_longer_rows "
        "test_a_low_temperature test_a_row_of_zeros",
        starred=True,
    ),
    contrastive(
        "W04.6b",
        "The rows are not divided by their length.",
        NORMS,
        "    norms = np.ones((len(rows), 1))\n",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_gradients_of_both_sides "
        "test_longer_rows test_pairs_without_relation test_a_low_temperature test_a_row_of_zeros",
        starred=True,
    ),
    contrastive(
        "W04.6c",
        "The scores are multiplied by the temperature.",
        "units[1].T / self.temperature",
        "units[1].T * self.temperature",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_gradients_of_both_sides "
        "test_longer_rows test_a_low_temperature test_a_row_of_zeros",
        starred=True,
    ),
    contrastive(
        "W04.6d",
        "The own partner is left out of the sum below.",
        BOTH,
        """\
        off = scores - 1e9 * np.eye(len(scores))
        total = 0.0
        for side in (off, off.T):
            top = side.max(axis=1, keepdims=True)
            total += (top[:, 0] + np.log(np.exp(side - top).sum(axis=1)) - np.diag(scores)).mean()
        return float(total / 2)
""",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_longer_rows "
        "test_a_low_temperature test_a_row_of_zeros",
        starred=True,
    ),
    contrastive(
        "W04.6e",
        "dV is computed with rows and columns exchanged.",
        "of_scores.T @ units[0]",
        "of_scores @ units[0]",
        caught_by="test_gradients_of_both_sides test_longer_rows test_a_low_temperature test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6f",
        "Both directions are added, not averaged.",
        "/ (2 * len(scores)))",
        "/ len(scores))",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_longer_rows "
        "test_pairs_without_relation test_a_low_temperature test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6g",
        "The gradient stops at the unit rows.",
        THROUGH,
        "    return g\n",
        caught_by=(
            "test_gradients_of_both_sides test_longer_rows test_a_low_temperature test_a_row_of_zeros "
            "test_back_through_the_lengths"
        ),
    ),
    contrastive(
        "W04.6h",
        "The gradient is divided by the length, but what points along the row stays.",
        THROUGH,
        "    return g / norms\n",
        caught_by=(
            "test_gradients_of_both_sides test_longer_rows test_a_low_temperature test_a_row_of_zeros "
            "test_back_through_the_lengths"
        ),
    ),
    contrastive(
        "W04.6i",
        "The gradient forgets the temperature.",
        "(2 * size * self.temperature)",
        "(2 * size)",
        caught_by="test_gradients_of_both_sides test_longer_rows test_a_low_temperature test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6j",
        "A row of zeros is divided by 0.",
        NORMS + "    return rows / norms, norms\n",
        """\
    norms = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return rows / norms, norms
""",
        caught_by="test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6k",
        "Columns are normalised instead of rows.",
        "(rows * rows).sum(axis=1, keepdims=True)",
        "(rows * rows).sum(axis=0, keepdims=True)",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_gradients_of_both_sides "
        "test_longer_rows test_a_low_temperature test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6l",
        "Rows are divided by the square of their length.",
        "np.sqrt((rows * rows).sum(axis=1, keepdims=True))",
        "(rows * rows).sum(axis=1, keepdims=True)",
        caught_by="test_contrastive_loss_of_the_table test_five_pairs_of_seven test_gradients_of_both_sides "
        "test_longer_rows test_a_low_temperature test_a_row_of_zeros",
    ),
    contrastive(
        "W04.6m",
        "Another temperature by default.",
        "temperature=0.07",
        "temperature=0.1",
        caught_by="test_five_pairs_of_seven",
    ),
    contrastive(
        "W04.6n",
        "A temperature of 0 is allowed.",
        "if not temperature > 0:",
        "if not temperature >= 0:",
        caught_by="test_a_low_temperature",
    ),
    contrastive(
        "W04.6o",
        "exp of the scores without a shift overflows at low temperatures.",
        "        by_row, by_column = log_softmax(scores, axis=1), log_softmax(scores, axis=0)\n",
        """\
        with np.errstate(all="ignore"):
            raised = np.exp(scores * 10) ** 0.1
            by_row = np.log(raised / raised.sum(axis=1, keepdims=True))
            by_column = np.log(raised / raised.sum(axis=0, keepdims=True))
""",
        caught_by="test_a_low_temperature",
    ),
    contrastive(
        "W04.6p",
        "What points along the row is taken off where the norm is a constant, too.",
        " * (norms > SMALLEST_NORM)",
        "",
        caught_by="test_back_through_the_lengths",
    ),
]

RIGHT: list[RightVariant] = [
    RightVariant(
        "R04.1a",
        "By numpy's logaddexp.",
        "m04-log-softmax",
        SHIFTED + LOGS,
        "    return x - np.expand_dims(np.logaddexp.reduce(x, axis=axis), axis)\n",
    ),
    RightVariant(
        "R04.2a",
        "Outputs and targets are kept, squares by a power, and numpy scalars come back.",
        "m04-mse",
        SAVE + SQUARE,
        """\
        self.saved = outputs - targets
        print("forward", outputs.shape)
        return np.mean((targets - outputs) ** 2)
""",
    ),
    RightVariant(
        "R04.2b",
        "The gradient in a loop over the elements.",
        "m04-mse",
        SQUARE_BACK,
        """\
        gradient = np.empty(difference.shape)
        for place in np.ndindex(difference.shape):
            gradient[place] = 2.0 * difference[place] / difference.size
        return gradient
""",
    ),
    RightVariant(
        "R04.3a",
        "Probabilities minus a one-hot table.",
        "m04-cross-entropy",
        ENTROPY_BACK,
        """\
        logs, classes, counts, shape = self._saved()
        hot = np.eye(shape[-1])[classes]
        n = len(classes) or 1
        return spread_rows((np.exp(logs) - hot) / n, counts, shape)
""",
    ),
    RightVariant(
        "R04.3b",
        "All positions are computed, and weighed with 0 and 1.",
        "m04-cross-entropy",
        ENTROPY,
        """\
        _, classes, counts = counted_rows(logits, targets, self.ignore_index)
        logits = np.asarray(logits)
        flat, all_logs = np.asarray(targets).flatten(), log_softmax(logits).reshape(-1, logits.shape[-1])
        picked = np.take_along_axis(all_logs, np.where(counts, flat, 0).astype(int)[:, None], axis=1)[:, 0]
        self.saved = all_logs[counts], classes, counts, logits.shape
        return -(picked * counts).sum() / max(counts.sum(), 1)
""",
    ),
    RightVariant(
        "R04.3c",
        "The range is tested target by target.",
        "m04-rows",
        RANGE,
        "    if any(one < 0 or one >= size for one in classes):\n",
    ),
    RightVariant(
        "R04.4a",
        "Two parts: surprise at the right class and at all classes.",
        "m04-smoothing",
        "        return float(-(wanted * logs).sum() / n)\n",
        """\
        hit = -logs[np.arange(classes.size), classes]
        spread = -logs.mean(axis=-1)
        return ((1 - self.smoothing) * hit + self.smoothing * spread).sum() / n
""",
    ),
    RightVariant(
        "R04.4b",
        "The wanted distribution from an identity matrix.",
        "m04-smoothing",
        WANTED,
        """\
        size = logs.shape[-1]
        wanted = (1 - self.smoothing) * np.eye(size)[classes] + self.smoothing / size
""",
    ),
    RightVariant(
        "R04.5a",
        "The derivative in three factors, with 1 - p kept above 0.",
        "m04-focal",
        RATIO + FACTOR,
        """\
        safe = np.maximum(rest, 1e-300)
        slope = self.gamma * safe**self.gamma * (log_right / safe) * np.exp(log_right)
        factor = rest**self.gamma - slope
""",
    ),
    RightVariant(
        "R04.5b",
        "1 - p and log p the plain way.",
        "m04-focal",
        FOCAL_LOGS,
        """\
        log_right = logs[right]
        rest = 1 - np.exp(log_right)
        apart[right] -= 1
""",
    ),
    RightVariant(
        "R04.6a",
        "Both directions in one table of twice as many rows.",
        "m04-contrastive",
        BOTH,
        """\
        joined = log_softmax(np.concatenate([scores, scores.T]), axis=1)
        return -np.mean([joined[i, i % len(scores)] for i in range(len(joined))])
""",
    ),
    RightVariant(
        "R04.6b",
        "Rows are divided by numpy's norm, and a row of zeros by 1.",
        "m04-contrastive",
        NORMS,
        """\
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    norms = np.where(norms == 0, 1.0, norms)
""",
    ),
    RightVariant(
        "R04.6c",
        "A small number is added to the norm instead of a floor.",
        "m04-contrastive",
        NORMS,
        "    norms = np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 1e-12\n",
    ),
]
