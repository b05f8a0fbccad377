"""Grade a class: hand-ins in, reports, autograded/ and gradebook out, and nothing done twice.

Every submission is saved as soon as it is judged, so a run may be stopped at any moment and goes on where
it was: what has a report with the same digests is not run again, and what has a report but no row in the
gradebook is only recorded.
"""

from __future__ import annotations

import atexit
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.gradebook import config_check, folders, ledger, settings, submissions, timestamps, writer
from course_tools.grading import batch, digests
from course_tools.grading.batch import Lost, Task, Workers
from course_tools.grading.runner import Graded, Grader, Submission, lost
from course_tools.notebooks import dump
from course_tools.records import Digests, Note, Report, from_json, to_json
from course_tools.sandbox import choose_tier

CHUNK = 25  # submissions per transaction
# What makes a report need a person for good: running it again would end the same way.
FINAL = frozenset({"unreadable", "not-handed-in"})


@dataclass
class ClassRun:
    """What one run did."""

    module: str
    tier: str
    reports: list[Report] = field(default_factory=list)  # graded in this run, in the order they came
    kept: int = 0  # had a report with the same digests
    recorded: int = 0  # rows written to the gradebook
    seconds: float = 0.0

    @property
    def needs_person(self) -> list[Report]:
        """The reports of this run that a person must look at."""
        return [one for one in self.reports if one.state == "needs_person"]


@dataclass(frozen=True)
class Progress:
    """Told after every submission."""

    done: int
    total: int
    report: Report


