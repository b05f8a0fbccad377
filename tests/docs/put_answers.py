"""`python put_answers.py NOTEBOOK [TASK ...]`: what a student would type, put into a notebook of module 07."""

from __future__ import annotations

import sys
from pathlib import Path

from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered, grade_id

ROOT = Path(__file__).resolve().parents[2]


def main(path: Path, tasks: list[str]) -> None:
    """Answer these tasks ("07.1"), or all."""
    solved = read(ROOT / "source" / "07_training" / "07_training.ipynb")
    only = None
    if tasks:
        only = [
            grade_id(one) for one in solved["cells"] if one["metadata"].get("course", {}).get("task") in tasks
        ]
    path.write_bytes(dump(answered(read(path), solved, only=only)))


main(Path(sys.argv[1]), sys.argv[2:])
