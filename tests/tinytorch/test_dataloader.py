"""Module 08 beside torch's loader, and as what feeds module 07."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset as TorchDataset

from tinytorch.core.dataloader import (
    DataLoader,
    Standardizer,
    Subset,
    TensorDataset,
    train_val_split,
    two_moons,
)
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.tensor import Tensor
from tinytorch.core.training import Trainer, mlp
from tinytorch.given import data


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (12, 4), (3, 5), (1, 1), (7, 7)])
def test_batches_are_those_of_torch(rng, n, batch_size, drop_last):
    X, y = rng.normal(size=(n, 2, 3)), np.arange(n)
    ours = DataLoader(TensorDataset(X, y), batch_size, drop_last=drop_last)
    theirs = TorchLoader(TorchDataset(torch.tensor(X), torch.tensor(y)), batch_size, drop_last=drop_last)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        for got, right in zip(mine, other, strict=True):
            np.testing.assert_array_equal(got, right.numpy(), strict=True)


def test_tensors_are_read_and_not_shared(rng):
    held = Tensor(rng.normal(size=(4, 2)))
    (row,) = TensorDataset(held)[1]
    row[:] = 0
    assert held.data[1].all()


def test_split_scaled_and_shuffled_data_trains_a_network(rng):
    X, y = two_moons(300, 0.1, rng)
    train_idx, val_idx = train_val_split(len(y), 0.3, rng)
    scaler = Standardizer()
    scaler.fit(X[train_idx])
    items = TensorDataset(scaler.transform(X), y)
    train = DataLoader(Subset(items, train_idx), batch_size=16, shuffle=True, rng=rng)
    model = mlp(2, 16, 2, rng=rng)
    trainer = Trainer(model, Adam(model.parameters(), lr=0.03), CrossEntropyLoss())
    for _ in range(15):
        trainer.train_epoch(train)
    assert trainer.evaluate(DataLoader(Subset(items, val_idx)))[1] > 0.9


def test_moons_are_the_given_ones():
    """Module 07 trains on the library's moons: both are the same shape, drawn alike."""
    for ours, theirs in zip(
        two_moons(50, 0.1, np.random.default_rng(3)),
        data.two_moons(50, 0.1, np.random.default_rng(3)),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
