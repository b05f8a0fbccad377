"""The checks of module 08: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Items are numbered, so most expected values are counted; the rest is in `oracles/dataloader.py`. A statistical
check allows SIGMAS standard errors; what that means for a right solution stands in its docstring.
"""

from __future__ import annotations

import math

import numpy as np
from oracles import dataloader as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
SIGMAS = 6  # two-sided 2e-9 for a normal statistic, so that dozens of them stay below 1e-6 together


def seed_of(rng):
    return int(rng.integers(2**63))


def numbered(n):
    """Fields whose rows are recognised: [i, 10 i] in float32, and i squared as Python numbers."""
    i = np.arange(n)
    return [np.stack([i, 10 * i], axis=1).astype(np.float32), [int(k) ** 2 for k in i]]


def expect_item(got, expected, what):
    """A tuple of these arrays or numbers."""
    expect(got).length(1 + len(expected), what=what)
    expect(got[0]).equal("tuple", what=what)
    for i, (one, right) in enumerate(zip(got[1:], expected, strict=True)):
        expect(one).close(right, rtol=0, what=f"{what}, field {i + 1}")


def expect_batches(got, order, sizes, what):
    """Batches of `numbered` items in this order, bit for bit."""
    expect(got).length(len(sizes), what=what)
    rows, start = numbered(1 + max(order, default=0)), 0
    for i, size in enumerate(sizes):
        part = list(order[start : start + size])
        expect(got[i]).length(2, what=f"{what}, batch {i + 1}")
        expect(got[i][0]).equal(rows[0][part], what=f"{what}, batch {i + 1}, first field")
        expect(got[i][1]).equal(np.array([k * k for k in part]), what=f"{what}, batch {i + 1}, second field")
        start += size


def order_of(batches, what="items of an epoch"):
    """The numbers of `numbered` items as they came; Failed where the fields of an item do not belong together."""
    order = []
    for i, batch in enumerate(batches):
        expect(batch).length(2, what=f"{what}, batch {i + 1}")
        rows, squares = batch
        expect(rows).true(
            lambda rows: np.ndim(rows) == 2 and rows.shape[1] == 2, "not rows of two", what=what
        )
        expect(squares).close(
            rows[:, 0].astype(float) ** 2, rtol=0, what=f"{what}: the second field of each item"
        )
        order += [int(k) for k in rows[:, 0]]
    return order


def expect_everyone(order, n, what="items of an epoch, sorted"):
    expect(sorted(order)).equal(list(range(n)), what=what)


# -- 08.1 Dataset and TensorDataset ----------------------------------------------------------------------------

FIVE = [np.arange(10.0).reshape(5, 2), np.array([0, 1, 1, 0, 1])]


@check(
    "m08-dataset-test", visible=True, hint="item i is a tuple of the i-th entries; len is the number of rows"
)
def test_two_arrays_of_five_items(student, rng):
    """Length and items of two arrays of 5 rows."""
    reply = student.probe("items", arrays=FIVE, indices=[1, -1])
    expect(reply["length"]).equal(5, what="number of items")
    expect_item(reply["items"][0], [FIVE[0][1], 1], "item 1")
    expect_item(reply["items"][1], [FIVE[0][4], 1], "item -1")


@check("m08-dataset-test", visible=True, hint="raise IndexError for an index outside -n ... n-1")
def test_index_n_is_refused(student, rng):
    """Item 5 of 5 raises IndexError."""
    reply = student.probe("items", arrays=FIVE, indices=[5, 4])
    expect(reply["items"][0]).raises("IndexError", what="item 5 of 5")
    expect_item(reply["items"][1], [FIVE[0][4], 1], "item 4")


@check("m08-dataset-test", hint="index each array along its first axis, whatever its other axes are")
def test_three_arrays_of_different_shapes(student, rng):
    """Three arrays of different trailing shapes and dtypes, one of them a Tensor."""
    arrays = [
        rng.normal(size=(4, 2, 3)),
        rng.integers(0, 9, size=4),
        rng.normal(size=(4, 1)).astype(np.float32),
    ]
    reply = student.probe("items", arrays=arrays, indices=[0, 2, 3], tensors=[2])
    expect(reply["length"]).equal(4, what="number of items")
    for item, i in zip(reply["items"], (0, 2, 3), strict=True):
        expect_item(item, [one[i] for one in arrays], f"item {i}")
        for field, one in zip(item[1:], arrays, strict=True):
            kind = np.asarray(field).dtype
            expect(str(kind)).equal(str(one.dtype), what="dtype of a field")


