"""What the verdicts on a trial prove: findings where they are not what they must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from course_tools.grading.batch import Lost
from course_tools.grading.runner import Graded
from course_tools.notebooks.cells import label
from course_tools.records import CheckResult, Finding, Mistake, Report, RightVariant, TaskResult

Result = Graded | Lost


@dataclass(frozen=True)
class Files:
    """How findings name the module's files."""

    text: str
    checks: str
    mistakes: str
    number: str

    @property
    def pytest(self) -> str:
        """The command that shows one check's verdict on the reference; complete it with a name."""
        return f"pytest {self.checks} -k"


def short_of(report: Report) -> dict[str, TaskResult]:
    """The automatically graded cells that have not got all their points."""
    return {
        one.grade_id: one
        for one in report.tasks
        if one.evidence != "manual" and (one.points is None or one.points < one.max_points)
    }


def failing(task: TaskResult) -> tuple[str, ...]:
    """Names of the checks of a cell that failed; skipped ones did not."""
    return tuple(one.name for one in task.checks if one.verdict == "failed")


def judged(result: Result, trial: str, files: Files) -> Iterator[Finding]:
    """Findings about a trial the platform could not judge, or a check that crashed on it."""
    if isinstance(result, Lost):
        yield Finding(f"{trial} could not be graded: {result.reason}", "run the command again", files.text)
        return
    for task in result.report.tasks:
        for one in task.checks:
            if one.verdict == "broken":
                yield Finding(
                    f"{one.name} is broken by {trial}: {one.message}",
                    "let the check fail with a message instead of crashing",
                    files.checks,
                    task.grade_id,
                )
        if task.verdict == "broken" and not any(one.verdict == "broken" for one in task.checks):
            yield Finding(
                f"{trial} cannot be judged: {task.message}",
                f"write a check of {task.grade_id}",
                files.checks,
                task.grade_id,
            )


def solved(result: Result, files: Files, trial: str = "the reference") -> Iterator[Finding]:
    """The reference must have all automatic points, without a remark."""
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    for name, task in short_of(result.report).items():
        for one in task.checks or (None,):
            if one is None or one.verdict in ("failed", "skipped"):
                said = task.message if one is None else f"{one.name}: {_seen(one)}"
                yield Finding(
                    f"{trial} does not get all points here. {said}",
                    f"repair the reference or the check; see it with  {files.pytest} {one.name if one else name}",
                    files.text,
                    name,
                )
    for note in result.report.notes:
        yield Finding(
            f"{trial} is remarked upon: {note.message}", "repair the source", files.text, note.where or ""
        )


def same(results: Iterable[Result], files: Files) -> Iterator[Finding]:
    """Every run of the reference must end with the same report, times apart."""
    reports = [one.report for one in results if not isinstance(one, Lost)]
    for number, other in enumerate(reports[1:], start=2):
        for where, what in _differences(reports[0], other):
            yield Finding(
                f"run 1 and run {number} of the reference differ: {what}",
                "draw random numbers from a generator with a fixed seed, and let nothing depend on time",
                files.text,
                where,
            )


def _differences(first: Report, second: Report) -> Iterator[tuple[str, str]]:
    for a, b in zip(first.tasks, second.tasks, strict=True):
        for one, other in zip(a.checks, b.checks, strict=True):
            if replace(one, seconds=0.0) != replace(other, seconds=0.0):
                yield a.grade_id, f"{one.name} {_seen(one)}, then {_seen(other)}"
        if (a.verdict, a.points) != (b.verdict, b.points):
            yield a.grade_id, f"{a.points} points, then {b.points}"
    for x, y in zip(first.cells, second.cells, strict=True):
        if (x.status, x.error_message) != (y.status, y.error_message):
            yield x.grade_id or x.cell_id, f"{x.status} {x.error_message}, then {y.status} {y.error_message}"
    if first.notes != second.notes:
        yield "", "their notes are not the same"


def quiet(result: Result, files: Files) -> Iterator[Finding]:
    """Nothing may go to stderr and no cell of the reference may fail."""
    if isinstance(result, Lost) or result.notebook is None:
        return
    for cell in result.notebook["cells"]:
        for output in cell.get("outputs", ()):
            if output.get("output_type") == "stream" and output.get("name") == "stderr":
                first = (output["text"].strip().splitlines() or [""])[-1]
                yield Finding(
                    f"it writes to stderr: {first[:120]}",
                    "remove what warns; a message for students is a print",
                    files.text,
                    label(cell),
                )
            elif output.get("output_type") == "error":
                yield Finding(
                    f"it raises {output.get('ename')}: {str(output.get('evalue'))[:120]}",
                    "let every cell of the reference run to its end",
                    files.text,
                    label(cell),
                )


