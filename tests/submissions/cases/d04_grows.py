"""Asks for more and more memory."""

ROW = "D4"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """def norm(pair):
    kept = []
    while True:
        kept.append(bytes(range(256)) * (1 << 14))
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["emory"]
