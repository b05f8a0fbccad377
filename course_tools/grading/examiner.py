"""Judge one graded cell: ask its checks, outside the student's process, and count points.

An Examiner is made once per worker and module and used for every submission.
"""

from __future__ import annotations

import builtins
import hashlib
import marshal
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from course_tools.grading import misconceptions
from course_tools.grading.checks import BrokenCheck, Check, Failed, load_checks
from course_tools.records import CheckResult
from course_tools.sandbox import Answer, Trouble

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

    def __init__(self, asker: Asker, probes: bytes, *, module: str, export: str) -> None:
        self.module = module  # "tinytorch.core.training"
        self.replies: list[Any] = []
        self._asker, self._probes, self._export = asker, probes, export

    @property
    def export(self) -> str:
        """Source text of the student's own exported module; its names count as a reply."""
        self.replies.append(sorted(re.findall(r"^(?:def|class) (\w+)", self._export, re.MULTILINE)))
        return self._export

    def probe(self, name: str, /, **arguments: Any) -> Any:
        """Run one probe function in the student's process and return its plain reply."""
        reply = self._asker.call(self._probes, name, arguments)
        if isinstance(reply, Trouble):
            self.replies.append(reply)
            raise StudentTrouble(reply)
        self.replies.append(reply.value)
        return _named(reply.value)


class Examiner:
    """All checks of one module, ready to be asked for any number of submissions."""

    def __init__(self, checks: Path, probes: Path, bank: Path, *, module: str, seed: str) -> None:
        self.checks = load_checks(checks)
        self.probes = compile_probes(probes)
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
    ) -> tuple[CheckResult, ...]:
        """Ask every check of a cell once; never raises for what a student did.

        fingerprints, when given, is filled with {check name: fingerprint of its replies}.
        """
        results: dict[str, CheckResult] = {}
        timeouts = 0
        for one in self.of(grade_id):
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
            verdict, shown = self._ask(one, student)
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
        return tuple(results.values())

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
            full, safe = explain(caught.trouble), explain(caught.trouble, with_text=False)
            hint = "" if safe == NOT_WRITTEN else one.hint
            return "failed", {"message": full if one.visible else safe, "detail": full, "hint": hint}
        except BrokenCheck as ours:
            return "broken", {"message": f"this check cannot be judged: {ours}"}
        except Exception as ours:  # noqa: BLE001 - a crash of ours must cost nobody points
            return "broken", {"message": f"this check crashed: {type(ours).__name__}: {ours}"}
        return "passed", {}


def compile_probes(path: Path) -> bytes:
    """The probe file as a marshalled code object: sent to the snapshot that answers, never before.

    Raises BrokenCheck when it is missing or does not compile.
    """
    try:
        return marshal.dumps(compile(path.read_text(encoding="utf-8"), "<probes>", "exec"))
    except (OSError, SyntaxError, ValueError) as error:
        raise BrokenCheck(f"{path.name} cannot be used: {error}") from error


def not_asked(one: Check, message: str) -> CheckResult:
    """A check that was deliberately not run, with the reason."""
    return _result(one, "skipped", 0.0, {"message": message})


NOT_WRITTEN = "not written yet"


def explain(trouble: Trouble, *, with_text: bool = True) -> str:
    """One sentence a student understands for a probe that got no answer.

    with_text  include words the student's code chose (an error's message): never for hidden checks, where
               they could carry the hidden input out
    """
    text = f": {_short(trouble.message)}" if with_text and trouble.message else ""
    at = f" (line {trouble.line} of your cell)" if trouble.line else ""
    if trouble.kind == "missing":
        return (
            f"{_short(trouble.name)} is not defined: the cell that makes it is missing, unfinished or failed"
        )
    if trouble.kind == "raised" and trouble.name == "NotImplementedError":
        return NOT_WRITTEN
    if trouble.kind == "raised":
        name = trouble.name if trouble.name in STANDARD_ERRORS or with_text else "an error"
        return f"your code raised {_short(name)}{text}{at}"
    if trouble.kind == "not_plain":
        return f"the answer is not plain data{text}"
    return trouble.message if trouble.kind in ENGINE_SAYS and trouble.message else EXPLAIN[trouble.kind]


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
        **shown,
    )
