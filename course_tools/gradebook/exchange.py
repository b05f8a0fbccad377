"""nbgrader's collector with three habits changed; named in nbgrader_config.py, so its own commands use it too.

- A folder owned by somebody else is refused. nbgrader warns and collects it.
- One folder with a nonsense name does not stop the collection of all others.
- Files are read by handle and links are not followed. nbgrader's copy follows them, so a student could have
  had any file of the instructor's copied into the own submission, and back with the feedback.

Only this module and nbgrader_config.py load it: it cannot be imported without nbgrader.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from nbgrader.exchange.default import ExchangeCollect as TheirCollect
from nbgrader.utils import check_mode

from course_tools.gradebook import folders, timestamps
from course_tools.gradebook.submissions import TIMESTAMP, Caps, read_tree
from course_tools.records import Note

# A hand-in is written within seconds of the time it claims; more needs a person's look, not a penalty.
CLAIM_MINUTES = 10

Done = Literal["collected", "updated", "kept", "refused"]


@dataclass(frozen=True)
class Collected:
    """What became of one student's newest folder in the exchange."""

    student: str
    done: Done
    folder: str  # its name in the exchange
    claimed: str  # ISO 8601 UTC, written by the student's own process
    arrived: str  # ISO 8601 UTC, when the folder last changed according to the file server
    notes: tuple[Note, ...] = ()
    hand_ins: int = 1  # folders of this student that lie in the exchange, this one among them


class ExchangeCollect(TheirCollect):  # type: ignore[misc]
    """Same name as nbgrader's, so its options (update, before_duedate, check_owner) reach it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.outcomes: list[Collected] = []
        self._counts: dict[str, int] = {}

    def init_src(self) -> None:
        """Choose one folder per student. Refused ones are out before the newest is chosen."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Set CourseDirectory.course_id in nbgrader_config.py.")
        self.inbound_path = os.path.join(self.root, self.coursedir.course_id, "inbound")
        if not os.path.isdir(self.inbound_path):
            self.fail(f"Course not found: {self.inbound_path}")
        if not check_mode(self.inbound_path, read=True, execute=True):
            self.fail(f"You don't have read permissions for the directory: {self.inbound_path}")
        duedate = self._duedate() if self.before_duedate else None
        by_student: dict[str, list[dict[str, Any]]] = {}
        for name in sorted(os.listdir(self.inbound_path)):
            record = self._record(name)
            if record is not None and self._accepted(record):
                by_student.setdefault(record["username"], []).append(record)
        self._counts = {student: len(records) for student, records in by_student.items()}
        self.src_records = []
        for records in by_student.values():
            records.sort(key=lambda one: one["timestamp"])
            in_time = [one for one in records if duedate and one["timestamp"] <= duedate]
            self.src_records.append((in_time or records)[-1])

    def copy_files(self) -> None:
        """Bring the chosen folders into submitted/."""
        if not self.src_records:
            self.log.warning("Nothing to collect for '%s'", self.coursedir.assignment_id)
        for record in self.src_records:
            self._collect(record)

    def _record(self, name: str) -> dict[str, Any] | None:
        parts = name.rsplit("+", 3)
        if len(parts) < 3 or parts[1] != self.coursedir.assignment_id:
            return None
        wanted = self.coursedir.student_id
        if wanted not in ("", "*", parts[0]):
            return None
        moment = timestamps.parse(parts[2])
        if moment is None or not folders.usable(parts[0]):
            self.log.warning("Ignoring %r in the exchange: its name holds no student or no time", name)
            return None
        return {"username": parts[0], "filename": name, "timestamp": moment}

    def _accepted(self, record: dict[str, Any]) -> bool:
        if not self.check_owner:
            return True
        uid = os.lstat(os.path.join(self.inbound_path, record["filename"])).st_uid
        try:
            owner = pwd.getpwuid(uid).pw_name
        except KeyError:
            owner = f"user number {uid}"
        if owner == record["username"]:
            return True
        message = (
            f"claims to be from {record['username']} but belongs to {owner}; not collected. Where every student "
            "works under one account, set c.ExchangeCollect.check_owner = False in nbgrader_config.py"
        )
        self.log.error("%s %s", record["filename"], message)
        note = Note("owner-differs", message, record["filename"], "staff")
        self.outcomes.append(self._outcome(record, "refused", (note,)))
        return False

    def _collect(self, record: dict[str, Any]) -> None:
        student = record["username"]
        target = Path(
            self.coursedir.format_path(
                self.coursedir.submitted_directory, student, self.coursedir.assignment_id
            )
        )
        there = target.is_dir()
        if there:
            # not nbgrader's reader of this file: that one ends the whole collection at an unreadable time
            stamp = target / TIMESTAMP
            old = timestamps.parse(stamp.read_text(errors="replace")) if stamp.is_file() else None
            newer = self.update and (old is None or record["timestamp"] > old)
            if not newer and not (self.before_duedate and old != record["timestamp"]):
                self.outcomes.append(self._outcome(record, "kept", ()))
                return
        caps = Caps(
            file_mb=max(1, self.coursedir.max_file_size // 1000),
            total_mb=max(1, self.coursedir.max_dir_size // 1000),
        )
        files, notes = read_tree(
            Path(self.inbound_path), record["filename"], ignore=self.coursedir.ignore, caps=caps
        )
        notes += folders.replace(target, files, mode=0o664 if self.coursedir.groupshared else 0o644)
        outcome = self._outcome(record, "updated" if there else "collected", ())
        arrived = datetime.fromisoformat(outcome.arrived)
        notes += folders.complete_receipt(target, timestamps.write(arrived))
        if arrived - record["timestamp"] > timedelta(minutes=CLAIM_MINUTES):
            message = f"says it was handed in at {record['timestamp']} UTC, but arrived at {arrived} UTC"
            notes.append(Note("time-differs", message, TIMESTAMP, "staff"))
        for note in notes:
            self.log.warning("%s: %s %s", student, note.where, note.message)
        self.outcomes.append(replace(outcome, notes=tuple(notes)))

    def _outcome(self, record: dict[str, Any], done: Done, notes: tuple[Note, ...]) -> Collected:
        # the change time is set by the file server; a student can neither choose it nor turn it back
        changed = os.lstat(os.path.join(self.inbound_path, record["filename"])).st_ctime
        arrived = datetime.fromtimestamp(changed, UTC).replace(tzinfo=None)
        claimed = record["timestamp"].isoformat()
        student = record["username"]
        count = self._counts.get(student, 1)
        return Collected(student, done, record["filename"], claimed, arrived.isoformat(), notes, count)

    def _duedate(self) -> datetime | None:
        from course_tools.gradebook import assignment
        from course_tools.gradebook.database import connect, transaction

        engine = connect(self.coursedir.db_url)
        try:
            with transaction(engine) as db:
                found = assignment.find(db, self.coursedir.assignment_id)
        finally:
            engine.dispose()
        return found.duedate if found else None
