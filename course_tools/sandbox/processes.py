"""Looking at and ending processes from outside."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
HAS_PROC = os.path.exists("/proc/self/stat")


class Process:
    """A process that is not our child, held by a descriptor so that its number cannot be reused under us."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd: int | None = None
        self._gone = False
        if hasattr(os, "pidfd_open"):
            try:
                self._fd = os.pidfd_open(pid)
            except ProcessLookupError:
                self._gone = True
            except OSError:
                self._fd = None

    @property
    def handle(self) -> int | None:
        """A descriptor that turns readable when the process has ended."""
        return self._fd

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process is gone."""
        if self._gone:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._fd is not None:
                signal.pidfd_send_signal(self._fd, number)
            else:
                os.kill(self.pid, number)

    def gone(self, seconds: float = 0.0) -> bool:
        """Whether it has ended, waiting up to `seconds` for that."""
        if self._gone:
            return True
        if self._fd is not None:
            poll = select.poll()
            poll.register(self._fd, select.POLLIN)
            self._gone = bool(poll.poll(seconds * 1000))
            return self._gone
        deadline = time.monotonic() + seconds
        while True:
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                self._gone = True
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.005)

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd, self._gone = None, True


def children(pid: int) -> list[int]:
    """The direct children of a process, by all its threads."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as file:
            found += map(int, file.read().split())
    return found


def tree(pid: int) -> list[int]:
    """The process and all its descendants."""
    found, seen = [pid], {pid}
    for one in found:
        for child in children(one):
            if child not in seen:
                seen.add(child)
                found.append(child)
    return found


def end(pids: list[int], keep: int | None = None) -> None:
    """Kill processes and all their descendants. Stopped first, so that none can breed meanwhile."""
    for _ in range(200):
        alive = [
            one for pid in pids for one in tree(pid) if one != keep and _state(one) not in (None, "Z", "X")
        ]
        if not alive:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for one in alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(one, number)
        time.sleep(0.002)


def _state(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[0] if fields else None


def _stat(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float | None:
    """Processor seconds of the whole tree, ended and reaped descendants included; None where it cannot be read."""
    if not HAS_PROC:
        return None
    total = 0
    for one in tree(pid):
        fields = _stat(one)
        if len(fields) > 14:
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def memory_mb(pid: int) -> float:
    """Memory of the whole tree in MB. Pages still shared with the warm parent do not count."""
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                lines = [line.split() for line in file]
            wanted = ("Private_Clean:", "Private_Dirty:", "Pss_Shmem:")
            total += sum(int(line[1]) for line in lines if line[0] in wanted)
        except OSError:  # gone, or hidden by its owner: then all that is resident counts
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{one}/statm") as file:
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
    return total / 1024


def own_folder(purpose: str) -> str:
    """A fresh temporary folder that says whose it is; what dead processes left of this kind is taken away."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"tito-{purpose}-*-*"):
        owner = old.name.split("-")[2]
        if HAS_PROC and owner.isdecimal() and not os.path.exists(f"/proc/{owner}"):
            shutil.rmtree(old, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"tito-{purpose}-{os.getpid()}-")