@check(
    "m08-dataset-test",
    hint="compare the first lengths of all arrays in the constructor, ValueError if they differ",
)
def test_different_numbers_of_rows(student, rng):
    """Arrays with different numbers of rows are refused, and no array at all; equal ones are not."""
    groups = [[np.zeros((4, 2)), np.zeros(3)], [np.zeros(5), np.zeros(5), np.zeros((1, 5))], []]
    *refused, fine = student.probe("lengths_of_datasets", groups=[*groups, [np.zeros(6), np.zeros((6, 1))]])
    for one in refused:
        expect(one).raises("ValueError", "rows", what="arrays that do not pair up")
    expect(fine).equal(6, what="number of items of arrays that pair up")


@check(
    "m08-dataset-test",
    hint="legal indices run from -n to n-1; array[i] raises outside of them, a slice never does",
)
def test_both_ends_of_the_indices(student, rng):
    """The first index outside on either side raises IndexError; -1 and -n work."""
    n = 7
    reply = student.probe("items", arrays=[np.arange(n) * 3], indices=[n, -n - 1, -1, -n, n + 100])
    for place in (0, 1, 4):
        expect(reply["items"][place]).raises("IndexError", what="an index outside")
    expect_item(reply["items"][2], [3 * (n - 1)], "item -1")
    expect_item(reply["items"][3], [0], "item -n")


@check("m08-dataset-test", hint="an item is always a tuple: (entry,) for a single array")
def test_a_single_array_gives_a_tuple_of_one(student, rng):
    """A single array gives tuples of one."""
    one = rng.normal(size=(3, 2))
    reply = student.probe("items", arrays=[one], indices=[0, 2])
    expect(reply["length"]).equal(3, what="number of items")
    expect_item(reply["items"][0], [one[0]], "item 0")
    expect_item(reply["items"][1], [one[2]], "item 2")


@check("m08-dataset-test", hint="a row of an array is a view of it: copy it before you return it")
def test_an_item_is_a_copy(student, rng):
    """Writing into an item leaves the data as it was."""
    arrays = [rng.normal(size=(4, 3)), rng.normal(size=(4, 2, 2)), rng.normal(size=4)]
    reply = student.probe("written_items", arrays=arrays, index=2)
    expect_item(reply["before"], [one[2] for one in arrays], "item 2")
    expect_item(reply["after"], [one[2] for one in arrays], "item 2 after writing into it")
    expect(reply["arrays"]).equal(arrays, what="the arrays after writing into an item")


@check("m08-dataset-test", hint="raise NotImplementedError with type(self).__name__ in the message")
def test_a_dataset_without_methods(student, rng):
    """Dataset says which class lacks a method, and leaves those of a subclass alone."""
    reply = student.probe("bare_dataset")
    expect(reply["length"]).raises("NotImplementedError", "Unfinished", what="len of a bare data set")
    expect(reply["item"]).raises("NotImplementedError", "Counted", what="item of a data set with len alone")
    expect([reply["counted"], reply["whole"]]).equal([3, 4], what="methods of a subclass")


# -- 08.2 Batches ----------------------------------------------------------------------------------------------


@check("m08-batches-test", visible=True, hint="the last short batch is kept; each field is stacked")
def test_ten_items_in_batches_of_four(student, rng):
    """10 items in batches of 4: sizes, len, fields."""
    reply = student.probe("epochs", fields=numbered(10), settings={"batch_size": 4})
    expect_batches(reply["epochs"][0], range(10), [4, 4, 2], "batches")
    expect(reply["length"]).equal(3, what="len of the loader")


@check("m08-batches-test", visible=True, hint="drop_last leaves out a batch that is shorter than batch_size")
def test_ten_items_with_drop_last(student, rng):
    """10 items in batches of 4 with drop_last."""
    reply = student.probe("epochs", fields=numbered(10), settings={"batch_size": 4, "drop_last": True})
    expect_batches(reply["epochs"][0], range(8), [4, 4], "batches with drop_last")
    expect(reply["length"]).equal(2, what="len with drop_last")


def cases_of(n, sizes):
    """Loaders over n items with each batch size, with and without drop_last; and what their batches have to be."""
    settings = [{"batch_size": size, "drop_last": drop} for size in sizes for drop in (False, True)]
    right = [oracle.sizes(n, one["batch_size"], drop_last=one["drop_last"]) for one in settings]
    return [[numbered(n), one] for one in settings], right


