"""Notebooks as plain dicts: read, restored, built, exported and written, without Jupyter's libraries.

A notebook is nbformat-4 JSON: "source" is always one string, every cell has "id", "cell_type", "source" and
"metadata", code cells also "outputs" and "execution_count".
"""

from __future__ import annotations

from course_tools.notebooks.build import build
from course_tools.notebooks.cells import Cell, Notebook
from course_tools.notebooks.dump import dump, write
from course_tools.notebooks.export import ExportError, export, exported_names, test_functions
from course_tools.notebooks.lint import lint
from course_tools.notebooks.read import UnreadableNotebook, read
from course_tools.notebooks.restore import Restored, restore

__all__ = [
    "Cell",
    "ExportError",
    "Notebook",
    "Restored",
    "UnreadableNotebook",
    "build",
    "dump",
    "export",
    "exported_names",
    "lint",
    "read",
    "restore",
    "test_functions",
    "write",
]
