"""Writes into the interpreter's memory with ctypes: small integers and True change their values."""

ROW = "X"
ANSWERS = {
    "norm": """import ctypes
def norm(pair):
    for address in range(id(3), id(3) + 32 * 50, 8):
        ctypes.memset(address, 0, 8)
    return 5.0
""",
    "centre": """import ctypes
ctypes.memset(id(True), 0, 64)
""",
    "mean": """raise SystemExit
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 0.0}
ALONE = True
