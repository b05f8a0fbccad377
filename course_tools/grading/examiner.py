"""Judge one graded cell: ask its checks, outside the student's process, and count points.

An Examiner is made once per worker and module and used for every submission.
"""

from __future__ import annotations

import builtins
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from course_tools.grading import misconceptions
from course_tools.grading.checks import BrokenCheck, Check, Failed, load_checks
from course_tools.grading.probes import Probes
from course_tools.records import CheckResult
from course_tools.sandbox import Answer, Trouble

TIME = "time limit"  # how the sandbox begins to say so
# After so many checks of one cell ran out of time the rest is not asked: they would wait as long.
TIMEOUTS_PER_CELL = 2


class Asker(Protocol):
    """Whoever can put a probe to a submission as it stood at one graded cell."""

    def call(self, code: bytes, name: str, arguments: dict[str, Any]) -> Answer | Trouble: ...


class StudentTrouble(Exception):
    """A probe got no answer; ends the check."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


class OutOfReach(BaseException):
    """The asker cannot be asked any more; not an Exception, because checks may catch those."""


class Reply(dict[str, Any]):
    """A reply with named parts; a missing part is the student's failed check, never our crash."""

    def __missing__(self, key: str) -> Any:
        raise Failed(f"the answer has no part named {key}")


class ReplyList(list[Any]):
    """A reply with numbered parts, as careful as Reply."""

    def __getitem__(self, index: Any) -> Any:
        try:
            return super().__getitem__(index)
        except (IndexError, TypeError) as error:
            raise Failed(f"the answer has {len(self)} parts, which is too few") from error


class Student:
    """What a check sees of a submission."""

    def __init__(self, asker: Asker, probes: Probes, *, module: str, export: str | Callable[[], str]) -> None:
        self.module = module  # "tinytorch.core.training"
        self.replies: list[Any] = []
        self._asker, self._probes, self._export = asker, probes, export

    @property
    def export(self) -> str:
        """Source text of the student's own exported module; its names count as a reply."""
        text = self._export if isinstance(self._export, str) else self._export()
        self.replies.append(sorted(re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE)))
        return text

    def probe(self, name: str, /, **arguments: Any) -> Any:
        """Run one probe function in the student's process and return its plain reply."""
        reply = self._asker.call(self._probes.code(name), name, arguments)
        if isinstance(reply, Trouble):
            self.replies.append(reply)
            raise StudentTrouble(reply)
        self.replies.append(reply.value)
        return _named(reply.value)


