"""Five hundred more cells, each with something to run."""

ROW = "X"
TWIN = "h03_scratch_work"


def damage(notebook):
    for number in range(500):
        cell = {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": f"x{number} = {number}",
            "outputs": [],
        }
        notebook["cells"].append(cell | {"execution_count": None})
