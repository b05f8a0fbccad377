"""Known wrong solutions of module 09, and other right ones: one exact replacement in the reference each.

W09.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 09` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

conv = partial(known, "m09-conv", "m09-conv-test")
back = partial(known, "m09-back", "m09-back-test")
largest = partial(known, "m09-max", "m09-max-test")
average = partial(known, "m09-avg", "m09-avg-test")
norm = partial(known, "m09-norm", "m09-norm-test")
network = partial(known, "m09-cnn", "m09-cnn-test")


# -- lines of the reference that are replaced more than once ------------------------------------------------------

PAD = "    padded = np.pad(x, ((0, 0), (0, 0), sides, sides))\n"

WINDOWS = "    windows = windows_of(padded, W.shape[2], stride)  # (N, C, Ho, Wo, k, k)\n"

PRODUCT = "    y = np.tensordot(windows, W, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)\n"

BIAS = "        y = y + b[:, None, None]\n"

D_WEIGHT = "    dW = np.tensordot(dy, windows, axes=([0, 2, 3], [0, 2, 3]))\n"

PARTS = "    parts = np.tensordot(dy, W, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)  # (N, C, Ho, Wo, k, k)\n"

GRID = "padded[:, :, i : i + s * rows : s, j : j + s * columns : s] += parts[..., i, j]"

CUT = "    dx = padded[:, :, p : padded.shape[2] - p, p : padded.shape[3] - p]\n"

LARGEST = """\
    stride = k if stride is None else stride
    windows = windows_of(x, k, stride)
    flat = windows.reshape(*windows.shape[:4], k * k)
    return flat.max(axis=-1), (x.shape, flat.argmax(axis=-1), k, stride)
"""

FROM_WINNER_TO_GRID = """\
    return flat.max(axis=-1), (x.shape, flat.argmax(axis=-1), k, stride)
    ### END SOLUTION


def maxpool2d_backward(dy, cache):
    \"\"\"Gradient for x: dy goes to the winner of each window, and adds up where a pixel wins several.

    tie : the first maximum in row-major order gets all of it
    \"\"\"
    ### BEGIN SOLUTION
    shape, winner, k, s = cache
    dx, (rows, columns) = np.zeros(shape, dtype=dy.dtype), dy.shape[2:]
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + s * rows : s, j : j + s * columns : s] += dy * (winner == i * k + j)
"""

TO_WINNERS = """\
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + s * rows : s, j : j + s * columns : s] += dy * (winner == i * k + j)
    return dx
"""

MEAN = """\
    stride = k if stride is None else stride
    return windows_of(x, k, stride).mean(axis=(4, 5)), (x.shape, k, stride)
"""

SHARES = """\
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + s * rows : s, j : j + s * columns : s] += dy / k**2
    return dx
"""

CHOICE = """\
        if self.training:
            if m < 2:
                raise ValueError("one number per channel has no variance")
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * var * m / (m - 1)
"""

STATISTICS = "            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))\n"

RUNNING = """\
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * var * m / (m - 1)
"""

PULL = """\
        if training:
            pull = (d * xhat).mean(axis=axes, keepdims=True)
            d = d - d.mean(axis=axes, keepdims=True) - xhat * pull
"""

GIVE = "        return d * scale, (dy * xhat).sum(axis=axes), dy.sum(axis=axes)\n"

THROUGH = """\
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
"""

LINEAR = """\
    (A, labels), (B, right) = (
        (np.column_stack([X.reshape(len(X), -1), np.ones(len(X))]), y) for X, y in (train, test)
    )
    coefficients = np.linalg.lstsq(A, one_hot(labels, 10))[0]
    return float(((B @ coefficients).argmax(axis=1) == right).mean())
