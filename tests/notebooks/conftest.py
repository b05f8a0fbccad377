"""A small paper with every kind of cell, and the notebook of a student who changed nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from course_tools.notebooks import build, dump, read

PERCENT = '''\
# %% [markdown] nbgrader={"grade": false, "grade_id": "m07-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 07 Training

# %% nbgrader={"grade": false, "grade_id": "m07-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
import math

# %% nbgrader={"grade": false, "grade_id": "m07-clip", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.2"}
#| export
def clip(value, limit=1.0):
    """The value, no farther from 0 than limit."""
    ### BEGIN SOLUTION
    return math.copysign(min(abs(value), limit), value)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-clip-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"needs": [], "task": "07.2"}
def test_unit_clip():
    assert clip(3.0) == 1.0
test_unit_clip()

# %% [markdown]
# You should see a straight line.

# %%
print([clip(one) for one in range(3)])

# %% [markdown] nbgrader={"grade": true, "grade_id": "m07-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "07.Q1"}
# ### BEGIN SOLUTION
# Fixed cost against cost per batch.
# ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "m07-module", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "07.3"}
#| export
class Counter:
    def step(self):
        ### BEGIN SOLUTION
        self.count = getattr(self, "count", 0) + 1
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m07-module-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"needs": ["m07-clip-test"], "task": "07.3"}
def test_module():
    Counter().step()
test_module()
'''


@pytest.fixture(scope="session")
def percent() -> str:
    return PERCENT


@pytest.fixture(scope="session")
def _paper() -> dict[str, Any]:
    return build(PERCENT, stem="07_training")


@pytest.fixture
def paper(_paper: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(_paper)


@pytest.fixture
def submitted(paper: dict[str, Any]) -> dict[str, Any]:
    return read(dump(paper))