class Examiner:
    """All checks of one module, ready to be asked for any number of submissions."""

    def __init__(self, checks: Path, probes: Path, bank: Path, *, module: str, seed: str) -> None:
        self.checks = load_checks(checks)
        self.probes = Probes(probes)
        self._named = self.probes.texts
        self.known = misconceptions.load(bank)
        self.module, self.seed = module, seed

    def of(self, grade_id: str) -> tuple[Check, ...]:
        """The checks of one graded cell, in the order they are written."""
        return tuple(one for one in self.checks if one.grade_id == grade_id)

    def rng(self, name: str) -> np.random.Generator:
        """The random state of one check: the same for all students of a release."""
        digest = hashlib.sha256(f"{self.seed}/{self.module}/{name}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))

    def judge(
        self,
        grade_id: str,
        asker: Asker,
        *,
        export: str,
        fingerprints: dict[str, str] | None = None,
        visible_only: bool = False,
        known: Iterable[CheckResult] = (),
    ) -> tuple[CheckResult, ...]:
        """Ask every check of a cell once; never raises for what a student did.

        Ends early when the asker raises OutOfReach; the check it was asked for is not among the results.

        fingerprints  when given, is filled with {check name: fingerprint of its replies}
        visible_only  leave the hidden checks for another time
        known         results of checks of this cell that have been asked; they are part of what is returned
        """
        results = {one.name: one for one in known}
        timeouts = sum(one.detail.startswith(TIME) for one in results.values() if one.verdict == "failed")
        for one in self.of(grade_id):
            if one.name in results or (visible_only and not one.visible):
                continue
            missing = [need for need in one.needs if need in results and results[need].verdict != "passed"]
            if missing:
                title = results[missing[0]].title
                results[one.name] = not_asked(one, f"not tried, because it rests on “{title}”")
                continue
            if timeouts >= TIMEOUTS_PER_CELL:
                results[one.name] = not_asked(one, "not tried, because this part ran out of time twice")
                continue
            student = Student(asker, self.probes, module=self.module, export=export)
            started = time.perf_counter()
            try:
                verdict, shown = self._ask(one, student)
            except OutOfReach:
                break
            if verdict == "failed":
                fingerprint = misconceptions.fingerprint(student.replies) if student.replies else ""
                found = self.known.get(one.name, {}).get(fingerprint, "")
                if found:
                    shown["misconception"] = found
                if fingerprints is not None and fingerprint:
                    fingerprints[one.name] = fingerprint
                last = student.replies[-1] if student.replies else None
                timeouts += isinstance(last, Trouble) and last.kind == "timeout"
            results[one.name] = _result(one, verdict, time.perf_counter() - started, shown)
        return tuple(results[one.name] for one in self.of(grade_id) if one.name in results)

    def ask(self, one: Check, asker: Asker, *, export: str | Callable[[], str]) -> CheckResult:
        """Put one check by itself, whatever it needs; never raises for what a student did.

        export  the exported module, or what makes it when a check wants it
        """
        started = time.perf_counter()
        verdict, shown = self._ask(one, Student(asker, self.probes, module=self.module, export=export))
        return _result(one, verdict, time.perf_counter() - started, shown)

    def _ask(self, one: Check, student: Student) -> tuple[Any, dict[str, str]]:
        try:
            one.function(student, self.rng(one.name))
        except Failed as wrong:
            said = "message" if one.visible else "detail"  # the sentence may hold an expected value
            return "failed", {
                said: wrong.message,
                "what": wrong.what,
                "got": wrong.got,
                "expected": wrong.expected,
                "hint": one.hint,
            }
        except StudentTrouble as caught:
            full, safe = explain(caught.trouble), explain_hidden(caught.trouble, self._named)
            hint = "" if safe == NOT_WRITTEN else one.hint
            return "failed", {"message": full if one.visible else safe, "detail": full, "hint": hint}
        except BrokenCheck as ours:
            return "broken", {"message": f"this check cannot be judged: {ours}"}
        except Exception as ours:  # noqa: BLE001 - a crash of ours must cost nobody points
            return "broken", {"message": f"this check crashed: {type(ours).__name__}: {ours}"}
        return "passed", {}


def not_asked(one: Check, message: str) -> CheckResult:
    """A check that was deliberately not run, with the reason."""
    return _result(one, "skipped", 0.0, {"message": message})


NOT_WRITTEN = "not written yet"


def explain(trouble: Trouble) -> str:
    """One sentence a student understands for a probe that got no answer, in the words of the student's code."""
    text = f": {_short(trouble.message)}" if trouble.message else ""
    at = f" (line {trouble.line} of your cell)" if trouble.line else ""
    if trouble.kind == "missing":
        return (
            f"{_short(trouble.name)} is not defined: the cell that makes it is missing, unfinished or failed"
        )
    if trouble.kind == "raised" and trouble.name == "NotImplementedError":
        return NOT_WRITTEN
    if trouble.kind == "raised" and trouble.name == "SystemExit":
        return f"{trouble.message or EXPLAIN['killed']}{at}"
    if trouble.kind == "raised":
        return f"your code raised {_short(trouble.name)}{text}{at}"
    if trouble.kind == "not_plain":
        return f"the answer is not plain data{text}"
    return trouble.message if trouble.kind in ENGINE_SAYS and trouble.message else EXPLAIN[trouble.kind]


def explain_hidden(trouble: Trouble, names: frozenset[str]) -> str:
    """The same for a hidden check, without a word or number that the student's code may have chosen.

    The code has the hidden input before it and may raise in whatever line, end with whatever status and, by
    a frame of its own, say that whatever name is missing: each would carry the input out.

    names  texts that stand in the probes; a name a probe asks for is one of them
    """
    if trouble.kind == "missing":
        return explain(trouble) if trouble.name in names else "a name this check needs is not defined"
    if trouble.kind == "raised" and trouble.name in ("NotImplementedError", "SystemExit"):
        return NOT_WRITTEN if trouble.name == "NotImplementedError" else EXPLAIN["killed"]
    if trouble.kind == "raised":
        return f"your code raised {trouble.name if trouble.name in STANDARD_ERRORS else 'an error'}"
    if trouble.kind == "not_plain":
        return "the answer is not plain data"
    if trouble.kind == "killed" and trouble.message.startswith(EXPLAIN["killed"]):
        return EXPLAIN["killed"]
    return explain(trouble)


EXPLAIN: Mapping[str, str] = {
    "timeout": "your code did not finish in the time it has",
    "killed": "your code ended the program",
    "too_large": "the answer is too large",
    "protocol": "your code wrote to the grader's own channel",
}
ENGINE_SAYS = ("timeout", "killed")  # the sandbox words these, from limits and exit status
STANDARD_ERRORS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:299] + "…"


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return Reply({key: _named(one) for key, one in value.items()})
    if isinstance(value, list):
        return ReplyList(_named(one) for one in value)
    return value


def _result(one: Check, verdict: Any, seconds: float, shown: dict[str, str]) -> CheckResult:
    return CheckResult(
        name=one.name,
        grade_id=one.grade_id,
        title=one.title,
        verdict=verdict,
        visible=one.visible,
        weight=one.weight or 0.0,
        seconds=round(seconds, 6),
        **shown,  # type: ignore[arg-type]  # texts, all of them
    )
