"""Endless work in C, deaf to signals, with timers reset."""

ROW = "D2"
TWIN = "h11_slow_within_the_limit"
ANSWERS = {
    "norm": """import signal, re
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
def norm(pair):
    return float(bool(re.match(r"(a+)+$", "a" * 60 + "b")))
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["time limit of 0.4 s"]
