"""Waits for keyboard input."""

ROW = "D14"
TWIN = "h14_main_guard"
ANSWERS = {
    "norm": """def norm(pair):
    return float(input("length? "))
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["nobody is at the keyboard"]
