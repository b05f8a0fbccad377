# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 08 DataLoader
#
# You build what stands between data and the training loop: data sets, batches, shuffling, splits and scaling, without losing, repeating or leaking a single item.
#
# Needs 01 Tensor, 07 Training · 90 minutes · exports `tinytorch.core.dataloader`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 08.1 | `Dataset`, `TensorDataset` | 15 | 1 | 4 |
# | 08.2 | `DataLoader`: batches | 20 | 3 | 5 |
# | 08.3 | `DataLoader`: shuffling | 20 | 2 | 5 |
# | 08.4 | `train_val_split`, `Subset` | 15 | 2 | 5 |
# | 08.5 | `Standardizer` | 10 | 2 | 4 |
# | 08.6 | `two_moons` | 10 | 2 | 2 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.

# %% nbgrader={"grade": false, "grade_id": "m08-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.dataloader
import math

import numpy as np

from tinytorch.core.tensor import part_of
from tinytorch.given import check as ck
from tinytorch.given import to_numpy

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-dataset-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.1", "minutes": 12}
# ## 08.1 · Dataset and TensorDataset · 15 points
#
# A loop that trains needs to know two things about data: how many items there are, and what item $i$ is. Everything with `len(data)` and `data[i]` is a data set, whether the items lie in memory, on a disk or are computed on demand.
#
# `Dataset` writes that promise down. `TensorDataset` keeps it for arrays: in the arrays `X` of shape $(n, 2)$ and `y` of shape $(n,)$, item $i$ is the tuple $(X_i, y_i)$.
#
# What is returned is a copy. Otherwise a transformation that works in place, say adding noise, would change the data a little more in every epoch.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which of your fields is a view of the data when you write `array[i]`: a row of `X`, or an entry of `y`?
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Keep all arrays in one tuple. Compare the first lengths once, in the constructor. In `__getitem__` build a tuple with one copied entry per array. An array asked for an index outside raises `IndexError` by itself.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# n <- common first length, or an error
# item(i):
#     one entry from every array, each copied, as a tuple
#     outside -n .. n-1: IndexError, yours or the array's own
# ```
# </details>
# <details><summary>I get a test that never ends, or "StopIteration"</summary>
#
# Python walks through `for item in data` by asking for item 0, 1, 2, … until `IndexError` comes. A slice `array[i:i + 1]` never raises it.
# </details>
# <details><summary>I get "iteration over a 0-d array"</summary>
#
# A single array needs a tuple of one: `(entry,)`, with the comma.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-dataset", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.1", "needs": []}
#| export
class Dataset:
    """What every data set can do: say how many items it has, and give one.

    Both methods raise NotImplementedError here, and the message names the class that lacks the method.
    """

    def __len__(self):
        ### BEGIN SOLUTION
        raise NotImplementedError(f"{type(self).__name__} has no __len__ yet")
        ### END SOLUTION

    def __getitem__(self, i):
        ### BEGIN SOLUTION
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__ yet")
        ### END SOLUTION


class TensorDataset(Dataset):
    """Arrays whose first axes belong together.

    arrays : one or more arrays or Tensors with the same number n of rows; to_numpy(value) is the array of either
    item i : tuple of the i-th entries, one per array; an entry is an array or a number, always a copy
    raises : ValueError ("rows") if the numbers of rows differ or no array is given
             IndexError for i outside -n ... n-1; negative i count from the end
    """

    def __init__(self, *arrays):
        ### BEGIN SOLUTION
        self.arrays = tuple(to_numpy(one) for one in arrays)
        lengths = {len(one) for one in self.arrays}
        if len(lengths) != 1:
            raise ValueError(f"all arrays need the same number of rows, got {sorted(lengths)}")
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.arrays[0])
        ### END SOLUTION

    def __getitem__(self, i):
        ### BEGIN SOLUTION
        return tuple(one[i].copy() for one in self.arrays)  # an index outside: the array raises IndexError
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-dataset-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "08.1", "needs": []}
# Also checked: three arrays of different shapes, Tensors, the dtype of each field; different numbers of rows refused
# and equal ones not; the first index outside on either side; one array alone; writing into an item; Dataset itself.
def test_unit_dataset():
    X, y = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0]]), np.array([0, 1, 1, 0, 1])
    data = TensorDataset(X, y)
    ck.same(len(data), 5, "number of items")
    ck.true(isinstance(data[1], tuple) and len(data[1]) == 2, "an item of two arrays is a tuple of two")
    ck.close(data[1][0], [2.0, 3.0], "first field of item 1")
    ck.close(data[1][1], 1, "second field of item 1")
    ck.close(data[-1][0], [8.0, 9.0], "first field of the last item", hint="-1 counts from the end")
    ck.raises(IndexError, "", data.__getitem__, 5)


