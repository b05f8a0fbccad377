"""Sets grade and locked to false, and turns test cells into text."""

ROW = "A17"
TWIN = "h12_another_editor"
ANSWERS = {
    "norm": """def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0}
NOTES = ["marks-restored", "type-restored"]


def damage(notebook):
    def of(name):
        return next(
            cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
        )

    of("norm-test")["metadata"]["nbgrader"] |= {"grade": False, "locked": False, "solution": True}
    for name, kind in (("centre-test", "markdown"), ("mean-test", "raw")):
        cell = of(name)
        cell["cell_type"] = kind
        del cell["outputs"], cell["execution_count"]
