"""A test cell was copied; one copy counts and the batch goes on."""

ROW = "F1"
TWIN = "h03_scratch_work"
NOTES = ["cell-duplicated"]


def damage(notebook):
    cells = notebook["cells"]
    at = next(i for i, cell in enumerate(cells) if cell["id"] == "norm-test")
    cells.insert(at, dict(cells[at], id="copy"))
