"""One milestone of the course, as the catalogue describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Milestone:
    """A script that uses what students have built so far, as course.toml describes it."""

    after: str  # number of the module it follows
    name: str  # "perceptron"
    title: str
    script: str  # "milestones/03_perceptron.py", below the course's root

    @property
    def stem(self) -> str:
        """What its files are called: "03_perceptron"."""
        return PurePosixPath(self.script).stem
