"""Starts processes as fast as it can."""

ROW = "D3"
TWIN = "h15_a_library_with_a_thread"
ANSWERS = {
    "norm": """import os
def norm(pair):
    while True:
        os.fork()
""",
}
POINTS = {"norm-test": 0.0}
