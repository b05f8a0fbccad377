"""Old and new mark of one hand-in, side by side, with the checks that made the difference."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from course_tools.records import CheckResult, Report, TaskResult, Verdict


@dataclass(frozen=True)
class CheckChange:
    """One check that went otherwise; None where the check did not exist."""

    name: str
    title: str
    old: Verdict | None
    new: Verdict | None


@dataclass(frozen=True)
class TaskChange:
    """One graded cell whose points or checks differ."""

    grade_id: str
    title: str
    old: float | None  # None: nobody had given points, or the cell did not exist
    new: float | None
    max_points: float
    by_a_person: bool  # a person's mark stands in its place, whatever the checks say
    checks: tuple[CheckChange, ...]


@dataclass(frozen=True)
class Change:
    """One student's mark before and after."""

    student: str
    old: float
    new: float
    max_points: float
    state: str  # of the new report
    tasks: tuple[TaskChange, ...]  # those that differ, in the order of the paper

    @property
    def moves(self) -> bool:
        """Whether a mark changes; checks alone may differ without that."""
        return any(not same(one.old, one.new) for one in self.tasks)

    @property
    def takes_back(self) -> bool:
        """Whether a mark that stands would become another, or none."""
        return any(one.old is not None and not same(one.old, one.new) for one in self.tasks)


def between(old: Report, new: Report, by_a_person: Collection[str] = ()) -> Change:
    """What differs between two reports on one hand-in.

    by_a_person  grade_ids of cells on which a person's mark stands
    """
    before = {one.grade_id: one for one in old.tasks}
    after = {one.grade_id: one for one in new.tasks}
    tasks = []
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        checks = _checks(was, now)
        points = was.points if was else None, now.points if now else None
        if checks or not same(*points):
            shown = now or was
            assert shown is not None
            tasks.append(
                TaskChange(name, shown.title, *points, shown.max_points, name in by_a_person, checks)
            )
    return Change(new.student, old.points, new.points, new.max_points, new.state, tuple(tasks))


def same(old: float | None, new: float | None) -> bool:
    """Whether two marks are one; points are stored to the millionth."""
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=0, abs_tol=5e-7)


def _checks(was: TaskResult | None, now: TaskResult | None) -> tuple[CheckChange, ...]:
    before, after = _by_name(was), _by_name(now)
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        verdicts = old.verdict if old else None, new.verdict if new else None
        if verdicts[0] != verdicts[1]:
            shown = new or old
            assert shown is not None
            found.append(CheckChange(name, shown.title, *verdicts))
    return tuple(found)


def _by_name(task: TaskResult | None) -> dict[str, CheckResult]:
    return {one.name: one for one in task.checks} if task else {}
