"""Grade a class: hand-ins in, reports, autograded/ and gradebook out, and nothing done twice.

Every submission is saved as soon as it is judged, so a run may be stopped at any moment and goes on where
it was: what has a report with the same digests is not run again, and what has a report but no row in the
gradebook is only recorded. A mark that stands is never changed by a plain run: where checks or environment
have changed since, `regrade` shows old and new first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from course_tools.classroom import aside, change, limit, practice, save
from course_tools.classroom.bench import Bench, Standing, require_ready
from course_tools.course import Course, Module
from course_tools.gradebook import attempts, config_check, ledger, writer
from course_tools.gradebook.attempts import Attempt
from course_tools.gradebook.submissions import HandIn
from course_tools.grading import batch
from course_tools.grading.batch import Lost, Task, Workers
from course_tools.grading.runner import Graded, lost
from course_tools.records import Report, from_json
from course_tools.sandbox import choose_tier

CHUNK = 25  # submissions per transaction


@dataclass
class ClassRun:
    """What one run did."""

    module: str
    tier: str
    reports: list[Report] = field(default_factory=list)  # graded in this run, in the order they came
    kept: int = 0  # had a report with the same digests
    held: list[str] = field(default_factory=list)  # over the limit of attempts: kept, and not judged
    recorded: int = 0  # rows written to the gradebook
    stale: list[str] = field(default_factory=list)  # whose mark rests on other checks or another environment
    differs: set[str] = field(default_factory=set)  # fields of Digests that changed for these
    looked_at: int = 0  # of the stale ones: a regrade has judged them, and its reports lie aside
    would_change: int = 0  # of those looked at: whose mark would become another
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


Tell = Callable[[Progress], None]


def grade_class(
    course: Course,
    module: Module,
    *,
    students: Sequence[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    minimum_tier: str = "landlock",
    unsafe: bool = False,
    tell: Tell = lambda _: None,
) -> ClassRun:
    """Grade everything in submitted/ for this module that nobody has judged as it is.

    students  only these; a name nobody handed in under is a UserError
    force     run again what has a report, and let the new mark stand at once; for students that are named, also
              what is over the module's limit of attempts
    unsafe    allow code to run without walls; every report says so
    tell      called in this process after each submission was saved

    Raises UserError before anything is touched when the course, its configuration or its sandbox is not ready.
    """
    started = time.perf_counter()
    require_ready(course, module)
    bench = Bench.of(course, module, choose_tier(minimum_tier, unsafe))
    names = bench.names(students)
    recorded = ledger.recorded(bench.book.db_url, module.folder)
    run = ClassRun(module.folder, bench.tier)
    todo: dict[str, Standing] = {}
    unrecorded: list[tuple[HandIn, bytes]] = []
    receipts = {name: bench.receipt(name) for name in names}
    held: dict[str, Attempt] = {}
    for name in names:
        hand_in, over = bench.judgeable(name, lift=force and students is not None)
        stands = bench.standing(hand_in)
        if over is not None:
            run.held.append(name)
            if all(one.work != over.digest for one in bench.attempts[name]):
                held[name] = Attempt(over.digest, attempts.moment(over.timestamp), False, None)
        if force or stands.kind in ("new", "open"):
            todo[name] = stands
            continue
        if stands.kind == "stale":
            _stale(run, bench, hand_in, stands)
        else:
            run.kept += 1
        if over is None and not limit.is_kept(course, module, name):
            limit.keep(course, module, hand_in)
        stands = _told(bench, hand_in, stands, over)
        if recorded.get(name) != ledger.digest(stands.text, hand_in.timestamp):
            unrecorded.append((hand_in, stands.text))
    if todo or unrecorded or held:
        with ExitStack() as stack:
            judged = None
            if todo:  # forked before nbgrader's imports, and warming up during them
                hand_ins: dict[str, HandIn] = {}
                tasks = _tasks(bench, todo, receipts, hand_ins, lift=force and students is not None)
                judged = judge(stack, bench, tasks, len(todo), jobs)
            config_check.check_course(course.root)
            gradebook = stack.enter_context(writer.GradebookWriter(course.root))
            run.recorded += gradebook.record(save.entry(bench, *one) for one in unrecorded)
            gradebook.hold(module.folder, held)
            if judged is not None:
                _save_all(run, bench, gradebook, judged, hand_ins, {} if force else todo, len(todo), tell)
    run.seconds = time.perf_counter() - started
    return run


def judge(
    stack: ExitStack, bench: Bench, tasks: Iterator[Task], number: int, jobs: int | None
) -> Iterator[tuple[Task, Graded]]:
    """Start workers at once, and judge when asked; what a worker lost is broken, never a zero."""
    course, module, tier = bench.course, bench.module, bench.tier
    wanted = min(jobs or batch.default_jobs(), number)
    workers = stack.enter_context(
        Workers(course, module, jobs=wanted, tier=tier, own=course.earlier == "own")
    )

    def results() -> Iterator[tuple[Task, Graded]]:
        for task, result in workers.run(tasks):
            if isinstance(result, Lost):
                yield task, lost(course, module, task.submission, task.digests, result.reason, tier)
            else:
                yield task, result

    return results()


def _tasks(
    bench: Bench,
    names: Mapping[str, Standing],
    receipts: Mapping[str, tuple[object, ...]],
    hand_ins: dict[str, HandIn],
    *,
    lift: bool,
) -> Iterator[Task]:
    """The work of these students, read when its turn comes; hand_ins is filled on the way."""
    for name in names:
        hand_in = hand_ins[name] = bench.judgeable(name, lift=lift)[0]
        yield bench.task(hand_in, receipts[name])  # type: ignore[arg-type]


def _save_all(
    run: ClassRun,
    bench: Bench,
    gradebook: writer.GradebookWriter,
    judged: Iterator[tuple[Task, Graded]],
    hand_ins: dict[str, HandIn],
    before: Mapping[str, Standing],
    total: int,
    tell: Tell,
) -> None:
    """Save each result as it comes; one that would change a mark that stands is put aside."""
    waiting: list[writer.Entry] = []
    done = 0
    try:
        for task, made in judged:
            student = task.submission.student
            hand_in = hand_ins.pop(student)
            made = practice.compared(hand_in, made)
            done += 1
            if _changes_a_mark(before.get(student), made.report):
                aside.put(bench, made)
                _stale(run, bench, hand_in, before[student])
            else:
                waiting.append(save.graded(bench, hand_in, made))
                run.reports.append(made.report)
                aside.drop(bench, student)
                if len(waiting) >= CHUNK:
                    run.recorded += gradebook.record(waiting)
                    waiting = []
            tell(Progress(done, total, made.report))
    finally:
        run.recorded += gradebook.record(waiting)


def _changes_a_mark(stands: Standing | None, report: Report) -> bool:
    """Whether this report, of a hand-in that was left open, says otherwise where points had been given."""
    if stands is None or stands.kind != "open":
        return False
    return change.between(from_json(Report, stands.text), report).takes_back


def _told(bench: Bench, hand_in: HandIn, stands: Standing, over: HandIn | None) -> Standing:
    """The report in autograded/ says whether the newest hand-in was over the limit, and says so once."""
    text = limit.told(stands.text, bench.module, over)
    if text == stands.text:
        return stands
    save.again(bench, hand_in, text)
    return replace(stands, text=text)


def _stale(run: ClassRun, bench: Bench, hand_in: HandIn, stands: Standing) -> None:
    run.stale.append(hand_in.student)
    run.differs.update(stands.differs)
    looked = aside.get(bench, hand_in)
    if looked is not None:
        run.looked_at += 1
        run.would_change += change.between(from_json(Report, stands.text), looked.report).moves
