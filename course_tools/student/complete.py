"""Complete a module: run everything, export it, record it; or change nothing and say what is missing."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools import __version__
from course_tools.course import Module
from course_tools.files import UserError
from course_tools.notebooks import ExportError, export, exported_names
from course_tools.notebooks.cells import is_answer
from course_tools.notebooks.digest import digest
from course_tools.notebooks.export import is_exported
from course_tools.student import desk, explain, importable, lastrun, milestone, needs
from course_tools.student import progress as records
from course_tools.student.blame import Blame, blame
from course_tools.student.homework import Homework, open_homework
from course_tools.student.milestone import MilestoneStanding
from course_tools.student.progress import Completed, Earlier, Progress, Tell
from course_tools.student.run import Run, Step, run
from course_tools.student.workspace import Workspace


class NotYet(UserError):
    """The module is not complete. `data` says the same for machines."""

    def __init__(self, message: str, data: dict[str, Any]) -> None:
        super().__init__(message)
        self.data = data


@dataclass(frozen=True)
class Completion:
    """A module that is complete now."""

    module: Module
    again: bool  # it was complete before
    run: Run | None  # None: nothing has changed since it passed, so nothing was run
    tests: int
    exported: Path
    names: tuple[str, ...]  # what can be imported now
    backup: Path | None  # an exported file that was not ours, kept
    remarks: tuple[str, ...]
    following: Module | None  # what comes next
    unlocked: tuple[MilestoneStanding, ...]  # milestones resting on this module that are ready to run


def complete(
    workspace: Workspace,
    module: Module,
    *,
    earlier: Earlier = "own",
    step: Step = lambda done, total: None,
    tell: Tell = lambda text: None,
) -> Completion:
    """Run the student's notebook; when every visible test passes, export it and record that.

    Raises NotYet when a test fails, UserError when it cannot be run; then progress and package are as before.
    """
    progress = records.load(workspace, tell)
    needs.require(workspace, module, progress, earlier)
    homework = open_homework(workspace, module)
    homework.require_untouched()
    given = given_digest(workspace, module, earlier)
    before = progress.of(module)
    if before is not None and _unchanged(workspace, module, before, homework, given):
        text = workspace.exported(module).read_text(encoding="utf-8")
        return _completion(workspace, homework, progress, None, text, again=True, backup=None)
    try:
        text, refused = export(homework.notebook, module=module.export), None
    except ExportError as error:  # a failing test is said first: it comes first in the notebook
        text, refused = "", error
    check = importable.check(text, module.export) if text else None
    done = run(workspace, homework, earlier=earlier, extra=check, step=step)
    lastrun.remember(workspace, module, done.remembered(lambda one: explain.failure(done, one)))
    _require_green(done, blame(workspace, done) if earlier == "own" else None)
    if refused is not None:
        raise refused
    trouble = importable.trouble(done, text)
    if trouble:
        raise NotYet(trouble, data_of(done))
    content = text.encode()
    # Read again: another terminal may have completed another module meanwhile.
    progress = records.load(workspace, tell)
    backup = desk.replace_export(workspace, module, content, before.export if before else None)
    record = Completed(
        module=module.number,
        at=records.now(),
        notebook=homework.digest,
        release=homework.paper_digest,
        given=given,
        export=digest(content),
        tests=len(done.tests),
        earlier=earlier,
    )
    progress = progress.with_(record)
    records.save(workspace, progress)
    return _completion(workspace, homework, progress, done, text, again=before is not None, backup=backup)


def given_digest(workspace: Workspace, module: Module, earlier: Earlier) -> str:
    """SHA-256 over everything but the notebooks that a run can see and that may change."""
    notebook = workspace.notebook(module).name
    parts: dict[str, Any] = {
        "python": platform.python_version(),
        "tito": __version__,
        "earlier": earlier,
        "files": {
            name: digest((workspace.folder(module) / name).read_bytes())
            for name in desk.released(workspace, module)
            if name != notebook and (workspace.folder(module) / name).is_file()
        },
    }
    if earlier == "own":
        parts["needs"] = {
            one.number: digest(workspace.exported(one).read_bytes())
            for one in needs.needed(workspace, module)
            if workspace.exported(one).is_file()
        }
    return digest(json.dumps(parts, sort_keys=True).encode())


def data_of(run_: Run, whose: Blame | None = None) -> dict[str, Any]:
    """A run for machines; `faults` gives the modules at fault, by grade_id, where that was looked for."""
    return {
        "passed": run_.passed,
        "total": len(run_.tests),
        "seconds": round(run_.seconds, 3),
        "tests": [
            {
                "grade_id": one.test.grade_id,
                "title": one.test.title,
                "task": one.test.task,
                "outcome": one.outcome,
                "message": "" if one.outcome == "passed" else explain.failure(run_, one),
            }
            for one in run_.tests
        ],
        "faults": whose.folders(run_.homework.module) if whose else {},
    }


def _unchanged(
    workspace: Workspace, module: Module, before: Completed, homework: Homework, given: str
) -> bool:
    path = workspace.exported(module)
    return (
        (before.notebook, before.release, before.given) == (homework.digest, homework.paper_digest, given)
        and path.is_file()
        and digest(path.read_bytes()) == before.export
    )


def _require_green(done: Run, whose: Blame | None) -> None:
    number, data = done.homework.module.number, data_of(done, whose)
    red = done.first_red
    summary = f"{done.passed} of {len(done.tests)} checks pass; next: tito module test {number}"
    if red is not None:
        sentences = whose.sentences(done) if whose else ()
        told = [f"✗ {explain.failure(done, red)}", explain.also_stopped(done), *sentences, summary]
        raise NotYet("\n".join(one for one in told if one), data)
    if done.passed != len(done.tests) or not done.tests:
        raise NotYet(f"Not every check of module {number} was run.\n{summary}", data)
    stopped = next((one for one in done.broken if one.course_cell), None)
    if stopped is not None:
        raise NotYet(
            f"✗ {explain.stopped(done, stopped)}\n"
            f"Every check passes, and still this cell of the module stops: it cannot be exported.\n{summary}",
            data,
        )


def _completion(
    workspace: Workspace,
    homework: Homework,
    progress: Progress,
    done: Run | None,
    text: str,
    *,
    again: bool,
    backup: Path | None,
) -> Completion:
    module = homework.module
    remarks = [one.message[:1].upper() + one.message[1:] + "." for one in homework.remarks]
    if done is not None:
        remarks += filter(None, [explain.also_stopped(done)])
        if done.extra is not None and done.extra.noise:
            remarks.append(f"Importing {module.export} prints something; a quiet import is kinder.")
    if homework.unanswered:
        count = len(homework.unanswered)
        waiting = "question waits" if count == 1 else "questions wait"
        remarks.append(f"{count} written {waiting} for your answer: {', '.join(homework.unanswered)}.")
    tests = len(done.tests) if done else len(homework.tests)
    return Completion(
        module=module,
        again=again,
        run=done,
        tests=tests,
        exported=workspace.exported(module),
        names=_to_show(homework, text),
        backup=backup,
        remarks=tuple(remarks),
        following=following(workspace, progress, module),
        unlocked=tuple(
            one
            for one in milestone.standing(workspace, progress)
            if one.state == "ready" and module in workspace.course.behind(one.milestone)
        ),
    )


def _to_show(homework: Homework, text: str) -> tuple[str, ...]:
    """Importable names, the student's own before the given ones, and of these classes first."""
    answers = [one for one in homework.notebook["cells"] if is_answer(one) and is_exported(one)]
    own = {name for cell in answers for name in exported_names(cell["source"])}
    return tuple(sorted(exported_names(text), key=lambda one: (one not in own, not one[0].isupper())))


def following(workspace: Workspace, progress: Progress, module: Module) -> Module | None:
    """The next released module that is open, looking behind `module` first."""
    course = workspace.course
    open_ = [
        one
        for one in course.modules
        if progress.of(one) is None and one != module and course.release_notebook(one).is_file()
    ]
    return next((one for one in open_ if one.number > module.number), open_[0] if open_ else None)
