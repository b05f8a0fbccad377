"""Hand-ins that try something: each is the reference with one thing done to it.

What is tried here is tried for real, inside the sandbox; nothing of it needs to be believed.
"""

from __future__ import annotations

import copy
from pathlib import Path

from course_tools.notebooks import Cell, Notebook, dump
from course_tools.notebooks.answer import grade_id, is_answer


def attempts(reference: Notebook, secret: Path) -> dict[str, bytes]:
    """Story -> notebook file.

    secret  a file of the course that no student may read
    """
    lines = {
        "ends the program with os._exit(0)": "import os\nos._exit(0)",
        "takes all memory it can get": HOARD,
        "opens a network connection": "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=2)",
        "reads the course's checks": f"print(open({str(secret)!r}).read())",
    }
    made = {story: dump(_appended(reference, line)) for story, line in lines.items()}
    made["runs an endless loop"] = dump(_endless(reference))
    made["patches the visible tests, answers nothing"] = dump(_patched(reference))
    made["copies a graded cell"] = dump(_copied(reference))
    made["hands in half a file"] = dump(reference)[: len(dump(reference)) // 2]
    return made


def _appended(reference: Notebook, line: str) -> Notebook:
    """The line runs in the third solution cell, after good work and before more of it."""
    made, answers = _copy(reference)
    answers[2]["source"] += f"\n\n{line}\n"
    return made


def _endless(reference: Notebook) -> Notebook:
    """In a cell that is not exported: the exported module is run once more by checks that ask for it."""
    made, answers = _copy(reference)
    own = next(cell for cell in answers if not cell["source"].startswith("#| export"))
    own["source"] = f"while True:\n    pass\n\n{own['source']}"
    return made


def _patched(reference: Notebook) -> Notebook:
    made, answers = _copy(reference)
    for cell in answers:
        cell["source"] = "pass\n" if cell["cell_type"] == "code" else ""
    answers[0]["source"] = PATCH
    return made


def _copied(reference: Notebook) -> Notebook:
    made, _ = _copy(reference)
    graded = next(cell for cell in made["cells"] if cell["metadata"].get("nbgrader", {}).get("grade"))
    made["cells"].append(copy.deepcopy(graded) | {"source": "assert True\n"})
    return made


def _copy(reference: Notebook) -> tuple[Notebook, list[Cell]]:
    made = copy.deepcopy(reference)
    return made, [cell for cell in made["cells"] if is_answer(cell) and grade_id(cell)]


HOARD = """\
hoard = []
while True:
    hoard.append(bytearray(64 * 2**20))
"""
PATCH = """\
import sys


class Anything:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return lambda *args, **kwargs: Anything()


for name in [one for one in sys.modules if one.startswith("tinytorch.given")]:
    sys.modules[name] = Anything()
ck = CosineSchedule = clip_grad_norm = Trainer = Anything()
"""
