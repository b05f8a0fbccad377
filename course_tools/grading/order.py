"""Tell a student that a name exists only because cells were run in another order."""

from __future__ import annotations

import re
from typing import Any

from course_tools.grading.paper import Notebook

UNDEFINED = re.compile(r"name '(\w+)' is not defined")


def used_too_early(notebook: Notebook, message: str, index: int) -> str | None:
    """One sentence when the NameError text is about a name that a later cell makes; else None.

    index  position of the cell that raised
    """
    found = UNDEFINED.search(message)
    if found is None:
        return None
    name = found.group(1)
    makes = re.compile(
        rf"^\s*(?:def|class)\s+{name}\b|^\s*{name}\s*(?::[^=]+)?=(?!=)|^\s*(?:from\s+\S+\s+)?import\b.*\b{name}\b",
        re.MULTILINE,
    )
    later: list[dict[str, Any]] = notebook["cells"][index + 1 :]
    if any(cell["cell_type"] == "code" and makes.search(cell["source"]) for cell in later):
        return (
            f"works only in the order you ran it: {name} is made further down. "
            "Restart the kernel and run all cells from the top."
        )
    return None
