"""Checks of the small course. The hidden inputs hold numbers that stand nowhere else, so that a leak can be seen."""

import numpy as np

from course_tools.grading import check, expect

FIRST, SECOND, TABLE, NUMBER = 727193.0625, 355113.25, 481516.25, 918273.5
# In no page a student may open, plain or as the digits of an expected value.
SECRETS = ("727193", "355113", "481516", "918273", "809260")


@check("norm-test", visible=True, hint="add the squares, then take the root")
def test_norm_of_three_and_four(student, rng):
    """The Pair (3, 4) has length 5."""
    expect(student.probe("norms", pairs=[[3.0, 4.0]])).close([5.0], rtol=1e-12, what="length")


@check("norm-test", visible=True, needs=("test_norm_of_three_and_four",), hint="write the formula yourself")
def test_norm_is_not_ready_made(student, rng):
    """The formula is your own: math.hypot and np.linalg.norm are not called."""
    used = student.probe("ready_made", first=5.0, second=12.0)
    expect(used).equal([], what="ready-made functions called")


@check("norm-test", hint="try numbers below zero and very different ones")
def test_norm_of_drawn_numbers(student, rng):
    """Pairs of all sizes and signs."""
    pairs = [[FIRST, SECOND], *rng.normal(size=(4, 2)).tolist()]
    lengths = [np.sqrt(first**2 + second**2) for first, second in pairs]
    expect(student.probe("norms", pairs=pairs)).close(lengths, rtol=1e-9, what="length")


@check("centre-test", visible=True, hint="one mean for each column: axis=0")
def test_centre_of_two_rows(student, rng):
    """A table of two rows."""
    got = student.probe("centred", x=np.array([[1.0, 2.0], [3.0, 6.0]]))
    expect(got).close([[-1, -2], [1, 2]], rtol=1e-12, what="table")


@check("centre-test", hint="do it for any number of rows")
def test_centre_of_a_drawn_table(student, rng):
    """A table of five rows and three columns."""
    x = rng.normal(size=(5, 3))
    x[0, 0] = TABLE
    expect(student.probe("centred", x=x)).close(x - x.mean(axis=0), rtol=1e-9, atol=1e-9, what="table")


@check(
    "centre-test", needs=("test_centre_of_a_drawn_table",), hint="make a new table; += changes the old one"
)
def test_centre_leaves_its_input(student, rng):
    """The table that is given stays as it is."""
    x = rng.normal(size=(4, 2))
    expect(student.probe("centred_input", x=x)).equal(x, what="the table that was given")


@check("mean-test", visible=True, hint="the sum by the count")
def test_mean_of_three(student, rng):
    """The mean of 1, 2 and 6 is 3."""
    expect(student.probe("mean", numbers=[1.0, 2.0, 6.0])).close(3.0, rtol=1e-12, what="mean")


@check("mean-test", hint="every Mean starts from nothing")
def test_mean_of_drawn_numbers(student, rng):
    """Drawn numbers, and a second Mean beside the first."""
    numbers = [NUMBER, *rng.normal(size=6).tolist()]
    expect(student.probe("mean", numbers=numbers)).close(np.mean(numbers), rtol=1e-9, what="mean")


@check("mean-test", hint="look at the count before you divide")
def test_mean_of_nothing(student, rng):
    """The mean of nothing raises ValueError."""
    expect(student.probe("mean_of_nothing")).raises("ValueError", what="the mean of nothing")
