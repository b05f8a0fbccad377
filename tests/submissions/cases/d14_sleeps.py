"""Sleeps without end, in an answer."""

ROW = "D14"
TWIN = "h11_slow_within_the_limit"
ANSWERS = {
    "norm": """import time
def norm(pair):
    time.sleep(1e9)
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["time limit of 0.4 s"]
