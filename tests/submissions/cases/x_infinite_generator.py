"""Answers with a generator that never ends."""

ROW = "X"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """import itertools
def norm(pair):
    return itertools.count()
""",
    "centre": """def centre(x):
    while True:
        yield x
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0}
SAYS = ["the answer is not plain data"]
