"""Run a notebook's cells in order in the sandbox, and answer probes at its graded cells.

When a cell ends the whole process (an early exit, a crash, memory), the cells before it are run again in a
fresh process without it, so that one bad cell costs what rests on it and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course_tools.grading.examiner import OutOfReach
from course_tools.grading.paper import Notebook
from course_tools.records import CellRun
from course_tools.sandbox import Answer, CellOutcome, Limits, Nursery, Session, Snapshot, Trouble

RESTARTS = 4  # a notebook with more lethal cells than this is not carried further
MEMORY = "memory limit"  # how the sandbox begins to say so
HELD_SHARE = 4  # copies that wait may take one of so many of the submission's processes


@dataclass
class Execution:
    """What happened: the notebook with its outputs, one CellRun per code cell, and what it cost."""

    notebook: Notebook
    cells: list[CellRun] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    # For running it a second time: cells that ended the process, and where and why it could not be carried on.
    lethal: set[int] = field(default_factory=set)  # or left it in a state that cannot be copied
    stopped: tuple[int, str] | None = None


class AtCell:
    """Answers probes from a fork of the notebook process as it stands at one cell.

    The fork is taken at the first probe and again after one that ended it.
    """

    def __init__(self, session: Session | None, reason: str, first: Snapshot | None = None) -> None:
        """first: the first fork, made already."""
        self._session, self._reason, self._snapshot = session, reason, first

    def call(self, code: bytes, name: str, arguments: dict[str, Any]) -> Answer | Trouble:
        """Put one probe; a notebook process that is gone is an answer too."""
        if self._session is None or not self._session.alive:
            return Trouble(kind="killed", name="", message=self._reason, line=None, cell=None)
        if self._snapshot is None or not self._snapshot.alive:
            self._snapshot = self._session.snapshot()
        return self._snapshot.call(code, name, arguments)

    def close(self) -> None:
        """End the fork, whatever it does."""
        if self._snapshot is not None:
            self._snapshot.close()


class Held:
    """Answers probes, once the notebook is through, from a fork taken at one of its cells and kept waiting."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def call(self, code: bytes, name: str, arguments: dict[str, Any]) -> Answer | Trouble:
        """Put one probe.

        Raises OutOfReach when the fork has ended: perhaps it was taken for memory that other copies held.
        """
        if not self._snapshot.alive:
            raise OutOfReach
        reply = self._snapshot.call(code, name, arguments)
        if isinstance(reply, Trouble) and reply.kind == "killed":
            raise OutOfReach
        return reply


def execute(
    notebook: Notebook,
    nursery: Nursery,
    *,
    limits: Limits,
    files: Mapping[str, bytes],
    at_graded: Callable[[str, AtCell], None] | None = None,
    at_end: Sequence[Callable[[str, Held], None]] = (),
    before: Execution | None = None,
) -> Execution:
    """Run every code cell once, in order, and let probes be put to the graded ones, now or at the end.

    notebook    restored; its outputs and execution counts are replaced
    files       companion files, placed in the working folder
    at_graded   called with (grade_id, asker) right after each graded cell, also for one that was never reached
    at_end      instead: rounds of questions to the notebook as it stood at the graded cells, when all cells have run
                and nothing more is taken from the process; each round goes over as many graded cells as can be
                had, the last first, before the next one begins
    before      how the same notebook ran before: what ended the process then is not tried again
    """
    try:
        return _execute(notebook, nursery, limits, files, at_graded, at_end, before)
    except _HeldTooMuch:  # copies that wait keep memory: without them it may be enough
        return _execute(notebook, nursery, limits, files, None, (), before)


class _HeldTooMuch(BaseException):
    """Not an Exception: a check may catch those."""


