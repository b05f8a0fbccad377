"""One module of the course, as the catalogue describes it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Module:
    """One module as course.toml describes it."""

    number: str  # "07"
    name: str  # "training"
    title: str
    needs: tuple[str, ...]  # numbers; those the course does not hold come from the library
    export: str  # dotted name of the module a student's work becomes
    points: int
    minutes: int  # planned for a student, 0 when nobody said
    preload: tuple[str, ...]  # imported once in the warm parent
    seed: str  # of the inputs drawn for this release
    due: datetime.datetime | None  # with a time zone
    attempts: int | None = None  # judged hand-ins per student; None: as many as they like
    # The course's limits, then the module's own; keys are fields of sandbox.Limits.
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def folder(self) -> str:
        """Folder, notebook stem and nbgrader assignment in one: "07_training"."""
        return f"{self.number}_{self.name}"
