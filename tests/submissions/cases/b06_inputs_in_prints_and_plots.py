"""Prints and draws every input it is given."""

ROW = "B6"
TWIN = "h01_noisy"
ANSWERS = {
    "mean": """import matplotlib.pyplot as plt, sys, os
from IPython.display import display
class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        print(self.numbers); print(self.numbers, file=sys.stderr); display(str(self.numbers))
        os.write(1, str(self.numbers).encode()); os.system(f"echo {self.numbers[0]}")
        plt.title(str(self.numbers)); plt.show()
        return sum(self.numbers) / len(self.numbers)
""",
}
