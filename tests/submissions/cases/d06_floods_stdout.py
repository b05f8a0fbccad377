"""Writes without end to stdout, in large pieces and in small ones."""

ROW = "D6"
TWIN = "h01_noisy"
ANSWERS = {
    "norm": """import os, time
end = time.process_time() + 0.2
while time.process_time() < end:
    print("x" * 100_000)
    for _ in range(100):
        print("y")
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
SAYS = ["[cut here"]
