"""Known wrong solutions of module 08, and other right ones: one exact replacement in the reference each.

W08.1a is the curriculum's bank, row by row (starred: the commonest); a name with a word behind it is another form
of the same row, and letters beyond the bank's are further mistakes. `tito author check 08` runs them all.
"""

from __future__ import annotations

from functools import partial

from course_tools.grading.bank import known
from course_tools.records import RightVariant

dataset = partial(known, "m08-dataset", "m08-dataset-test")
batches = partial(known, "m08-batches", "m08-batches-test")
shuffle = partial(known, "m08-shuffle", "m08-shuffle-test")
shuffled_batches = partial(
    known, "m08-batches", "m08-shuffle-test"
)  # a mistake in the loop that shuffling shows
split = partial(known, "m08-split", "m08-split-test")
scale = partial(known, "m08-scale", "m08-scale-test")
moons = partial(known, "m08-moons", "m08-moons-test")


# -- lines of the reference that are replaced more than once ------------------------------------------------------

ITEM = "        return tuple(one[i].copy() for one in self.arrays)  # an index outside: the array raises IndexError\n"

LENGTHS = """\
        lengths = {len(one) for one in self.arrays}
        if len(lengths) != 1:
            raise ValueError(f"all arrays need the same number of rows, got {sorted(lengths)}")
"""

LEN = "        return n // self.batch_size if self.drop_last else (n + self.batch_size - 1) // self.batch_size\n"

LOOP = """\
        for start in range(0, len(order), self.batch_size):
            part = order[start : start + self.batch_size]
            if len(part) < self.batch_size and self.drop_last:
                return
            items = [self.dataset[i] for i in part]
            yield tuple(np.stack(field) for field in zip(*items))
"""

SHORT = """\
            if len(part) < self.batch_size and self.drop_last:
                return
"""

ITEMS = "            items = [self.dataset[i] for i in part]\n"

STACK = "            yield tuple(np.stack(field) for field in zip(*items))\n"

PERMUTATION = "        return self.rng.permutation(len(self.dataset))\n"

CUT = """\
    order = rng.permutation(n)
    return np.sort(order[size:]), np.sort(order[:size])
"""

FIT = """\
        self.mean = X.mean(axis=0)
        self.std = np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))
"""

TRANSFORM = "        return (X - self.mean) / self.std\n"

INVERSE = "        return Z * self.std + self.mean\n"

ANGLES = "    t = rng.uniform(0.0, np.pi, size=n)\n"

MOONS = """\
    y = rng.permutation(np.arange(n) % 2)
    t = rng.uniform(0.0, np.pi, size=n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    X = np.where(y[:, None] == 0, upper, lower)
    return X + rng.normal(0.0, noise, size=(n, 2)), y
"""

NOISE = "    return X + rng.normal(0.0, noise, size=(n, 2)), y\n"

