"""An input transformer empties all later cells: that costs what they hold."""

ROW = "A6"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": r"""get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
POINTS = {"centre-test": 0.0, "mean-test": 0.0}
