"""`python put_answers.py NOTEBOOK [TASK ...]`: what a student would type, put into a notebook."""

from __future__ import annotations

import sys
from pathlib import Path

from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered, grade_id

ROOT = Path(__file__).resolve().parents[2]


def main(path: Path, tasks: list[str]) -> None:
    """Answer these tasks ("07.1"), or all, of the module the notebook is named by."""
    solved = read(ROOT / "source" / path.stem / path.name)
    only = None
    if tasks:
        only = [
            grade_id(one) for one in solved["cells"] if one["metadata"].get("course", {}).get("task") in tasks
        ]
    path.write_bytes(dump(answered(read(path), solved, only=only)))


main(Path(sys.argv[1]), sys.argv[2:])
