"""Uses fresh arrays of 80 MB in every task: copies that wait must not count against it."""

ROW = "H2"
HONEST = True
ANSWERS = {
    "norm": """def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
big = np.ones(10_000_000)
""",
    "centre": """big = np.ones(10_000_000) * 2
def centre(x):
    return x - x.mean(axis=0)
""",
}


def damage(notebook):
    for number in range(2):
        source = "big = np.ones(20_000_000) * 3"
        cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source, "outputs": []}
        notebook["cells"].append(cell | {"execution_count": None})
