"""The answer cell never comes back and swallows every exception; the rest is judged."""

ROW = "D1"
TWIN = "h11_slow_within_the_limit"
ANSWERS = {
    "centre": """while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
}
POINTS = {"centre-test": 0.0}
SAYS = ["time limit of 0.6 s"]