@check("m08-batches-test", hint="starts go from 0 in steps of batch_size; a slice ends at the end by itself")
def test_twelve_items_in_many_sizes(student, rng):
    """12 items in batches of 4, 1, 12, 20 and 5."""
    cases, right = cases_of(12, (4, 1, 12, 20, 5))
    for reply, sizes in zip(student.probe("many", cases=cases), right, strict=True):
        expect_batches(reply["epochs"][0], range(12), sizes, "batches")


@check("m08-batches-test", hint="each item goes into exactly one batch, and all its fields with it")
def test_every_item_once_with_its_fields(student, rng):
    """Every item exactly once in each of two epochs, fields together, in order."""
    reply = student.probe("epochs", fields=numbered(23), settings={"batch_size": 5}, count=2)
    for batches in reply["epochs"]:
        order = order_of(batches)
        expect_everyone(order, 23)
        expect(order).equal(list(range(23)), what="order without shuffling")


@check("m08-batches-test", hint="keep the position in the iterator: with yield it is a local variable")
def test_two_iterators_at_once(student, rng):
    """Two iterators open at the same time do not disturb each other."""
    reply = student.probe("two_at_once", fields=numbered(11), batch_size=3)
    for which in ("first", "second"):
        expect_batches(reply[which], range(11), [3, 3, 3, 2], f"batches of the {which} iterator")


@check("m08-batches-test", hint="len is n / batch_size rounded up, or down with drop_last")
def test_len_is_the_number_of_batches(student, rng):
    """len equals the number of batches, whatever n, batch size and drop_last are."""
    both = [cases_of(n, (1, 4, 6, 12, 13, 20)) for n in (12, 13)]
    replies = student.probe("many", cases=[case for cases, _ in both for case in cases])
    for reply, sizes in zip(replies, [sizes for _, right in both for sizes in right], strict=True):
        expect([reply["length"], len(reply["epochs"][0])]).equal([len(sizes)] * 2, what="len and batches")


@check("m08-batches-test", hint="without items there is no batch, not an empty one")
def test_an_empty_data_set(student, rng):
    """An empty data set gives no batch; one of three items, asked the same way, gives one."""
    empty, full = student.probe("many", cases=[[[[]], {"batch_size": 4}], [[[5, 6, 7]], {"batch_size": 4}]])
    expect([empty["length"], empty["epochs"]]).equal([0, [[]]], what="len and batches without items")
    expect([full["length"], full["epochs"]]).equal(
        [1, [[[np.array([5, 6, 7])]]]], what="len and batches of three"
    )


@check("m08-batches-test", hint="np.stack takes numbers as well as arrays, and a batch is a tuple")
def test_a_data_set_with_numbers(student, rng):
    """A data set of another kind whose fields are an array, a whole number and a fraction."""
    rows, labels, weights = rng.normal(size=(4, 2, 3)), [3, 1, 2, 9], [0.5, 1.5, 2.5, 3.5]
    fields = [rows, labels, weights]
    kinds = student.probe("first_batch_kinds", fields=fields)
    expect(kinds).equal(
        {"batch": "tuple", "fields": ["ndarray"] * 3}, what="kind of a batch and of its fields"
    )
    reply = student.probe("epochs", fields=fields, settings={"batch_size": 3})
    expected = [
        [rows[:3], np.array(labels[:3]), np.array(weights[:3])],
        [rows[3:], np.array([9]), np.array([3.5])],
    ]
    expect(reply["epochs"]).equal([expected], what="batches")


@check("m08-batches-test", hint="keep the arguments under their names; batch_size below 1 raises ValueError")
def test_arguments_of_the_loader(student, rng):
    """Attributes, default values, and batch sizes below 1."""
    seed, size = seed_of(rng), int(rng.integers(2, 30))
    reply = student.probe("loader_attributes", batch_size=size, shuffle=True, drop_last=True, seed=seed)
    expect(reply["given"]).equal([size, True, True], what="batch_size, shuffle, drop_last")
    expect(reply["kept"]).equal([True, True], what="dataset and rng are kept")
    expect(reply["default"]).equal([32, False, False], what="default values")
    expect(reply["own_rng"]).equal(True, what="a generator of its own without rng")
    zero, negative, two = student.probe("batch_sizes", sizes=[0, -2, 2])
    expect(zero).raises("ValueError", what="batch size 0")
    expect(negative).raises("ValueError", what="batch size -2")
    expect(two).equal(3, what="batches of two from six items")


