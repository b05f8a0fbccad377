"""Notes, scratch cells, one of them with an error that feeds no answer."""

ROW = "H3"
HONEST = True


def damage(notebook):
    def cell(kind, name, source):
        made = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
        return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})

    notebook["cells"][3:3] = [
        cell("markdown", "note", "I tried this first."),
        cell("code", "scratch", "x = [1, 2, 3]\nx[7]"),
        cell("code", "more", "x[0]"),
    ]
