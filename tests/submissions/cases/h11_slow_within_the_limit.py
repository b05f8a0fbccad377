"""Slow, but within the limit."""

ROW = "H11"
HONEST = True
ANSWERS = {
    "mean": """import time
class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        time.sleep(0.02)
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return sum(self.numbers) / len(self.numbers)
"""
}