test_unit_dataset()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-batches-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.2", "minutes": 18}
# ## 08.2 · Batches · 20 points
#
# A batch is a tuple again, with one stacked array per field: $B$ items $(x, y)$ with $x$ of shape $(2,)$ become arrays of shape $(B, 2)$ and $(B,)$.
#
# With $n$ items and batch size $B$ there are $\lceil n/B \rceil$ batches. The last holds the rest and may be short; with `drop_last` it is left out and $\lfloor n/B \rfloor$ remain.
#
# Every `iter(loader)` starts an epoch of its own. If the position were kept in the loader, two loops over it would steal each other's batches: think of an evaluation started in the middle of an epoch.
#
# <details><summary>Hint 1: nudge</summary>
#
# A method with `yield` returns a new iterator, with its own local variables, each time it is called.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Walk over the starts 0, B, 2B, … Take the indices from there to the next start; a slice ends by itself at the end. Fetch those items. Regroup them: all first fields, all second fields. Stack each group.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# for start in 0, B, 2B, ... below n:
#     part <- order[start : start + B]
#     shorter than B, and drop_last: stop
#     items <- the items of part
#     yield tuple(stacked field for each field of the items)
# ```
# </details>
# <details><summary>I get "all input arrays must have the same shape"</summary>
#
# You stacked an item instead of a field. `zip(*items)` turns a list of items into a list of fields.
# </details>
# <details><summary>I get one batch too many</summary>
#
# `n // B + 1` is wrong where B divides n. Whole-number ceiling: `(n + B - 1) // B`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-batches", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.2", "needs": []}
#| export
class DataLoader:
    """Walks through a data set in batches; each iter() begins a new epoch, several may be open at once.

    dataset    : any object with len() and [i] whose items are tuples of numbers or arrays
    batch_size : int, items per batch; below 1 raises ValueError
    drop_last  : leave out a last batch that is shorter than batch_size
    shuffle    : another order in every epoch, see 08.3; without it the order of the data set
    rng        : np.random.Generator for that order; None takes a new one
    attributes : the arguments under their own names
    batch      : tuple of arrays, one per field, each stacked along a new first axis; dtypes stay
    len        : the true number of batches of an epoch
    pinned     : 10 items, batch 4 -> batches of 4, 4, 2; with drop_last 4, 4
    """

    def __init__(self, dataset, batch_size=32, shuffle=False, drop_last=False, rng=None):
        self.rng = np.random.default_rng() if rng is None else rng  # given
        ### BEGIN SOLUTION
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else (n + self.batch_size - 1) // self.batch_size
        ### END SOLUTION

    def __iter__(self):
        """An iterator over the batches of one epoch."""
        order = self._shuffled() if self.shuffle else range(len(self.dataset))  # given: 08.3 is the first
        ### BEGIN SOLUTION
        for start in range(0, len(order), self.batch_size):
            part = order[start : start + self.batch_size]
            if len(part) < self.batch_size and self.drop_last:
                return
            items = [self.dataset[i] for i in part]
            yield tuple(np.stack(field) for field in zip(*items))
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-batches-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "08.2", "needs": []}
# Also checked: 12 items in batches of 4, 1, 12 and 20; every item once and its fields together; two iterators open at
# once; len in all these cases; an empty data set; a data set of your own; the attributes; a batch size of 0.
class Squares:
    """Ten items: [i, i squared], and i."""

    def __len__(self):
        return 10

    def __getitem__(self, i):
        return np.array([i, i**2]), i


def test_unit_batches():
    loader = DataLoader(Squares(), batch_size=4)
    batches = list(loader)
    ck.same([len(numbers) for _, numbers in batches], [4, 4, 2], "sizes", hint="the short last batch is kept")
    ck.same(len(loader), 3, "len of the loader")
    ck.close(batches[0][0], [[0, 0], [1, 1], [2, 4], [3, 9]], "first field of the first batch")
    ck.close(batches[2][1], [8, 9], "second field of the last batch", hint="in the order of the data set")
    loader = DataLoader(Squares(), batch_size=4, drop_last=True)
    ck.same([len(numbers) for _, numbers in loader], [4, 4], "sizes with drop_last")
    ck.same(len(loader), 2, "len with drop_last")


