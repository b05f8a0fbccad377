"""Run code nobody has read, under limits, and say what happened. Knows nothing of courses."""

from course_tools.sandbox.limits import Limits, SandboxLost, SandboxUnavailable, Usage
from course_tools.sandbox.nursery import Nursery
from course_tools.sandbox.own_machine import OwnMachine
from course_tools.sandbox.plain import Plain
from course_tools.sandbox.session import CellOutcome, Session
from course_tools.sandbox.snapshot import Answer, Reply, Snapshot, Trouble
from course_tools.sandbox.tiers import OWN_MACHINE, TIERS, TierReport, available_tiers, choose_tier

__all__ = [
    "OWN_MACHINE",
    "TIERS",
    "Answer",
    "CellOutcome",
    "Limits",
    "Nursery",
    "OwnMachine",
    "Plain",
    "Reply",
    "SandboxLost",
    "SandboxUnavailable",
    "Session",
    "Snapshot",
    "TierReport",
    "Trouble",
    "Usage",
    "available_tiers",
    "choose_tier",
]
