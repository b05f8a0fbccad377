"""Parsed JSON, brought into the one shape the other rooms rely on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from course_tools.notebooks import plain
from course_tools.notebooks.cells import CELL_ID, Cell, Notebook
from course_tools.notebooks.outputs import outputs_of
from course_tools.notebooks.version3 import cells_of_version_3

MOST_CELLS = 10_000
KINDS = ("code", "markdown", "raw")


class WrongShape(ValueError):
    """JSON, but not a notebook we can read: the message is a plain sentence, code a key of read.ADVICE."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def shaped(parsed: Any, *, keep_outputs: bool) -> Notebook:
    """A notebook in nbformat 4.5 from parsed JSON. Raises WrongShape, plain.TooDeep or RecursionError."""
    if not isinstance(parsed, dict):
        raise WrongShape("not-a-notebook", "it is JSON, but not a notebook")
    cells = _cells(parsed)
    if len(cells) > MOST_CELLS:
        raise WrongShape("too-large", f"it has {len(cells)} cells, and the limit is {MOST_CELLS}")
    made = [_cell(cell, number, keep_outputs) for number, cell in enumerate(cells, start=1)]
    give_ids(made)
    metadata = _kept(_object(parsed.get("metadata")), NOTEBOOK_RULES)
    for transient in ("orig_nbformat", "orig_nbformat_minor", "signature"):
        metadata.pop(transient, None)
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def give_ids(cells: list[Cell]) -> None:
    """Keep valid ids, the first of equal ones, and number the others; in place, the same on every run."""
    taken = {cell.get("id") for cell in cells if isinstance(cell.get("id"), str)}
    seen: set[str] = set()
    for position, cell in enumerate(cells, start=1):
        own = cell.get("id")
        if not isinstance(own, str) or not CELL_ID.fullmatch(own) or own in seen:
            own = f"cell-{position}"
            count = 2
            while own in taken:
                own = f"cell-{position}-{count}"
                count += 1
            taken.add(own)
        seen.add(own)
        cell["id"] = own


def _cells(parsed: dict[str, Any]) -> list[Any]:
    version = parsed.get("nbformat")
    if version is None:
        raise WrongShape("not-a-notebook", "it is JSON, but names no notebook format")
    if type(version) is not int:
        raise WrongShape("wrong-types", "its format number is not a number")
    if version < 3:
        raise WrongShape("old-format", f"its format {version} is older than can be read safely")
    if version > 4:
        raise WrongShape("new-format", f"its format {version} is newer than the course knows")
    found = cells_of_version_3(parsed) if version == 3 else parsed.get("cells")
    if not isinstance(found, list):
        raise WrongShape("wrong-types", "it has no list of cells")
    return found


def _cell(found: Any, number: int, keep_outputs: bool) -> Cell:
    if not isinstance(found, dict):
        raise WrongShape("wrong-types", f"cell {number} is not a cell")
    kind = found.get("cell_type")
    if kind not in KINDS:
        raise WrongShape("wrong-types", f"cell {number} is of no known type")
    cell: Cell = {
        "id": found.get("id"),
        "cell_type": kind,
        "metadata": _kept(_object(found.get("metadata")), CELL_RULES),
        "source": plain.lines(joined(found.get("source", ""), number)),
    }
    cell["metadata"].pop("trusted", None)
    if kind == "code":
        count = found.get("execution_count")
        kept = keep_outputs and type(count) is int and count >= 0
        cell["execution_count"] = count if kept else None
        cell["outputs"] = outputs_of(found.get("outputs")) if keep_outputs else []
    else:
        attached = _attachments(found.get("attachments"))
        if attached:
            cell["attachments"] = attached
    return cell


def joined(text: Any, number: int) -> str:
    """A cell's text from a string or a list of them. Raises WrongShape for anything else."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    if not isinstance(text, str):
        raise WrongShape("wrong-types", f"the text of cell {number} is not text")
    return text


def _object(found: Any) -> dict[str, Any]:
    return plain.data(found) if isinstance(found, dict) else {}


def _kept(metadata: dict[str, Any], rules: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key not in rules or rules[key](value)}


def _attachments(found: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a written answer: kept, because a person will look at them."""
    kept = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        if isinstance(bundle, dict):
            texts = {
                plain.text(kind): plain.text(value if isinstance(value, str) else "".join(value))
                for kind, value in bundle.items()
                if isinstance(value, str)
                or (isinstance(value, list) and all(isinstance(line, str) for line in value))
            }
            kept[plain.text(name)] = texts
    return kept


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _texts(*required: str, optional: tuple[str, ...] = ()) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(_is_text(value.get(key)) for key in required)
            and all(_is_text(value[key]) for key in optional if key in value)
        )

    return holds


def _is_language(value: Any) -> bool:
    named = _texts("name", optional=("file_extension", "mimetype", "pygments_lexer"))
    return named(value) and isinstance(value.get("codemirror_mode", ""), (str, dict))


def _are_tags(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(_is_text(one) and re.search(r"^[^,]+$", one) for one in value)
        and len(set(value)) == len(value)
    )


# What nbformat's schema asks of these keys; everything else in metadata is free.
NOTEBOOK_RULES: dict[str, Callable[[Any], bool]] = {
    "kernelspec": _texts("name", "display_name"),
    "language_info": _is_language,
    "title": _is_text,
    "authors": lambda value: isinstance(value, list),
}
CELL_RULES: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: _is_text(value) and bool(re.search(r"^.+$", value)),
    "tags": _are_tags,
    "jupyter": lambda value: isinstance(value, dict),
    "format": _is_text,
    "collapsed": lambda value: isinstance(value, bool),
    "scrolled": lambda value: isinstance(value, bool) or value == "auto",
    "execution": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
}
