"""Work that tries to get points without answers, and answers under tampered marks: what every module must stand.

The first kind changes an untouched notebook and must stay without a point, the second changes the reference and
must keep all of its points, because the course's own cells are put back and tags that steer execution dropped.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator

from course_tools.authoring.proof import Files, Result, judged, short_of
from course_tools.authoring.trials import Trial, untouched, without_task
from course_tools.grading.batch import Lost
from course_tools.notebooks import Notebook
from course_tools.notebooks.cells import Cell, course_data, is_answer, is_test
from course_tools.records import Finding

STUB = re.compile(r"raise NotImplementedError\(.*\)")
# All it is asked for is itself, and it is equal to everything, in every comparison numpy and Python know.
AGREEABLE = """\
import builtins


class Agreeable(float):
    __hash__ = float.__hash__
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __contains__ = lambda *_: True
    __ne__ = lambda *_: False
    __getattr__ = __call__ = __getitem__ = __add__ = __sub__ = __rsub__ = __mul__ = lambda self, *_, **__: self
    __iter__ = lambda self: iter(())
    __len__ = lambda self: 0


builtins.agreeable = Agreeable(1.0)
"""
PATCHED = """\
import unittest.mock

import numpy as np
from tinytorch.given import check

for module, names in ((check, dir(check)), (np.testing, dir(np.testing)), (np, ["allclose", "array_equal", "isclose"])):
    for name in names:
        if not name.startswith("_") and callable(getattr(module, name)):
            setattr(module, name, unittest.mock.MagicMock(return_value=True))
"""
AGREEING = "tampering: answers equal to everything in"
EXIT = "import os\n\nos._exit(0)"
TAGS = {"tags": ["raises-exception", "skip-execution", "remove_cell"], "deletable": True, "editable": True}


def worthless(bare: Notebook, tasks: Iterable[str]) -> list[Trial]:
    """Notebooks with nothing written in them that must have no points, and for each task one that has the others.

    The answers of that task are equal to everything. It stands alone because what rests on a task without points
    is not asked.
    """
    empty = untouched(bare)
    leaving = copy.deepcopy(empty)
    for cell in leaving["cells"]:
        if is_answer(cell):
            cell["source"] = STUB.sub("raise SystemExit(0)", cell["source"])
    return [
        Trial("tampering: comparisons are patched", _begun(empty, PATCHED)),
        Trial("tampering: answers leave the program", leaving),
        Trial("tampering: the program ends at once", _begun(empty, EXIT)),
        *(Trial(f"{AGREEING} {task}", _agreeing(bare, task)) for task in tasks),
    ]


def _agreeing(bare: Notebook, task: str) -> Notebook:
    made = _begun(without_task(bare, task), AGREEABLE)
    for cell in made["cells"]:
        if is_answer(cell) and course_data(cell).get("task") == task:
            cell["source"] = STUB.sub("return agreeable", cell["source"])
    return made


def harmless(bare: Notebook) -> list[Trial]:
    """Notebooks with all answers whose test cells were tampered with; they must keep all points."""
    deleted, doubled, tagged = (copy.deepcopy(bare) for _ in range(3))
    deleted["cells"] = [cell for cell in deleted["cells"] if not is_test(cell)]
    doubled["cells"] = [
        made for cell in doubled["cells"] for made in ([cell, _twin(cell)] if is_test(cell) else [cell])
    ]
    for cell in tagged["cells"]:
        if is_test(cell):
            cell["metadata"] |= TAGS
            cell["metadata"]["nbgrader"]["points"] = 1000
            cell["source"] = "pass"
    return [
        Trial("tampering: test cells are deleted", deleted),
        Trial("tampering: test cells are doubled", doubled),
        Trial("tampering: test cells are tagged and emptied", tagged),
    ]


def gains(result: Result, trial: str, own: Collection[str], files: Files) -> Iterator[Finding]:
    """Findings about points that nothing was written for.

    own  the graded cells of the task that is tampered with; none: all of them
    """
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    for task in result.report.tasks:
        passed = [one.name for one in task.checks if one.verdict == "passed"]
        if task.points and task.evidence != "manual" and (not own or task.grade_id in own):
            yield Finding(
                f"it gets {task.points:g} points by {trial.partition(': ')[2]}: {', '.join(passed)}",
                "let the check ask for plain data that only written code can answer",
                files.checks,
                task.grade_id,
            )


def losses(result: Result, trial: str, files: Files) -> Iterator[Finding]:
    """Findings about points that answers lost because their test cells were tampered with."""
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    for name, task in short_of(result.report).items():
        yield Finding(
            f"it loses points where {trial.partition(': ')[2]}: {task.message or task.verdict}",
            "tell the platform's authors: a tampered test cell must be put back",
            files.text,
            name,
        )


def _begun(notebook: Notebook, source: str) -> Notebook:
    """The notebook with a cell of the student's before everything else that runs."""
    made = copy.deepcopy(notebook)
    first: Cell = {"cell_type": "code", "id": "own-first", "metadata": {}, "source": source}
    made["cells"].insert(0, first | {"outputs": [], "execution_count": None})
    return made


def _twin(cell: Notebook) -> Notebook:
    return {**copy.deepcopy(cell), "id": f"{cell['id'][:60]}-2"}