test_unit_batches()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-shuffle-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.3", "minutes": 10}
# ## 08.3 · Shuffling · 20 points
#
# Data often comes sorted: all cats, then all dogs. A batch of cats alone has a gradient that says "everything is a cat", and the next kind of batch undoes it. In a random order the gradient of a batch points, on average, where the gradient of all data points.
#
# Shuffling must keep three promises. Every item comes exactly once per epoch, so draw a *permutation*, not indices. Every epoch has an order of its own. And the fields of an item stay together, because one permutation of indices serves them all.
#
# The order comes from the loader's own `rng`. A shared global state would let every other use of chance change your batches, and no run could be repeated.
#
# <details><summary>Hint 1: nudge</summary>
#
# Look through the methods of `np.random.Generator`: `choice`, `permutation`, `shuffle`. Which gives all numbers below n, each once?
# </details>
# <details><summary>Hint 2: steps</summary>
#
# The number of items is `len(self.dataset)`. Ask `self.rng` for a permutation of it and return it, without keeping it.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# return a new random arrangement of 0 .. n-1, from the loader's generator
# ```
# </details>
# <details><summary>I get the same order in every epoch</summary>
#
# The permutation was drawn once and kept, or a new generator with a fixed seed is made in each call.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-shuffle", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.3", "needs": ["m08-batches-test"]}
#| export
@part_of(DataLoader)
class Shuffling:
    def _shuffled(self):
        """The indices of all items in random order, for one epoch.

        drawn   : one new permutation from self.rng in every call; all orders are equally likely
        returns : sequence of n int that can be sliced; the global random state of numpy is not used
        so      : loaders with equal random states give equal epochs; all fields follow this one order;
                  an iterator that was left half-way changes nothing for the next one
        """
        ### BEGIN SOLUTION
        return self.rng.permutation(len(self.dataset))
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-shuffle-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "08.3", "needs": ["m08-batches-test"]}
# Also checked: equal random states for three epochs; how often each item stands at each position in 2000 epochs; pairs
# kept; numpy's global random state; an iterator left half-way; no generator given.
def test_unit_shuffle():
    loader = DataLoader(Squares(), batch_size=4, shuffle=True, rng=np.random.default_rng(8))
    first, second = ([int(i) for _, numbers in loader for i in numbers] for _ in range(2))
    ck.same(sorted(first), list(range(10)), "items of epoch 1, sorted", hint="every item exactly once")
    ck.same(sorted(second), list(range(10)), "items of epoch 2, sorted", hint="every item exactly once")
    ck.true(first != second, "the epochs have different orders", hint="draw again for every iterator")
    ck.true(first != sorted(first), "epoch 1 is not in the order of the data set")


test_unit_shuffle()

# %%
# P1. You should see the share of class 1 jump between 0 and 1 when sorted data is not shuffled: all batches but the
# middle one hold a single class. Shuffled, the share stays near one half.
import matplotlib.pyplot as plt

labels = np.repeat([0, 1], 100)
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for shuffle in (False, True):
    loader = DataLoader(TensorDataset(labels), batch_size=8, shuffle=shuffle, rng=np.random.default_rng(0))
    ax.plot([batch.mean() for (batch,) in loader], "o-", label=f"shuffle={shuffle}")