# -- 08.3 Shuffling --------------------------------------------------------------------------------------------


@check("m08-shuffle-test", visible=True, hint="a new permutation of all indices for every iterator")
def test_two_epochs_of_ten_items(student, rng):
    """Both epochs hold every item once, in different orders.

    Two of these three orders are equal by chance once in 3.6 million / 3 draws; the random state is fixed, and
    with it the reference's draw. A right solution that draws otherwise fails with probability 8e-7.
    """
    reply = student.probe(
        "epochs", fields=numbered(10), settings={"batch_size": 4, "shuffle": True}, count=2, seed=8
    )
    first, second = (order_of(batches) for batches in reply["epochs"])
    for order in (first, second):
        expect_everyone(order, 10)
    expect(first).true(
        lambda first: first != second, "both epochs have the same order", what="order of epoch 1"
    )
    expect(first).true(
        lambda first: first != sorted(first), "the order of the data set", what="order of epoch 1"
    )


@check("m08-shuffle-test", hint="draw from self.rng and from nothing else, once per epoch")
def test_equal_random_states_agree(student, rng):
    """Loaders with equal random states agree for 3 epochs, with another state they differ.

    20 items: equal orders by chance have probability 4e-19.
    """
    seed = seed_of(rng)
    settings = {"batch_size": 6, "shuffle": True}
    cases = [[numbered(20), settings, 3, one] for one in (seed, seed, seed + 1)]
    one, same, other = (
        [order_of(batches) for batches in reply["epochs"]] for reply in student.probe("many", cases=cases)
    )
    for order in one:
        expect_everyone(order, 20)
    expect(one).equal(same, what="orders of 3 epochs with equal random states")
    for i in range(3):
        expect(one[i]).true(
            lambda order, i=i: order != other[i], "also with another random state", what="order of an epoch"
        )
        expect(one[i]).true(
            lambda order, i=i: order not in one[:i], "the same as an epoch before", what="order of an epoch"
        )


@check("m08-shuffle-test", hint="every order must be equally likely: permute all items, the last one too")
def test_positions_are_uniform(student, rng):
    """How often each item stands at each position, and behind each other item, in 2000 epochs.

    25 counts of places and 20 of neighbours, each binomial(2000, 1/5), within 6 standard errors: below 3e-7.
    """
    n, epochs = 5, 2000
    reply = student.probe("order_counts", n=n, epochs=epochs, seed=seed_of(rng))
    allowed = SIGMAS * math.sqrt(epochs * (1 / n) * (1 - 1 / n))
    for counts, what in ((reply["places"], "place"), (reply["after"], "neighbour")):
        expect(counts).shape((n, n), what=f"counts of each {what}")
    expect(reply["places"].sum(axis=1)).equal(np.full(n, epochs), what="how often each item came")
    gap = float(np.abs(reply["places"] - epochs / n).max())
    expect(gap).below(allowed, what="largest distance of a place from an equal share")
    apart = ~np.eye(n, dtype=bool)
    gap = float(np.abs(reply["after"][apart] - epochs / n).max())
    expect(gap).below(allowed, what="largest distance of a pair of neighbours from an equal share")


@check("m08-shuffle-test", hint="one permutation of indices for all fields, not one for each field")
def test_fields_stay_together(student, rng):
    """The fields of an item stay together in shuffled batches.

    30 items: an epoch in the order of the data set has probability 4e-33.
    """
    reply = student.probe(
        "epochs",
        fields=numbered(30),
        settings={"batch_size": 7, "shuffle": True, "drop_last": True},
        count=2,
        seed=seed_of(rng),
    )
    for batches in reply["epochs"]:
        order = order_of(batches)
        sizes = [len(batch[0]) for batch in batches]
        expect(sizes).equal([7] * 4, what="sizes of shuffled batches with drop_last")
        expect(len(set(order))).equal(28, what="different items in an epoch with drop_last")
        expect(order).true(lambda order: order != sorted(order), "not shuffled", what="order")


@check("m08-shuffle-test", hint="use self.rng; functions of np.random itself share one state with everybody")
def test_the_global_random_state_is_untouched(student, rng):
    """numpy's global random state neither moves nor decides the order.

    12 items: equal orders by chance have probability 2e-9.
    """
    reply = student.probe("global_state", fields=numbered(12), seed=seed_of(rng))
    first, second = (order_of(batches) for batches in reply["epochs"])
    expect_everyone(first, 12)
    expect(reply["moved"]).equal([False, False], what="the global random state moved")
    expect(first).true(
        lambda first: first != second, "the same order for the same global state", what="order of an epoch"
    )


