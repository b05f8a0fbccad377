"""What `check_module` hands back: gates, a table of tasks, and findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from course_tools.records import Finding


@dataclass(frozen=True)
class Gate:
    """One demand, what was looked at, and what was found."""

    name: str
    seen: str  # "82 mistakes", or why it was not looked at
    findings: tuple[Finding, ...] = ()
    asked: bool = True  # False: left out, on wish or because an earlier gate must be passed first

    @property
    def verdict(self) -> str:
        """passed, failed or skipped."""
        return "failed" if self.findings else "passed" if self.asked else "skipped"


@dataclass(frozen=True)
class TaskRow:
    """One graded cell in numbers."""

    grade_id: str
    title: str
    points: float
    visible: int  # checks whose cases students see
    hidden: int
    mistakes: int  # known wrong solutions of this cell
    noticed: int  # of these: lost points in this run
    by_visible: int  # of these: noticed by a visible check
    idle: tuple[str, ...] = ()  # checks that no mistake of the bank fails


@dataclass
class CheckOutcome:
    """Everything `tito author check` found out about a module."""

    module: str
    tier: str
    gates: list[Gate] = field(default_factory=list)
    tasks: tuple[TaskRow, ...] = ()
    trials: int = 0  # notebooks graded
    seconds: float = 0.0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the gates."""
        return tuple(one for gate in self.gates for one in gate.findings)

    @property
    def ok(self) -> bool:
        """Whether nothing needs repair."""
        return not self.findings

    def passed(self, name: str, seen: str, findings: Iterable[Finding]) -> bool:
        """Add a gate that was asked; True when it found nothing."""
        self.gates.append(Gate(name, seen, tuple(without_repetitions(findings))))
        return not self.gates[-1].findings

    def skip(self, names: Iterable[str], why: str) -> None:
        """Add gates that were not asked."""
        self.gates += [Gate(name, why, asked=False) for name in names]


def without_repetitions(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without repetitions, in order."""
    return list({(one.problem, one.file, one.cell): one for one in findings}.values())
