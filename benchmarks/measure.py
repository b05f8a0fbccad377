"""Run a command to its end and say what it cost, children included."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of processor (user and system) of a process and all its children."""

    wall: float
    cpu: float


def run(command: Sequence[str], *, folder: Path, log: Path, ok: Sequence[int] = (0,)) -> Cost:
    """One cold run; raises SystemExit with the log's end when the exit code is not expected."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with log.open("wb") as out:
        code = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False
        ).returncode
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code not in ok:
        raise SystemExit(f"{' '.join(command)} ended with {code}:\n{log.read_text(errors='replace')[-2000:]}")
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def medians(measure: Callable[[], Cost], *, n: int, warm_up: int = 1) -> Cost:
    """The median of n runs after the warm-up ones, wall and processor apart."""
    runs = [measure() for _ in range(warm_up + n)][warm_up:]
    return Cost(statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs))


def machine() -> str:
    """Processor, cores, system and Python, in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
