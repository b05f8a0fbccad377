"""What module 08 is judged by is held to numpy and to numbers worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def oracle():
    sys.path.insert(0, str(ROOT / "graders"))
    try:
        from oracles import dataloader
    finally:
        sys.path.remove(str(ROOT / "graders"))
    return dataloader


def test_sizes_by_hand(oracle):
    assert oracle.sizes(10, 4) == [4, 4, 2]
    assert oracle.sizes(10, 4, drop_last=True) == [4, 4]
    assert oracle.sizes(0, 3) == []


def test_columns_are_those_of_numpy(oracle):
    X = np.random.default_rng(8).normal(size=(7, 3))
    mean, spread = oracle.columns(X)
    np.testing.assert_allclose(mean, X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(spread, X.std(axis=0), rtol=1e-14)
    assert oracle.columns(np.full((3, 1), 0.1))[1] == [1.0]


def test_moons_straightened(oracle):
    t = np.array([0.3, 2.0])
    X = np.array([[np.cos(t[0]), np.sin(t[0])], [1 - np.cos(t[1]), 0.5 - np.sin(t[1])]])
    angles, radii = oracle.straightened(X, np.array([0, 1]))
    np.testing.assert_allclose(angles, t, rtol=1e-14)
    np.testing.assert_allclose(radii, 1, rtol=1e-14)


def test_spread_of_uniform_angles(oracle):
    t = (np.arange(100_000) + 0.5) * np.pi / 100_000  # midpoints: the integral to ten digits
    exact = [np.var(np.cos(t)) + 4, np.var(np.sin(t)) + 4]
    np.testing.assert_allclose(oracle.spread_of_moons(2.0), exact, rtol=1e-9)
