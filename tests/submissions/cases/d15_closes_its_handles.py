"""Closes all its file handles, in an answer."""

ROW = "D15"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """import os
def norm(pair):
    os.closerange(0, 256)
    return 5.0
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["your code ended the program"]
