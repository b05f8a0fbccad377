"""A notebook as bytes: the same notebook, the same bytes, laid out as nbformat lays it out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_tools.files import atomic_write
from course_tools.notebooks import plain
from course_tools.notebooks.cells import Notebook

LINED = frozenset({"application/javascript", "image/svg+xml"})  # besides text/*, written line by line


def dump(nb: Notebook) -> bytes:
    """UTF-8 JSON: sorted keys, one space of indent, texts as lists of lines, a line feed at the end.

    Outputs come from code we do not know: numbers that are not finite and what is nested bottomlessly are
    written as null, half surrogate pairs as the replacement sign.
    """
    split = plain.shallow({key: value for key, value in nb.items() if key != "cells"})
    split["cells"] = [_lined_cell(plain.shallow(cell)) for cell in nb["cells"]]
    return json.dumps(split, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True).encode() + b"\n"


def write(path: Path, nb: Notebook) -> None:
    """Write the notebook whole or not at all."""
    atomic_write(path, dump(nb))


def _lined_cell(cell: dict[str, Any]) -> dict[str, Any]:
    cell["source"] = cell["source"].splitlines(keepends=True)
    for bundle in cell.get("attachments", {}).values():
        _lined_bundle(bundle)
    for output in cell.get("outputs", ()):
        if isinstance(output.get("text"), str):
            output["text"] = output["text"].splitlines(keepends=True)
        _lined_bundle(output.get("data", {}))
    return cell


def _lined_bundle(bundle: dict[str, Any]) -> None:
    for kind, value in bundle.items():
        if isinstance(value, str) and (kind.startswith("text/") or kind in LINED):
            bundle[kind] = value.splitlines(keepends=True)
