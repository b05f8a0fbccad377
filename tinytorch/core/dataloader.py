# tinytorch.core.dataloader
#
# Made from the cells marked "#| export" of 08_dataloader.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m08-setup
#| default_exp core.dataloader
import math

import numpy as np

from tinytorch.core.tensor import part_of
from tinytorch.given import check as ck
from tinytorch.given import to_numpy


# Cell m08-dataset
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


# Cell m08-batches
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


# Cell m08-shuffle
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


# Cell m08-split
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


# Cell m08-scale
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


# Cell m08-moons
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
