"""Puts another file over the grader's channel with dup2, in an answer."""

ROW = "X"
ANSWERS = {
    "norm": """import os, socket
def norm(pair):
    os.dup2(os.open("/dev/null", os.O_RDWR), 3)
    return 5.0
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["your code ended the program"]
