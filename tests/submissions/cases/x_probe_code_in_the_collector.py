"""Hunts the probe's code and its namespace through the garbage collector, and answers with what it finds."""

ROW = "X"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """import gc, types
def norm(pair):
    codes = [one for one in gc.get_objects() if isinstance(one, types.FunctionType) and one.__code__.co_filename == "<probes>"]
    words = [str(const) for one in codes for const in one.__code__.co_consts if isinstance(const, (int, float))]
    return float(words[0]) if words else -1.0
""",
}
POINTS = {"norm-test": 0.0}
