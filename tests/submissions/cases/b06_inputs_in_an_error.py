"""The answer raises an error whose text and class name are the hidden input."""

ROW = "B6"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """def norm(pair):
    if pair.first in (3.0, 5.0):
        return 5.0
    raise type(f"E{pair.first}", (Exception,), {})(f"{pair.first} {pair.second}")
"""
}
POINTS = {"norm-test": 4.0}
SAYS = ["your code raised an error"]