ax.set(xlabel="batch of the epoch", ylabel="share of class 1")
ax.legend(loc="center right")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-split-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.4", "minutes": 14}
# ## 08.4 · Splits · 15 points
#
# Whether a model has learned or only remembered shows on items it has never seen. So before training some items are set aside for validation.
#
# The split works on *indices*: a random subset of $\lfloor n \cdot f \rfloor$ of them is for validation, the others for training. No index may be in both parts and none may be missing. Both come back sorted; their order is the loader's business.
#
# A `Subset` is a data set that looks at another one through such a list of indices.
#
# <details><summary>Hint 1: nudge</summary>
#
# Cut one permutation in two pieces. What do the pieces have in common, and what is missing?
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Refuse a fraction that is not between 0 and 1. Take the floor of n times fraction; if that is 0, one part would be empty. Permute, cut there, sort both pieces.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# 0 < fraction < 1, else ValueError
# size <- floor(n * fraction); 0 is a ValueError
# order <- permutation of n
# return sorted rest of order, sorted first size of order
# ```
# </details>
# <details><summary>I get the parts the wrong way round</summary>
#
# Training comes first in the result, and the fraction is the share of *validation*.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-split", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.4", "needs": []}
#| export
def train_val_split(n, val_fraction, rng):
    """Divide the indices 0 ... n-1 at random into training and validation.

    n            : int, number of items
    val_fraction : float, 0 < val_fraction < 1
    rng          : np.random.Generator
    returns      : (train_idx, val_idx), integer arrays, each sorted upwards; together they hold every index
                   once, and every subset of that size is equally likely to be val_idx
    sizes        : len(val_idx) = floor(n * val_fraction), the rest is for training
    raises       : ValueError for a fraction outside, and if a part would be empty
    pinned       : n 10, fraction 0.3 -> 7 and 3;  n 2: fraction 0.5 -> 1 and 1, fraction 0.1 raises
    """
    ### BEGIN SOLUTION
    if not 0 < val_fraction < 1:
        raise ValueError(f"val_fraction must be above 0 and below 1, got {val_fraction}")
    size = math.floor(n * val_fraction)
    if size == 0:
        raise ValueError(f"{val_fraction} of {n} items leaves a part empty")
    order = rng.permutation(n)
    return np.sort(order[size:]), np.sort(order[:size])
    ### END SOLUTION


class Subset(Dataset):
    """Some items of a data set, as a data set.

    dataset : any data set
    indices : sequence of int, kept in its order; an index may occur twice
    item i  : dataset[indices[i]]; i counts as in a list, so -1 is the last one and i = len raises IndexError
    """

    def __init__(self, dataset, indices):
        ### BEGIN SOLUTION
        self.dataset, self.indices = dataset, [int(i) for i in indices]
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.indices)
        ### END SOLUTION

    def __getitem__(self, i):
        ### BEGIN SOLUTION
        return self.dataset[self.indices[i]]
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-split-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "08.4", "needs": []}
# Also checked: exact sizes and completeness for other n and fractions; every index equally often in validation; what
# is refused; equal random states; order, repetition and ends of a Subset.
def test_unit_split():
    train_idx, val_idx = train_val_split(10, 0.3, np.random.default_rng(4))
    ck.same([len(train_idx), len(val_idx)], [7, 3], "sizes of both parts", hint="the fraction is for validation")
    ck.same(sorted([*train_idx, *val_idx]), list(range(10)), "both parts together", hint="each index once")
    ck.same(list(train_idx), sorted(train_idx), "training indices are sorted")
    ck.same(list(val_idx), sorted(val_idx), "validation indices are sorted")
    letters = Subset([("a",), ("b",), ("c",), ("d",)], [3, 0])
    ck.same(len(letters), 2, "length of the subset")
    ck.true([letters[0], letters[1]] == [("d",), ("a",)], "items of the subset", hint="in the order of indices")