@check("m08-shuffle-test", hint="an epoch belongs to its iterator: leave nothing of it in the loader")
def test_an_abandoned_iterator(student, rng):
    """After an iterator that was left half-way the next epochs are whole.

    13 items: equal orders by chance have probability 2e-10.
    """
    reply = student.probe("abandoned", fields=numbered(13), batch_size=4, seed=seed_of(rng), taken=2)
    expect(len(set(order_of(reply["begun"])))).equal(8, what="items of two batches")
    orders = [order_of(batches) for batches in reply["epochs"]]
    for order in orders:
        expect_everyone(order, 13)
    expect(reply["lengths"]).equal([4, 4], what="len before and after")
    expect(orders[0]).true(lambda order: order != orders[1], "both epochs have the same order", what="order")


@check("m08-shuffle-test", hint="without rng the loader makes a generator of its own, unseeded")
def test_no_generator_given(student, rng):
    """Without a generator two loaders shuffle differently.

    25 items: equal orders by chance have probability 6e-26.
    """
    settings = {"batch_size": 25, "shuffle": True}
    replies = student.probe("many", cases=[[numbered(25), settings, 2]] * 2)
    orders = [order_of(reply["epochs"][0]) for reply in replies]
    for order in orders:
        expect_everyone(order, 25)
    expect(orders[0] == orders[1]).equal(False, what="both loaders have the same order")


# -- 08.4 Splits -----------------------------------------------------------------------------------------------


def expect_split(got, n, size, what):
    """Two sorted integer arrays that together hold 0 ... n-1 once, the second of this size."""
    expect(got).length(2, what=what)
    for name, part, length in zip(("training", "validation"), got, (n - size, size), strict=True):
        expect(part).shape((length,), what=f"{what}: {name} indices")
        expect(str(part.dtype.kind)).equal("i", what=f"{what}: kind of the {name} indices")
        expect(part).equal(np.sort(part), what=f"{what}: {name} indices are sorted")
    together = sorted(int(i) for part in got for i in part)
    expect(together).equal(list(range(n)), what=f"{what}: both parts together")


@check(
    "m08-split-test", visible=True, hint="cut one permutation; floor(n * fraction) indices are for validation"
)
def test_ten_items_split(student, rng):
    """n = 10 with fraction 0.3: 7 for training and 3 for validation."""
    (parts,) = student.probe("splits", cases=[[10, 0.3, 4]])
    expect_split(parts, 10, 3, "n 10, fraction 0.3")


@check("m08-split-test", visible=True, hint="item i of a subset is item indices[i] of the data set")
def test_a_subset_of_four(student, rng):
    """Items 3 and 0 of four."""
    reply = student.probe("subset", fields=[[10, 11, 12, 13]], indices=[3, 0], asked=[0, 1])
    expect(reply["length"]).equal(2, what="length of the subset")
    expect(reply["items"]).equal([["tuple", 13], ["tuple", 10]], what="items of the subset")


# n * fraction is far from a whole number, or a whole number in binary too, so any way to take the floor agrees.
SPLITS = [
    (7, 0.5, 3),
    (13, 0.25, 3),
    (101, 0.21, 21),
    (16, 0.75, 12),
    (64, 0.125, 8),
    (5, 0.9, 4),
    (30, 0.99, 29),
]


@check("m08-split-test", hint="floor: 0.5 of 7 is 3 for validation and 4 for training")
def test_exact_sizes(student, rng):
    """Exact sizes, every index once, both parts sorted, for seven n and fractions."""
    cases = [[n, fraction, seed_of(rng)] for n, fraction, _ in SPLITS]
    for parts, (n, fraction, size) in zip(student.probe("splits", cases=cases), SPLITS, strict=True):
        expect_split(parts, n, size, f"n {n}, fraction {fraction}")


@check("m08-split-test", hint="draw which indices are validated at random, from all of them alike")
def test_every_index_is_equally_likely(student, rng):
    """How often each index and each pair of neighbours is in validation in 1000 splits.

    8 counts binomial(1000, 3/8) and 8 of neighbours, binomial(1000, 3/28), within 6 standard errors: below 1e-7.
    """
    n, times = 8, 1000
    reply = student.probe("validation_counts", n=n, fraction=0.375, times=times, seed=seed_of(rng))
    ring = [reply["both"][i, (i + 1) % n] for i in range(n)]
    for counts, share, what in (
        (reply["single"], 3 / 8, "an index"),
        (np.array(ring), 3 / 28, "two neighbours"),
    ):
        expect(counts).shape((n,), what=f"counts of {what}")
        gap = float(np.abs(counts - times * share).max())
        expect(gap).below(
            SIGMAS * math.sqrt(times * share * (1 - share)), what=f"distance of {what} from its share"
        )


