"""The answer writes every input it is given into a file, and a later cell prints the file."""

ROW = "B6"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """def norm(pair):
    with open("seen.txt", "a") as file:
        file.write(f"{pair.first} ")
    return math.sqrt(pair.first**2 + pair.second**2)
""",
    "mean": """import os
if os.path.exists("seen.txt"):
    print(open("seen.txt").read())
class Mean:
    def __init__(self):
        self.total, self.count = 0.0, 0
    def add(self, number):
        self.total += number
        self.count += 1
    def value(self):
        if not self.count:
            raise ValueError("nothing")
        return self.total / self.count
""",
}
