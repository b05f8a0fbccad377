"""A cell between answer and test redefines the answer and its inputs."""

ROW = "A19"
TWIN = "h03_scratch_work"
POINTS = {"norm-test": 4.0}


def damage(notebook):
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    source = "norm = lambda pair: 5.0\nPair = lambda *a: None"
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": source, "outputs": []}
    notebook["cells"].insert(names.index("norm-test"), cell | {"execution_count": None})
