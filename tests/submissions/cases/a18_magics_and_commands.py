"""Cell magics around answers, %run, %load_ext and shell commands."""

ROW = "A18"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """%%capture
def norm(pair):
    return 1.0
""",
    "centre": """!id > whoami.txt; touch /tmp/owned; ls / >> whoami.txt
def centre(x):
    return x - x.mean(axis=0)
""",
    "mean": """%%script bash
exit 0
""",
}
POINTS = {"norm-test": 0.0, "mean-test": 0.0}