test_unit_split()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-scale-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.5", "minutes": 12}
# ## 08.5 · Standardizer · 10 points
#
# Columns measured in millimetres and in years make one learning rate too large for the first and too small for the second. Standardising gives every column mean 0 and standard deviation 1:
#
# $$z_{ij} = \frac{x_{ij} - m_j}{s_j}, \qquad m_j = \frac1n \sum_i x_{ij}, \qquad s_j = \sqrt{\frac1n \sum_i (x_{ij} - m_j)^2}$$
#
# Whose mean? That of the training data, also when validation data is transformed. Numbers fitted on all data carry news of the validation items into training.
#
# A constant column has no spread to divide by; there $s_j$ is set to 1. Mind the rounding: three times 0.1 has a computed deviation of about $10^{-17}$, not 0. Ask whether its entries are equal.
#
# <details><summary>Hint 1: nudge</summary>
#
# `fit` is the only method that looks at the distribution of what it is given.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Mean and deviation along axis 0. Where the largest entry of a column equals its smallest, the deviation becomes 1. `transform` subtracts and divides, `inverse` multiplies and adds, both into new arrays.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# fit:       mean, std per column; std <- 1 where column max = column min
# transform: nothing fitted: RuntimeError; else (X - mean) / std
# inverse:   the same question; else Z * std + mean
# ```
# </details>
# <details><summary>I get "invalid value encountered in divide"</summary>
#
# 0 divided by 0, in a constant column.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-scale", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.5", "needs": []}
#| export
class Standardizer:
    """Shift and scale of each column, taken from one array and used on any.

    mean, std : arrays (D,) after fit, None before; the standard deviation divides by n
                std is 1 for a constant column: all its entries equal, even where rounding gives 1e-17
    pinned    : fit on [[1,10],[2,30],[6,20]] -> mean [3, 20], std [2.160247, 8.164966]
                transform of the same -> [[-.925820,-1.224745],[-.462910,1.224745],[1.388730,0]]
    """

    def __init__(self):
        ### BEGIN SOLUTION
        self.mean = self.std = None
        ### END SOLUTION

    def fit(self, X):
        """Take mean and std from X (n, D); a second fit replaces the first. X stays as it is."""
        ### BEGIN SOLUTION
        self.mean = X.mean(axis=0)
        self.std = np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))
        ### END SOLUTION

    def transform(self, X):
        """(X - mean) / std as a new array, whatever X (n, D) is; RuntimeError before fit."""
        ### BEGIN SOLUTION
        if self.mean is None:
            raise RuntimeError("transform comes after fit")
        return (X - self.mean) / self.std
        ### END SOLUTION

    def inverse(self, Z):
        """Undo transform: Z * std + mean as a new array; RuntimeError before fit."""
        ### BEGIN SOLUTION
        if self.mean is None:
            raise RuntimeError("inverse comes after fit")
        return Z * self.std + self.mean
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-scale-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "08.5", "needs": []}
# Also checked: other data uses the fitted numbers, there and back; constant columns; a second fit; the input
# afterwards; both errors before fit and the right values after it.
def test_unit_standardizer():
    X = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])
    scaler = Standardizer()
    scaler.fit(X)
    ck.close(scaler.mean, [3.0, 20.0], "mean", hint="one mean per column")
    ck.close(scaler.std, [2.160247, 8.164966], "std", hint="divide by n, not by n - 1")
    Z = scaler.transform(X)
    ck.close(Z[:, 0], [-0.925820, -0.462910, 1.388730], "first column, transformed", rtol=1e-5)
    ck.close(scaler.inverse(Z), X, "there and back")


test_unit_standardizer()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-moons-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.6", "minutes": 10}
# ## 08.6 · two_moons · 10 points
#
# Two half circles that hold each other's ends: a data set that no straight line divides and that fits into one picture. Module 07 used a ready-made generator; now write your own.
#
# Each point has its own angle $t$, uniform in $[0, \pi]$. Class 0 lies at $(\cos t, \sin t)$, class 1 at $(1 - \cos t,\ 0.5 - \sin t)$. Normal noise of standard deviation `noise` is added to both coordinates.
#
# <details><summary>Hint 1: nudge</summary>
#
# Make the labels first: 0, 1, 0, 1, … has class counts that differ by at most one for every n. Then bring them into random order.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# n labels, permuted. n angles. The points of both formulas for all angles, and for each row the one its label asks for. Add noise of shape (n, 2).
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# y <- permutation of (0 .. n-1) modulo 2
# t <- n uniform angles
# X <- upper(t) where y = 0, lower(t) where y = 1
# return X + noise * normal numbers, y
# ```
# </details>
# <details><summary>I get "could not be broadcast together"</summary>
#
# A choice per row for two columns needs `y[:, None]`, of shape (n, 1).
# </details>

# %% nbgrader={"grade": false, "grade_id": "m08-moons", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "08.6", "needs": []}
#| export
def two_moons(n, noise, rng):
    """Points on two interleaved half circles.

    n       : int, number of points; the class counts differ by at most 1
    noise   : float, standard deviation of independent normal noise on both coordinates; 0 allowed
    rng     : np.random.Generator; equal random states give equal data
    returns : X (n, 2) float and y (n,) integer, rows in random order
    points  : class 0 (cos t, sin t), class 1 (1 - cos t, 0.5 - sin t), each with its own random t,
              uniform in [0, pi]
    """
    ### BEGIN SOLUTION
    y = rng.permutation(np.arange(n) % 2)
    t = rng.uniform(0.0, np.pi, size=n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    X = np.where(y[:, None] == 0, upper, lower)
    return X + rng.normal(0.0, noise, size=(n, 2)), y
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m08-moons-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "08.6", "needs": []}
# Also checked: without noise every point lies on its arc; the spread of the noise; the distribution of t; rows in
# random order; equal and different random states.
def test_unit_two_moons():
    X, y = two_moons(7, 0.1, np.random.default_rng(6))
    ck.shape(X, (7, 2), "shape of X")
    ck.shape(y, (7,), "shape of y")
    ck.same(sorted(np.bincount(y, minlength=2)), [3, 4], "points per class", hint="counts differ by at most 1")
    ck.true(y.dtype.kind == "i", "y holds integers", hint="labels are integers, not floats")


