"""Notebook format 3 (before 2015): worksheets, headings as cells, code under "input"."""

from __future__ import annotations

from typing import Any


def cells_of_version_3(parsed: dict[str, Any]) -> list[Any] | None:
    """Cells of all worksheets in order, in format 4; None when there are no worksheets.

    What is not a cell is handed on as it is, for the reader of cells to refuse. Outputs are left behind:
    their old form would have to be guessed, and no mark rests on them.
    """
    sheets = parsed.get("worksheets")
    if not isinstance(sheets, list):
        return None
    cells: list[Any] = []
    for sheet in sheets:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        if not isinstance(found, list):
            return None
        cells += [_upgraded(cell) if isinstance(cell, dict) else cell for cell in found]
    return cells


def _upgraded(cell: dict[str, Any]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    metadata, source = cell.get("metadata", {}), cell.get("source", "")
    if kind == "code":
        return {"cell_type": "code", "metadata": metadata, "source": cell.get("input", "")}
    if kind == "heading":
        level = cell.get("level")
        signs = "#" * (level if type(level) is int and 1 <= level <= 6 else 1)
        title = "".join(source) if isinstance(source, list) and all(map(_is_text, source)) else source
        if isinstance(title, str):
            title = f"{signs} {' '.join(title.split())}"
        return {"cell_type": "markdown", "metadata": metadata, "source": title}
    return {"cell_type": "markdown" if kind == "html" else kind, "metadata": metadata, "source": source}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
