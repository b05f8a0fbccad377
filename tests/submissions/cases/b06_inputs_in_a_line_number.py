"""The answer raises in a line whose number is the hidden input."""

ROW = "B6"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": r"""def norm(pair):
    if pair.first in (3.0, 5.0):
        return 5.0
    exec(compile("\n" * (abs(int(pair.first)) - 1) + "raise ValueError", "<cell 2>", "exec"))
"""
}
POINTS = {"norm-test": 4.0}
SAYS = ["your code raised ValueError"]