MISTAKES = [
    # -- 08.1 Dataset and TensorDataset --------------------------------------------------------------------------
    dataset(
        "W08.1a",
        "Arrays with different numbers of rows are accepted.",
        before=LENGTHS,
        after="",
        caught_by="test_different_numbers_of_rows",
        starred=True,
    ),
    dataset(
        "W08.1b",
        "An index below -n wraps round to another item.",
        before=ITEM,
        after="""\
        if i >= len(self):
            raise IndexError(f"item {i} of {len(self)} items")
        i = i % len(self)
"""
        + ITEM,
        caught_by="test_both_ends_of_the_indices",
        starred=True,
    ),
    dataset(
        "W08.1c",
        "A single array comes back bare, without a tuple round its entry.",
        before=ITEM,
        after="""\
        item = tuple(one[i].copy() for one in self.arrays)
        return item if len(item) > 1 else item[0]
""",
        caught_by="test_both_ends_of_the_indices test_a_single_array_gives_a_tuple_of_one",
        starred=True,
    ),
    dataset(
        "W08.1d",
        "A slice is taken, which is empty instead of raising IndexError.",
        before=ITEM,
        after="        return tuple(one[i : i + 1 or None].sum(axis=0) for one in self.arrays)\n",
        caught_by="test_index_n_is_refused test_both_ends_of_the_indices",
    ),
    dataset(
        "W08.1e",
        "Rows are returned as views, so writing into an item changes the data.",
        before=ITEM,
        after="        return tuple(one[i] for one in self.arrays)\n",
        caught_by="test_an_item_is_a_copy",
    ),
    dataset(
        "W08.1f",
        "An item is a list instead of a tuple.",
        before=ITEM,
        after="        return [one[i].copy() for one in self.arrays]\n",
        caught_by=(
            "test_two_arrays_of_five_items test_index_n_is_refused "
            "test_three_arrays_of_different_shapes test_both_ends_of_the_indices "
            "test_a_single_array_gives_a_tuple_of_one test_an_item_is_a_copy"
        ),
    ),
    dataset(
        "W08.1g",
        "The length is the number of arrays, not of rows.",
        before="        return len(self.arrays[0])\n",
        after="        return len(self.arrays)\n",
        caught_by=(
            "test_two_arrays_of_five_items test_three_arrays_of_different_shapes "
            "test_different_numbers_of_rows test_a_single_array_gives_a_tuple_of_one"
        ),
    ),
    dataset(
        "W08.1h",
        "All fields are turned into floats.",
        before="self.arrays = tuple(to_numpy(one) for one in arrays)",
        after="self.arrays = tuple(to_numpy(one).astype(float) for one in arrays)",
        caught_by="test_three_arrays_of_different_shapes",
    ),
    dataset(
        "W08.1i",
        "Negative indices are refused.",
        before=ITEM,
        after="""\
        if not 0 <= i < len(self):
            raise IndexError(f"item {i} of {len(self)} items")
"""
        + ITEM,
        caught_by="test_two_arrays_of_five_items test_both_ends_of_the_indices",
    ),
    dataset(
        "W08.1j",
        "A bare data set says it has no items instead of raising.",
        before="""\
        raise NotImplementedError(f"{type(self).__name__} has no __len__ yet")
""",
        after="""\
        return 0
""",
        caught_by="test_a_dataset_without_methods",
    ),
    dataset(
        "W08.1k",
        "The error of a bare data set does not say which class it was.",
        before="""\
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__ yet")
""",
        after="""\
        raise NotImplementedError("Dataset has no __getitem__ yet")
""",
        caught_by="test_a_dataset_without_methods",
    ),
    dataset(
        "W08.1l",
        "The index is not checked on the upper side: it starts again at the first item.",
        before=ITEM,
        after="        i = i % len(self)\n" + ITEM,
        caught_by="test_index_n_is_refused test_both_ends_of_the_indices",
    ),
    # -- 08.2 Batches --------------------------------------------------------------------------------------------
    batches(
        "W08.2a",
        "The short last batch is always dropped.",
        before=SHORT,
        after="""\
            if len(part) < self.batch_size:
                return
""",
        caught_by=(
            "test_ten_items_in_batches_of_four test_twelve_items_in_many_sizes "
            "test_every_item_once_with_its_fields test_two_iterators_at_once "
            "test_len_is_the_number_of_batches test_an_empty_data_set "
            "test_a_data_set_with_numbers"
        ),
        also="m08-shuffle-test",
        starred=True,
    ),
    batches(
        "W08.2a padded",
        "The last batch is filled up with items from the start of the epoch.",
        before=SHORT + ITEMS,
        after=SHORT
        + """\
            part = [order[(start + k) % len(order)] for k in range(self.batch_size)]
"""
        + ITEMS,
        caught_by=(
            "test_ten_items_in_batches_of_four test_twelve_items_in_many_sizes "
            "test_every_item_once_with_its_fields test_two_iterators_at_once "
            "test_an_empty_data_set test_a_data_set_with_numbers"
        ),
        also="m08-shuffle-test",
        starred=True,
    ),
    batches(
        "W08.2b",
        "All iterators share one position, kept in the loader.",
        before=LOOP,
        after="""\
        self._order, self._start = order, 0
        while self._start < len(self._order):
            part = self._order[self._start : self._start + self.batch_size]
            self._start += self.batch_size
            if len(part) < self.batch_size and self.drop_last:
                return
            items = [self.dataset[i] for i in part]
            yield tuple(np.stack(field) for field in zip(*items))
""",
        caught_by="test_two_iterators_at_once",
        starred=True,
    ),
    batches(
        "W08.2c",
        "One batch too many is counted where the batch size divides the number of items.",
        before=LEN,
        after="        return n // self.batch_size + (not self.drop_last)\n",
        caught_by="test_len_is_the_number_of_batches test_an_empty_data_set test_arguments_of_the_loader",
    ),
    batches(
        "W08.2c empty",
        "One extra, empty batch comes where the batch size divides the number of items.",
        before=LOOP,
        after="""\
        for start in range(0, len(order) + 1, self.batch_size):
            part = order[start : start + self.batch_size]
            if len(part) < self.batch_size and self.drop_last:
                return
            items = [self.dataset[i] for i in part]
            yield tuple(np.stack(field) for field in zip(*items))
""",
        caught_by=(
            "test_twelve_items_in_many_sizes test_len_is_the_number_of_batches test_an_empty_data_set"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2d",
        "A batch size above the number of items gives no batch at all.",
        before=SHORT,
        after="""\
            if len(part) < self.batch_size and (self.drop_last or start == 0):
                return
""",
        caught_by=(
            "test_twelve_items_in_many_sizes test_len_is_the_number_of_batches test_an_empty_data_set"
        ),
    ),
    batches(
        "W08.2e",
        "len is rounded down also when the last batch is kept.",
        before=LEN,
        after="        return n // self.batch_size\n",
        caught_by=(
            "test_ten_items_in_batches_of_four test_len_is_the_number_of_batches test_an_empty_data_set"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2f",
        "len is rounded up also with drop_last.",
        before=LEN,
        after="        return (n + self.batch_size - 1) // self.batch_size\n",
        caught_by="test_ten_items_with_drop_last test_len_is_the_number_of_batches",
    ),
    batches(
        "W08.2g",
        "drop_last is ignored.",
        before=SHORT,
        after="",
        caught_by=(
            "test_ten_items_with_drop_last test_twelve_items_in_many_sizes test_len_is_the_number_of_batches"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2h",
        "A batch is a list of items instead of a tuple of stacked fields.",
        before=STACK,
        after="            yield items\n",
        caught_by=(
            "test_ten_items_in_batches_of_four test_ten_items_with_drop_last "
            "test_twelve_items_in_many_sizes test_every_item_once_with_its_fields "
            "test_two_iterators_at_once test_an_empty_data_set test_a_data_set_with_numbers"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2i",
        "A batch is a list of fields instead of a tuple.",
        before=STACK,
        after="            yield [np.stack(field) for field in zip(*items)]\n",
        caught_by="test_a_data_set_with_numbers",
    ),
    batches(
        "W08.2j",
        "Fields are joined along their own first axis instead of a new one.",
        before=STACK,
        after="            yield tuple(np.concatenate(list(map(np.atleast_1d, field))) for field in zip(*items))\n",
        caught_by=(
            "test_ten_items_in_batches_of_four test_ten_items_with_drop_last "
            "test_twelve_items_in_many_sizes test_every_item_once_with_its_fields "
            "test_two_iterators_at_once test_a_data_set_with_numbers"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2k",
        "All fields become floats of double precision.",
        before=STACK,
        after="            yield tuple(np.stack(field).astype(np.float64) for field in zip(*items))\n",
        caught_by=(
            "test_ten_items_in_batches_of_four test_ten_items_with_drop_last "
            "test_twelve_items_in_many_sizes test_two_iterators_at_once test_an_empty_data_set "
            "test_a_data_set_with_numbers"
        ),
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2l",
        "A batch size of 0 is accepted.",
        before="if batch_size < 1:",
        after="if batch_size < 0:",
        caught_by="test_arguments_of_the_loader",
    ),
    batches(
        "W08.2m",
        "Two fields are taken for granted.",
        before=STACK,
        after="            yield np.stack([x for x, _ in items]), np.stack([y for _, y in items])\n",
        caught_by="test_an_empty_data_set test_a_data_set_with_numbers",
        also="m08-shuffle-test",
    ),
    batches(
        "W08.2n",
        "The loader is used up after one epoch.",
        before=LOOP,
        after="""\
        order = () if hasattr(self, "_done") else order
        self._done = True
"""
        + LOOP,
        caught_by="test_every_item_once_with_its_fields test_two_iterators_at_once",
        also="m08-shuffle-test",
    ),
    # -- 08.3 Shuffling ------------------------------------------------------------------------------------------
    shuffle(
        "W08.3a",
        "Items are drawn with replacement, so some come twice and some never.",
        before=PERMUTATION,
        after="        return self.rng.integers(len(self.dataset), size=len(self.dataset))\n",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_positions_are_uniform test_fields_stay_together "
            "test_the_global_random_state_is_untouched test_an_abandoned_iterator "
            "test_no_generator_given"
        ),
        starred=True,
    ),
    shuffle(
        "W08.3b",
        "The order is drawn once and used in every epoch.",
        before=PERMUTATION,
        after="""\
        if not hasattr(self, "_order"):
            self._order = self.rng.permutation(len(self.dataset))
        return self._order
""",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_positions_are_uniform test_the_global_random_state_is_untouched "
            "test_an_abandoned_iterator"
        ),
        starred=True,
    ),
    shuffled_batches(
        "W08.3c",
        "Each field is shuffled on its own, so items lose their labels.",
        before=LOOP,
        after="""\
        orders = None
        for start in range(0, len(order), self.batch_size):
            if len(order[start : start + self.batch_size]) < self.batch_size and self.drop_last:
                return
            if self.shuffle and orders is None:
                orders = [order] + [self._shuffled() for _ in self.dataset[0][1:]]
            orders = orders or [order] * len(self.dataset[0])
            parts = [one[start : start + self.batch_size] for one in orders]
            yield tuple(np.stack([self.dataset[i][k] for i in part]) for k, part in enumerate(parts))
""",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_fields_stay_together test_the_global_random_state_is_untouched "
            "test_an_abandoned_iterator test_no_generator_given"
        ),
        starred=True,
    ),
    shuffle(
        "W08.3d",
        "numpy's global random state decides the order.",
        before=PERMUTATION,
        after="        return np.random.permutation(len(self.dataset))\n",
        caught_by="test_equal_random_states_agree test_the_global_random_state_is_untouched",
    ),
    shuffle(
        "W08.3e",
        "The last item is never moved.",
        before=PERMUTATION,
        after="        n = len(self.dataset)\n        return np.append(self.rng.permutation(n - 1), n - 1)\n",
        caught_by="test_positions_are_uniform",
    ),
    shuffle(
        "W08.3f",
        "A generator with a fixed seed is made anew for every epoch.",
        before=PERMUTATION,
        after="        return np.random.default_rng(0).permutation(len(self.dataset))\n",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_positions_are_uniform test_the_global_random_state_is_untouched "
            "test_an_abandoned_iterator test_no_generator_given"
        ),
    ),
    shuffle(
        "W08.3g",
        "The items are only rotated, each keeps its neighbours.",
        before=PERMUTATION,
        after="        n = len(self.dataset)\n        return (np.arange(n) + self.rng.integers(n)) % n\n",
        caught_by="test_positions_are_uniform",
    ),
    shuffle(
        "W08.3h",
        "The order is sorted again before it is used.",
        before=PERMUTATION,
        after="        return np.sort(self.rng.permutation(len(self.dataset)))\n",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_positions_are_uniform test_fields_stay_together "
            "test_the_global_random_state_is_untouched test_an_abandoned_iterator "
            "test_no_generator_given"
        ),
    ),
    shuffle(
        "W08.3j",
        "An epoch goes on with what an earlier iterator left over.",
        before=PERMUTATION,
        after="""\
        if not getattr(self, "_rest", None):
            self._rest = list(self.rng.permutation(len(self.dataset)))
        part, self._rest = self._rest[:8], self._rest[8:]
        return part
""",
        caught_by=(
            "test_two_epochs_of_ten_items test_equal_random_states_agree "
            "test_fields_stay_together test_the_global_random_state_is_untouched "
            "test_an_abandoned_iterator test_no_generator_given"
        ),
    ),
    shuffled_batches(
        "W08.3k",
        "Without a generator every loader gets the same seed.",
        before="        if batch_size < 1:\n",
        after="        self.rng = np.random.default_rng(0) if rng is None else rng\n        if batch_size < 1:\n",
        caught_by="test_no_generator_given",
    ),
    # -- 08.4 Splits ---------------------------------------------------------------------------------------------
    split(
        "W08.4a",
        "Both parts are drawn on their own and overlap.",
        before=CUT,
        after="    return np.sort(rng.permutation(n)[size:]), np.sort(rng.permutation(n)[:size])\n",
        caught_by="test_ten_items_split test_exact_sizes test_equal_random_states_split_alike",
        starred=True,
    ),
    split(
        "W08.4b",
        "The fraction is taken for the share of training.",
        before=CUT,
        after="    order = rng.permutation(n)\n    return np.sort(order[:size]), np.sort(order[size:])\n",
        caught_by="test_ten_items_split test_exact_sizes test_every_index_is_equally_likely",
        starred=True,
    ),
    split(
        "W08.4c",
        "The size is rounded up.",
        before="size = math.floor(n * val_fraction)",
        after="size = math.ceil(n * val_fraction)",
        caught_by="test_exact_sizes test_parts_that_would_be_empty",
        starred=True,
    ),
    split(
        "W08.4c round",
        "The size is rounded to the nearest number.",
        before="size = math.floor(n * val_fraction)",
        after="size = math.floor(n * val_fraction + 0.5)",
        caught_by="test_exact_sizes test_parts_that_would_be_empty",
    ),
    split(
        "W08.4d",
        "The last indices are always the ones for validation.",
        before=CUT,
        after="    order = np.arange(n)\n    return order[: n - size], order[n - size :]\n",
        caught_by="test_every_index_is_equally_likely test_equal_random_states_split_alike",
    ),
    split(
        "W08.4e",
        "A random block of neighbours is set aside.",
        before=CUT,
        after="    order = np.roll(np.arange(n), rng.integers(n))\n"
        "    return np.sort(order[size:]), np.sort(order[:size])\n",
        caught_by="test_every_index_is_equally_likely",
    ),
    split(
        "W08.4f",
        "The parts are not sorted.",
        before=CUT,
        after="    order = rng.permutation(n)\n    return order[size:], order[:size]\n",
        caught_by="test_ten_items_split test_exact_sizes test_equal_random_states_split_alike",
    ),
    split(
        "W08.4g",
        "An empty part is returned instead of raising ValueError.",
        before="    if size == 0:\n",
        after="    if n == 0:\n",
        caught_by="test_parts_that_would_be_empty",
    ),
    split(
        "W08.4h",
        "Fractions of 0 and 1 or outside are not refused.",
        before="if not 0 < val_fraction < 1:",
        after="if val_fraction > 2:",
        caught_by="test_parts_that_would_be_empty",
    ),
    split(
        "W08.4i",
        "The split is drawn from a generator with a fixed seed.",
        before="    order = rng.permutation(n)\n",
        after="    order = np.random.default_rng(0).permutation(n)\n",
        caught_by="test_every_index_is_equally_likely test_equal_random_states_split_alike",
    ),
    split(
        "W08.4j",
        "A subset sorts its indices and forgets repetitions.",
        before="self.dataset, self.indices = dataset, [int(i) for i in indices]",
        after="self.dataset, self.indices = dataset, sorted({int(i) for i in indices})",
        caught_by="test_a_subset_of_four test_order_and_length_of_a_subset",
    ),
    split(
        "W08.4k",
        "A subset takes its own index for one of the whole data set.",
        before="return self.dataset[self.indices[i]]",
        after="return self.dataset[i]",
        caught_by="test_a_subset_of_four test_order_and_length_of_a_subset",
    ),
    split(
        "W08.4l",
        "A subset is as long as the whole data set.",
        before="return len(self.indices)",
        after="return len(self.dataset)",
        caught_by="test_a_subset_of_four test_order_and_length_of_a_subset",
    ),
    # -- 08.5 Standardizer ---------------------------------------------------------------------------------------
    scale(
        "W08.5a",
        "transform uses mean and deviation of the array it is given.",
        before=TRANSFORM,
        after="        spread = X.std(axis=0)\n"
        "        return (X - X.mean(axis=0)) / np.where(spread < 1e-12, 1.0, spread)\n",
        caught_by=(
            "test_other_data_uses_the_fitted_numbers test_there_and_back_on_new_data "
            "test_a_constant_column test_the_input_stays_as_it_is"
        ),
        starred=True,
    ),
    scale(
        "W08.5b",
        "The deviation divides by n - 1.",
        before="X.std(axis=0))",
        after="X.std(axis=0, ddof=1))",
        caught_by=(
            "test_three_rows_of_two_columns test_other_data_uses_the_fitted_numbers "
            "test_there_and_back_on_new_data test_a_constant_column "
            "test_the_input_stays_as_it_is test_errors_before_fit"
        ),
        starred=True,
    ),
    scale(
        "W08.5c",
        "One mean and one deviation serve all columns.",
        before=FIT,
        after="        self.mean, self.std = X.mean(), X.std() or 1.0\n",
        caught_by=(
            "test_three_rows_of_two_columns test_other_data_uses_the_fitted_numbers "
            "test_there_and_back_on_new_data test_a_constant_column "
            "test_the_input_stays_as_it_is test_errors_before_fit"
        ),
    ),
    scale(
        "W08.5d",
        "transform changes the array it is given.",
        before=TRANSFORM,
        after="        X -= self.mean\n        X /= self.std\n        return X\n",
        caught_by="test_the_input_stays_as_it_is test_errors_before_fit",
    ),
    scale(
        "W08.5e",
        "A constant column is divided by its deviation of 0, or of 1e-17.",
        before="np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))",
        after="np.maximum(X.std(axis=0), 1e-300)",
        caught_by="test_a_constant_column",
    ),
    scale(
        "W08.5e zero",
        "A constant column is known by a deviation of exactly 0, which rounding prevents.",
        before="np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))",
        after="np.where(X.std(axis=0) == 0, 1.0, X.std(axis=0))",
        caught_by="test_a_constant_column",
    ),
    scale(
        "W08.5f",
        "A small number is added to every deviation.",
        before="X.std(axis=0))",
        after="X.std(axis=0)) + 1e-3",
        caught_by=(
            "test_three_rows_of_two_columns test_other_data_uses_the_fitted_numbers "
            "test_there_and_back_on_new_data test_a_constant_column "
            "test_the_input_stays_as_it_is test_errors_before_fit"
        ),
    ),
    scale(
        "W08.5g",
        "The variance is used in place of its root.",
        before="X.std(axis=0))",
        after="X.var(axis=0))",
        caught_by=(
            "test_three_rows_of_two_columns test_other_data_uses_the_fitted_numbers "
            "test_there_and_back_on_new_data test_a_constant_column "
            "test_the_input_stays_as_it_is test_errors_before_fit"
        ),
    ),
    scale(
        "W08.5h",
        "inverse adds the mean before it multiplies.",
        before=INVERSE,
        after="        return (Z + self.mean) * self.std\n",
        caught_by=(
            "test_three_rows_of_two_columns test_there_and_back_on_new_data "
            "test_the_input_stays_as_it_is test_errors_before_fit"
        ),
    ),
    scale(
        "W08.5i",
        "transform before fit returns its input.",
        before="""\
            raise RuntimeError("transform comes after fit")
""",
        after="            return X\n",
        caught_by="test_errors_before_fit",
    ),
    scale(
        "W08.5j",
        "inverse before fit raises another error.",
        before="""\
            raise RuntimeError("inverse comes after fit")
""",
        after="            raise ValueError('inverse comes after fit')\n",
        caught_by="test_errors_before_fit",
    ),
    scale(
        "W08.5k",
        "A second fit changes nothing.",
        before=FIT,
        after="        if self.mean is not None:\n            return\n" + FIT,
        caught_by="test_the_input_stays_as_it_is",
    ),
    # -- 08.6 two_moons ------------------------------------------------------------------------------------------
    moons(
        "W08.6a",
        "The second moon has another offset.",
        before="np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)",
        after="np.stack([1 - np.cos(t), 1 - np.sin(t) - 0.7], axis=1)",
        caught_by="test_without_noise_every_point_is_on_its_arc",
        starred=True,
    ),
    moons(
        "W08.6b",
        "The rows come class by class.",
        before="y = rng.permutation(np.arange(n) % 2)",
        after="y = np.sort(np.arange(n) % 2)",
        caught_by="test_rows_are_in_random_order",
        starred=True,
    ),
    moons(
        "W08.6b turns",
        "The classes take turns.",
        before="y = rng.permutation(np.arange(n) % 2)",
        after="y = np.arange(n) % 2",
        caught_by="test_rows_are_in_random_order",
    ),
    moons(
        "W08.6c",
        "The angles are equally spaced.",
        before=ANGLES,
        after="    t = rng.permutation(np.linspace(0.0, np.pi, n))\n",
        caught_by="test_angles_are_uniform_and_random",
    ),
    moons(
        "W08.6d",
        "The angles go all the way round.",
        before=ANGLES,
        after="    t = rng.uniform(0.0, 2 * np.pi, size=n)\n",
        caught_by="test_without_noise_every_point_is_on_its_arc test_angles_are_uniform_and_random",
    ),
    moons(
        "W08.6e",
        "`noise` is taken for the variance.",
        before="rng.normal(0.0, noise, size=(n, 2))",
        after="rng.normal(0.0, np.sqrt(noise), size=(n, 2))",
        caught_by="test_spread_of_the_noise",
    ),
    moons(
        "W08.6f",
        "The noise is uniform between -noise and noise.",
        before="rng.normal(0.0, noise, size=(n, 2))",
        after="rng.uniform(-noise, noise, size=(n, 2))",
        caught_by="test_spread_of_the_noise",
    ),
    moons(
        "W08.6g",
        "The classes are drawn one by one, so their counts differ.",
        before="y = rng.permutation(np.arange(n) % 2)",
        after="y = rng.integers(0, 2, size=n)",
        caught_by=(
            "test_without_noise_every_point_is_on_its_arc test_spread_of_the_noise "
            "test_angles_are_uniform_and_random test_rows_are_in_random_order "
            "test_equal_random_states_give_equal_moons"
        ),
    ),
    moons(
        "W08.6h",
        "The labels are floats.",
        before=NOISE,
        after="    return X + rng.normal(0.0, noise, size=(n, 2)), y.astype(float)\n",
        caught_by=(
            "test_shapes_and_counts_of_seven_points "
            "test_without_noise_every_point_is_on_its_arc test_spread_of_the_noise "
            "test_angles_are_uniform_and_random test_rows_are_in_random_order "
            "test_equal_random_states_give_equal_moons"
        ),
    ),
    moons(
        "W08.6i",
        "Both classes have the same angles.",
        before=ANGLES,
        after="""\
    t = np.empty(n)
    t[y == 0] = rng.uniform(0.0, np.pi, size=n)[: (y == 0).sum()]
    t[y == 1] = np.resize(rng.permutation(t[y == 0]), (y == 1).sum())
""",
        caught_by="test_angles_are_uniform_and_random",
    ),
    moons(
        "W08.6j",
        "The angles rise along the rows.",
        before=ANGLES,
        after="    t = np.sort(rng.uniform(0.0, np.pi, size=n))\n",
        caught_by="test_rows_are_in_random_order",
    ),
    moons(
        "W08.6k",
        "Both coordinates of a point get the same noise.",
        before="rng.normal(0.0, noise, size=(n, 2))",
        after="rng.normal(0.0, noise, size=(n, 1))",
        caught_by="test_spread_of_the_noise",
    ),
    moons(
        "W08.6l",
        "The generator that comes with the library is handed on.",
        before=MOONS,
        after="""\
    from tinytorch.given.data import two_moons as ready

    return ready(n, noise, rng)
""",
        caught_by=(
            "test_shapes_and_counts_of_seven_points "
            "test_without_noise_every_point_is_on_its_arc test_spread_of_the_noise "
            "test_angles_are_uniform_and_random test_rows_are_in_random_order "
            "test_equal_random_states_give_equal_moons"
        ),
    ),
]

