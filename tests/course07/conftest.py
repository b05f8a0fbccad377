from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "source" / "07_training"


@pytest.fixture(scope="session")
def folder():
    return SOURCE


@pytest.fixture(scope="session")
def nb():
    from course_tools.notebooks import build

    return build((SOURCE / "07_training.py").read_text(encoding="utf-8"), stem="07_training")


@pytest.fixture(scope="session")
def code_cells(nb):
    return [cell for cell in nb["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="session")
def ns(code_cells):
    """The names of module 07 as its exported cells define them."""
    names = {"__name__": "training"}
    for cell in code_cells:
        if cell["source"].startswith("#| export"):
            exec(compile(cell["source"], cell["id"], "exec"), names)
    return names


@pytest.fixture
def rng():
    return np.random.default_rng(20250701)


@pytest.fixture
def torch():
    import torch

    return torch