test_unit_two_moons()

# %%
# P2. You should see two half circles, and validation points (crosses) spread evenly among the training points of both.
X, y = two_moons(200, 0.1, np.random.default_rng(1))
train_idx, val_idx = train_val_split(len(y), 0.25, np.random.default_rng(2))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for label, colour in ((0, "tab:blue"), (1, "tab:red")):
    ax.plot(*X[train_idx][y[train_idx] == label].T, ".", color=colour)
    ax.plot(*X[val_idx][y[val_idx] == label].T, "x", color=colour)
ax.set(xlabel="first coordinate", ylabel="second coordinate")
plt.show()

# %%
# P3. Everything at work: split, scale by the training part alone, shuffle, train. You should see both losses fall
# together; validation ends near training, with nearly all of its points right.
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.training import Trainer, mlp

scaler = Standardizer()
scaler.fit(X[train_idx])
data, rng = TensorDataset(scaler.transform(X), y), np.random.default_rng(3)
train = DataLoader(Subset(data, train_idx), batch_size=32, shuffle=True, rng=rng)
val = DataLoader(Subset(data, val_idx), batch_size=64)
model = mlp(2, 16, 2, rng=rng)
trainer = Trainer(model, Adam(model.parameters(), lr=0.1), CrossEntropyLoss())
for _ in range(6):
    trainer.train_epoch(train)
    val_accuracy = trainer.evaluate(val)[1]
print("validation accuracy", round(float(val_accuracy), 3))
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(trainer.history["train_loss"], "o-", label="training")
ax.plot(trainer.history["eval_loss"], "o-", label="validation")
ax.set(xlabel="epoch", ylabel="loss")
ax.legend(loc="upper right")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.Q1", "minutes": 5}
# ## 08.Q1 · Leakage · 5 points
#
# Name three ways in which validation data reaches training, and say how the tools of this module prevent each, or where they cannot. About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m08-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "08.Q1"}
# ### BEGIN SOLUTION
# Statistics: a mean and a deviation fitted on all items carry values of the validation items into every training input. `Standardizer.fit` sees only the array it is given, so fit it on the training part and use `transform` on both.
#
# Duplicates: if the same item, or a close neighbour such as two pictures of one scene, is in both parts, remembering looks like understanding. `train_val_split` gives disjoint indices, but it cannot know that two rows are copies: remove duplicates first, or split whole groups.
#
# Choice: whoever tries twenty settings and keeps the one with the best validation loss has fitted that choice to the validation items. No loader prevents this. Keep a third part that is looked at once, at the end.
#
# Marking: statistics fitted on all data (2); duplicates or neighbours across the split (2); choosing by validation again and again (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "08.Q2", "minutes": 5}
# ## 08.Q2 · Last batch and order · 5 points
#
# What changes when the short last batch is dropped? What changes when data is never shuffled? Use plot P1 for the second part. About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m08-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "08.Q2"}
# ### BEGIN SOLUTION
# With `drop_last`, up to B - 1 items go unseen in an epoch. Shuffled, they are others each time, so over many epochs every item gets its share; unshuffled, it is always the same items, and they never train anything.
#
# Kept, the short batch makes an update as large as the others from fewer items: each of its items weighs more, and its gradient is noisier.
#
# Never shuffled, sorted data gives batches of one class, as in P1: the gradient of such a batch is biased towards that class, and consecutive updates pull in one direction for a long time. The last items of the epoch have the last word every time.
#
# Marking: items unseen each epoch, but different ones under shuffling (2); weight of a small last batch (1); sorted data gives biased gradients (2).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m08-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# Your loader gives every item once per epoch, in an order that a random state repeats, and keeps the fields of an item together. Splits are disjoint and exact, and scaling knows the training part only. Run `tito module complete 08`: from now on `tinytorch.core.dataloader` is yours. Module 09 feeds images through it.
#
# * Goodfellow, Bengio, Courville: Deep Learning, 2016. Section 8.1.3 has minibatches and why they are shuffled.
# * Kaufman, Rosset, Perlich: Leakage in Data Mining, 2011. Section 2 defines what may not reach training.
