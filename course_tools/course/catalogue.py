"""course.toml: which modules the course has and what they need.

A misspelt key is refused: a setting that is silently ignored is worse than one that is missing.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from course_tools.course.milestone import Milestone
from course_tools.course.module import Module
from course_tools.files import UserError

CATALOGUE = "course.toml"
# The fields of sandbox.Limits. Rooms side by side do not import each other, so a test compares the two.
LIMITS = frozenset(
    [
        "cell_seconds",
        "total_seconds",
        "probe_seconds",
        "memory_mb",
        "processes",
        "file_mb",
        "disk_mb",
        "output_kb",
        "reply_mb",
    ]
)
COURSE_KEYS = frozenset({"name", "title", "limits", "earlier", "modules", "milestones"})
Earlier = Literal["reference", "own"]
MILESTONE_KEYS = frozenset({"after", "name", "title", "script"})
MODULE_KEYS = frozenset(
    "number name title needs export points minutes preload limits seed due attempts".split()  # noqa: SIM905
)


class CourseError(UserError):
    """There is no course here, or its course.toml cannot be used."""


def read(path: Path) -> tuple[str, str, tuple[Module, ...], tuple[Milestone, ...], Earlier]:
    """Name, title, modules and milestones (in teaching order), and `earlier`, from the course.toml at `path`.

    Raises CourseError, naming the entry, when something in it is unknown, mistyped or given twice.
    """
    data = _toml(path)
    _known(data, COURSE_KEYS, "the top of the file")
    shared = _limits(data.get("limits", {}), "limits")
    modules = tuple(
        sorted((_module(one, shared) for one in _tables(data, "modules")), key=lambda one: one.number)
    )
    for what in ("number", "name", "export"):
        _once("modules", what, [getattr(one, what) for one in modules])
    numbers = {one.number for one in modules}
    # By number only: two that follow the same module keep the order of the file.
    milestones = tuple(
        sorted((_milestone(one, numbers) for one in _tables(data, "milestones")), key=lambda one: one.after)
    )
    for what in ("name", "script"):
        _once("milestones", what, [getattr(one, what) for one in milestones])
    name = _word(data, "name", "the top of the file", r"[a-z0-9][a-z0-9-]*")
    earlier = data.get("earlier", "reference")
    if earlier not in get_args(Earlier):
        raise _wrong("earlier", 'should be "reference" or "own"', earlier)
    title = _text(data, "title", "the top of the file")
    return name, title, modules, milestones, cast(Earlier, earlier)


def _tables(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise _wrong(key, f"should be a list of [[{key}]] tables", entries)
    return entries


def _once(those: str, what: str, values: list[str]) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise CourseError(f"{CATALOGUE}: two {those} have the {what} {twice!r}.\nGive each its own.")


def _toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not TOML: {error}.\nRepair that line and run this again.") from error


def _module(entry: Mapping[str, Any], shared: Mapping[str, float]) -> Module:
    where = f"module {entry.get('number', '?')}"
    _known(entry, MODULE_KEYS, where)
    number = _word(entry, "number", where, r"\d\d")
    needs = _words(entry, "needs", where, r"\d\d")
    if any(one >= number for one in needs):
        raise _wrong(f"{where}: needs", "may name earlier modules only", list(needs))
    due = entry.get("due")
    if due is not None and not (isinstance(due, datetime.datetime) and due.tzinfo):
        raise _wrong(f"{where}: due", "should be like 2026-03-01T18:00:00+01:00, time zone included", due)
    attempts = entry.get("attempts")
    if attempts is not None and (type(attempts) is not int or attempts < 1):
        raise _wrong(f"{where}: attempts", "should be a whole number, 1 or more", attempts)
    return Module(
        number=number,
        name=_word(entry, "name", where, r"[a-z][a-z0-9_]*"),
        title=_text(entry, "title", where),
        needs=needs,
        export=_word(entry, "export", where, r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+"),
        points=_whole(entry, "points", where, 100),
        minutes=_whole(entry, "minutes", where, 0),
        preload=_words(entry, "preload", where, r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"),
        limits={**shared, **_limits(entry.get("limits", {}), f"{where}: limits")},
        seed=_text(entry, "seed", where),
        due=due,
        attempts=attempts,
    )


def _milestone(entry: Mapping[str, Any], numbers: set[str]) -> Milestone:
    where = f"milestone {entry.get('name', '?')}"
    _known(entry, MILESTONE_KEYS, where)
    after = _word(entry, "after", where, r"\d\d")
    if after not in numbers:
        raise _wrong(f"{where}: after", "should be the number of a module of this course", after)
    return Milestone(
        after=after,
        name=_word(entry, "name", where, r"[a-z][a-z0-9_]*"),
        title=_text(entry, "title", where),
        script=_word(entry, "script", where, r"milestones/[a-z0-9_]+\.py"),
    )


def _known(entry: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    import difflib

    for key in entry:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            repair = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(keys))}."
            raise CourseError(f"{CATALOGUE}, {where}: nobody reads a key {key!r}.\n{repair}")


def _limits(entry: Any, where: str) -> Mapping[str, float]:
    if not isinstance(entry, dict):
        raise _wrong(where, "should be a table", entry)
    _known(entry, LIMITS, where)
    for key, value in entry.items():
        if type(value) not in (int, float) or not 0 < value < float("inf"):
            raise _wrong(f"{where}: {key}", "should be a number above 0", value)
    return entry


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{where}: {key}", "should be some text", value)
    return value


def _word(entry: Mapping[str, Any], key: str, where: str, pattern: str) -> str:
    value = _text(entry, key, where)
    if not re.fullmatch(pattern, value, re.ASCII):
        raise _wrong(f"{where}: {key}", f"should match {pattern}", value)
    return value


def _words(entry: Mapping[str, Any], key: str, where: str, pattern: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list):
        raise _wrong(f"{where}: {key}", "should be a list", value)
    return tuple(_word({key: one}, key, where, pattern) for one in value)


def _whole(entry: Mapping[str, Any], key: str, where: str, otherwise: int) -> int:
    value = entry.get(key, otherwise)
    if type(value) is not int or value < 0:
        raise _wrong(f"{where}: {key}", "should be a whole number, 0 or more", value)
    return value


def _wrong(where: str, should: str, seen: Any) -> CourseError:
    return CourseError(f"{CATALOGUE}, {where} {should}; it is {seen!r}.\nRepair it and run this again.")
