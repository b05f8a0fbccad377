"""Another order of summation and another, correct algorithm."""

ROW = "H6"
HONEST = True
ANSWERS = {
    "norm": """def norm(pair):
    a, b = sorted((abs(pair.first), abs(pair.second)))
    return b * math.sqrt(1 + (a / b) ** 2) if b else 0.0
""",
    "mean": """class Mean:
    def __init__(self):
        self.count, self.mean = 0, 0.0
    def add(self, number):
        self.count += 1
        self.mean += (number - self.mean) / self.count
    def value(self):
        if self.count == 0:
            raise ValueError("no numbers")
        return self.mean
""",
}