def _execute(
    notebook: Notebook,
    nursery: Nursery,
    limits: Limits,
    files: Mapping[str, bytes],
    at_graded: Callable[[str, AtCell], None] | None,
    at_end: Sequence[Callable[[str, Held], None]],
    before: Execution | None,
) -> Execution:
    done = Execution(notebook)
    held: list[tuple[str, Snapshot]] = []
    left = limits.total_seconds
    session: Session | None = nursery.open(files)
    position, reason = 0, ""
    code = [(index, cell) for index, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
    if before is not None:
        # A test cell that ran out of time would do so again; it defines nothing that anybody needs.
        late = {one.index for one in before.cells if one.status == "timeout"}
        done.lethal |= before.lethal | {index for index, cell in code if index in late and grade_id_of(cell)}
    skipped = frozenset(done.lethal)
    try:
        while position < len(code):
            index, cell = code[position]
            run: CellRun
            if before is not None and before.stopped and before.stopped[0] == index and session is not None:
                _add_cost(done, session)
                session.close()
                session, reason = None, before.stopped[1]
            if before is not None and index in skipped and session is not None:
                run = _not_run(index, cell, "this cell ended the program before")
            elif session is not None and left > 0:
                started = time.perf_counter()
                outcome = session.run_cell(cell["source"], seconds=min(limits.cell_seconds, left))
                left -= max(outcome.cpu_seconds, (time.perf_counter() - started) / 4)
                run = _record(index, cell, outcome)
                cell["outputs"], cell["execution_count"] = outcome.outputs, outcome.execution_count
            else:
                reason = reason or f"the notebook used up its {limits.total_seconds:g} s"
                run = _not_run(index, cell, reason)
                cell["outputs"], cell["execution_count"] = [], None
            if session is not None and not session.alive:
                reason = session.ending or "your code ended the program"
                if held and reason.startswith(MEMORY):
                    raise _HeldTooMuch
                held = []
                done.lethal.add(index)
                _add_cost(done, session)
                session.close()
                session = None
                if len(done.lethal) <= RESTARTS and left > 0:
                    earlier = [one for i, one in code[:position] if i not in done.lethal]
                    session, left = _again(nursery, files, earlier, left)
                if session is None:
                    done.stopped = index, reason
            done.cells.append(run)
            graded = grade_id_of(cell)
            hold = bool(at_end) and len(held) < limits.processes // HELD_SHARE
            if graded and (at_graded or hold):
                copy: Snapshot | None = None
                while session is not None and (copy := _copy(session)) is None:
                    if held:
                        raise _HeldTooMuch
                    # Processes or memory were used up by this cell or one before: go on without it.
                    reason = "your program could not be copied (process or memory limit)"
                    done.lethal.add(max(i for i, _ in code[: position + 1] if i not in done.lethal))
                    _add_cost(done, session)
                    session.close()
                    earlier = [one for i, one in code[: position + 1] if i not in done.lethal]
                    restart = len(done.lethal) <= RESTARTS and left > 0 and earlier
                    session, left = _again(nursery, files, earlier, left) if restart else (None, left)
                if session is None:
                    done.stopped = done.stopped or (index, reason)
                elif hold and copy is not None:
                    held.append((graded, copy))
                if at_graded:
                    asker = AtCell(session, reason, copy)
                    try:
                        at_graded(graded, asker)
                    finally:
                        asker.close()
            position += 1
        if session is not None and session.alive and before is None:
            done.files = session.files()
        for ask in at_end:
            # The last first: what a copy started is told from later copies by having been born after it.
            for graded, waiting in reversed(held):
                if session is not None and session.alive:
                    ask(graded, Held(waiting))
                    if ask is at_end[-1]:
                        waiting.close()
                    else:
                        waiting.rest()
    finally:
        if session is not None:
            _add_cost(done, session)
            session.close()
    return done


def grade_id_of(cell: Mapping[str, Any]) -> str | None:
    """The grade_id of a graded test cell, else None."""
    ours = cell["metadata"].get("nbgrader", {})
    return ours.get("grade_id") if ours.get("grade") and not ours.get("solution") else None


def _copy(session: Session) -> Snapshot | None:
    """A copy that stands, or None."""
    made = session.snapshot()
    if made.stands():
        return made
    made.close()
    return None


def _again(
    nursery: Nursery, files: Mapping[str, bytes], cells: list[dict[str, Any]], left: float
) -> tuple[Session | None, float]:
    """A fresh process that has run the cells again; None when it ended too."""
    session = nursery.open(files)
    for cell in cells:
        outcome = session.run_cell(cell["source"], seconds=max(left, 0.1))
        left -= outcome.cpu_seconds
        if not session.alive:
            session.close()
            return None, left
    return session, left


def _record(index: int, cell: Mapping[str, Any], outcome: CellOutcome) -> CellRun:
    return CellRun(
        index=index,
        cell_id=cell["id"],
        grade_id=cell["metadata"].get("nbgrader", {}).get("grade_id"),
        status=outcome.status,
        seconds=round(outcome.seconds, 6),
        error_name=outcome.error_name or "",
        error_message=outcome.error_message or "",
        line=outcome.line,
    )


def _not_run(index: int, cell: Mapping[str, Any], reason: str) -> CellRun:
    ours = cell["metadata"].get("nbgrader", {})
    return CellRun(index, cell["id"], ours.get("grade_id"), "not_run", 0.0, "", reason)


def _add_cost(done: Execution, session: Session) -> None:
    usage = session.usage()
    done.cpu_seconds += usage.cpu_seconds
    done.peak_memory_mb = max(done.peak_memory_mb, usage.peak_memory_mb)
