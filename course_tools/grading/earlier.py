"""Whose fault it is: a submission judged on the student's own earlier modules and, where that fails, on the reference.

What fails on their own and passes on the reference costs no points here: it is the fault of an earlier module, and
the report names which. What fails on both is the fault of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import faults
from course_tools.grading.culprits import culprits
from course_tools.grading.faults import Faults
from course_tools.grading.runner import Graded, Grader, Submission
from course_tools.notebooks import UnreadableNotebook, export, read, restore
from course_tools.records import Digests, EarlierModule, Note

WORKSPACE = ".tito/workspace.json"  # with it the library takes the working folder for a student's workspace
OWN = (".tito/", "tinytorch/")  # what it would look at there


@dataclass(frozen=True)
class Own:
    """A student's earlier modules, as far as they can be had."""

    used: tuple[EarlierModule, ...] = ()  # all that are needed, in order
    files: Mapping[str, dict[str, bytes]] = field(
        default_factory=dict
    )  # by module folder: the session's files
    suspects: tuple[str, ...] = ()  # folders of own ones that differ from the reference, the likeliest first

    def but(self, left_out: Iterable[str]) -> dict[str, bytes]:
        """The files of a session that has all of them but these."""
        out = set(left_out)
        found = {
            name: text
            for folder, own in self.files.items()
            if folder not in out
            for name, text in own.items()
        }
        return found | {WORKSPACE: b"{}\n"} if found else {}


def own_modules(course: Course, module: Module, notebooks: Mapping[str, bytes]) -> Own:
    """The earlier modules as the student's notebooks export them.

    notebooks  handed-in notebooks by module folder

    One that is not among them, or that cannot be exported, is left to the reference; `used` says why.
    """
    used, files, differ = [], {}, []
    for one in course.rests_on(module):
        try:
            text = _exported(course, one, notebooks[one.folder])
        except KeyError:
            used.append(EarlierModule(one.folder, "reference", "it was not handed in"))
        except UnreadableNotebook as error:
            used.append(
                EarlierModule(one.folder, "reference", f"what was handed in cannot be read: {error.reason}")
            )
        except UserError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            used.append(
                EarlierModule(one.folder, "reference", f"what was handed in cannot be exported: {reason}")
            )
        else:
            used.append(EarlierModule(one.folder, "own"))
            files[one.folder] = {course.reference(one).relative_to(course.root).as_posix(): text}
            reference = course.reference(one)
            if not reference.is_file() or reference.read_bytes() != text:
                differ.append(one)
    # What a module builds on itself is asked first, and of these the latest: it rests on all others.
    differ.sort(key=lambda one: (one.number in module.needs, one.number), reverse=True)
    return Own(tuple(used), files, tuple(one.folder for one in differ))


def _exported(course: Course, module: Module, notebook: bytes) -> bytes:
    found = read(notebook)
    paper = course.release_notebook(module)
    if paper.is_file():
        found = restore(found, read(paper)).notebook  # what the course gives in it is the course's again
    return export(found, module=module.export).encode()


def grade(grader: Grader, submission: Submission, digests: Digests) -> Graded:
    """Judge one submission, on its student's own earlier modules where it brings any."""
    if submission.earlier is None:
        return grader.grade(submission, digests)
    return _BothWays(grader, submission, digests).graded()


class _BothWays:
    def __init__(self, grader: Grader, submission: Submission, digests: Digests) -> None:
        self.grader, self.digests = grader, digests
        self.own = own_modules(grader.course, grader.module, submission.earlier or {})
        # A hand-in must not bring a package of its own along.
        files = {name: data for name, data in submission.files.items() if not name.startswith(OWN)}
        self.submission = replace(submission, files=files)
        self.runs: list[Graded] = []

    def graded(self) -> Graded:
        mine = self._run(())
        red = faults.red(mine.report)
        if not self.own.files or not red or not mine.report.cells:
            return self._told(mine, Faults())
        if not self.own.suspects:  # they are the reference, to the byte
            found = Faults(here=red)
            return self._told(faults.merged(self.grader, mine, mine, found), found)
        reference = self._run(self.own.files)
        blamed = red & faults.green(reference.report)
        found = Faults(here=red - blamed, earlier=culprits(blamed, self.own.suspects, self._green))
        return self._told(faults.merged(self.grader, mine, reference, found), found)

    def _green(self, left_out: Iterable[str]) -> frozenset[str]:
        return faults.green(self._run(left_out).report)

    def _run(self, left_out: Iterable[str]) -> Graded:
        files = {**self.submission.files, **self.own.but(left_out)}
        self.runs.append(self.grader.grade(replace(self.submission, files=files), self.digests))
        return self.runs[-1]

    def _told(self, made: Graded, found: Faults) -> Graded:
        notes = [
            Note("earlier-reference", f"the course's {one.module} was used, not your own: {one.reason}")
            for one in self.own.used
            if one.used == "reference"
        ]
        reports = [one.report for one in self.runs]
        report = replace(
            made.report,
            notes=(*made.report.notes, *notes, *found.notes()),
            earlier=self.own.used,
            seconds=round(sum(one.seconds for one in reports), 4),
            cpu_seconds=round(sum(one.cpu_seconds for one in reports), 4),
            peak_memory_mb=max(one.peak_memory_mb for one in reports),
        )
        return replace(made, report=report)
