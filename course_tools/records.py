"""The nouns of a grading run, to and from JSON.

Everything here is plain, immutable data from the standard library, so every room may import it and
`tito --help` stays fast. The JSON written by `to_json` is documented field by field in
`docs/reference/report.md`; a test keeps that page true.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

REPORT_SCHEMA = 1

Verdict = Literal["passed", "failed", "skipped", "broken"]
CellStatus = Literal["ok", "error", "timeout", "killed", "not_run"]
Evidence = Literal["examined", "in-process", "manual"]
State = Literal["graded", "needs_person"]

Record = TypeVar("Record")


class BadRecord(ValueError):
    """JSON that is not a record of ours: the message names the field and what was seen."""


@dataclass(frozen=True)
class Note:
    """Something a reader should know that moves no points by itself."""

    code: str  # stable and kebab-case, for machines: "cell-restored"
    message: str  # one plain sentence, safe to show to the student unless audience is staff
    where: str | None = None  # a grade_id, a cell id or a file name
    audience: Literal["student", "staff"] = "student"


@dataclass(frozen=True)
class CheckResult:
    """One check of one graded cell, as the examiner judged it in this run."""

    name: str  # the function's name in graders/
    grade_id: str
    title: str  # the first line of the check's docstring
    verdict: Verdict
    visible: bool  # False: students see title, verdict, message, hint and misconception, nothing else
    weight: float  # share of the cell's points, 0 to 100
    what: str = ""  # what was compared: "returned norm"
    got: str = ""
    expected: str = ""
    message: str = ""  # one sentence the student may read
    detail: str = ""  # for staff: what the examiner saw, may hold the student's own words
    hint: str = ""
    misconception: str = ""  # title of the known mistake that gives this very answer
    seconds: float = 0.0
    # Folders of the modules it is the fault that it fails on the student's own earlier modules; empty where those
    # were not used, and where it passes. An earlier one's fault costs nothing here: then it counts as passed.
    fault: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellRun:
    """How one code cell of the submission went."""

    index: int  # position in the executed notebook, from 0
    cell_id: str
    grade_id: str | None
    status: CellStatus
    seconds: float
    error_name: str = ""
    error_message: str = ""
    line: int | None = None  # line of the student's cell that raised, from 1


@dataclass(frozen=True)
class TaskResult:
    """One graded cell: the verdict over its checks and what it is worth."""

    grade_id: str
    title: str
    verdict: Verdict | None  # None: a person has not read it yet
    points: float | None  # None: nobody has given points yet (manual, or broken)
    max_points: float
    evidence: Evidence
    message: str = ""
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class EarlierModule:
    """Whose module an earlier one was while a submission was judged."""

    module: str  # "06_optimizers"
    used: Literal["own", "reference"]
    reason: str = ""  # why the reference stood in for the student's own


@dataclass(frozen=True)
class Digests:
    """What the verdict rests on; a report is used again only while all of them are the same."""

    submission: str  # SHA-256 over the handed-in files
    checks: str  # over graders/, probes and the release it was graded against
    environment: str  # over interpreter, packages, limits, engine version
    seed: str  # the release's seed for drawn inputs
    earlier: str = ""  # over the student's earlier hand-ins it was judged on; empty: on the reference


@dataclass(frozen=True)
class Report:
    """One submission of one module, judged once."""

    course: str
    module: str
    student: str
    state: State
    points: float  # automatic points earned; broken and manual tasks count 0 here
    max_points: float
    tasks: tuple[TaskResult, ...]
    cells: tuple[CellRun, ...]
    notes: tuple[Note, ...]
    digests: Digests
    sandbox: str  # the tier: "bubblewrap+cgroup", ..., "unsafe"
    engine: str  # version of this package
    graded_at: str  # ISO 8601, UTC
    seconds: float  # wall clock, restore to verdict
    cpu_seconds: float  # the submission's own processor time
    peak_memory_mb: float
    schema: int = REPORT_SCHEMA
    earlier: tuple[EarlierModule, ...] = ()  # empty: the reference throughout


@dataclass(frozen=True)
class Mistake:
    """A known wrong solution: one exact replacement in one reference cell."""

    name: str  # "W07.1a"
    title: str  # the misconception, as a student should read it
    grade_id: str  # the graded cell that must notice
    cell: str  # grade_id of the solution cell that is changed
    before: str  # must occur exactly once in that cell
    after: str
    caught_by: tuple[str, ...]  # exactly these checks of grade_id fail
    also: tuple[str, ...] = ()  # exactly these further graded cells lose points
    starred: bool = False


@dataclass(frozen=True)
class RightVariant:
    """Another right solution: one exact replacement that must keep every point."""

    name: str
    title: str
    cell: str
    before: str
    after: str


@dataclass(frozen=True)
class Finding:
    """One thing an author must repair."""

    problem: str
    repair: str
    file: str = ""
    cell: str = ""
    details: dict[str, str] = field(default_factory=dict)


def to_data(record: Any) -> Any:
    """The record as dicts, lists, strings, numbers and None; NaN and infinities are refused."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: to_data(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, (list, tuple)):
        return [to_data(one) for one in record]
    if isinstance(record, dict):
        return {key: to_data(value) for key, value in record.items()}
    if isinstance(record, float) and not math.isfinite(record):
        raise BadRecord(f"{record} cannot stand in a record")
    return record


def to_json(record: Any, *, indent: int | None = 1) -> str:
    """The record as JSON text, keys in the order of the class, ending in a newline."""
    return json.dumps(to_data(record), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(kind: type[Record], text: str | bytes) -> Record:
    """A record of `kind` from JSON text. Raises BadRecord when a field is missing, new or mistyped."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"{kind.__name__}: not JSON ({error})") from error
    return typing.cast(Record, _build(kind, data, kind.__name__))


def _build(kind: Any, data: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(data, dict):
            raise BadRecord(f"{where}: expected an object, got {type(data).__name__}")
        hints = _hints(kind)
        unknown = set(data) - set(hints)
        if unknown:
            raise BadRecord(f"{where}: unknown field {sorted(unknown)[0]!r}")
        for one in dataclasses.fields(kind):
            required = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
            if required and one.name not in data:
                raise BadRecord(f"{where}: field {one.name!r} is missing")
        return typing.cast(Any, kind)(
            **{name: _build(hints[name], value, f"{where}.{name}") for name, value in data.items()}
        )
    if origin in (typing.Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        return _build(next(a for a in arguments if a is not type(None)), data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise BadRecord(f"{where}: expected a list, got {type(data).__name__}")
        return tuple(_build(arguments[0], one, f"{where}[{i}]") for i, one in enumerate(data))
    if origin is Literal:
        if data not in arguments:
            raise BadRecord(f"{where}: {data!r} is not one of {', '.join(map(str, arguments))}")
        return data
    if origin is dict:
        if not isinstance(data, dict):
            raise BadRecord(f"{where}: expected an object, got {type(data).__name__}")
        return data
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise BadRecord(f"{where}: expected {kind.__name__}, got {type(data).__name__}")
    return data


_HINTS: dict[Any, dict[str, Any]] = {}


def _hints(kind: Any) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]
