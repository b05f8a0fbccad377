"""A failed test in at most 500 characters: what, got, expected, and the student's own line."""

from __future__ import annotations

from course_tools.student.run import CellEnd, Run, TestResult

MOST = 500
LINE = 100  # of source shown


def failure(run: Run, result: TestResult) -> str:
    """Why this test is not green; the first line begins with the test's title, no mark in front.

    When an earlier cell that the test rests on stopped with an error, that is the cause shown.
    """
    title = result.test.title
    if result.outcome == "skipped":
        return f"{title} waits for {result.waits_for}"
    cause = _cause(run, result)
    cell = cause or result.cell
    what = _what(run, cell)
    if cause is not None:
        what = f"{cause.name} did not run to its end: {what}"
    where = _where(run, cell)
    first, *rest = what.strip().split("\n")
    body = "\n".join([f"{title} · {first}", *(one.rstrip() for one in rest)])
    room = MOST - len(where) - (1 if where else 0)
    return _cut(body, room) + (f"\n{where}" if where else "")


def stopped(run: Run, cell: CellEnd) -> str:
    """The same for a cell that is no test."""
    where = _where(run, cell)
    body = f"{cell.name} · {_what(run, cell)}"
    return _cut(body, MOST - len(where) - 1) + (f"\n{where}" if where else "")


def also_stopped(run: Run) -> str:
    """A remark on the student's own cells that stopped before anything else did; "" when none did.

    A plot of a task nobody has solved yet stops too; that is no news.
    """
    red = run.first_red
    own = [
        one
        for one in run.broken
        if not one.course_cell
        and one.status != "not_run"
        and one.error_name != "NotImplementedError"
        and (red is None or one.index < red.test.index)
    ]
    if not own:
        return ""
    shown = ", ".join(f"{one.name} ({_cut(_short(one), 80)})" for one in own[:3])
    more = f" and {len(own) - 3} more" if len(own) > 3 else ""
    rests = ", and no test rests on it" if red is None else ""
    return f"Stopped with an error{rests}: {shown}{more}."


def _cause(run: Run, result: TestResult) -> CellEnd | None:
    before = [one for one in run.broken if one.index < result.test.index]
    if result.cell.status == "not_run":
        return next((one for one in before if one.status in ("killed", "timeout")), None)
    courses = next((one for one in before if one.course_cell), None)
    if courses is not None:
        return courses
    # A name a student's own cell should have made, had it not stopped: then that cell is the cause.
    if result.cell.error_name == "NameError":
        name = result.cell.error_message.partition("'")[2].partition("'")[0]
        cells = run.homework.notebook["cells"]
        return next((one for one in before if name and name in cells[one.index]["source"]), None)
    return None


def _what(run: Run, cell: CellEnd) -> str:
    if cell.status == "timeout":
        return f"it ran too long and was stopped. {cell.error_message}".strip()
    if cell.status in ("killed", "not_run"):
        return run.ending or cell.error_message or "the program ended"
    if cell.error_name == "AssertionError":
        return cell.error_message or "the test's assertion does not hold"
    if cell.error_name == "NotImplementedError":
        return f"not written yet: {cell.error_message or 'this part is still the stub'}"
    return _short(cell)


def _short(cell: CellEnd) -> str:
    if cell.status != "error":
        return cell.status
    return f"{cell.error_name}: {cell.error_message}" if cell.error_message else cell.error_name


def _where(run: Run, cell: CellEnd) -> str:
    """The innermost of the student's own lines; a line of the test only when there is none."""
    cells = run.homework.notebook["cells"]
    tests = {one.test.index for one in run.tests} | {one.index for one in run.homework.tests}
    own = [one for one in cell.trail if one[0] not in tests]
    for index, line in reversed(own or cell.trail):
        lines = cells[index]["source"].split("\n") if 0 <= index < len(cells) else []
        if 1 <= line <= len(lines):
            text = lines[line - 1].strip()
            text = text if len(text) <= LINE else text[: LINE - 1] + "…"
            name = next((one.name for one in run.cells if one.index == index), f"cell {index + 1}")
            return f"at line {line} of {name}:  {text}"
    return ""


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
