"""Asks for 400 GB at once, in a cell."""

ROW = "D4"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)

np.ones((50_000, 1_000_000))
""",
}