def grade_class(
    course: Course,
    module: Module,
    *,
    students: Sequence[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    minimum_tier: str = "landlock",
    unsafe: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> ClassRun:
    """Grade everything in submitted/ for this module that has no valid report yet.

    students  only these; a name nobody handed in under is a UserError
    force     run again what has a valid report
    unsafe    allow code to run without walls; every report says so
    tell      called in this process after each submission was saved

    Raises UserError before anything is touched when the course, its configuration or its sandbox is not ready.
    """
    started = time.perf_counter()
    _require_ready(course, module)
    tier = choose_tier(minimum_tier, unsafe)
    book = settings.load(course.root)
    names = _names(course, module, students)
    fixed = digests.of_module(course, module, tier=tier)
    marked = ledger.recorded(book.db_url, module.folder)
    run = ClassRun(module.folder, tier)
    todo: list[str] = []
    unrecorded: list[tuple[submissions.HandIn, bytes]] = []
    receipts = {name: _receipt(course, module, name) for name in names}
    for name in names:
        hand_in = _read(course, module, name, book)
        kept = None if force else _kept(course, module, hand_in, fixed)
        if kept is None:
            todo.append(name)
        else:
            run.kept += 1
            if marked.get(name) != ledger.digest(kept, hand_in.timestamp):
                unrecorded.append((hand_in, kept))
    if not todo and not unrecorded:
        run.seconds = time.perf_counter() - started
        return run
    with ExitStack() as stack:
        workers = None
        if todo:  # forked before nbgrader's imports, and warming up during them
            wanted = min(jobs or batch.default_jobs(), len(todo))
            workers = stack.enter_context(Workers(course, module, jobs=wanted, tier=tier))
        config_check.check_course(course.root)
        gradebook = stack.enter_context(writer.GradebookWriter(course.root))
        run.recorded += gradebook.record(
            writer.Entry(from_json(Report, kept), _executed(course, module, one), one.timestamp, kept)
            for one, kept in unrecorded
        )
        if workers is not None:
            source, _ = submissions.read_tree(course.root / "source", module.folder, ignore=book.ignore)
            companions = {name: data for name, data in source.items() if not name.endswith(".ipynb")}
            hand_ins: dict[str, submissions.HandIn] = {}
            tasks = _tasks(course, module, todo, book, fixed, companions, hand_ins, receipts)
            waiting: list[writer.Entry] = []
            try:
                for task, result in workers.run(tasks):
                    hand_in = hand_ins.pop(task.submission.student)
                    graded = _graded(course, module, task, result, tier)
                    waiting.append(_save(course, module, hand_in, graded, companions, book))
                    run.reports.append(graded.report)
                    if len(waiting) >= CHUNK:
                        run.recorded += gradebook.record(waiting)
                        waiting = []
                    tell(Progress(len(run.reports), len(todo), graded.report))
            finally:
                run.recorded += gradebook.record(waiting)
    run.seconds = time.perf_counter() - started
    return run


def grade_one(root: Path, assignment: str, student: str) -> Graded:
    """Judge one hand-in in this process, for nbgrader's own Autograde; saves nothing."""
    course = Course.load(root)
    module = course.find(assignment)
    grader = _warm(course, module)
    book = settings.load(root)
    source, _ = submissions.read_tree(root / "source", module.folder, ignore=book.ignore)
    companions = {name: data for name, data in source.items() if not name.endswith(".ipynb")}
    fixed = digests.of_module(course, module, tier=grader.nursery.tier)
    receipts = {student: _receipt(course, module, student)}
    (task,) = _tasks(course, module, [student], book, fixed, companions, {}, receipts)
    return grader.grade(task.submission, task.digests)


_graders: dict[Any, tuple[Digests, Grader]] = {}


def _warm(course: Course, module: Module) -> Grader:
    """The grader of this process for a module, made anew when anything it rests on has changed."""
    tier = choose_tier()
    now = digests.of_module(course, module, tier=tier)
    key = (course.root, module.folder)
    if key in _graders and _graders[key][0] == now:
        return _graders[key][1]
    if key in _graders:
        _graders.pop(key)[1].nursery.close()
    nursery = batch.open_nursery(course, module, tier).start()
    _graders[key] = now, Grader(course, module, nursery)
    return _graders[key][1]


def close_graders() -> None:
    """End the warm processes `grade_one` keeps."""
    while _graders:
        _graders.popitem()[1][1].nursery.close()


atexit.register(close_graders)


def _require_ready(course: Course, module: Module) -> None:
    for path, command in (
        (course.release_notebook(module), f"tito author release {module.number}"),
        (course.checks(module), f"tito author check {module.number}"),
        (course.probes(module), f"tito author check {module.number}"),
    ):
        if not path.is_file():
            raise UserError(
                f"Module {module.number} cannot be graded: {path.relative_to(course.root)} is not there.\n"
                f"Try:  {command}"
            )


def _names(course: Course, module: Module, students: Sequence[str] | None) -> list[str]:
    found = submissions.students(course.root / "submitted", module.folder)
    if students is None:
        if not found:
            raise UserError(
                f"Nobody has handed in {module.folder} yet: submitted/ holds no folder <student>/{module.folder}.\n"
                f"Try:  tito grade collect {module.number}"
            )
        return found
    missing = sorted(set(students) - set(found))
    if missing:
        raise UserError(
            f"{', '.join(missing)} handed in nothing for {module.folder}; {len(found)} others did.\n"
            f"Try:  tito grade collect {module.number}"
        )
    return sorted(set(students))


def _read(course: Course, module: Module, name: str, book: settings.Settings) -> submissions.HandIn:
    return submissions.read(course.root / "submitted", module.folder, name, ignore=book.ignore)


def _receipt(course: Course, module: Module, name: str) -> tuple[Note, ...]:
    """A hand-in that did not come through the exchange gets the time it arrived here; says so once."""
    folder = course.submitted(module, name)
    arrived = datetime.fromtimestamp(folder.stat().st_mtime, UTC).replace(tzinfo=None)
    return folders.complete_receipt(folder, timestamps.write(arrived))


def _kept(course: Course, module: Module, hand_in: submissions.HandIn, fixed: Digests) -> bytes | None:
    """The text of a report that still holds for this hand-in, or None."""
    folder = course.autograded(module, hand_in.student)
    try:
        text = (folder / folders.REPORT).read_bytes()
        data = json.loads(text)
        same = data["digests"] == vars(replace(fixed, submission=hand_in.digest))
        final = data["state"] == "graded" or any(one["code"] in FINAL for one in data["notes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    complete = (folder / f"{module.folder}.ipynb").is_file() or not data["cells"]
    return text if same and final and complete else None


def _executed(course: Course, module: Module, hand_in: submissions.HandIn) -> dict[str, Any] | None:
    try:
        path = course.autograded(module, hand_in.student) / f"{module.folder}.ipynb"
        made: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return made


def _tasks(
    course: Course,
    module: Module,
    names: Iterable[str],
    book: settings.Settings,
    fixed: Digests,
    companions: dict[str, bytes],
    hand_ins: dict[str, submissions.HandIn],
    receipts: dict[str, tuple[Note, ...]],
) -> Iterator[Task]:
    """What each student handed in, the course's own companion files in place of theirs; read when its turn comes."""
    for name in names:
        hand_in = hand_ins[name] = _read(course, module, name, book)
        own = {file: data for file, data in hand_in.files.items() if file not in submissions.RECEIPTS}
        submission = Submission(name, own | companions, (*hand_in.notes, *receipts[name]))
        yield Task(submission, replace(fixed, submission=hand_in.digest))


def _graded(course: Course, module: Module, task: Task, result: Graded | Lost, tier: str) -> Graded:
    if isinstance(result, Lost):
        return lost(course, module, task.submission, task.digests, result.reason, tier)
    return result


def _save(
    course: Course,
    module: Module,
    hand_in: submissions.HandIn,
    graded: Graded,
    companions: dict[str, bytes],
    book: settings.Settings,
) -> writer.Entry:
    """Write autograded/ and return what the gradebook is to hold."""
    text = to_json(graded.report).encode()
    notebook = None if graded.notebook is None else (f"{module.folder}.ipynb", dump(graded.notebook))
    folders.write_autograded(
        course.autograded(module, hand_in.student),
        notebook=notebook,
        report=text,
        handed_in=hand_in.files,
        source=companions,
        written=graded.files,
        groupshared=book.groupshared,
    )
    return writer.Entry(graded.report, graded.notebook, hand_in.timestamp, text)
