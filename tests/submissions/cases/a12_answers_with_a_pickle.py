"""Answers are pickles, object arrays and things that run code when loaded."""

ROW = "A12"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """import pickle, os
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch /tmp/owned",))
def norm(pair):
    return pickle.dumps(Bomb())
""",
    "centre": """def centre(x):
    return np.array([Bomb(), Bomb()], dtype=object)
""",
    "mean": """class Mean:
    def __init__(self):
        self.count = 0
    def add(self, number):
        self.count += 1
    def value(self):
        if not self.count:
            raise ValueError("nothing")
        return Bomb()
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 3.0}
SAYS = ["the answer is not plain data"]
