"""Say a verdict in words: the same sentences in the notebook, in feedback and on the terminal.

Everything rendered here may be read by the student, so a hidden check shows its title, verdict, hint and
misconception; never what was sent, got or expected, and never text the student's code produced.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from course_tools.grading.paper import Notebook
from course_tools.records import CheckResult, TaskResult

MARKS = {"passed": "✓", "failed": "✗", "skipped": "–", "broken": "!"}
WORDS = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "not tried",
    "broken": "could not be judged; a person will look",
    None: "waits for a person",
}


def points(task: TaskResult) -> str:
    """ "6.25 / 10", or "? / 10" while nobody has given points."""
    return f"{'?' if task.points is None else number(task.points)} / {number(task.max_points)}"


def number(value: float) -> str:
    """Points with at most two decimals and no zeros at the end."""
    return f"{round(value, 2):g}"


def check_lines(one: CheckResult) -> list[str]:
    """A check as lines of text: mark and title, then what, got, expected, reason and hint."""
    lines = [f"{MARKS[one.verdict]} {one.title}"]
    if one.verdict == "passed":
        return lines + ([f"    {one.message}"] if one.message else [])
    if one.visible and (one.got or one.expected):
        what = f"{one.what}: " if one.what else ""
        expected = f"   expected {one.expected}" if one.expected else ""
        lines.append(f"    {what}got {one.got}{expected}")
    if one.message:
        lines.append(f"    {WORDS['broken'] if one.verdict == 'broken' else one.message}")
    if one.misconception:
        lines.append(f"    This is what you get from: {one.misconception}")
    if one.hint:
        lines.append(f"    Try: {one.hint}")
    return lines


def task_text(task: TaskResult) -> str:
    """A graded cell as plain text, ending without a newline."""
    lines = [f"{task.title} · {points(task)} points · {WORDS[task.verdict]}"]
    if task.message and not task.checks:
        lines.append(f"  {task.message}")
    for one in task.checks:
        lines += ["  " + line for line in check_lines(one)]
    return "\n".join(lines)


def task_html(task: TaskResult) -> str:
    """The same as HTML; every text is escaped."""
    return f'<pre class="tito-verdict">{html.escape(task_text(task))}</pre>'


def into_notebook(notebook: Notebook, tasks: Iterable[TaskResult]) -> None:
    """Show each examined verdict below its graded cell, as one more output (in place)."""
    by_id = {task.grade_id: task for task in tasks if task.evidence == "examined"}
    for cell in notebook["cells"]:
        task = by_id.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
        if task is None or cell["cell_type"] != "code":
            continue
        data = {"text/html": task_html(task), "text/plain": task_text(task)}
        cell["outputs"] = [
            *cell.get("outputs", []),
            {"output_type": "display_data", "data": data, "metadata": {"tito": {"verdict": task.verdict}}},
        ]
