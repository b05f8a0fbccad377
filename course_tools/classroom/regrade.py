"""Judge again what was judged with other checks or in another environment, look at it, then publish it.

`look` judges and keeps the new reports aside; no mark, no file of autograded/ and no row of the gradebook
changes. `publish` writes what lies aside and runs nothing. Either may be stopped at any moment and goes on
where it was.
"""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from course_tools.classroom import aside, change, practice, save
from course_tools.classroom.aside import Aside
from course_tools.classroom.bench import Bench, Standing, require_ready
from course_tools.classroom.change import Change
from course_tools.classroom.run import CHUNK, Progress, Tell, judge
from course_tools.course import Course, Module
from course_tools.files import UserError, atomic_write
from course_tools.gradebook import config_check, ledger, marks, writer
from course_tools.gradebook.submissions import HandIn
from course_tools.grading.batch import Task
from course_tools.records import Report, from_json, to_data
from course_tools.sandbox import choose_tier


@dataclass
class Regrade:
    """What one look, or one publication, found."""

    module: str
    tier: str
    published: bool  # False: nothing but what lies aside was written
    changes: list[Change] = field(default_factory=list)  # of everybody judged again, by student
    open: list[str] = field(default_factory=list)  # judging them again broke: their mark stays
    unjudged: list[str] = field(default_factory=list)  # handed in, and nobody has judged it: not part of this
    current: int = 0  # rest on the checks and the environment of now already
    differs: set[str] = field(default_factory=set)  # fields of Digests that changed
    ran: int = 0  # judged now
    seconds: float = 0.0

    @property
    def moved(self) -> list[Change]:
        """Those whose mark becomes another."""
        return [one for one in self.changes if one.moves]


def look(
    course: Course,
    module: Module,
    *,
    students: Sequence[str] | None = None,
    jobs: int | None = None,
    minimum_tier: str = "landlock",
    unsafe: bool = False,
    tell: Tell = lambda _: None,
) -> Regrade:
    """Judge everything whose report rests on other checks or another environment, and keep it aside.

    Parameters and errors as in `run.grade_class`. What lies aside from an earlier look and still counts is not
    run again.
    """
    started = time.perf_counter()
    require_ready(course, module)
    bench = Bench.of(course, module, choose_tier(minimum_tier, unsafe))
    made = Regrade(module.folder, bench.tier, published=False)
    stale = _stale(made, bench, students)
    found = {hand_in.student: aside.get(bench, hand_in) for hand_in, _ in stale}
    todo = [one for one in stale if not _finished(found[one[0].student])]
    if todo:
        works = {hand_in.student: hand_in for hand_in, _ in todo}
        with ExitStack() as stack:
            tasks = _tasks(bench, list(works))
            for task, graded in judge(stack, bench, tasks, len(todo), jobs):
                student = task.submission.student
                found[student] = aside.put(bench, practice.compared(works[student], graded))
                made.ran += 1
                tell(Progress(made.ran, len(todo), graded.report))
    _compare(made, bench, stale, found)
    made.seconds = time.perf_counter() - started
    return made


