"""Run a command to its end and say what it cost, children included."""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of processor (user and system) of a process and all its children."""

    wall: float
    cpu: float


def run(command: Sequence[str], *, folder: Path, log: Path, ok: Sequence[int] = (0,)) -> Cost:
    """One cold run; raises SystemExit with the log's end when the exit code is not expected."""
    # nbgrader starts `alembic` by its bare name.
    env = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"}
    with _meter() as meter, log.open("wb") as out:
        started = time.perf_counter()
        code = subprocess.run(
            ["sh", "-c", 'echo $$ > "$0"; exec "$@"', meter / "cgroup.procs", *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
        cost = Cost(time.perf_counter() - started, _used(meter))
    if code not in ok:
        raise SystemExit(f"{' '.join(command)} ended with {code}:\n{log.read_text(errors='replace')[-2000:]}")
    return cost


@contextlib.contextmanager
def _meter() -> Iterator[Path]:
    """A control group that counts processor time.

    The time of children, as the system keeps it for a parent, would leave out whatever is killed with its
    sandbox: nobody waits for those processes.
    """
    root = Path("/sys/fs/cgroup")
    kind = "" if (root / "cgroup.controllers").exists() else "cpuacct"
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    own = next(path for _, names, path in lines if kind in names.split(","))
    folder = root / kind / own.lstrip("/") / f"bench-{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        folder.rmdir()


def _used(group: Path) -> float:
    """Processor seconds of all processes that ever were in the group or below it."""
    if (group / "cpu.stat").exists() and not (group / "cpuacct.usage").exists():
        words = (group / "cpu.stat").read_text().split()
        return int(words[words.index("usage_usec") + 1]) / 1e6
    return int((group / "cpuacct.usage").read_text()) / 1e9


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
