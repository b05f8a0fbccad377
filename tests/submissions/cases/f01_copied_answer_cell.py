"""An answer cell was copied; the last counts."""

ROW = "F1"
TWIN = "h03_scratch_work"
POINTS = {"norm-test": 0.0}
NOTES = ["cell-duplicated"]


def damage(notebook):
    cells = notebook["cells"]
    at = next(i for i, cell in enumerate(cells) if cell["id"] == "norm")
    cells.insert(at + 1, dict(cells[at], id="copy", source="def norm(pair):\n    return 1.0"))
