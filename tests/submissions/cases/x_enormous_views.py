"""Answers with a view that is 8 petabytes large and takes 8 bytes."""

ROW = "X"
TWIN = "h05_other_types"
ANSWERS = {
    "centre": """def centre(x):
    return np.broadcast_to(1.0, (10**9, 10**6))
""",
}
POINTS = {"centre-test": 0.0}
