"""Crashes in C while a cell runs; the rest is judged."""

ROW = "D7"
TWIN = "h08_style"
ANSWERS = {
    "centre": """import ctypes
ctypes.string_at(0)
""",
}
POINTS = {"centre-test": 0.0}
SAYS = ["segmentation fault"]
