"""Calls the function it should build."""

ROW = "C1"
TWIN = "h06_another_algorithm"
ANSWERS = {
    "norm": """def norm(pair):
    return math.hypot(pair.first, pair.second)
""",
}
POINTS = {"norm-test": 8.0}
SAYS = ["ready-made functions called"]
