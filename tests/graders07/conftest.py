from __future__ import annotations

import copy
import marshal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def course():
    from course_tools.course import Course

    return Course.load(ROOT)


@pytest.fixture(scope="session")
def module(course):
    return course.find("07")


@pytest.fixture(scope="session")
def reference(course, module):
    from course_tools.authoring.reference import reference_of

    return reference_of(course, module)


@pytest.fixture(scope="session")
def oracle():
    sys.path.insert(0, str(ROOT / "graders"))
    try:
        from oracles import training
    finally:
        sys.path.remove(str(ROOT / "graders"))
    return training


@dataclass
class InProcess:
    """Answers probes from a namespace in this process: no sandbox, so for code of ours only."""

    names: dict
    spent: float = 0.0
    loaded: dict = field(default_factory=dict)  # what a probe's code defines, by code

    def call(self, code, name, arguments):
        from course_tools.sandbox import Answer, Trouble

        loaded = self.loaded.setdefault(code, {})
        if not loaded:
            exec(marshal.loads(code), loaded)
        arguments, started = copy.deepcopy(arguments), process_time()
        try:
            value = loaded[name](dict(self.names), **arguments)
        except Exception as error:  # noqa: BLE001 - as in the sandbox: whatever is raised is the answer
            return Trouble("raised", type(error).__name__, str(error))
        finally:
            self.spent += process_time() - started
        try:
            return Answer(as_sent(value))
        except TypeError as error:
            return Trouble("not_plain", str(error), "not plain data")


def as_sent(value):
    """A reply as the wire delivers it: tuples as lists, numpy scalars as 0-d arrays, nothing else."""
    if isinstance(value, dict):
        return {key: as_sent(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_sent(one) for one in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return np.array(value)
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise TypeError(type(value).__name__)


@pytest.fixture(scope="session")
def solved(reference):
    """The names of the reference's exported cells and of its quiz, and the source of its export."""
    from course_tools.notebooks import export
    from course_tools.notebooks.cells import grade_id

    source = export(reference, module="tinytorch.core.training")
    quiz = next(cell["source"] for cell in reference["cells"] if grade_id(cell) == "m07-quiz")
    names = {"__name__": "reference"}
    exec(compile(source + "\n" + quiz, "reference", "exec"), names)
    return names, source


@pytest.fixture(scope="session")
def judged(course, module):
    """judged(names, export source, seed=...): results of all checks of all cells, and the probes' seconds."""
    from course_tools.grading.examiner import Examiner

    def judge(names, source, seed=module.seed):
        examiner = Examiner(
            course.checks(module),
            course.probes(module),
            course.misconceptions(module),
            module=module.export,
            seed=seed,
        )
        asker = InProcess(names)
        cells = dict.fromkeys(one.grade_id for one in examiner.checks)
        return [one for cell in cells for one in examiner.judge(cell, asker, export=source)], asker.spent

    return judge