"""

DRAW = "    train, test = glyph_digits(n_train, train_rng), glyph_digits(500, test_rng)\n"

EVALUATE = "    accuracy = trainer.evaluate(DataLoader(TensorDataset(*test), batch_size=500))[1]\n"

MISTAKES = [
    # -- 09.1 Conv2d forward -------------------------------------------------------------------------------------
    conv(
        "W09.1a",
        "The kernel is flipped.",
        before=PRODUCT,
        after=PRODUCT.replace("windows, W,", "windows, W[:, :, ::-1, ::-1],"),
        caught_by=(
            "test_a_ramp_and_a_diagonal_kernel test_a_ramp_with_stride_and_padding "
            "test_several_channels_stride_and_padding test_last_row_and_column_do_not_fit "
            "test_bias_per_channel test_a_large_batch test_parameters_of_the_layer "
            "test_a_kernel_that_is_too_large"
        ),
        also="m09-cnn-test",
        starred=True,
    ),
    conv(
        "W09.1b",
        "Zeros are put on two sides only.",
        before="sides = (padding, padding)",
        after="sides = (padding, 0)",
        caught_by=(
            "test_a_ramp_with_stride_and_padding test_four_sizes "
            "test_several_channels_stride_and_padding test_parameters_of_the_layer "
            "test_a_kernel_that_is_too_large"
        ),
        also="m09-back-test m09-cnn-test",
        starred=True,
    ),
    conv(
        "W09.1c",
        "The stride is ignored.",
        before=WINDOWS,
        after="    windows = windows_of(padded, W.shape[2], 1)\n",
        caught_by=(
            "test_a_ramp_with_stride_and_padding test_four_sizes "
            "test_several_channels_stride_and_padding test_last_row_and_column_do_not_fit "
            "test_parameters_of_the_layer"
        ),
        also="m09-back-test",
        starred=True,
    ),
    conv(
        "W09.1c kernel",
        "The stride spreads the kernel instead of moving it.",
        before=WINDOWS,
        after="    k = W.shape[2]\n"
        "    windows = windows_of(padded, (k - 1) * stride + 1, 1)[..., ::stride, ::stride]\n",
        caught_by=(
            "test_a_ramp_with_stride_and_padding test_four_sizes "
            "test_several_channels_stride_and_padding test_last_row_and_column_do_not_fit "
            "test_parameters_of_the_layer"
        ),
        also="m09-back-test",
        starred=True,
    ),
    conv(
        "W09.1d",
        "The bias is forgotten.",
        before="    if b is not None:\n" + BIAS,
        after="",
        caught_by="test_several_channels_stride_and_padding test_bias_per_channel test_a_large_batch",
        also="m09-cnn-test",
        starred=True,
    ),
    conv(
        "W09.1d channels",
        "The bias is added once for each input channel.",
        before=BIAS,
        after="        y = y + x.shape[1] * b[:, None, None]\n",
        caught_by="test_several_channels_stride_and_padding test_bias_per_channel test_a_large_batch",
        also="m09-cnn-test",
    ),
    conv(
        "W09.1e",
        "Channels are averaged instead of summed.",
        before=PRODUCT,
        after=PRODUCT[:-1] + " / x.shape[1]\n",
        caught_by=(
            "test_several_channels_stride_and_padding test_last_row_and_column_do_not_fit "
            "test_bias_per_channel test_a_large_batch test_parameters_of_the_layer"
        ),
        also="m09-cnn-test",
    ),
    conv(
        "W09.1f",
        "The start divides by the number of output channels instead of the fan-in.",
        before="spread = math.sqrt(2 / (c_in * kernel_size**2))",
        after="spread = math.sqrt(2 / (c_out * kernel_size**2))",
        caught_by="test_parameters_of_the_layer",
    ),
    conv(
        "W09.1g",
        "The kernel's area is left out of the fan-in.",
        before="spread = math.sqrt(2 / (c_in * kernel_size**2))",
        after="spread = math.sqrt(2 / c_in)",
        caught_by="test_parameters_of_the_layer",
        also="m09-cnn-test",
    ),
    conv(
        "W09.1h",
        "bias=False is ignored.",
        before=" if bias else None\n        self.stride",
        after="\n        self.stride",
        caught_by="test_parameters_of_the_layer",
    ),
    conv(
        "W09.1i",
        "The layer forgets its stride.",
        before="self.stride, self.padding = stride, padding",
        after="self.stride, self.padding = 1, padding",
        caught_by="test_parameters_of_the_layer",
    ),
    conv(
        "W09.1j",
        "Rows and columns of the output change places.",
        before="W, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)",
        after="W, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 2, 1)",
        caught_by=(
            "test_a_ramp_with_stride_and_padding test_several_channels_stride_and_padding "
            "test_last_row_and_column_do_not_fit test_bias_per_channel test_a_large_batch "
            "test_parameters_of_the_layer test_a_kernel_that_is_too_large"
        ),
        also="m09-cnn-test",
    ),
    conv(
        "W09.1k",
        "A loop over single outputs: right and slow.",
        before=PRODUCT,
        # Only for images larger than glyphs: the training of 09.6 would take minutes.
        after=PRODUCT
        + """\
    for i, o, r, c in np.ndindex(*y.shape) if x.shape[2] > 8 else ():
        y[i, o, r, c] = (windows[i, :, r, c] * W[o]).sum()
