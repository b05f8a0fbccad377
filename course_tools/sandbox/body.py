"""The living side of a session: its processes, what they use, and how they ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from course_tools.sandbox import processes
from course_tools.sandbox.cgroup import Group
from course_tools.sandbox.limits import Limits, SandboxLost

GRACE = 5.0  # seconds in which a killed process must be gone
WATCH_SECONDS = 0.1


class Body:
    """The process tree of one session."""

    def __init__(
        self,
        process: processes.Process,
        limits: Limits,
        *,
        group: Group | None,
        own_space: bool,
        watch_memory: bool,
        reap: Callable[[], int | None],
        sweep: Callable[[], None] = lambda: None,
    ) -> None:
        """own_space: the process is number 1 of its own process namespace, so the kernel ends all with it.

        reap returns the wait status when the process has ended, None where nobody can tell.
        sweep ends what may have escaped from the tree.
        """
        self.process, self.limits, self.group = process, limits, group
        self._own_space, self._watch_memory = own_space, watch_memory and processes.HAS_PROC
        self._reap, self._sweep = reap, sweep
        self._killed = False
        self._ended: str | None = None
        self._peak = 0.0
        self._cpu = 0.0
        self._kills = 0

    def cpu_seconds(self) -> float | None:
        """Processor seconds of everything in the session so far."""
        if self._ended is not None:
            return self._cpu
        now = self.group.cpu_seconds() if self.group else processes.cpu_seconds(self.process.pid)
        if now is not None:
            self._cpu = max(self._cpu, now)
            return self._cpu
        return None

    def peak_mb(self) -> float:
        """The most memory seen so far, in MB."""
        if self._ended is not None:
            return self._peak
        if self.group:
            self._peak = max(self._peak, self.group.peak_mb())
        elif processes.HAS_PROC:
            self._peak = max(self._peak, processes.memory_mb(self.process.pid))
        return self._peak

    def too_much_memory(self) -> bool:
        """Whether all processes together hold more than the limit, where no control group stops them."""
        return self._watch_memory and self.group is None and self.peak_mb() > self.limits.memory_mb

    def memory_kill(self) -> bool:
        """Whether the kernel has killed for want of memory since the last time this was asked."""
        if self.group is None or self._ended is not None:
            return False
        kills, before = self.group.kills(), self._kills
        self._kills = kills
        return kills > before

    def others(self) -> set[int]:
        """The processes of the session but its first."""
        alive = processes.HAS_PROC and self._ended is None
        return set(processes.tree(self.process.pid)[1:]) if alive else set()

    def interrupt(self) -> None:
        """Ctrl-C for the session's first process."""
        self.process.send(signal.SIGINT)

    def end(self, reason: str = "") -> str:
        """Kill everything, wait until all is gone; the reason given, or how it had ended by itself.

        Raises SandboxLost when something from outside killed it.
        """
        if self._ended is not None:
            return self._ended
        was_gone = self.process.gone()
        if not was_gone:
            self._usage()
            if not self._own_space:
                processes.end([self.process.pid])
            self.process.send(signal.SIGKILL)
            self.process.gone(GRACE)
        status = self._reap()
        self._sweep()
        self._usage()
        starved = self.memory_kill()
        self.process.close()
        if self.group:
            self.group.remove()
        self._ended = reason
        if was_gone and not reason:
            if starved:
                self._ended = f"memory limit of {self.limits.memory_mb} MB"
            elif (
                self._own_space and status is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9
            ):
                self._ended = "killed from outside"
                raise SandboxLost("the session was killed from outside the sandbox")
            else:
                self._ended = describe(status)
        return self._ended

    def _usage(self) -> None:
        self.cpu_seconds()
        self.peak_mb()


def describe(status: int | None) -> str:
    """A wait status in words a student understands."""
    if status is None:
        return "your code ended the program"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        names = {
            signal.SIGSEGV: "your code crashed (segmentation fault)",
            signal.SIGABRT: "your code crashed (abort)",
            signal.SIGFPE: "your code crashed (arithmetic error)",
            signal.SIGBUS: "your code crashed (bus error)",
            signal.SIGILL: "your code crashed (illegal instruction)",
        }
        return names.get(signal.Signals(number), f"your code ended the program (signal {number})")
    return f"your code ended the program (exit status {os.WEXITSTATUS(status)})"
