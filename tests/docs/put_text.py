"""`python put_text.py FILE CELL BASE64`: what a person types in an editor, into a file or one cell of it."""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path


def main(path: Path, cell: str, text: str) -> None:
    """Make `text` the whole file (cell ""), or the cell with this grade_id, or the one "after" it."""
    if not cell:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
        return
    wanted, below = cell.removeprefix("after "), cell.startswith("after ")
    if path.suffix == ".ipynb":
        notebook = json.loads(path.read_text(encoding="utf-8"))
        names = [one["metadata"].get("nbgrader", {}).get("grade_id") for one in notebook["cells"]]
        notebook["cells"][names.index(wanted) + below]["source"] = text
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return
    head, *cells = re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    place = next(i for i, one in enumerate(cells) if f'"grade_id": "{wanted}"' in one.split("\n")[0]) + below
    mark = cells[place].split("\n")[0]
    lines = text.split("\n")
    if mark.startswith("# %% [markdown]"):
        lines = [f"# {line}".rstrip() for line in lines]
    cells[place] = "\n".join([mark, *lines, "", ""])
    path.write_text((head + "".join(cells)).rstrip("\n") + "\n", encoding="utf-8")


main(Path(sys.argv[1]), sys.argv[2], base64.b64decode(sys.argv[3]).decode())
