"""Calls it under a name of its own."""

ROW = "C1"
TWIN = "h06_another_algorithm"
ANSWERS = {
    "norm": """from numpy.linalg import norm as helper
def norm(pair):
    return float(helper([pair.first, pair.second]))
""",
}
POINTS = {"norm-test": 8.0}
SAYS = ["ready-made functions called"]
