"""A test cell was deleted; it is put back and graded."""

ROW = "F2"
TWIN = "h03_scratch_work"
NOTES = ["cell-missing"]


def damage(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "centre-test"]
