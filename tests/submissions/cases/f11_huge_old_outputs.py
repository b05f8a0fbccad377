"""Large because of old outputs: they are dropped before it is sized."""

ROW = "F11"
HONEST = True


def damage(notebook):
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}, "metadata": {}}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [picture]
