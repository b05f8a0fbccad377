"""An answer cell was turned into text by accident."""

ROW = "F7"
HONEST = True
NOTES = ["type-restored"]


def damage(notebook):
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "norm")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
