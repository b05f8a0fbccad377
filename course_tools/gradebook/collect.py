"""Bring hand-ins from nbgrader's exchange into submitted/, and keep a record of what arrived when."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from course_tools.files import UserError, atomic_write
from course_tools.gradebook import settings

if TYPE_CHECKING:
    from course_tools.gradebook.exchange import Collected


def collect(root: Path, assignment: str, *, student: str = "*", update: bool = True) -> tuple[Collected, ...]:
    """Collect one assignment through whatever exchange the course is configured with.

    update  replace an older hand-in by a newer one

    Returns one Collected per folder looked at; empty when the exchange is not ours (it keeps no such record).
    Each run is added to .tito/receipts/<assignment>.jsonl. Raises UserError when the exchange refuses.
    """
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeError, ExchangeFactory

    found = settings.load(root)
    directory = CourseDirectory(config=found.config, root=str(found.root))
    directory.assignment_id, directory.student_id = assignment, student
    factory = ExchangeFactory(config=found.config)
    collector = factory.Collect(
        coursedir=directory, authenticator=Authenticator(config=found.config), parent=factory
    )
    collector.update = update
    try:
        collector.start()
    except ExchangeError as error:
        raise UserError(
            f"Nothing was collected: {error}\n"
            "Check c.Exchange.root and c.CourseDirectory.course_id in nbgrader_config.py, and that the "
            f"assignment was released:  nbgrader release_assignment {assignment}"
        ) from error
    outcomes = tuple(getattr(collector, "outcomes", ()))
    _remember(found.root / ".tito" / "receipts" / f"{assignment}.jsonl", outcomes)
    return outcomes


def handed_in(root: Path, assignment: str) -> dict[str, int]:
    """Student -> how many hand-ins lay in the exchange when the newest was collected."""
    try:
        lines = (root / ".tito" / "receipts" / f"{assignment}.jsonl").read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        return {one["student"]: int(one.get("hand_ins", 1)) for one in found if one["done"] != "refused"}
    except (OSError, ValueError, KeyError, TypeError):  # only a memory: without it, works are counted
        return {}


def _remember(file: Path, outcomes: tuple[Collected, ...]) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [
        json.dumps({"collected_at": now} | asdict(one), ensure_ascii=False) + "\n"
        for one in outcomes
        if one.done != "kept"
    ]
    if lines:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        atomic_write(file, before + "".join(lines))
