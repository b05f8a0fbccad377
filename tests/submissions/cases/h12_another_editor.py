"""Saved by other editors: text as lists of lines, minor version 2, foreign metadata, no cell ids."""

ROW = "H12"
HONEST = True


def damage(notebook):
    notebook["nbformat_minor"] = 2
    notebook["metadata"]["colab"] = {"provenance": []}
    notebook["metadata"]["vscode"] = {"interpreter": {"hash": "0"}}
    for cell in notebook["cells"]:
        del cell["id"]
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"]["id"] = "x1"
        cell["metadata"]["executionInfo"] = {"elapsed": 3}
