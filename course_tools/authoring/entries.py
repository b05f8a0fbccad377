"""The bank as trials, and what is wrong with an entry before it is even run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course_tools.authoring.proof import Files
from course_tools.authoring.trials import Trial
from course_tools.grading import bank as banks
from course_tools.grading.bank import BadEntry, Bank, Entry
from course_tools.grading.checks import Check
from course_tools.grading.paper import Paper
from course_tools.notebooks import Notebook
from course_tools.records import Finding, Mistake


@dataclass(frozen=True)
class Entries:
    """The entries that can be run, and findings about the others."""

    bank: Bank
    trials: tuple[Trial, ...]
    findings: tuple[Finding, ...]


def entries(reference: Notebook, bank: Bank, checks: Sequence[Check], paper: Paper, files: Files) -> Entries:
    """One trial per entry, called by its name.

    reference  the notebook the replacements are made in
    """
    trials: list[Trial] = []
    findings: list[Finding] = []
    named = Counter(one.name for one in bank.entries)
    usable: list[Entry] = []
    for one in bank.entries:
        wrong = [] if named[one.name] == 1 else [("another entry has the same name", "give each its own")]
        if isinstance(one, Mistake):
            wrong += _unknown(one, checks, paper)
        try:
            notebook = banks.altered(reference, one)
        except BadEntry as error:
            wrong.append((str(error), error.repair))
        else:
            if named[one.name] == 1:
                trials.append(Trial(one.name, notebook))
                usable.append(one)
        findings += [
            Finding(f"{one.name}: {problem}", repair, files.mistakes, one.cell) for problem, repair in wrong
        ]
    mistakes = tuple(one for one in usable if isinstance(one, Mistake))
    right = tuple(one for one in usable if not isinstance(one, Mistake))
    return Entries(Bank(mistakes, right), tuple(trials), tuple(findings))


def _unknown(one: Mistake, checks: Sequence[Check], paper: Paper) -> Iterator[tuple[str, str]]:
    graded = {each.grade_id for each in paper.graded}
    for name in (one.grade_id, *one.also):
        if name not in graded:
            yield f"there is no graded cell {name!r}", "name a grade_id that has points"
    own = {each.name for each in checks if each.grade_id == one.grade_id}
    for name in one.caught_by:
        if name not in own:
            yield f"{one.grade_id} has no check {name!r}", "name checks of its own graded cell in caught_by"
    if not one.caught_by:
        yield "caught_by is empty", "name the checks that fail"