def publish(
    course: Course,
    module: Module,
    *,
    students: Sequence[str] | None = None,
    minimum_tier: str = "landlock",
    unsafe: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Regrade:
    """Write what the last look found: autograded/, gradebook and a line of history per student; run nothing.

    Raises UserError, and writes nothing, when somebody has not been looked at with the checks of now.
    """
    started = time.perf_counter()
    require_ready(course, module)
    bench = Bench.of(course, module, choose_tier(minimum_tier, unsafe))
    made = Regrade(module.folder, bench.tier, published=True)
    stale = _stale(made, bench, students)
    found = {hand_in.student: aside.get(bench, hand_in) for hand_in, _ in stale}
    unseen = sorted(name for name, one in found.items() if one is None)
    if unseen:
        raise UserError(
            f"Nothing was published: {len(unseen)} of {len(stale)} have not been looked at with the checks, "
            f"hand-ins and environment of now ({_some(unseen)}).\n"
            f"Look first:  tito grade regrade {module.number}"
        )
    _compare(made, bench, stale, found)
    ready = [(hand_in, one) for hand_in, _ in stale if (one := found[hand_in.student]) and one.final]
    config_check.check_course(course.root)
    with writer.GradebookWriter(course.root) as gradebook:
        for start in range(0, len(ready), CHUNK):
            part = ready[start : start + CHUNK]
            _remember(bench, made, {hand_in.student for hand_in, _ in part})
            gradebook.record(_write(bench, part))
            for hand_in, _ in part:
                aside.drop(bench, hand_in.student)
            tell(start + len(part), len(ready))
        # Stopped between the two, an earlier publication left reports that no row tells of.
        gradebook.record(_unrecorded(bench, students))
    made.seconds = time.perf_counter() - started
    return made


def _stale(made: Regrade, bench: Bench, students: Sequence[str] | None) -> list[tuple[HandIn, Standing]]:
    stale = []
    for name in bench.names(students):
        hand_in, _ = bench.judgeable(name)
        stands = bench.standing(hand_in)
        if stands.kind in ("stale", "open"):
            made.differs.update(stands.differs)
            stale.append((hand_in, stands))
            continue
        if stands.kind == "valid":
            made.current += 1
        else:
            made.unjudged.append(name)
        if not made.published:
            aside.drop(bench, name)  # what lies there is about other work, or has been published
    return stale


def _compare(
    made: Regrade,
    bench: Bench,
    stale: Sequence[tuple[HandIn, Standing]],
    found: dict[str, Aside | None],
) -> None:
    # Without a gradebook nobody can have given a mark in it.
    known = bool(stale) and bool(ledger.recorded(bench.book.db_url, bench.module.folder))
    given = marks.given(bench.book.db_url, bench.module.folder) if known else {}
    for hand_in, stands in stale:
        one = found[hand_in.student]
        assert one is not None
        persons = {name for name, mark in given.get(hand_in.student, {}).items() if mark.points is not None}
        if one.final:
            made.changes.append(change.between(from_json(Report, stands.text), one.report, persons))
        else:
            made.open.append(hand_in.student)


def _finished(one: Aside | None) -> bool:
    return one is not None and one.final


def _tasks(bench: Bench, names: Sequence[str]) -> Iterator[Task]:
    for name in names:
        yield bench.task(bench.judgeable(name)[0], bench.receipt(name))


def _write(bench: Bench, part: Sequence[tuple[HandIn, Aside]]) -> Iterator[writer.Entry]:
    for hand_in, one in part:
        save.autograded(bench, hand_in, one.text, one.notebook, one.written)
        yield writer.Entry(one.report, one.executed, hand_in.timestamp, one.text)


def _unrecorded(bench: Bench, students: Sequence[str] | None) -> Iterator[writer.Entry]:
    recorded = ledger.recorded(bench.book.db_url, bench.module.folder)
    for name in bench.names(students):
        hand_in, _ = bench.judgeable(name)
        stands = bench.standing(hand_in)
        if stands.kind == "valid":
            if recorded.get(name) != ledger.digest(stands.text, hand_in.timestamp):
                yield save.entry(bench, hand_in, stands.text)
            aside.drop(bench, name)


def _remember(bench: Bench, made: Regrade, names: set[str]) -> None:
    """Add to the course's history of marks that changed, before they do: who, when, from what to what."""
    file = history(bench.course.root, bench.module)
    line = {"published_at": datetime.now(UTC).isoformat(timespec="seconds"), "by": _who()}
    lines = [
        json.dumps(line | to_data(one), ensure_ascii=False) + "\n"
        for one in made.moved
        if one.student in names
    ]
    if lines:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        atomic_write(file, before + "".join(lines), mode=0o600)


def history(root: Path, module: Module) -> Path:
    """Where every mark that a publication changed is written down, a JSON object per line."""
    return root / ".tito" / "regrades" / f"{module.folder}.jsonl"


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without an entry for this user
        return ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
