"""A 0-d value and an empty array, where comparing would stretch them."""

ROW = "C4"
TWIN = "h05_other_types"
ANSWERS = {
    "norm": """def norm(pair):
    return np.array([])
""",
    "centre": """def centre(x):
    return np.zeros((0, x.shape[1])) if len(x) > 2 else np.float64(0.0)
""",
}
POINTS = {"norm-test": 0.0, "centre-test": 0.0}
SAYS = ["the shape is"]
