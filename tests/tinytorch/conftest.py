from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20240607)


@pytest.fixture
def root():
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def as_torch():
    """A float64 torch copy of a Tensor or array that wants a gradient."""
    import torch

    return lambda value: torch.tensor(np.array(value), dtype=torch.float64, requires_grad=True)
