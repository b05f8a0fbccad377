"""Puts another file over the grader's channel with dup2 while the notebook runs."""

ROW = "X"
ANSWERS = {
    "centre": """import os
os.dup2(os.open("/dev/null", os.O_RDWR), 3)
def centre(x):
    return x
""",
}
POINTS = {"centre-test": 0.0}
SAYS = ["your code ended the program"]
