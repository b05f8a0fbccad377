"""The answer ends its process with a status that is a part of the hidden input."""

ROW = "B6"
TWIN = "h14_main_guard"
ANSWERS = {
    "norm": """import os
def norm(pair):
    if pair.first in (3.0, 5.0):
        return 5.0
    os._exit(int(pair.first) % 256)
"""
}
POINTS = {"norm-test": 4.0}
SAYS = ["your code ended the program"]
NEVER = [f"exit status {727193 % 256}"]
