"""Prints, logs, warns and shows progress on stderr, in cells and in answers."""

ROW = "H1"
HONEST = True
ANSWERS = {
    "norm": r"""import sys, warnings, logging
print("hello")
warnings.warn("old", DeprecationWarning)
print("[W NNPACK.cpp:64] Could not initialize NNPACK!", file=sys.stderr)
def norm(pair):
    warnings.warn("slow", RuntimeWarning)
    logging.warning("norm of %s", pair)
    print("50%", end="\r", file=sys.stderr)
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
