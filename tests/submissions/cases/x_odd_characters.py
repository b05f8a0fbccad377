"""The source holds NUL, terminal codes, bidirectional marks and half a surrogate."""

ROW = "X"
TWIN = "h08_style"
ANSWERS = {
    "norm": """def norm(pair):
    return 5.0
""",
}
POINTS = {"norm-test": 0.0}
NEVER = ["\\u202e", "\\u001b[2J"]


def damage(notebook):
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "norm")
    cell["source"] = "x = 'a\x00b'\n# \x1b[2J \u202e txet \ud800\n" + cell["source"]
    source = "\u202eevil\u202c \x1b[2J \x00"
    notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": source})
