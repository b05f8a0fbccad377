"""The answer leaves its inputs in memory shared between all copies of the process; a later cell prints them."""

ROW = "B6"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import mmap
shared = mmap.mmap(-1, 65536)
def norm(pair):
    shared.write(f"{pair.first} ".encode())
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}


def damage(notebook):
    source = "print(shared[:2000].strip(bytes(1)).decode())"
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": source, "outputs": []}
    notebook["cells"].append(cell | {"execution_count": None})
