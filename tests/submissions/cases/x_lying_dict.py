"""Answers with a dict subclass that iterates differently each time, and a list that grows while it is read."""

ROW = "X"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """class Two(dict):
    def items(self): return iter([("a", 1)] * 10**9)
    def __iter__(self): return iter("ab")
    def __len__(self): return 1
def norm(pair):
    return Two(a=1)
""",
    "centre": """def centre(x):
    loop = []
    loop.append(loop)
    return loop
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0}
SAYS = ["the answer is not plain data"]