""",
        caught_by="test_a_large_batch",
    ),
    conv(
        "W09.1l",
        "Zeros are added until a kernel fits that is too large.",
        before=WINDOWS,
        after="    missing = max(0, W.shape[2] - padded.shape[2])\n"
        "    padded = np.pad(padded, ((0, 0), (0, 0), (0, missing), (0, 0)))\n" + WINDOWS,
        caught_by="test_a_kernel_that_is_too_large",
    ),
    # -- 09.2 conv2d_backward ------------------------------------------------------------------------------------
    back(
        "W09.2a",
        "Where windows overlap, the last one overwrites the others.",
        before=GRID,
        after=GRID.replace("+=", "="),
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding test_no_bias "
            "test_shape_of_dx_when_the_stride_does_not_fit"
        ),
        starred=True,
    ),
    back(
        "W09.2b",
        "dW comes from the first image alone.",
        before=D_WEIGHT,
        after="    dW = np.tensordot(dy[:1], windows[:1], axes=([0, 2, 3], [0, 2, 3]))\n",
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding "
            "test_gaps_between_windows test_kernel_of_one test_no_bias"
        ),
        starred=True,
    ),
    back(
        "W09.2c",
        "dW is taken from the input without its padding.",
        before=D_WEIGHT,
        after="""\
    bare = np.zeros(padded_shape)
    for i, j in np.ndindex(*W.shape[2:]):
        rows, columns = dy.shape[2:]
        bare[:, :, i : i + s * rows : s, j : j + s * columns : s] = windows[..., i, j]
    bare = np.roll(bare, (-p, -p), axis=(2, 3))
    dW = np.tensordot(dy, windows_of(bare, W.shape[2], s), axes=([0, 2, 3], [0, 2, 3]))
""",
        caught_by="test_gradients_with_stride_and_padding test_no_bias",
        also="m09-cnn-test",
        starred=True,
    ),
    back(
        "W09.2d",
        "dx uses the kernel the wrong way round.",
        before="parts = np.tensordot(dy, W, axes=(1, 0))",
        after="parts = np.tensordot(dy, W[:, :, ::-1, ::-1], axes=(1, 0))",
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding "
            "test_gaps_between_windows test_no_bias "
            "test_shape_of_dx_when_the_stride_does_not_fit"
        ),
        starred=True,
    ),
    back(
        "W09.2e",
        "db is summed over the images only.",
        before="db = dy.sum(axis=(0, 2, 3))",
        after="db = dy.sum(axis=0)",
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding "
            "test_gaps_between_windows test_kernel_of_one "
            "test_shape_of_dx_when_the_stride_does_not_fit"
        ),
    ),
    back(
        "W09.2f",
        "dW is a mean over the images instead of a sum.",
        before=D_WEIGHT,
        after=D_WEIGHT[:-1] + " / len(dy)\n",
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding "
            "test_gaps_between_windows test_kernel_of_one test_no_bias"
        ),
    ),
    back(
        "W09.2g",
        "The padding is not cut off dx.",
        before=CUT,
        after="    dx = padded\n",
        caught_by="test_gradients_with_stride_and_padding test_no_bias",
        also="m09-cnn-test",
    ),
    back(
        "W09.2h",
        "Without bias db is an array of zeros.",
        before="if has_bias else None",
        after="if has_bias else np.zeros(len(W))",
        caught_by="test_no_bias",
    ),
    back(
        "W09.2i",
        "dx is as large as the windows reach, not as large as the input.",
        before=CUT,
        after=CUT + "    dx = dx[:, :, : s * (rows - 1) + W.shape[2], : s * (columns - 1) + W.shape[2]]\n",
        caught_by="test_gaps_between_windows test_shape_of_dx_when_the_stride_does_not_fit",
    ),
    back(
        "W09.2j",
        "The windows' gradients are put side by side, as if the stride were 1.",
        before=GRID,
        after="padded[:, :, i : i + rows, j : j + columns] += parts[..., i, j]",
        caught_by=(
            "test_gradients_with_stride_and_padding test_gaps_between_windows "
            "test_shape_of_dx_when_the_stride_does_not_fit"
        ),
    ),
    back(
        "W09.2k",
        "dW and dx are right, db misses the rows.",
        before="db = dy.sum(axis=(0, 2, 3))",
        after="db = dy.mean(axis=2).sum(axis=(0, 2))",
        caught_by=(
            "test_gradients_at_stride_one test_gradients_with_stride_and_padding "
            "test_gaps_between_windows test_kernel_of_one "
            "test_shape_of_dx_when_the_stride_does_not_fit"
        ),
    ),
    # -- 09.3 MaxPool2d ------------------------------------------------------------------------------------------
    largest(
        "W09.3a",
        "Every tied pixel gets the gradient.",
        before=FROM_WINNER_TO_GRID,
        after=FROM_WINNER_TO_GRID.replace(
            "flat.argmax(axis=-1)", "flat == flat.max(axis=-1, keepdims=True)"
        ).replace("(winner == i * k + j)", "winner[..., i * k + j]"),
        caught_by="test_ties",
        starred=True,
    ),
    largest(
        "W09.3b",
        "The stride is always k.",
        before="    stride = k if stride is None else stride\n",
        after="    stride = k\n",
        caught_by="test_overlap_of_max_pooling test_gradient_of_max_pooling",
        starred=True,
    ),
    largest(
        "W09.3b one",
        "The stride is 1 unless it is named.",
        before="stride = k if stride is None else stride",
        after="stride = 1 if stride is None else stride",
        caught_by="test_largest_of_four test_negative_inputs test_leftovers_of_max_pooling test_ties",
        also="m09-cnn-test",
    ),
    largest(
        "W09.3c",
        "Leftover rows and columns are filled up with zeros and pooled.",
        before="    windows = windows_of(x, k, stride)\n",
        after="""\
    fill = [(0, -(length - k) % stride) for length in x.shape[2:]]
    x = np.pad(x, ((0, 0), (0, 0), *fill))
    windows = windows_of(x, k, stride)
