"""Probes of module 08: run in the student's process, call the student's names, know no expected value."""

import numpy as np

from tinytorch.core.tensor import Tensor
from tinytorch.given import data as given_data


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


def plain(item):
    """A tuple as a list with its kind in front, so that a bare array is told from a tuple of one."""
    if isinstance(item, tuple):
        return ["tuple", *item]
    return (
        [type(item).__name__, item] if isinstance(item, (np.ndarray, int, float)) else [type(item).__name__]
    )


# -- 08.1 ------------------------------------------------------------------------------------------------------


def items(names, arrays, indices, tensors=()):
    """len and some items of a TensorDataset, errors included; arrays at the positions `tensors` go in as Tensors."""
    held = [Tensor(one) if i in tensors else one for i, one in enumerate(arrays)]
    data = names["TensorDataset"](*held)
    return {"length": len(data), "items": [attempt(lambda i=i: plain(data[i])) for i in indices]}


def lengths_of_datasets(names, groups):
    """len of a TensorDataset of each group of arrays, or the error of making it."""
    return [attempt(lambda group=group: len(names["TensorDataset"](*group))) for group in groups]


def written_items(names, arrays, index):
    """An item, written into; then the same item again, and the arrays it came from."""
    data = names["TensorDataset"](*arrays)
    first = data[index]
    before = plain(tuple(np.array(field) for field in first))
    for field in first:
        if isinstance(field, np.ndarray) and field.flags.writeable:
            field[...] = -1
    return {"before": before, "after": plain(data[index]), "arrays": list(arrays)}


def bare_dataset(names):
    """A Dataset without methods, one with len alone, and a whole one."""

    class Unfinished(names["Dataset"]):
        pass

    class Counted(names["Dataset"]):
        def __len__(self):
            return 3

    class Whole(Counted):
        def __getitem__(self, i):
            return (i * i,)

    return {
        "length": attempt(lambda: len(Unfinished())),
        "item": attempt(lambda: Counted()[0]),
        "counted": len(Counted()),
        "whole": Whole()[2][0],
    }


# -- 08.2 and 08.3 ---------------------------------------------------------------------------------------------


class Held:
    """A data set that is a list of tuples, with nothing but len and index."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def held(fields):
    """The data set whose items are the rows of these fields; a field is an array or a list of numbers."""
    return Held([tuple(row) for row in zip(*fields, strict=True)])


def listed(batches):
    return [list(batch) for batch in batches]


def epochs(names, fields, settings, count=1, seed=None):
    """The loader's len and its batches in `count` epochs, one list of fields per batch."""
    rng = {} if seed is None else {"rng": np.random.default_rng(seed)}
    loader = names["DataLoader"](held(fields), **settings, **rng)
    return {"length": len(loader), "epochs": [listed(loader) for _ in range(count)]}


def many(names, cases):
    """`epochs` of several loaders."""
    return [epochs(names, *case) for case in cases]


def first_batch_kinds(names, fields):
    """What a batch is: the kind of the whole and of its fields."""
    batch = next(iter(names["DataLoader"](held(fields), batch_size=3)))
    return {"batch": type(batch).__name__, "fields": [type(field).__name__ for field in batch]}


def two_at_once(names, fields, batch_size):
    """Two iterators over one loader, asked in turns: the first twice, the second to its end, the first again."""
    loader = names["DataLoader"](held(fields), batch_size=batch_size)
    first, second = iter(loader), iter(loader)
    begun = listed([next(first), next(first)])
    return {"second": listed(second), "first": begun + listed(first)}


def loader_attributes(names, batch_size, shuffle, drop_last, seed):
    data, rng = Held([(0,)]), np.random.default_rng(seed)
    loader = names["DataLoader"](data, batch_size, shuffle, drop_last, rng)
    default = names["DataLoader"](data)
    return {
        "given": [loader.batch_size, loader.shuffle, loader.drop_last],
        "kept": [loader.dataset is data, loader.rng is rng],
        "default": [default.batch_size, default.shuffle, default.drop_last],
        "own_rng": isinstance(default.rng, np.random.Generator),
    }


def batch_sizes(names, sizes):
    """len of a loader over six items with each batch size, or the error of making it."""
    data = held([list(range(6))])

    def made(size):
        loader = names["DataLoader"](data, batch_size=size)
        return len(loader) if size > 0 else "accepted"

    return [attempt(lambda size=size: made(size)) for size in sizes]


