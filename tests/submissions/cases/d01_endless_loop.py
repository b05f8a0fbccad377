"""The function never comes back and swallows every exception."""

ROW = "D1"
TWIN = "h11_slow_within_the_limit"
ANSWERS = {
    "norm": """def norm(pair):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
}
POINTS = {"norm-test": 0.0}
SAYS = ["time limit of 0.4 s"]
