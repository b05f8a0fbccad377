"""Forks in a cell and lets both processes go on."""

ROW = "X"
TWIN = "h15_a_library_with_a_thread"
ANSWERS = {
    "norm": """import os
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)

if os.fork() == 0:
    def norm(pair):
        return 1.0
""",
}
POINTS = {"norm-test": 10.0}
