"""Huge integers, endless recursion and a crash in C, one per task."""

ROW = "D7"
TWIN = "h08_style"
ANSWERS = {
    "norm": """def norm(pair):
    return 1 << 100_000
""",
    "centre": """def centre(x):
    return centre(x)
""",
    "mean": """import ctypes
class Mean:
    def __init__(self):
        ctypes.string_at(0)
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 0.0}
SAYS = ["not plain data", "RecursionError", "segmentation fault"]