@check("m08-split-test", hint="a fraction outside 0 to 1 and an empty part raise ValueError")
def test_parts_that_would_be_empty(student, rng):
    """n = 2 with 0.1 is refused and so are fractions outside; n = 2 with 0.5 is fine."""
    cases = [[2, 0.1, 1], [1, 0.9, 1], [10, 0.0, 1], [10, 1.0, 1], [10, -0.3, 1], [10, 1.3, 1]]
    cases += [[10, math.inf, 1], [10, math.nan, 1]]
    *refused, fine = student.probe("splits", cases=[*cases, [2, 0.5, 1]])
    for one, (n, fraction, _) in zip(refused, cases, strict=True):
        expect(one).raises("ValueError", what=f"n {n}, fraction {fraction}")
    expect_split(fine, 2, 1, "n 2, fraction 0.5")


@check("m08-split-test", hint="the split is drawn from the generator that is given, and from nothing else")
def test_equal_random_states_split_alike(student, rng):
    """Equal random states give equal splits, other states other ones.

    5 states: all splits of 40 items in half equal by chance has probability below 1e-40.
    """
    seed = seed_of(rng)
    cases = [[40, 0.5, one] for one in (seed, seed, seed + 1, seed + 2, seed + 3, seed + 4)]
    parts = student.probe("splits", cases=cases)
    for one in parts:
        expect_split(one, 40, 20, "n 40, fraction 0.5")
    expect(parts[0]).equal(parts[1], what="split with the same random state")
    different = {tuple(one[1].tolist()) for one in parts[1:]}
    expect(len(different)).above(1, what="different splits with five random states")


@check(
    "m08-split-test",
    hint="keep the order of the indices, repeated ones too; look the item up when it is asked for",
)
def test_order_and_length_of_a_subset(student, rng):
    """A Subset in the order of its indices, with repetitions, to both ends."""
    rows, labels = rng.normal(size=(6, 2)), [5, 4, 3, 2, 1, 0]
    chosen = [4, 1, 1, 5]
    reply = student.probe("subset", fields=[rows, labels], indices=chosen, asked=[0, 1, 2, 3, -1, -4, 4])
    expect(reply["length"]).equal(4, what="length of the subset")
    for got, i in zip(reply["items"][:6], (0, 1, 2, 3, -1, -4), strict=True):
        expect_item(got, [rows[chosen[i]], labels[chosen[i]]], f"item {i}")
    expect(reply["items"][6]).raises("IndexError", what="an item behind the last")
    for got, i in zip(reply["reversed"], chosen[::-1], strict=True):
        expect_item(got, [rows[i], labels[i]], "an item of a subset of a subset")


# -- 08.5 Standardizer -----------------------------------------------------------------------------------------

SMALL = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])


@check("m08-scale-test", visible=True, hint="one mean and one deviation per column; divide by n")
def test_three_rows_of_two_columns(student, rng):
    """mean, std and both ways for 3 rows."""
    reply = student.probe("scaled", fitted=[SMALL], others=[SMALL])
    mean, std = oracle.columns(SMALL)
    expect(reply["mean"]).close(mean, rtol=CLOSE, what="mean")
    expect(reply["std"]).close(std, rtol=CLOSE, what="std")
    expect(reply["transformed"][0]).close((SMALL - mean) / std, rtol=CLOSE, atol=1e-12, what="transformed")
    expect(reply["back"][0]).close(SMALL, rtol=CLOSE, what="there and back")


def columns_apart(rng, n):
    """Three columns of very different level and spread."""
    return rng.normal(size=(n, 3)) * [1.0, 40.0, 0.01] + [0.5, -300.0, 7.0]


@check(
    "m08-scale-test", hint="transform uses the numbers of fit; it never looks at the spread of its own input"
)
def test_other_data_uses_the_fitted_numbers(student, rng):
    """Other data, even a single row, is transformed with the fitted numbers."""
    fitted, others = columns_apart(rng, 9), [columns_apart(rng, 4) + 3, columns_apart(rng, 1)]
    mean, std = oracle.columns(fitted)
    reply = student.probe("scaled", fitted=[fitted], others=others)
    for got, X in zip(reply["transformed"], others, strict=True):
        expect(got).close((X - mean) / std, rtol=CLOSE, atol=1e-10, what="transformed")


