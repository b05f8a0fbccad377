"""Uses a name that exists only because cells were run in another order."""

ROW = "F10"
TWIN = "h04_another_order"
ANSWERS = {
    "norm": """scale = helper(1)
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2) * scale
""",
    "centre": """def helper(x):
    return x
def centre(x):
    return x - x.mean(axis=0)
""",
}
POINTS = {"norm-test": 0.0}
NOTES = ["order"]
SAYS = ["helper"]
