"""What a submission may use, and what it used."""

from __future__ import annotations

from dataclasses import dataclass

from course_tools.files import UserError

WALL_FACTOR, WALL_EXTRA = 4.0, 2.0  # wall clock is only the outer limit: a busy machine must not cost marks


@dataclass(frozen=True)
class Limits:
    """Limits of one session; all counted from outside of it."""

    cell_seconds: float = 30.0  # processor seconds of one cell
    total_seconds: float = 180.0  # processor seconds of the whole session, cells and probes
    probe_seconds: float = 5.0  # processor seconds of one call
    memory_mb: int = 1024  # all processes of the session together
    processes: int = 64  # processes and threads
    file_mb: int = 32  # one file
    disk_mb: int = 64  # all files together
    output_kb: int = 256  # what one cell may put out
    reply_mb: int = 32  # what one probe may answer


@dataclass(frozen=True)
class Usage:
    """What a session has used so far."""

    cpu_seconds: float
    peak_memory_mb: float


class SandboxUnavailable(UserError):
    """This machine cannot give the walls that were asked for; the message says what is missing."""


class SandboxLost(Exception):
    """The sandbox itself ended, by no fault of the code in it: the result is unknown, run it again."""


def wall_seconds(cpu_seconds: float) -> float:
    """The wall-clock limit that goes with a limit in processor seconds."""
    return WALL_FACTOR * cpu_seconds + WALL_EXTRA
