"""Object arrays, float16, complex numbers and digits as text."""

ROW = "C5"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """def norm(pair):
    return complex(math.sqrt(pair.first**2 + pair.second**2), 0)
""",
    "centre": """def centre(x):
    return (x - x.mean(axis=0)).astype(np.float16)
""",
    "mean": """class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        return str(sum(self.numbers) / len(self.numbers))
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 3.0}
SAYS = ["float16", "not plain data", "not a number"]