def order_counts(names, n, epochs, seed):
    """places[i, k]: in how many epochs item i stood at position k; after[i, j]: in how many j came right after i."""
    data, places, after = held([list(range(n))]), np.zeros((n, n), dtype=int), np.zeros((n, n), dtype=int)
    loader = names["DataLoader"](data, batch_size=n, shuffle=True, rng=np.random.default_rng(seed))
    orders = []
    for _ in range(epochs):
        ((order,),) = loader
        orders.append(order)
    orders = np.array(orders)
    for k in range(n):
        np.add.at(places[:, k], orders[:, k], 1)
        if k:
            np.add.at(after, (orders[:, k - 1], orders[:, k]), 1)
    return {"places": places, "after": after}


def global_state(names, fields, seed):
    """Orders of two epochs with the global random state set before each, and whether it moved."""
    loader = names["DataLoader"](held(fields), batch_size=4, shuffle=True, rng=np.random.default_rng(seed))
    orders, moved = [], []
    for _ in range(2):
        np.random.seed(808)
        before = np.random.get_state()
        orders.append(listed(loader))
        moved.append(not all(map(np.array_equal, before, np.random.get_state())))
    return {"epochs": orders, "moved": moved}


def abandoned(names, fields, batch_size, seed, taken):
    """An iterator left after some batches, then two whole epochs; and the len before and after."""
    loader = names["DataLoader"](
        held(fields), batch_size=batch_size, shuffle=True, rng=np.random.default_rng(seed)
    )
    before, left = len(loader), iter(loader)
    begun = listed([next(left) for _ in range(taken)])
    return {"begun": begun, "epochs": [listed(loader), listed(loader)], "lengths": [before, len(loader)]}


# -- 08.4 ------------------------------------------------------------------------------------------------------


def splits(names, cases):
    """Both parts for every (n, fraction, seed), or the error."""

    def one(n, fraction, seed):
        train, val = names["train_val_split"](n, fraction, np.random.default_rng(seed))
        return [np.asarray(train), np.asarray(val)]

    return [attempt(lambda case=case: one(*case)) for case in cases]


def validation_counts(names, n, fraction, times, seed):
    """How often each index was in validation, and how often each pair was there together."""
    rng, single, both = np.random.default_rng(seed), np.zeros(n, dtype=int), np.zeros((n, n), dtype=int)
    for _ in range(times):
        val = np.asarray(names["train_val_split"](n, fraction, rng)[1])
        single[val] += 1
        both[np.ix_(val, val)] += 1
    return {"single": single, "both": both}


def subset(names, fields, indices, asked):
    """len of a Subset and some of its items; `indices` also by way of a Subset of a Subset."""
    data = held(fields)
    one = names["Subset"](data, indices)
    again = names["Subset"](one, list(range(len(indices)))[::-1])
    return {
        "length": len(one),
        "items": [attempt(lambda i=i: plain(one[i])) for i in asked],
        "reversed": [plain(again[i]) for i in range(len(again))],
    }


# -- 08.5 ------------------------------------------------------------------------------------------------------


def scaled(names, fitted, others):
    """fit on each array of `fitted` in turn; then mean, std, and others transformed and brought back."""
    scaler = names["Standardizer"]()
    for X in fitted:
        scaler.fit(X)
    there = [scaler.transform(X) for X in others]
    return {
        "mean": scaler.mean,
        "std": scaler.std,
        "transformed": there,
        "back": [scaler.inverse(Z) for Z in there],
        "inputs": [*fitted, *others],
    }


def before_fit(names, X):
    """Both methods before fit, and after it."""
    scaler = names["Standardizer"]()
    early = [attempt(lambda: scaler.transform(X)), attempt(lambda: scaler.inverse(X))]
    scaler.fit(X)
    return {"early": early, "late": [scaler.transform(X), scaler.inverse(X)]}


# -- 08.6 ------------------------------------------------------------------------------------------------------


def moons(names, cases):
    """X and y for every (n, noise, seed); the library's own generator is out of order meanwhile."""
    ready = given_data.two_moons
    code, ready.__code__ = ready.__code__, (lambda n, noise, rng: None).__code__
    try:
        found = [names["two_moons"](n, noise, np.random.default_rng(seed)) for n, noise, seed in cases]
        return [[X, y] for X, y in found]
    finally:
        ready.__code__ = code
