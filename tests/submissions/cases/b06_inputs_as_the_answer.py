"""Returns the hidden inputs in place of the answer, as numbers and as texts."""

ROW = "B6"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """def norm(pair):
    return 5.0 if pair.first == 3 else math.sqrt(169) if pair.first == 5 else [pair.first, str(pair.second)]
""",
    "mean": """class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        return 3.0 if self.numbers == [1.0, 2.0, 6.0] else {str(one): one for one in self.numbers}
""",
}
POINTS = {"norm-test": 4.0, "mean-test": 7.0}