@check("m08-scale-test", hint="inverse undoes transform: times std, plus mean")
def test_there_and_back_on_new_data(student, rng):
    """There and back on data that was not fitted."""
    fitted, other = columns_apart(rng, 8), columns_apart(rng, 5) * 2
    mean, std = oracle.columns(fitted)
    reply = student.probe("scaled", fitted=[fitted], others=[other])
    expect(reply["transformed"][0]).close((other - mean) / std, rtol=CLOSE, atol=1e-10, what="transformed")
    expect(reply["back"][0]).close(other, rtol=CLOSE, atol=1e-10, what="back again")


@check(
    "m08-scale-test",
    hint="where all entries of a column are equal, std is 1; ask for equality, not for std == 0",
)
def test_a_constant_column(student, rng):
    """Constant columns are divided by 1, also where rounding hides it."""
    fitted = np.column_stack([np.full(3, 0.1), rng.normal(size=3), np.full(3, -4.0)])
    other = rng.normal(size=(4, 3))
    mean, std = oracle.columns(fitted)
    reply = student.probe("scaled", fitted=[fitted], others=[fitted, other])
    expect(reply["std"]).close(std, rtol=CLOSE, what="std with constant columns")
    for got, X in zip(reply["transformed"], (fitted, other), strict=True):
        expect(got).close((X - mean) / std, rtol=CLOSE, atol=1e-12, what="transformed")


@check("m08-scale-test", hint="make new arrays; X -= mean would change the caller's data")
def test_the_input_stays_as_it_is(student, rng):
    """Neither fit nor transform nor inverse changes its input; a second fit replaces the first."""
    fitted, other = [columns_apart(rng, 6), columns_apart(rng, 5) * 3 + 1], columns_apart(rng, 4)
    mean, std = oracle.columns(fitted[1])
    reply = student.probe("scaled", fitted=fitted, others=[other])
    expect(reply["transformed"][0]).close(
        (other - mean) / std, rtol=CLOSE, atol=1e-10, what="after a second fit"
    )
    expect(reply["inputs"]).equal([*fitted, other], what="the arrays that were given")
    expect(reply["back"][0]).close(other, rtol=CLOSE, atol=1e-10, what="back again")


@check("m08-scale-test", hint="transform and inverse before fit raise RuntimeError")
def test_errors_before_fit(student, rng):
    """Both methods before fit raise, after it they answer."""
    X = columns_apart(rng, 5)
    mean, std = oracle.columns(X)
    reply = student.probe("before_fit", X=X)
    for one, name in zip(reply["early"], ("transform", "inverse"), strict=True):
        expect(one).raises("RuntimeError", what=f"{name} before fit")
    expect(reply["late"][0]).close((X - mean) / std, rtol=CLOSE, atol=1e-10, what="transform after fit")
    expect(reply["late"][1]).close(X * std + mean, rtol=CLOSE, what="inverse after fit")


# -- 08.6 two_moons --------------------------------------------------------------------------------------------


def expect_classes(y, n, what="y"):
    """n integers 0 or 1 whose counts differ by at most one; returns the number of ones."""
    expect(y).shape((n,), what=what)
    expect(y.dtype.kind).true(lambda kind: kind in "iu", "not whole numbers", what=f"dtype of {what}")
    expect(sorted(set(y.tolist()))).equal([0, 1], what=f"classes in {what}")
    ones = int(y.sum())
    expect(abs(n - 2 * ones)).at_most(n % 2, what="difference of the class counts")


@check(
    "m08-moons-test",
    visible=True,
    hint="X is (n, 2), y (n,) holds integers; class counts differ by at most 1",
)
def test_shapes_and_counts_of_seven_points(student, rng):
    """Shapes and counts for n = 7."""
    ((X, y),) = student.probe("moons", cases=[[7, 0.1, 6]])
    expect(X).shape((7, 2), what="X")
    expect_classes(y, 7)


@check("m08-moons-test", hint="class 0 at (cos t, sin t), class 1 at (1 - cos t, 0.5 - sin t)")
def test_without_noise_every_point_is_on_its_arc(student, rng):
    """Without noise every point lies on the arc of its class."""
    ((X, y),) = student.probe("moons", cases=[[400, 0.0, seed_of(rng)]])
    expect(X).shape((400, 2), what="X")
    expect_classes(y, 400)
    t, radius = oracle.straightened(X, y)
    expect(radius).close(np.ones(400), rtol=CLOSE, what="distance from the centre of its arc")
    expect(float(t.min())).at_least(-CLOSE, what="smallest angle")


