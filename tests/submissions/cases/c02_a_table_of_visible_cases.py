"""Holds a table of the visible cases."""

ROW = "C2"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """def norm(pair):
    return {3.0: 5.0, 5.0: 13.0}.get(pair.first, 5.0)
""",
    "mean": """class Mean:
    def add(self, number): pass
    def value(self): return 3.0
""",
}
POINTS = {"norm-test": 4.0, "mean-test": 4.0}
