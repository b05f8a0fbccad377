"""The cells stand in another order, but run from top to bottom."""

ROW = "H4"
HONEST = True


def damage(notebook):
    cells = notebook["cells"]
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    at = names.index("mean-text")
    notebook["cells"] = cells[:2] + cells[at:] + cells[2:at]
