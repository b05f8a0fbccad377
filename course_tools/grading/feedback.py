"""The page a student gets back: what was right, what was not and what to try, then their own notebook.

Self-contained HTML without scripts; the same report and notebook give the same bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from course_tools.grading import render
from course_tools.grading.page_style import CSS
from course_tools.grading.paper import Notebook
from course_tools.notebooks.sanitise import plain
from course_tools.records import CheckResult, Report, TaskResult, Verdict

HIDDEN = "hidden_checks"  # name of the line that stands for all hidden checks of a task
COLOUR_CODES = re.compile(r"\x1b\[[0-9;:]*m")
# Nothing is loaded and nothing runs, whatever the page holds.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Mark:
    """What a person gave one cell, where they did."""

    points: float | None
    extra: float | None
    comment: str


def for_student(report: Report, hidden_until: str = "") -> Report:
    """The report without what only staff may read: details, hidden values, staff notes, failures of ours in words.

    Seconds and memory are 0 in it: code knows a hidden input before it answers, and how long it takes could tell.

    hidden_until  when not empty: the date, in words, before which the hidden checks of a task are only counted,
                  so that many hand-ins cannot ask for them one by one
    """
    tasks = []
    for task in report.tasks:
        checks = tuple(_open(one) for one in task.checks)
        if hidden_until:
            checks = _counted(checks, hidden_until)
        said = render.WORDS["broken"] if task.verdict == "broken" else _said(task, checks)
        tasks.append(replace(task, message=said, checks=checks))
    notes = tuple(one for one in report.notes if one.audience == "student")
    return replace(report, tasks=tuple(tasks), notes=notes, seconds=0.0, cpu_seconds=0.0, peak_memory_mb=0.0)


def feedback_page(
    report: Report,
    notebook: Notebook | None,
    marks: Mapping[str, Mark] | None = None,
    *,
    hidden_until: str = "",
) -> str:
    """HTML of one report, with the executed and sanitised notebook (None when it could not be read) below it.

    marks         what persons gave, by grade_id
    hidden_until  as in `for_student`
    """
    report, marks = for_student(report, hidden_until), marks or {}
    title = f"{report.module}: feedback for {report.student}"
    total = sum(_points(task, marks) for task in report.tasks)
    waiting = sum(task.points is None and _given(task, marks) is None for task in report.tasks)
    body = [
        '<a class="skip" href="#checks">Skip to the checks</a>',
        f"<header><h1>{_e(title)}</h1>",
        f"<p><strong>{render.number(total)} of {render.number(report.max_points)} points</strong>"
        + (f", and {waiting} {'parts wait' if waiting > 1 else 'part waits'} for a person" if waiting else "")
        + "</p></header><main>",
        *_notes(report),
        *_table(report, marks),
        '<section aria-labelledby="checks"><h2 id="checks">What was checked</h2>',
        *(_task(task, marks) for task in report.tasks),
        "</section>",
    ]
    if notebook is not None:
        body += ['<section aria-labelledby="work"><h2 id="work">Your notebook as it ran</h2>']
        body += [_cell(cell, number) for number, cell in enumerate(notebook["cells"], start=1)]
        body.append("</section>")
    body.append("</main>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_e(title)}</title>\n<style>{CSS}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _open(one: CheckResult) -> CheckResult:
    if one.verdict == "broken":
        one = replace(one, message=render.WORDS["broken"])
    if one.visible:
        return replace(one, detail="")
    return replace(one, detail="", got="", expected="", what="", seconds=0.0)


def _counted(checks: tuple[CheckResult, ...], until: str) -> tuple[CheckResult, ...]:
    """The visible checks, and one line that says of the hidden ones how many passed: not which, and not why."""
    hidden = [one for one in checks if not one.visible]
    if not hidden:
        return checks
    passed = sum(one.verdict == "passed" for one in hidden)
    verdict: Verdict = "passed" if passed == len(hidden) else "failed"
    message = "" if verdict == "passed" else f"which ones and what to try is told after {until}"
    title = f"Hidden checks: {passed} of {len(hidden)} passed"
    if any(one.verdict == "broken" for one in hidden):
        verdict, title, message = "broken", "Hidden checks", render.WORDS["broken"]
    elif all(one.verdict == "skipped" for one in hidden):
        verdict = "skipped"
    weight = sum(one.weight for one in hidden)
    summed = CheckResult(
        HIDDEN, hidden[0].grade_id, title, verdict, visible=False, weight=weight, message=message
    )
    return (*(one for one in checks if one.visible), summed)


def _said(task: TaskResult, checks: tuple[CheckResult, ...]) -> str:
    first = next((one for one in checks if one.verdict != "passed"), None)
    return task.message if first is None else first.message


def _notes(report: Report) -> list[str]:
    if not report.notes:
        return []
    items = "".join(
        f"<li>{f'<code>{_e(one.where)}</code>: ' if one.where else ''}{_e(one.message)}</li>"
        for one in report.notes
    )
    return [f'<section aria-labelledby="notes"><h2 id="notes">Please note</h2><ul>{items}</ul></section>']


def _table(report: Report, marks: Mapping[str, Mark]) -> list[str]:
    rows = "".join(
        f'<tr><th scope="row"><a href="#{_e(task.grade_id)}">{_e(task.title)}</a></th>'
        f'<td class="{_class(task)}">{_mark(task)} {_e(_word(task, marks))}</td>'
        f"<td>{_e(_score(task, marks))}</td></tr>"
        for task in report.tasks
    )
    head = '<tr><th scope="col">Task</th><th scope="col">Result</th><th scope="col">Points</th></tr>'
    return [
        f"<table><caption>Your points, task by task</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
    ]


def _task(task: TaskResult, marks: Mapping[str, Mark]) -> str:
    parts = [
        f'<article aria-labelledby="{_e(task.grade_id)}"><h3 id="{_e(task.grade_id)}">{_e(task.title)}'
        f' <span class="points">{_e(_score(task, marks))}</span></h3>'
    ]
    if task.message and not task.checks:
        parts.append(f"<p>{_e(task.message)}</p>")
    mark = marks.get(task.grade_id)
    if mark is not None and mark.comment:
        parts.append(f"<p>Comment: {_e(mark.comment)}</p>")
    # What is wrong comes first, in teaching order.
    ordered = sorted(task.checks, key=lambda one: one.verdict == "passed")
    parts += [_check(one) for one in ordered]
    return "".join(parts) + "</article>"


def _check(one: CheckResult) -> str:
    first, *rest = render.check_lines(one)
    lines = "".join(f"<li>{_e(line.strip())}</li>" for line in rest)
    head = (
        f'<p class="{one.verdict}">{_e(first)} <span class="word">{_e(render.WORDS[one.verdict])}</span></p>'
    )
    return head + (f"<ul>{lines}</ul>" if lines else "")


def _cell(cell: dict[str, Any], number: int) -> str:
    source = _e(_uncoloured(plain(cell["source"])))  # no terminal codes, no text that reads backwards
    if cell["cell_type"] != "code":
        return f'<div class="cell text"><pre>{source}</pre></div>'
    outputs = "".join(
        _output(one) for one in cell.get("outputs", ()) if "tito" not in one.get("metadata", {})
    )
    start = f'<div class="cell" role="group" aria-label="code cell {number}">'
    return f"{start}<pre><code>{source}</code></pre>{outputs}</div>"


def _output(output: dict[str, Any]) -> str:
    kind = output["output_type"]
    if kind == "stream":
        return f'<pre class="out">{_e(_uncoloured(output["text"]))}</pre>'
    if kind == "error":
        return f'<pre class="out error">{_e(_uncoloured(chr(10).join(output["traceback"])))}</pre>'
    data = output["data"]
    for picture in ("image/png", "image/jpeg", "image/gif"):
        if picture in data:
            alt = _e(data.get("text/plain", "picture")[:200])
            return f'<img class="out" alt="{alt}" src="data:{picture};base64,{_e("".join(data[picture].split()))}">'
    if "text/html" in data:
        return f'<div class="out">{data["text/html"]}</div>'  # cleaned by notebooks.sanitise
    return f'<pre class="out">{_e(_uncoloured(data.get("text/plain", "")))}</pre>'


def _given(task: TaskResult, marks: Mapping[str, Mark]) -> float | None:
    mark = marks.get(task.grade_id)
    return None if mark is None else mark.points


def _points(task: TaskResult, marks: Mapping[str, Mark]) -> float:
    given = _given(task, marks)
    extra = marks[task.grade_id].extra if task.grade_id in marks else None
    return (task.points or 0.0 if given is None else given) + (extra or 0.0)


def _score(task: TaskResult, marks: Mapping[str, Mark]) -> str:
    if task.points is None and _given(task, marks) is None:
        return f"? / {render.number(task.max_points)}"
    return f"{render.number(_points(task, marks))} / {render.number(task.max_points)}"


def _word(task: TaskResult, marks: Mapping[str, Mark]) -> str:
    return "marked by a person" if _given(task, marks) is not None else render.WORDS[task.verdict]


def _mark(task: TaskResult) -> str:
    return f'<span aria-hidden="true">{render.MARKS.get(task.verdict or "", "…")}</span>'


def _class(task: TaskResult) -> str:
    return task.verdict or "waiting"


def _uncoloured(source: str) -> str:
    return COLOUR_CODES.sub("", source)


def _e(value: str) -> str:
    return html.escape(value)
