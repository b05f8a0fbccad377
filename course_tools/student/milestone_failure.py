"""Why a milestone did not come to its end, in the student's own line where it was theirs, and what to try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_tools.course import Milestone, Module
from course_tools.files import UserError
from course_tools.student.workspace import Workspace

MESSAGE = 300  # characters shown of an error's own words
CALLERS = 2  # modules above the one that raised that are shown
CELL = "# Cell "  # what an exported file says above each cell

Place = tuple[Module, int, str, str]  # whose line, its number, the function, its text


class MilestoneStopped(UserError):
    """The milestone did not come to its end; nothing was recorded."""


def raised(workspace: Workspace, milestone: Milestone, told: dict[str, Any]) -> MilestoneStopped:
    """An exception, shown where it left the student's own code last."""
    said = f"{told['name']}: {told['message'][:MESSAGE]}".rstrip(": ")
    if told["name"] == "NotYourOwn":
        return MilestoneStopped(
            f"The milestone {milestone.title!r} would not have run on your own package, so it was stopped.\n"
            f"{said}\nThis is the course's mistake, not yours: tell your teachers."
        )
    behind = workspace.course.behind(milestone)
    own = {workspace.exported(one).resolve(): one for one in behind}
    places = [
        (own[path], line, function, text)
        for file, line, function, text in reversed(told["frames"])
        if (path := Path(file).resolve()) in own
    ]
    if places:
        module, line, function, text = places[0]
        return MilestoneStopped(
            f"The milestone {milestone.title!r} stopped in your own code: {said}\n"
            f"in {_where(workspace, module, line, function)}\n    {text.strip()}\n"
            f"{_called_from(workspace, places)}"
            f"Nothing was recorded.\n{_try(milestone, _modules(places))}"
        )
    return MilestoneStopped(
        f"The milestone {milestone.title!r} stopped: {said}\n"
        f"{_in_script(workspace, milestone, told['frames'])}"
        "It did so with what your package returned; no line of yours raised it. Nothing was recorded.\n"
        f"{_try_all(behind)}"
    )


def late(workspace: Workspace, milestone: Milestone, seconds: float) -> MilestoneStopped:
    """It was stopped because it took too long."""
    return MilestoneStopped(
        f"The milestone {milestone.title!r} was stopped after {seconds:g} s.\n"
        "With the course's own modules it takes well under a minute, so one of yours is slow or does not end.\n"
        f"Nothing was recorded.\n{_try_all(workspace.course.behind(milestone))}"
    )


def ended(milestone: Milestone, code: int, printed: str) -> MilestoneStopped:
    """The program ended without a word."""
    how = f"a signal ({-code})" if code < 0 else f"exit code {code}"
    last = f"The last it printed:\n{printed[-MESSAGE:]}\n" if printed else ""
    return MilestoneStopped(
        f"The program of the milestone {milestone.title!r} ended before its time, with {how}.\n"
        f"{last}Nothing was recorded.\n"
        "Try:  the same command again; memory that runs out ends a program like this"
    )


def not_reached(milestone: Milestone, behind: tuple[Module, ...]) -> str:
    """What to try when it ran and fell short."""
    return f"Not reached, so nothing was recorded. The figure shows how far it came.\n{_try_all(behind)}"


def _where(workspace: Workspace, module: Module, line: int, function: str) -> str:
    path = workspace.exported(module)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:line]
    cell = next((one.removeprefix(CELL) for one in reversed(lines) if one.startswith(CELL)), "")
    place = f"{function}, " if function.isidentifier() else ""
    written = f", from cell {cell} of {module.folder}" if cell else ""
    return f"{place}line {line} of {workspace.shown(path)}{written}:"


def _modules(places: list[Place]) -> list[Module]:
    """The modules on the way, the one that raised first, each once."""
    return list(dict.fromkeys(place[0] for place in places))


def _called_from(workspace: Workspace, places: list[Place]) -> str:
    """The nearest caller in each other module: a wrong shape is often made a module above the one that minds."""
    nearest: dict[Module, Place] = {}
    for place in places:
        nearest.setdefault(place[0], place)
    lines = [
        f"called from {_where(workspace, module, line, function)}\n    {text.strip()}\n"
        for module, line, function, text in list(nearest.values())[1 : 1 + CALLERS]
    ]
    return "".join(lines)


def _in_script(workspace: Workspace, milestone: Milestone, frames: list[list[Any]]) -> str:
    script = workspace.course.script(milestone).resolve()
    for file, line, _, text in reversed(frames):
        if Path(file).resolve() == script:
            return f"line {line} of {script.name}:\n    {text.strip()}\n"
    return ""


def _try(milestone: Milestone, modules: list[Module]) -> str:
    number = modules[0].number
    others = ", ".join(one.number for one in modules[1 : 1 + CALLERS])
    return (
        f"Try:  tito module test {number}     and when you have mended it:  tito module complete {number}\n"
        + (f"Or the cause lies above, in {others}: the same there.\n" if others else "")
        + f"Then:  tito milestone run {milestone.name}"
    )


def _try_all(behind: tuple[Module, ...]) -> str:
    numbers = ", ".join(one.number for one in behind)
    return f"Try:  tito module test NN     for each of {numbers}, the newest first"
