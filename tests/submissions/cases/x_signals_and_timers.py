"""Installs handlers for every signal and a timer that fires all the time."""

ROW = "X"
TWIN = "h11_slow_within_the_limit"
ANSWERS = {
    "norm": """import signal
for number in signal.valid_signals() - {9, 19, 11, 7, 8, 4}:
    try:
        signal.signal(number, lambda *a: None)
    except (OSError, ValueError):
        pass
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
