"""An answer cell was deleted: that question alone is lost."""

ROW = "F3"
POINTS = {"centre-test": 0.0}
NOTES = ["answer-missing"]
SAYS = ["counts as not answered"]


def damage(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "centre"]