RIGHT = [
    RightVariant(
        "R08.1a",
        "Numbers as they are, only rows copied; index errors from a list of the items.",
        "m08-dataset",
        ITEM,
        """\
        rows = list(range(len(self)))
        row = rows[i]
        return tuple(np.array(one[row]) if one.ndim > 1 else one[row] for one in self.arrays)
""",
    ),
    RightVariant(
        "R08.1b",
        "A loop that compares each length with the first, and arrays kept as copies.",
        "m08-dataset",
        """\
        self.arrays = tuple(to_numpy(one) for one in arrays)
"""
        + LENGTHS,
        """\
        if not arrays:
            raise ValueError("without arrays there are no rows")
        self.arrays = [np.array(to_numpy(one)) for one in arrays]
        for one in self.arrays[1:]:
            if one.shape[0] != self.arrays[0].shape[0]:
                raise ValueError("numbers of rows differ")
""",
    ),
    RightVariant(
        "R08.2a",
        "A class for the iterator, batches by np.array.",
        "m08-batches",
        LOOP,
        """\
        rest = list(order)
        while rest and not (self.drop_last and len(rest) < self.batch_size):
            part, rest = rest[: self.batch_size], rest[self.batch_size :]
            fields = None
            for i in part:
                item = self.dataset[i]
                fields = [[] for _ in item] if fields is None else fields
                for field, entry in zip(fields, item):
                    field.append(entry)
            yield tuple(np.array(field) for field in fields)
""",
    ),
    RightVariant(
        "R08.2b",
        "len with math.ceil and math.floor.",
        "m08-batches",
        LEN,
        """\
        return math.floor(n / self.batch_size) if self.drop_last else math.ceil(n / self.batch_size)
""",
    ),
    RightVariant(
        "R08.2c",
        "All batches are made at once, and an iterator over the list is returned.",
        "m08-batches",
        LOOP,
        """\
        made = []
        for number in range(len(self)):
            part = order[number * self.batch_size : (number + 1) * self.batch_size]
            made.append(tuple(map(np.stack, zip(*(self.dataset[int(i)] for i in part)))))
        return iter(made)
""",
    ),
    RightVariant(
        "R08.3a",
        "A list shuffled in place.",
        "m08-shuffle",
        PERMUTATION,
        """\
        order = list(range(len(self.dataset)))
        self.rng.shuffle(order)
        return order
""",
    ),
    RightVariant(
        "R08.3b",
        "The order in which random numbers are sorted.",
        "m08-shuffle",
        PERMUTATION,
        "        return np.argsort(self.rng.random(len(self.dataset)))\n",
    ),
    RightVariant(
        "R08.3c",
        "Drawn without replacement.",
        "m08-shuffle",
        PERMUTATION,
        "        n = len(self.dataset)\n        return self.rng.choice(n, size=n, replace=False)\n",
    ),
    RightVariant(
        "R08.4a",
        "Validation indices drawn without replacement, training the rest by a mask.",
        "m08-split",
        CUT,
        """\
    held_out = np.zeros(n, dtype=bool)
    held_out[rng.choice(n, size=size, replace=False)] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
""",
    ),
    RightVariant(
        "R08.4b",
        "Sorted lists, by way of sets, and int() for the floor.",
        "m08-split",
        """\
    size = math.floor(n * val_fraction)
    if size == 0:
        raise ValueError(f"{val_fraction} of {n} items leaves a part empty")
"""
        + CUT,
        """\
    size = int(n * val_fraction)
    if size < 1 or size >= n:
        raise ValueError("a part would be empty")
    chosen = {int(i) for i in rng.permutation(n)[:size]}
    return sorted(set(range(n)) - chosen), sorted(chosen)
""",
    ),
    RightVariant(
        "R08.4c",
        "A subset whose indices are an array.",
        "m08-split",
        "self.dataset, self.indices = dataset, [int(i) for i in indices]",
        "self.dataset, self.indices = dataset, np.array(indices)",
    ),
    RightVariant(
        "R08.5a",
        "Loops over the columns.",
        "m08-scale",
        FIT,
        """\
        columns = [list(column) for column in X.T]
        self.mean = np.array([sum(column) / len(column) for column in columns])
        spread = []
        for column, mean in zip(columns, self.mean):
            variance = sum((x - mean) ** 2 for x in column) / len(column)
            spread.append(1.0 if all(x == column[0] for x in column) else variance**0.5)
        self.std = np.array(spread)
""",
    ),
    RightVariant(
        "R08.6a",
        "Half the points for each class, joined and permuted; noise drawn first.",
        "m08-moons",
        MOONS,
        """\
    noises = noise * rng.standard_normal((n, 2))
    half = n // 2
    first, second = rng.random(half) * np.pi, rng.random(n - half) * np.pi
    upper = np.column_stack([np.cos(first), np.sin(first)])
    lower = np.column_stack([1 - np.cos(second), 0.5 - np.sin(second)])
    points = np.concatenate([upper, lower])
    labels = np.array([0] * half + [1] * (n - half))
    order = rng.permutation(n)
    return points[order] + noises, labels[order]
""",
    ),
]
