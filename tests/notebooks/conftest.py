"""A small paper with every kind of cell, and the notebook of a student who changed nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from course_tools.notebooks import build, dump, read

PERCENT = (Path(__file__).parent / "paper.percent").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def percent() -> str:
    return PERCENT


@pytest.fixture(scope="session")
def shared_paper() -> dict[str, Any]:
    return build(PERCENT, stem="07_training")


@pytest.fixture
def paper(shared_paper: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(shared_paper)


@pytest.fixture
def submitted(paper: dict[str, Any]) -> dict[str, Any]:
    return read(dump(paper))
