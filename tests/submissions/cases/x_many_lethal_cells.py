"""Ends the program in more cells than will be tried again: what was right before stays right."""

ROW = "X"
ANSWERS = {
    "centre": """import os
os._exit(1)
""",
    "mean": """import os
os._exit(2)
""",
}
POINTS = {"centre-test": 0.0, "mean-test": 0.0}


def damage(notebook):
    for number in range(6):
        cell = {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": "import os; os._exit(3)",
            "outputs": [],
        }
        notebook["cells"].append(cell | {"execution_count": None})
