"""A numpy float for a float, a list for an array, float32 for float64."""

ROW = "H5"
HONEST = True
ANSWERS = {
    "norm": """def norm(pair):
    return np.float32(np.sqrt(np.float64(pair.first) ** 2 + pair.second**2))
""",
    "centre": """def centre(x):
    return (x - x.mean(axis=0)).tolist()
""",
    "mean": """class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        return np.mean(np.array(self.numbers))
""",
}
