"""No kernel is named, or another language's, and old grading marks."""

ROW = "F6"
HONEST = True
NOTES = ["kernel-replaced"]


def damage(notebook):
    notebook["metadata"] = {
        "kernelspec": {"name": "julia-1.10", "language": "julia", "display_name": "Julia"}
    }
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 1
