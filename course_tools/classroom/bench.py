"""What judging a class rests on: hand-ins as they lie there, the course's own files, digests, earlier reports.

A hand-in stands in one of four ways, and only this file says which:

new      nobody has judged this work, or what was written about it is damaged
valid    its report rests on the very checks, environment and seed of now
stale    its report is about this work, but checks, environment or seed have changed since: the mark stands
open     stale, and the old report could not be finished (broken): there are marks that nobody has given yet
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from course_tools.classroom import earlier, limit
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.gradebook import attempts, folders, settings, submissions, timestamps
from course_tools.gradebook.attempts import Attempt
from course_tools.gradebook.submissions import HandIn
from course_tools.grading import digests
from course_tools.grading.batch import Task
from course_tools.grading.runner import Submission
from course_tools.notebooks.digest import digest_of_files
from course_tools.records import Digests, Note

# What makes a report need a person for good: running it again would end the same way.
FINAL = frozenset({"unreadable", "not-handed-in"})

Kind = Literal["new", "valid", "stale", "open"]


@dataclass(frozen=True)
class Standing:
    """How a hand-in stands."""

    kind: Kind
    text: bytes = b""  # of its report, as it stands in report.json; empty when new
    differs: tuple[str, ...] = ()  # fields of Digests that are not what they were


@dataclass(frozen=True)
class Bench:
    """One module of one course with one tier of the sandbox, read once for a whole class."""

    course: Course
    module: Module
    tier: str
    book: settings.Settings

    @classmethod
    def of(cls, course: Course, module: Module, tier: str) -> Bench:
        """Raises UserError when nbgrader's configuration does not run."""
        return cls(course, module, tier, settings.load(course.root))

    @cached_property
    def companions(self) -> dict[str, bytes]:
        """The course's own files beside the notebook, which win over the students'."""
        source, _ = submissions.read_tree(
            self.course.root / "source", self.module.folder, ignore=self.book.ignore
        )
        return {name: data for name, data in source.items() if not name.endswith(".ipynb")}

    @cached_property
    def fixed(self) -> Digests:
        """What every report of now rests on; the submission's own is left empty."""
        found = digests.of_module(self.course, self.module, tier=self.tier)
        if self.companions:  # a course without its source/ has none to read
            beside = digest_of_files({"checks": found.checks.encode()} | self.companions)
            found = replace(found, checks=beside)
        return found

    def names(self, students: Sequence[str] | None = None) -> list[str]:
        """Who handed in, or these. Raises UserError when nobody did, or one of these did not."""
        found = submissions.students(self.course.root / "submitted", self.module.folder)
        number, folder = self.module.number, self.module.folder
        if students is None:
            if not found:
                raise UserError(
                    f"Nobody has handed in {folder} yet: submitted/ holds no folder <student>/{folder}.\n"
                    f"Try:  tito grade collect {number}"
                )
            return found
        missing = sorted(set(students) - set(found))
        if missing:
            raise UserError(
                f"{', '.join(missing)} handed in nothing for {folder}; {len(found)} others did.\n"
                f"Try:  tito grade collect {number}"
            )
        return sorted(set(students))

    def read(self, name: str) -> HandIn:
        """What this student handed in, as it lies in submitted/."""
        return submissions.read(
            self.course.root / "submitted", self.module.folder, name, ignore=self.book.ignore
        )

    def judgeable(self, name: str, *, lift: bool = False) -> tuple[HandIn, HandIn | None]:
        """The work of this student to judge, and the newest hand-in where that is over the module's limit.

        lift  judge the newest whatever the limit says
        """
        newest = self.read(name)
        instead = None
        if not lift:
            instead = limit.judged_instead(self.course, self.module, newest, self.attempts.get(name, ()))
        return (newest, None) if instead is None else (instead, newest)

    @cached_property
    def attempts(self) -> dict[str, list[Attempt]]:
        """What each student handed in before, as the gradebook remembers it."""
        return attempts.recorded(self.book.db_url, self.module.folder)

    def receipt(self, name: str) -> tuple[Note, ...]:
        """A hand-in that did not come through the exchange gets the time it arrived here; says so once."""
        folder = self.course.submitted(self.module, name)
        arrived = datetime.fromtimestamp(folder.stat().st_mtime, UTC).replace(tzinfo=None)
        return folders.complete_receipt(folder, timestamps.write(arrived))

    def wanted(self, hand_in: HandIn) -> Digests:
        """What a report on this hand-in would rest on now."""
        own = self.earlier(hand_in.student)
        found = "" if own is None else digests.of_earlier(self.course, self.module, own)
        return replace(self.fixed, submission=hand_in.digest, earlier=found)

    def earlier(self, student: str) -> dict[str, bytes] | None:
        """Notebooks of this student's earlier modules, by module folder; None: it is judged on the reference."""
        return earlier.notebooks(self.course, self.module, student, ignore=self.book.ignore)

    def task(self, hand_in: HandIn, notes: tuple[Note, ...] = ()) -> Task:
        """The work for a grader, the course's companion files in place of the student's."""
        own = {name: data for name, data in hand_in.files.items() if name not in submissions.NOT_WORK}
        submission = Submission(hand_in.student, own | self.companions, (*hand_in.notes, *notes))
        submission = replace(submission, earlier=self.earlier(hand_in.student))
        return Task(submission, self.wanted(hand_in))

    def standing(self, hand_in: HandIn) -> Standing:
        """How this hand-in stands; nothing is run and nothing is written."""
        folder = self.course.autograded(self.module, hand_in.student)
        try:
            text = (folder / folders.REPORT).read_bytes()
            data = json.loads(text)
            kept = {"earlier": ""} | data["digests"]  # older reports have none
            rests = {name: kept[name] for name in vars(self.fixed)}
            done = is_final(data)
            cells = bool(data["cells"])
        except (OSError, ValueError, KeyError, TypeError):
            return Standing("new")
        wanted = vars(self.wanted(hand_in))
        if rests["submission"] != wanted["submission"]:
            return Standing("new")
        if cells and not (folder / f"{self.module.folder}.ipynb").is_file():
            return Standing("new")
        differs = tuple(name for name in wanted if rests[name] != wanted[name])
        if not differs:
            return Standing("valid", text) if done else Standing("new")
        return Standing("stale" if done else "open", text, differs)

    def executed(self, student: str) -> dict[str, Any] | None:
        """The executed notebook in autograded/; None when there is none that can be read."""
        try:
            path = self.course.autograded(self.module, student) / f"{self.module.folder}.ipynb"
            made: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        return made


def is_final(report: dict[str, Any]) -> bool:
    """Whether judging the same again would end the same: nothing in this report, as read from JSON, is open."""
    return report["state"] == "graded" or any(one["code"] in FINAL for one in report["notes"])


def require_ready(course: Course, module: Module) -> None:
    """Nothing when the module can be graded. Raises UserError naming what is missing and what makes it."""
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