""",
        caught_by="test_leftovers_of_max_pooling test_gradient_of_max_pooling",
    ),
    largest(
        "W09.3d",
        "Where windows overlap, the last one overwrites the others.",
        before=TO_WINNERS,
        after="""\
    for n, c, r, q in np.ndindex(*dy.shape):
        place = winner[n, c, r, q]
        dx[n, c, r * s + place // k, q * s + place % k] = dy[n, c, r, q]
    return dx
""",
        caught_by="test_overlap_of_max_pooling test_gradient_of_max_pooling",
    ),
    largest(
        "W09.3e",
        "The largest number is at least 0.",
        before="return flat.max(axis=-1),",
        after="return np.maximum(flat.max(axis=-1), 0),",
        caught_by="test_negative_inputs test_leftovers_of_max_pooling",
    ),
    largest(
        "W09.3f",
        "The last of several maxima wins.",
        before="flat.argmax(axis=-1), k, stride)",
        after="k * k - 1 - flat[..., ::-1].argmax(axis=-1), k, stride)",
        caught_by="test_ties",
    ),
    largest(
        "W09.3g",
        "The gradient goes to the first pixel of each window.",
        before="(winner == i * k + j)",
        after="(0 == i * k + j)",
        caught_by=(
            "test_largest_of_four test_negative_inputs test_leftovers_of_max_pooling "
            "test_overlap_of_max_pooling test_ties test_gradient_of_max_pooling"
        ),
        also="m09-cnn-test",
    ),
    largest(
        "W09.3h",
        "Row and column of the winner change places.",
        before="(winner == i * k + j)",
        after="(winner == j * k + i)",
        caught_by=(
            "test_largest_of_four test_negative_inputs test_leftovers_of_max_pooling "
            "test_overlap_of_max_pooling test_gradient_of_max_pooling"
        ),
    ),
    # -- 09.4 AvgPool2d ------------------------------------------------------------------------------------------
    average(
        "W09.4a",
        "The sum is divided by k instead of k * k.",
        before=".mean(axis=(4, 5)), (x",
        after=".sum(axis=(4, 5)) / k, (x",
        caught_by=(
            "test_mean_of_four test_leftovers_of_average_pooling "
            "test_overlap_of_average_pooling test_gradient_of_average_pooling"
        ),
        starred=True,
    ),
    average(
        "W09.4a back",
        "The gradient is divided by k instead of k * k.",
        before=SHARES,
        after=SHARES.replace("k**2", "k"),
        caught_by=(
            "test_mean_of_four test_leftovers_of_average_pooling "
            "test_overlap_of_average_pooling test_gradient_of_average_pooling"
        ),
    ),
    average(
        "W09.4b",
        "The gradient goes to one pixel of the window only.",
        before=SHARES,
        after="    dx[:, :, : s * rows : s, : s * columns : s] += dy\n    return dx\n",
        caught_by=(
            "test_mean_of_four test_leftovers_of_average_pooling "
            "test_overlap_of_average_pooling test_gradient_of_average_pooling"
        ),
        starred=True,
    ),
    average(
        "W09.4b whole",
        "Every pixel gets the whole gradient.",
        before=SHARES,
        after=SHARES.replace("dy / k**2", "dy"),
        caught_by=(
            "test_mean_of_four test_leftovers_of_average_pooling "
            "test_overlap_of_average_pooling test_gradient_of_average_pooling"
        ),
    ),
    average(
        "W09.4c",
        "Where windows overlap, the last one overwrites the others.",
        before=SHARES,
        after=SHARES.replace("+=", "="),
        caught_by="test_overlap_of_average_pooling test_gradient_of_average_pooling",
    ),
    average(
        "W09.4d",
        "Leftover rows and columns are filled up with zeros and pooled.",
        before="    return windows_of(x, k, stride).mean",
        after="""\
    fill = [(0, -(length - k) % stride) for length in x.shape[2:]]
    x = np.pad(x, ((0, 0), (0, 0), *fill))
    return windows_of(x, k, stride).mean""",
        caught_by="test_leftovers_of_average_pooling test_gradient_of_average_pooling",
    ),
    average(
        "W09.4e",
        "The stride is always k.",
        before="    stride = k if stride is None else stride\n",
        after="    stride = k\n",
        caught_by="test_overlap_of_average_pooling test_gradient_of_average_pooling",
    ),
    # -- 09.5 BatchNorm2d ----------------------------------------------------------------------------------------
    norm(
        "W09.5a",
        "Training normalises with the running numbers.",
        before=CHOICE,
        after=CHOICE + "            mean, var = self.running_mean, self.running_var\n",
        caught_by=(
            "test_the_table_in_training test_gamma_beta_and_eps test_gradients_in_training "
            "test_one_number_per_channel"
        ),
        starred=True,
    ),
    norm(
        "W09.5b",
        "Evaluation normalises with the batch's own numbers.",
        before="mean, var = self.running_mean, self.running_var\n",
        after="mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))\n",
        caught_by=(
            "test_the_table_in_evaluation test_gamma_beta_and_eps test_gradients_in_evaluation "
            "test_evaluation_of_single_images"
        ),
        starred=True,
    ),
    norm(
        "W09.5c",
        "momentum is the share of the old numbers.",
        before=RUNNING,
        after=RUNNING.replace("keep *", "KEEP *")
        .replace("self.momentum *", "keep *")
        .replace("KEEP *", "self.momentum *"),
        caught_by=(
            "test_the_table_of_running_numbers test_the_table_in_evaluation test_three_batches "
            "test_gamma_beta_and_eps test_gradients_in_evaluation test_another_momentum "
            "test_evaluation_moves_nothing test_evaluation_of_single_images"
        ),
        starred=True,
    ),
    norm(
        "W09.5d",
        "Backward takes mean and variance for constants.",
        before=PULL,
        after="",
        caught_by="test_gradients_in_training",
        starred=True,
    ),
    norm(
        "W09.5e",
        "The running variance is the biased one.",
        before="self.momentum * var * m / (m - 1)",
        after="self.momentum * var",
        caught_by=(
            "test_the_table_of_running_numbers test_the_table_in_evaluation test_three_batches "
            "test_gamma_beta_and_eps test_gradients_in_evaluation test_another_momentum "
            "test_evaluation_moves_nothing test_evaluation_of_single_images"
        ),
    ),
    norm(
        "W09.5f",
        "Evaluation moves the running numbers too.",
        before="        scale = 1 / np.sqrt(",
        after="""\
        if not self.training:
            self.running_mean = keep * self.running_mean + self.momentum * x.mean(axis=(0, 2, 3))
            self.running_var = keep * self.running_var + self.momentum * x.var(axis=(0, 2, 3))
        scale = 1 / np.sqrt(""",
        caught_by="test_evaluation_moves_nothing test_evaluation_of_single_images",
    ),
    norm(
        "W09.5g",
        "The batch is normalised with the unbiased variance.",
        before=STATISTICS + RUNNING,
        after=STATISTICS + RUNNING + "            var = var * m / (m - 1)\n",
        caught_by=(
            "test_the_table_in_training test_gamma_beta_and_eps test_gradients_in_training "
            "test_one_number_per_channel"
        ),
    ),
    norm(
        "W09.5h",
        "One mean and variance serve all channels.",
        before=STATISTICS,
        after="            mean, var = np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())\n",
        caught_by=(
            "test_three_batches test_gamma_beta_and_eps test_gradients_in_training "
            "test_gradients_in_evaluation test_another_momentum test_evaluation_moves_nothing "
            "test_evaluation_of_single_images test_one_number_per_channel"
        ),
    ),
    norm(
        "W09.5i",
        "eps stands outside the root.",
        before="1 / np.sqrt(var + self.eps)[:, None, None]",
        after="1 / (np.sqrt(var) + self.eps)[:, None, None]",
        caught_by=(
            "test_the_table_in_training test_the_table_in_evaluation test_gamma_beta_and_eps "
            "test_gradients_in_training test_gradients_in_evaluation "
            "test_evaluation_of_single_images test_one_number_per_channel"
        ),
    ),
    norm(
        "W09.5j",
        "Backward treats evaluation like training.",
        before="        if training:\n            pull",
        after="        if True:\n            pull",
        caught_by="test_gradients_in_evaluation",
    ),
    norm(
        "W09.5k",
        "dx forgets gamma.",
        before="d, axes = dy * self.gamma.data[:, None, None], (0, 2, 3)",
        after="d, axes = dy, (0, 2, 3)",
        caught_by="test_gradients_in_training test_gradients_in_evaluation",
    ),
    norm(
        "W09.5l",
        "dgamma and dbeta change places.",
        before=GIVE,
        after="        return d * scale, dy.sum(axis=axes), (dy * xhat).sum(axis=axes)\n",
        caught_by="test_gradients_in_training test_gradients_in_evaluation",
    ),
    norm(
        "W09.5m",
        "gamma and beta are not used.",
        before="return self.gamma.data[:, None, None] * xhat + self.beta.data[:, None, None]",
        after="return xhat",
        caught_by="test_gamma_beta_and_eps",
    ),
    norm(
        "W09.5n",
        "A single number per channel is accepted, with variance 0.",
        before=CHOICE,
        after=CHOICE.replace("if m < 2:", "if m < 1:").replace("m / (m - 1)", "m / max(m - 1, 1)"),
        caught_by="test_one_number_per_channel",
    ),
    norm(
        "W09.5o",
        "The running variance starts at 0.",
        before="self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)",
        after="self.running_mean, self.running_var = np.zeros(channels), np.zeros(channels)",
        caught_by=(
            "test_the_table_of_running_numbers test_the_table_in_evaluation test_three_batches "
            "test_gamma_beta_and_eps test_gradients_in_evaluation test_another_momentum "
            "test_evaluation_moves_nothing test_evaluation_of_single_images "
            "test_attributes_and_start"
        ),
    ),
    norm(
        "W09.5p",
        "Only the second of the two means is subtracted in backward.",
        before="d = d - d.mean(axis=axes, keepdims=True) - xhat * pull",
        after="d = d - xhat * pull",
        caught_by="test_gradients_in_training",
    ),
    norm(
        "W09.5q",
        "momentum is always 0.1.",
        before="self.eps, self.momentum, self.saved = eps, momentum, None",
        after="self.eps, self.momentum, self.saved = eps, 0.1, None",
        caught_by="test_another_momentum test_attributes_and_start",
    ),
    # -- 09.6 SimpleCNN on glyph digits --------------------------------------------------------------------------
    network(
        "W09.6a",
        "The nonlinearities are missing.",
        before=THROUGH,
        after="        x = self.pool(self.conv1(x))\n        x = self.pool(self.conv2(x))\n",
        caught_by="test_scores_of_given_weights",
        starred=True,
    ),
    network(
        "W09.6b",
        "The test images are training images.",
        before=DRAW,
        after=DRAW + "    test = tuple(part[:500] for part in train)\n",
        caught_by="test_linear_accuracy test_test_images_are_new",
        starred=True,
    ),
    network(
        "W09.6b state",
        "Test images are drawn with the random state of the training images.",
        before=DRAW,
        after="    test = glyph_digits(500, np.random.default_rng(1))\n"
        "    train = tuple(np.concatenate([part, part])[:n_train] for part in test)\n",
        caught_by="test_batches_of_the_training test_linear_accuracy test_test_images_are_new",
    ),
    network(
        "W09.6c",
        "The padding is forgotten, so fewer numbers reach the linear layer.",
        before="""\
        self.conv1 = Conv2d(1, 8, 3, padding=1, rng=rng)
        self.conv2 = Conv2d(8, 16, 3, padding=1, rng=rng)
        self.relu, self.pool = ReLU(), MaxPool2d(2)
        self.linear = Linear(64, 10, rng=rng)
""",
        after="""\
        self.conv1 = Conv2d(1, 8, 3, rng=rng)
        self.conv2 = Conv2d(8, 16, 2, rng=rng)
        self.relu, self.pool = ReLU(), MaxPool2d(2)
        self.linear = Linear(16, 10, rng=rng)
""",
        caught_by="test_scores_of_given_weights test_number_of_parameters",
        starred=True,
    ),
    network(
        "W09.6d",
        "The accuracy is measured on 50 images only.",
        before=EVALUATE,
        after="    few = TensorDataset(*(part[:50] for part in test))\n"
        "    accuracy = trainer.evaluate(DataLoader(few, batch_size=50))[1]\n",
        caught_by="test_test_images_are_new",
    ),
    network(
        "W09.6e",
        "The linear model has no constant.",
        before="np.column_stack([X.reshape(len(X), -1), np.ones(len(X))])",
        after="X.reshape(len(X), -1)",
        caught_by="test_linear_accuracy",
    ),
    network(
        "W09.6f",
        "The linear model is judged by the images it was fitted on.",
        before="return float(((B @ coefficients).argmax(axis=1) == right).mean())",
        after="return float(((A @ coefficients).argmax(axis=1) == labels).mean())",
        caught_by="test_linear_accuracy",
    ),
    network(
        "W09.6g",
        "The network is never trained.",
        before="        trainer.train_epoch(loader)\n",
        after='        trainer.history["train_loss"].append(2.5 / (1 + len(trainer.history["train_loss"])))\n',
        caught_by=(
            "test_batches_of_the_training test_equal_random_states_give_equal_runs "
            "test_accuracy_on_new_images"
        ),
    ),
    network(
        "W09.6h",
        "Only the loss of the first epoch is returned.",
        before='"train_loss": trainer.history["train_loss"]',
        after='"train_loss": trainer.history["train_loss"][:1]',
        caught_by="test_four_epochs_lower_the_loss",
    ),
    network(
        "W09.6i",
        "The weights come from generators of their own, not from rng.",
        before="self.conv1 = Conv2d(1, 8, 3, padding=1, rng=rng)",
        after="self.conv1 = Conv2d(1, 8, 3, padding=1, rng=np.random.default_rng(3))",
        caught_by="test_number_of_parameters",
    ),
    network(
        "W09.6i linear",
        "The weights of the linear layer come from a generator of their own, not from rng.",
        before="self.linear = Linear(64, 10, rng=rng)",
        after="self.linear = Linear(64, 10, rng=np.random.default_rng(3))",
        caught_by="test_number_of_parameters",
    ),
    network(
        "W09.6k",
        "The images are not shuffled.",
        before="batch_size=32, shuffle=True, rng=rng",
        after="batch_size=32",
        caught_by="test_batches_of_the_training",
    ),
    network(
        "W09.6l",
        "The batches have another size.",
        before="batch_size=32, shuffle=True, rng=rng",
        after="batch_size=16, shuffle=True, rng=rng",
        caught_by="test_batches_of_the_training",
    ),
    network(
        "W09.6j",
        "Average pooling instead of max pooling.",
        before="MaxPool2d(2)",
        after="AvgPool2d(2)",
        caught_by="test_scores_of_given_weights",
    ),
]

RIGHT = [
    RightVariant(
        "R09.1a",
        "Loops over the kernel's places only, with shifted grids.",
        "m09-conv",
        WINDOWS + PRODUCT,
        """\
    windows = windows_of(padded, W.shape[2], stride)
    y = np.zeros((len(x), len(W), *windows.shape[2:4]))
    for i in range(W.shape[2]):
        for j in range(W.shape[3]):
            y += np.einsum("nchw,oc->nohw", windows[..., i, j], W[:, :, i, j])
""",
    ),
    RightVariant(
        "R09.1b",
        "im2col: windows as rows of one matrix.",
        "m09-conv",
        PRODUCT,
        """\
    n, c, rows, columns, k, _ = windows.shape
    matrix = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, c * k * k)
    y = (matrix @ W.reshape(len(W), -1).T).reshape(n, rows, columns, len(W)).transpose(0, 3, 1, 2)
""",
    ),
    RightVariant(
        "R09.1c",
        "Zeros by writing into a larger array, an error of its own, einsum.",
        "m09-conv",
        PAD + WINDOWS + PRODUCT,
        """\
    n, c, h, w = x.shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    padded[:, :, padding : padding + h, padding : padding + w] = x
    if W.shape[2] > min(padded.shape[2:]):
        raise ValueError("the kernel does not fit")
    windows = windows_of(padded, W.shape[2], stride)
    y = np.einsum("nchwij,ocij->nohw", windows, W, optimize=True)
""",
    ),
    RightVariant(
        "R09.2a",
        "einsum, and one window after the other.",
        "m09-back",
        PARTS,
        """\
    parts = np.einsum("nohw,ocij->nchwij", dy, W)
""",
    ),
    RightVariant(
        "R09.2b",
        "dW place by place of the kernel.",
        "m09-back",
        D_WEIGHT,
        """\
    dW = np.zeros(W.shape)
    for i, j in np.ndindex(*W.shape[2:]):
        dW[:, :, i, j] = np.einsum("nohw,nchw->oc", dy, windows[..., i, j])
""",
    ),
    RightVariant(
        "R09.3a",
        "Loops over the outputs.",
        "m09-max",
        TO_WINNERS,
        """\
    for n, c, r, q in np.ndindex(*dy.shape):
        i, j = divmod(int(winner[n, c, r, q]), k)
        dx[n, c, r * s + i, q * s + j] += dy[n, c, r, q]
    return dx
""",
    ),
    RightVariant(
        "R09.3b",
        "The maximum taken at the winner's position.",
        "m09-max",
        "    return flat.max(axis=-1), (x.shape, flat.argmax(axis=-1), k, stride)\n",
        """\
    winner = flat.argmax(axis=-1)
    return np.take_along_axis(flat, winner[..., None], axis=-1)[..., 0], (x.shape, winner, k, stride)
""",
    ),
    RightVariant(
        "R09.4a",
        "The sum of shifted grids, and a gradient by np.kron where windows do not overlap.",
        "m09-avg",
        SHARES,
        """\
    if s == k:
        dx[:, :, : k * rows, : k * columns] = np.kron(dy, np.ones((k, k))) / (k * k)
        return dx
"""
        + SHARES,
    ),
    RightVariant(
        "R09.5a",
        "Running numbers changed in place.",
        "m09-norm",
        RUNNING,
        """\
            self.running_mean *= keep
            self.running_mean += self.momentum * mean
            self.running_var += self.momentum * (var * m / (m - 1) - self.running_var)
""",
    ),
    RightVariant(
        "R09.5b",
        "The long form of backward, by way of the derivative of the variance.",
        "m09-norm",
        PULL + GIVE,
        """\
        grads = d * scale, (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
        if not training:
            return grads
        m = dy.size / dy.shape[1]
        d_var = (d * xhat).sum(axis=axes, keepdims=True) * -0.5
        d_mean = -d.sum(axis=axes, keepdims=True)
        return scale * (d + 2 * d_var * xhat / m + d_mean / m), grads[1], grads[2]
""",
    ),
    RightVariant(
        "R09.6a",
        "Normal equations by the pseudo-inverse, counted in a loop.",
        "m09-cnn",
        """\
    coefficients = np.linalg.lstsq(A, one_hot(labels, 10))[0]
    return float(((B @ coefficients).argmax(axis=1) == right).mean())
""",
        """\
    coefficients = np.linalg.pinv(A) @ np.eye(10)[labels]
    return sum(int(np.argmax(row @ coefficients) == label) for row, label in zip(B, right)) / len(B)
""",
    ),
    RightVariant(
        "R09.6b",
        "Test images drawn first, from a generator with a fixed seed.",
        "m09-cnn",
        DRAW,
        """\
    test = glyph_digits(500, np.random.default_rng(12345))
    train = glyph_digits(n_train, rng)
""",
    ),
]