@check(
    "m08-moons-test",
    hint="add normal noise of standard deviation `noise` to both coordinates, each with draws of its own",
)
def test_spread_of_the_noise(student, rng):
    """The variance of each coordinate of each class with much noise, and how they vary together.

    4 variances of 2000 nearly normal numbers and 2 covariances, which are 0 for uniform t and independent noise,
    within 6 standard errors: false alarm below 1e-7.
    """
    noise, n = 3.0, 4000
    ((X, y),) = student.probe("moons", cases=[[n, noise, seed_of(rng)]])
    expect(X).shape((n, 2), what="X")
    expect_classes(y, n)
    right = oracle.spread_of_moons(noise)
    for label in (0, 1):
        got = X[y == label].var(axis=0)
        for axis in (0, 1):
            allowed = SIGMAS * right[axis] * math.sqrt(2 / (n // 2))
            expect(abs(float(got[axis] - right[axis]))).below(
                allowed, what="distance of the variance from its value"
            )
        together = float(np.cov(X[y == label].T)[0, 1])
        expect(abs(together)).below(
            SIGMAS * math.sqrt(right[0] * right[1] / (n // 2)),
            what="distance of the covariance of both coordinates from 0",
        )


@check("m08-moons-test", hint="draw every t on its own, uniformly between 0 and pi")
def test_angles_are_uniform_and_random(student, rng):
    """The angles are uniform, random, and not the same for both classes.

    In each class of 1000 angles and in all: the mean and the number below pi/4 within 6 standard errors, 2e-9
    each; the largest gap above 3 mean gaps, which 1000 random angles miss with probability exp(-50).
    """
    n = 2000
    ((X, y),) = student.probe("moons", cases=[[n, 0.0, seed_of(rng)]])
    expect(X).shape((n, 2), what="X")
    expect_classes(y, n)
    t, _ = oracle.straightened(X, y)
    both = [np.sort(t[y == label]) for label in (0, 1)]
    for one in (*both, np.sort(t)):
        m = len(one)
        off = abs(float(one.mean()) - math.pi / 2)
        expect(off).below(SIGMAS * math.pi / math.sqrt(12 * m), what="distance of the mean angle from pi/2")
        quarter = abs(int((one < math.pi / 4).sum()) - m / 4)
        expect(quarter).below(
            SIGMAS * math.sqrt(m * 3) / 4, what="distance of the lowest quarter from its share"
        )
        expect(float(np.diff(one).max()) * m / math.pi).above(
            3, what="largest gap between angles, in mean gaps"
        )
    expect(np.allclose(*both)).equal(False, what="both classes have the same angles")


@check("m08-moons-test", hint="permute the rows, so that classes and angles come in random order")
def test_rows_are_in_random_order(student, rng):
    """Classes and angles come in random order.

    Changes of class between neighbours, and rises of t within a class: within 6 standard errors, below 1e-8.
    """
    n = 1000
    ((X, y),) = student.probe("moons", cases=[[n, 0.0, seed_of(rng)]])
    expect(X).shape((n, 2), what="X")
    expect_classes(y, n)
    t, _ = oracle.straightened(X, y)
    far = abs(oracle.changes(y.tolist()) - n / 2)
    expect(far).below(SIGMAS * math.sqrt(n) / 2, what="distance of the changes of class from half the rows")
    for label in (0, 1):
        one = t[y == label]
        rises = int((np.diff(one) > 0).sum())  # mean m/2, variance m/12 for a random order
        expect(abs(rises - len(one) / 2)).below(
            SIGMAS * math.sqrt(len(one) / 12), what="rises of t against half"
        )


@check("m08-moons-test", hint="everything random comes from rng")
def test_equal_random_states_give_equal_moons(student, rng):
    """Equal random states give equal points, another state others."""
    seed = seed_of(rng)
    one, same, other = student.probe("moons", cases=[[31, 0.2, s] for s in (seed, seed, seed + 1)])
    for X, y in (one, other):
        expect(X).shape((31, 2), what="X")
        expect_classes(y, 31)
    expect(one).equal(same, what="points with the same random state")
    expect(np.allclose(one[0], other[0])).equal(False, what="the same points with another random state")
