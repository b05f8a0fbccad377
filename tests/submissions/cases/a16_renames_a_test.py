"""Renames a test cell, so that the gradebook would not find it."""

ROW = "A16"
TWIN = "h12_another_editor"
ANSWERS = {
    "norm": """def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0}
NOTES = ["cell-missing", "cell-foreign"]


def damage(notebook):
    def of(name):
        return next(
            cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
        )

    cell = of("norm-test")
    cell["id"] = "other"
    cell["metadata"]["nbgrader"]["grade_id"] = "other-test"
