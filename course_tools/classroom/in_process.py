"""nbgrader's own rule for a course without checks, made fail-closed.

The tests are cells of the notebook and run in the student's process; that is the most such a course can
offer, and its reports say "in-process". What is better than nbgrader: the code runs in the sandbox; a pass
needs the sandbox's word that the cell ran to its end, not the absence of an error text; what is written to
stdout and stderr counts neither for nor against; a value that is no sensible number of points goes to a
person instead of earning full marks.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import math
import platform
import re
import time
from collections.abc import Mapping
from typing import Any

from course_tools import __version__
from course_tools.gradebook.assignment import Grading, NotebookRow
from course_tools.gradebook.scores import untouched
from course_tools.gradebook.submissions import digest
from course_tools.grading.execution import Execution, execute
from course_tools.notebooks.dump import dump
from course_tools.records import CellRun, Digests, Note, Report, TaskResult, Verdict
from course_tools.sandbox import Limits, Nursery

NUMBER = re.compile(r"(?:np\.\w+\()?([-+0-9.eE]+|-?inf|nan)\)?")  # 0.5, and np.float64(0.5) of NumPy 2


def grade(
    notebook: dict[str, Any],
    paper: NotebookRow,
    nursery: Nursery,
    limits: Limits,
    *,
    names: tuple[str, str, str],
    files: Mapping[str, bytes],
    notes: tuple[Note, ...] = (),
) -> tuple[Report, Execution]:
    """Run a restored notebook and judge each of its graded cells by how it ended.

    notebook  its outputs are replaced
    names     course, assignment, student

    Raises SandboxLost when the sandbox was ended from outside: run it again.
    """
    started = time.perf_counter()
    seen = digest({"notebook": dump(notebook), **files})
    done = execute(notebook, nursery, limits=limits, files=files)
    runs = {run.index: run for run in done.cells}
    cells = {
        cell["metadata"]["nbgrader"]["grade_id"]: (index, cell)
        for index, cell in enumerate(notebook["cells"])
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in paper.grades
    }
    same = untouched(notebook, paper)
    tasks = []
    for name, graded in paper.grades.items():
        index, cell = cells.get(name, (-1, {}))
        tasks.append(_task(graded, cell, runs.get(index), name in paper.solutions, name in same))
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code" and (index not in runs or runs[index].status == "not_run"):
            why = runs[index].error_message if index in runs else "this cell did not report"
            cell["outputs"] = [
                {"output_type": "error", "ename": "NotRun", "evalue": why, "traceback": [f"NotRun: {why}"]}
            ]
    course, assignment, student = names
    report = Report(
        course=course,
        module=assignment,
        student=student,
        state="needs_person" if any(one.verdict == "broken" for one in tasks) else "graded",
        points=round(sum(one.points or 0.0 for one in tasks), 6),
        max_points=sum(one.max_points for one in tasks),
        tasks=tuple(tasks),
        cells=tuple(done.cells),
        notes=notes,
        digests=Digests(seen, _paper_digest(paper), _environment(limits, nursery.tier), ""),
        sandbox=nursery.tier,
        engine=__version__,
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - started, 4),
        cpu_seconds=round(done.cpu_seconds, 4),
        peak_memory_mb=round(done.peak_memory_mb, 1),
    )
    return report, done


def _task(
    graded: Grading, cell: Mapping[str, Any], run: CellRun | None, is_answer: bool, untouched: bool
) -> TaskResult:
    def result(
        verdict: Verdict | None, points: float | None, message: str, *, manual: bool = False
    ) -> TaskResult:
        evidence = "manual" if manual else "in-process"
        return TaskResult(graded.name, graded.name, verdict, points, graded.max_score, evidence, message)  # type: ignore[arg-type]

    if is_answer and untouched:
        return result("failed", 0.0, "not answered", manual=True)
    if is_answer or graded.is_task or graded.cell_type != "code":
        return result(None, None, "waits for a person", manual=True)
    if run is None:
        return result("broken", None, "this cell did not report")
    if run.status == "ok":
        verdict, points, message = _earned(cell["outputs"], graded.max_score)
        return result(verdict, points, message)
    if run.status == "not_run":
        return result("skipped", 0.0, run.error_message)
    return result("failed", 0.0, ": ".join(filter(None, (run.error_name, run.error_message))))


def _earned(outputs: list[dict[str, Any]], most: float) -> tuple[Verdict, float | None, str]:
    """The verdict on a test cell that ran to its end: full points, unless its last value names fewer."""
    results = [one for one in outputs if one["output_type"] == "execute_result"]
    if not results:
        return "passed", most, ""
    text = str(results[0].get("data", {}).get("text/plain", ""))
    number = NUMBER.fullmatch(text.strip())
    try:
        points = float(number[1]) if number else math.nan
    except ValueError:  # "1.2.3"
        points = math.nan
    if len(results) > 1 or not math.isfinite(points) or not 0 <= points <= most:
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        message = f"the test ended in {shown!r}, which is no number of points from 0 to {most:g}"
        return "broken", None, message
    return ("passed" if points == most else "failed"), points, ""


def _paper_digest(paper: NotebookRow) -> str:
    whole = hashlib.sha256()
    for name in sorted(paper.sources):
        cell = paper.sources[name]
        points = paper.grades[name].max_score if name in paper.grades else None
        whole.update(repr((name, cell.cell_type, cell.source, cell.locked, points)).encode())
    return whole.hexdigest()


def _environment(limits: Limits, tier: str) -> str:
    packages = sorted((one.name, one.version) for one in importlib.metadata.distributions())
    parts = (platform.python_version(), platform.machine(), __version__, tier, limits, packages)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
