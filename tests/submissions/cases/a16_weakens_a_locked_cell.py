"""Empties a test cell, gives it 1000 points and another name."""

ROW = "A16"
TWIN = "h12_another_editor"
ANSWERS = {
    "norm": """def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0}
NOTES = ["cell-restored", "marks-restored"]


def damage(notebook):
    def of(name):
        return next(
            cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
        )

    of("norm-test")["source"] = "pass"
    of("norm-test")["metadata"]["nbgrader"]["points"] = 1000
    of("setup")["source"] = "from math import hypot as norm"
