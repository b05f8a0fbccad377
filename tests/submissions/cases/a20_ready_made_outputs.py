"""Comes with outputs that look like a perfect run."""

ROW = "A20"
TWIN = "h00_the_reference"
ANSWERS = {
    "norm": """def norm(pair):
    return 1.0
""",
}
POINTS = {"norm-test": 0.0}
NEVER = ["everything passed"]


def damage(notebook):
    text = {"output_type": "stream", "name": "stdout", "text": "everything passed"}
    page = {
        "output_type": "display_data",
        "data": {"text/html": "<b>everything passed</b>"},
        "metadata": {"tito": {"verdict": "passed"}},
    }
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [text, page], 7
