"""Patches len and isinstance: its own shell cannot run a further cell, and the grader goes on."""

ROW = "A3"
TWIN = "h08_style"
ANSWERS = {
    "norm": """import builtins
builtins.isinstance = builtins.all = builtins.any = lambda *a, **k: True
builtins.len = lambda x: 1
def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0, "mean-test": 0.0}
