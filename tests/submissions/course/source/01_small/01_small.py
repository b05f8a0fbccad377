# %% [markdown] nbgrader={"grade": false, "grade_id": "title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # Three small tasks

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
import math

import numpy as np

from tinytorch import Pair

# %% [markdown] nbgrader={"grade": false, "grade_id": "norm-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.1"}
# ## 01.1 · norm · 10 points
# The length of a Pair, from squares and a root; no ready-made norm.

# %% nbgrader={"grade": false, "grade_id": "norm", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.1"}
#| export
def norm(pair):
    """The length of a Pair."""
    ### BEGIN SOLUTION
    return math.sqrt(pair.first**2 + pair.second**2)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "norm-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "01.1", "needs": []}
def test_norm():
    assert norm(Pair(3.0, 4.0)) == 5.0
test_norm()

# %% [markdown] nbgrader={"grade": false, "grade_id": "centre-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.2"}
# ## 01.2 · centre · 10 points
# Take each column's mean off a table.

# %% nbgrader={"grade": false, "grade_id": "centre", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.2"}
#| export
def centre(x):
    """x (rows, columns) minus the mean of each column."""
    ### BEGIN SOLUTION
    return x - x.mean(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "centre-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "01.2", "needs": []}
def test_centre():
    assert np.allclose(centre(np.array([[1.0, 2.0], [3.0, 6.0]])), [[-1, -2], [1, 2]])
test_centre()

# %% [markdown] nbgrader={"grade": false, "grade_id": "mean-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "01.3"}
# ## 01.3 · Mean · 10 points
# A mean that grows with every number; of no number it raises ValueError.

# %% nbgrader={"grade": false, "grade_id": "mean", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "01.3"}
#| export
class Mean:
    """The mean of the numbers added so far."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.total, self.count = 0.0, 0
        ### END SOLUTION

    def add(self, number):
        ### BEGIN SOLUTION
        self.total += number
        self.count += 1
        ### END SOLUTION

    def value(self):
        ### BEGIN SOLUTION
        if not self.count:
            raise ValueError("the mean of nothing")
        return self.total / self.count
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mean-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "01.3", "needs": []}
def test_mean():
    mean = Mean()
    for number in (1.0, 2.0, 6.0):
        mean.add(number)
    assert mean.value() == 3.0
test_mean()