def nothing(result: Result, files: Files) -> Iterator[Finding]:
    """Untouched work must have 0 points in every graded cell."""
    trial = "an untouched notebook"
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    for task in result.report.tasks:
        if task.points == 0 or task.verdict == "broken":
            continue
        if task.evidence == "manual":
            yield Finding(
                "an untouched answer is not recognised and would wait for a person",
                "let the released answer differ from every real one",
                files.text,
                task.grade_id,
            )
        for one in task.checks:
            if one.verdict == "passed":
                yield Finding(
                    f"{one.name} gives points to {trial}",
                    "let the check ask for something that only written code can answer",
                    files.checks,
                    task.grade_id,
                )


def alone(
    result: Result, task: str, own: tuple[str, ...], expected: set[str], files: Files
) -> Iterator[Finding]:
    """With one task left out, that task fails in every check and what rests on it loses points; nothing else.

    own       graded cells of the task
    expected  these and all that rest on them
    """
    trial = f"the reference without {task}"
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    short = short_of(result.report)
    if not own:
        yield Finding(f"task {task} has a solution but no graded cell", "add its test cell", files.text)
    for name in own:
        for one in next(each.checks for each in result.report.tasks if each.grade_id == name):
            if one.verdict == "passed":
                yield Finding(
                    f"{one.name} passes although {task} is not written",
                    "let the check fail for a stub",
                    files.checks,
                    name,
                )
    for name in sorted(short.keys() - expected):
        lost = ", ".join(failing(short[name])) or short[name].message
        yield Finding(
            f"it loses points when only {task} is missing ({lost}), but does not name it in its needs",
            f'add {own[0] if own else task} to course={{"needs": [...]}}, or let its checks do without',
            files.text,
            name,
        )
    for name in sorted(expected - short.keys()):
        yield Finding(
            f"it keeps all points when {task} is missing, which it says it needs",
            "take the need out, or check what rests on it",
            files.text,
            name,
        )


def mistake(result: Result, one: Mistake, files: Files) -> Iterator[Finding]:
    """A known wrong solution must lose exactly what its entry says."""
    trial = f"{one.name} ({one.title})"
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    short = short_of(result.report)
    task = next((each for each in result.report.tasks if each.grade_id == one.grade_id), None)
    failed = set(failing(task)) if task else set()
    place = (files.mistakes, one.cell)
    if not failed and one.grade_id not in short:
        yield Finding(
            f"{trial} survives: {one.grade_id} keeps all its points",
            "add a check that notices it, or take the entry out with a reason",
            *place,
        )
    else:
        for name in sorted(failed - set(one.caught_by)):
            yield Finding(
                f"{trial} also fails {name}", "add it to caught_by, or let the check look past it", *place
            )
        for name in sorted(set(one.caught_by) - failed):
            yield Finding(
                f"{trial} does not fail {name}", "take it off caught_by, or sharpen the check", *place
            )
    others = short.keys() - {one.grade_id}
    for name in sorted(others - set(one.also)):
        lost = ", ".join(failing(short[name])) or short[name].message
        yield Finding(
            f"{trial} also costs points in {name} ({lost})", "add it to also, or free the check of it", *place
        )
    for name in sorted(set(one.also) - others):
        yield Finding(f"{trial} costs no points in {name}", "take it off also", *place)


def right(result: Result, one: RightVariant, files: Files) -> Iterator[Finding]:
    """Another right solution must keep every automatic point."""
    trial = f"{one.name} ({one.title})"
    yield from judged(result, trial, files)
    if isinstance(result, Lost):
        return
    for name, task in short_of(result.report).items():
        for check in task.checks:
            if check.verdict == "failed":
                yield Finding(
                    f"{trial} is right but fails {check.name} in {name}: {_seen(check)}",
                    "accept whatever the docstring allows",
                    files.checks,
                    name,
                )


def _seen(one: CheckResult) -> str:
    """A check's verdict with what an author may know."""
    shown = f"got {one.got}, expected {one.expected}" if one.got or one.expected else ""
    parts = [one.what, one.detail or one.message, shown]
    return " · ".join([one.verdict, *filter(None, dict.fromkeys(parts))])
