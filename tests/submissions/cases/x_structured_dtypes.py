"""Answers with structured, dated, text and long double arrays."""

ROW = "X"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """def norm(pair):
    return np.longdouble(5.0)
""",
    "centre": """def centre(x):
    return np.array([(1.0, 2)], dtype=[("a", "f8"), ("b", "O")])
""",
    "mean": """class Mean:
    def __init__(self):
        self.count = 0
    def add(self, number):
        self.count += 1
    def value(self):
        if not self.count:
            raise ValueError("nothing")
        return np.array("NaT", dtype="datetime64[s]")
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 3.0}
SAYS = ["the answer is not plain data"]
