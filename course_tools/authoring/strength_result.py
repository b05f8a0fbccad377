"""What `measure` hands back: a row per task, what survives, and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_tools.records import Finding


@dataclass(frozen=True)
class Survivor:
    """A mutant that costs no points."""

    name: str
    task: str
    place: str  # "Trainer.train_epoch"
    diff: tuple[str, ...]
    digest: str
    seen: bool  # the visible test raises, though no check fails
    broken: tuple[str, ...] = ()  # checks that crashed on it


@dataclass(frozen=True)
class TaskStrength:
    """One task in numbers."""

    task: str
    mistakes: int = 0  # hand-written ones of its graded cells
    mistakes_caught: int = 0  # of these: cost points in their own graded cell
    mistakes_seen: int = 0  # of these: the visible test raises
    mutants: int = 0  # without the listed equivalent ones
    equivalent: int = 0
    seen: int = 0  # mutants at which the visible test of the task raises
    caught: int = 0  # mutants that cost points
    elsewhere: int = 0  # of these: only in other tasks' cells
    right: int = 0
    right_kept: int = 0  # of these: keep all points of the task

    @property
    def score(self) -> float:
        """Share of the mutants that are caught; 1 when there is none."""
        return self.caught / self.mutants if self.mutants else 1.0


@dataclass
class Strength:
    """What `tito author strength` found out about a module."""

    module: str
    tier: str
    tasks: tuple[TaskStrength, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    findings: tuple[Finding, ...] = ()
    operators: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # mutants, caught
    tried: int = 0  # notebooks
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all notebooks tried, without starting the sandboxes

    @property
    def score(self) -> float:
        """Share of all mutants that are caught; 1 when there is none."""
        made = sum(one.mutants for one in self.tasks)
        return sum(one.caught for one in self.tasks) / made if made else 1.0

    @property
    def ok(self) -> bool:
        """Whether the module is over the gate."""
        return not self.findings
