"""What the known wrong solutions answer, so that a student who answers the same is told what happened.

`graders/fixtures/NN_name.misconceptions.json` is {check: {fingerprint of its replies: title of the mistake}},
and under MADE_FROM the digest of everything the replies depend on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from course_tools.authoring.proof import Files, Result, failing
from course_tools.course import Course, Module
from course_tools.files import atomic_write
from course_tools.grading import digests, misconceptions
from course_tools.grading.bank import Bank
from course_tools.grading.batch import Lost
from course_tools.records import Finding, Mistake

MADE_FROM = "made from"  # no check can be called that
Table = dict[str, dict[str, str]]
Prints = Mapping[str, str]  # check -> fingerprint


def table(bank: Bank, runs: Sequence[Mapping[str, Result]], blank: Sequence[Result]) -> Table:
    """Titles by check and fingerprint, sorted.

    runs   one or more runs of the bank, {name of a mistake: result}; replies that differ between runs (times,
           measurements) are not listed
    blank  results of notebooks with unwritten tasks; what they answer is nobody's misconception

    Where two mistakes answer a check alike, its own task's come first, then the first in the bank.
    """
    none = {(check, mark) for result in blank for check, mark in prints(result).items()}
    made: Table = {}
    for own in (True, False):
        for one in bank.mistakes:
            for check, mark in steady(one, runs).items():
                if _is_own(one, runs[0][one.name], check) is own and (check, mark) not in none:
                    made.setdefault(check, {}).setdefault(mark, one.title)
    return {check: dict(sorted(made[check].items())) for check in sorted(made)}


def prints(result: Result) -> Prints:
    """Fingerprints of the checks that failed; none for what could not be graded."""
    return {} if isinstance(result, Lost) else result.fingerprints


def steady(one: Mistake, runs: Sequence[Mapping[str, Result]]) -> dict[str, str]:
    """The fingerprints a mistake gave in every run."""
    found = [prints(run[one.name]) for run in runs if one.name in run]
    if not found:
        return {}
    return {check: mark for check, mark in found[0].items() if all(each.get(check) == mark for each in found)}


def _is_own(one: Mistake, result: Result, check: str) -> bool:
    if isinstance(result, Lost):
        return False
    return any(check in failing(task) for task in result.report.tasks if task.grade_id == one.grade_id)


def unnamed(bank: Bank, run: Mapping[str, Result], files: Files) -> Iterator[Finding]:
    """Findings for mistakes whose title no failing check of their report shows.

    A mistake that answers every check as another one does cannot be told from it; then the other's title will do.
    """
    answers = {one.name: prints(run[one.name]) for one in bank.mistakes if one.name in run}
    for one in bank.mistakes:
        own = answers.get(one.name)
        if not own:
            continue  # it could not be graded, or it survives: a finding already
        shown = _shown(run[one.name])
        alike = {other.title for other in bank.mistakes if answers.get(other.name) == own}
        if not shown & alike:
            instead = f"it is taken for “{min(shown)}”" if shown else "its answers change from run to run"
            yield Finding(
                f"{one.name} ({one.title}) is named by no check: {instead}",
                "give one of its checks an input that tells them apart",
                files.mistakes,
                one.cell,
            )


def _shown(result: Result) -> set[str]:
    if isinstance(result, Lost):
        return set()
    return {check.misconception for task in result.report.tasks for check in task.checks} - {""}


def digest(course: Course, module: Module) -> str:
    """SHA-256 over everything the replies depend on: text, bank, checks and what they import, library seen, seed."""
    files = [
        course.source_text(module),
        course.probes(module),
        course.mistakes(module),
        Path(misconceptions.__file__),
        *digests.checks_and_imports(course, module),
        *digests.library_seen(course, module),
    ]
    total = hashlib.sha256(repr((module.seed, module.export, sorted(module.limits.items()))).encode())
    for path in files:
        if path.is_file():
            total.update(f"\n{path.parent.name}/{path.name} ".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(course: Course, module: Module) -> bool:
    """Whether the file was made from what the module is now. A course without a bank needs no file."""
    path = course.misconceptions(module)
    if not path.is_file():
        return not course.mistakes(module).is_file()
    try:
        held = json.loads(path.read_bytes())[MADE_FROM]["digest"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(held == digest(course, module))


def write(course: Course, module: Module, made: Table, made_from: str) -> bool:
    """Write the file whole; returns whether it changed.

    made_from  the digest of what the bank was run on; the course may have changed meanwhile
    """
    whole = {MADE_FROM: {"digest": made_from}, **made}
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    path = course.misconceptions(module)
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    atomic_write(path, text)
    return True
