"""Save reports into nbgrader's gradebook: a few transactions for a whole class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from course_tools.files import UserError
from course_tools.gradebook import assignment as assignments
from course_tools.gradebook import attempts, ledger, rows, scores, settings
from course_tools.gradebook.assignment import AssignmentRow, NotebookRow
from course_tools.gradebook.attempts import Attempt
from course_tools.gradebook.database import LOCK_SECONDS, connect, transaction
from course_tools.gradebook.late import LatePolicy, seconds_late
from course_tools.records import Report, to_json

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

CHUNK = 25  # submissions per transaction: what a lost connection costs, and how long others wait


@dataclass(frozen=True)
class Entry:
    """One submission as it is to stand in the gradebook."""

    report: Report  # .module is nbgrader's assignment and notebook name, .student its student id
    notebook: Mapping[str, Any] | None  # the executed notebook; None when it could not be read
    timestamp: datetime | None  # from timestamp.txt, in UTC without zone; None clears an older one
    report_json: bytes = b""  # what report.json holds, when that is at hand: making it anew is slow

    @cached_property
    def digest(self) -> str:
        """Compare with `ledger.recorded` to see whether there is anything to write."""
        return ledger.digest(self.report_json or to_json(self.report).encode(), self.timestamp)


class GradebookWriter:
    """The one writer of a class run.

    with GradebookWriter(root) as book:
        book.record(entries)
    """

    def __init__(
        self,
        course_root: Path,
        db_url: str | None = None,
        course_id: str | None = None,
        *,
        lock_seconds: float = LOCK_SECONDS,
    ):
        """db_url, course_id: None means what nbgrader_config.py says."""
        found = settings.load(course_root)
        self.root = found.root
        self.db_url = db_url or found.db_url
        self.course_id = course_id or found.course_id
        self._late = LatePolicy(found.config)
        self._lock_seconds = lock_seconds
        self._engine: Engine | None = None
        self._papers: dict[str, AssignmentRow] = {}

    def __enter__(self) -> Self:
        self._engine = connect(self.db_url, lock_seconds=self._lock_seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; may be called twice."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def record(self, entries: Iterable[Entry], *, chunk: int = CHUNK) -> int:
        """Write these entries and return how many.

        Each chunk is one transaction with its rows of the ledger: written whole or not at all.
        Raises UserError when report and gradebook disagree about the paper, GradebookBusy when the database
        stayed locked. Chunks before the failing one are saved, and `ledger.recorded` knows them.
        """
        written, waiting = 0, iter(entries)
        while batch := list(islice(waiting, chunk)):
            for name in {one.report.module for one in batch}:
                part = [one for one in batch if one.report.module == name]
                paper = self._paper(name)
                self._once_more_if_raced(paper, part)
                written += len(part)
        return written

    def hold(self, assignment: str, works: Mapping[str, Attempt]) -> None:
        """Remember works that were kept and not judged, by student; who has no row yet has no limit reached."""
        assert self._engine is not None, "use the writer in a with statement"
        with transaction(self._engine) as db:
            found = rows.submissions_of(db, assignment, list(works))
            attempts.add(db, {row: works[student] for student, row in found.items()})

    def _once_more_if_raced(self, paper: AssignmentRow, part: list[Entry]) -> None:
        from sqlalchemy.exc import IntegrityError

        assert self._engine is not None, "use the writer in a with statement"
        try:
            with transaction(self._engine) as db:
                self._save(db, paper, part)
        except IntegrityError:  # formgrader's Autograde made the same rows meanwhile; now we see them
            with transaction(self._engine) as db:
                self._save(db, paper, part)

    def _paper(self, name: str) -> AssignmentRow:
        if name not in self._papers:
            assert self._engine is not None, "use the writer in a with statement"
            with transaction(self._engine) as db:
                found = assignments.find(db, name)
            if found is None:
                assignments.create(self.root, name, self.db_url, self.course_id)
                with transaction(self._engine) as db:
                    found = assignments.find(db, name)
            if found is None:
                raise UserError(f"The gradebook does not know {name}.\nRun:  tito author release {name[:2]}")
            self._papers[name] = found
        return self._papers[name]

    def _save(self, db: Connection, paper: AssignmentRow, part: Sequence[Entry]) -> None:
        entries = {one.report.student: one for one in part}
        notebook = next((one for one in paper.notebooks if one.name == paper.name), None)
        if notebook is None:
            raise UserError(
                f"The gradebook knows no notebook {paper.name}.ipynb in {paper.name}.\n"
                f"Run:  tito author release {paper.name[:2]}"
            )
        marks_of = {
            student: scores.from_report(one.report, notebook, one.notebook)
            for student, one in entries.items()
        }
        rows.ensure_students(db, list(entries))
        submissions = rows.ensure_submissions(
            db, paper, {name: one.timestamp for name, one in entries.items()}
        )
        notebooks = rows.ensure_notebooks(db, paper, [submissions[name].id for name in entries])
        marks = {notebooks[submissions[student].id, notebook.id]: marks_of[student] for student in entries}
        scores.save(db, notebook, marks)
        self._save_late(db, paper, notebook, entries, submissions, notebooks)
        rows.remember(db, {submissions[name].id: one.digest for name, one in entries.items()})
        judged = {name: attempts.of_report(one.report, one.timestamp) for name, one in entries.items()}
        attempts.add(db, {submissions[name].id: one for name, one in judged.items()})

    def _save_late(
        self,
        db: Connection,
        paper: AssignmentRow,
        notebook: NotebookRow,
        entries: Mapping[str, Entry],
        submissions: Mapping[str, Any],
        notebooks: Mapping[tuple[str, str], str],
    ) -> None:
        from sqlalchemy import bindparam, update

        from course_tools.gradebook.schema import submitted_notebook

        late = {
            student: seconds_late(one.timestamp, paper.duedate, submissions[student].extension)
            for student, one in entries.items()
        }
        row_of = {student: notebooks[submissions[student].id, notebook.id] for student in entries}
        totals: Mapping[str, float] = {}
        if not self._late.takes_nothing:
            totals = rows.totals(db, [row_of[student] for student, seconds in late.items() if seconds > 0])
        db.execute(
            update(submitted_notebook)
            .where(submitted_notebook.c.id == bindparam("row"))
            .values(late_submission_penalty=bindparam("penalty")),
            [
                {
                    "row": row_of[student],
                    "penalty": self._late.penalty(student, totals.get(row_of[student], 0.0), seconds),
                }
                for student, seconds in late.items()
            ],
        )
