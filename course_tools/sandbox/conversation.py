"""Waiting for a session to answer, while its output, its time and its memory are watched."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import Any

from course_tools.sandbox.body import WATCH_SECONDS, Body
from course_tools.sandbox.channel import BadFrame, Channel, Hungup
from course_tools.sandbox.limits import Limits, wall_seconds
from course_tools.sandbox.outputs import Collector

FLOOD_FACTOR = 16  # a cell that writes this many times its limit to the channel is not our shell
PIPE_CHUNK = 1 << 18
FULL_TICK = 0.01  # seconds between two looks at output nobody keeps: a bound on our own work

try:
    import fcntl

    PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)
except ImportError:  # Windows
    PIPE_SIZE = None


class Stopped(Exception):
    """An exchange did not come to its end; `kind` is "timeout", "memory", "gone" or "protocol"."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


class Conversation:
    """The channel to a session and the pipes of its stdout and stderr."""

    def __init__(self, channel: Channel, body: Body, pipes: tuple[int, int], limits: Limits) -> None:
        self._channel, self._body, self._limits = channel, body, limits
        self._pipes = {pipes[0]: "stdout", pipes[1]: "stderr"}
        self._silent: set[int] = set()  # pipes whose other end is closed
        for fd in pipes:
            os.set_blocking(fd, False)
            if PIPE_SIZE is not None:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(fd, PIPE_SIZE, 1 << 20)

    def ask(
        self, wanted: str, seconds: float, collector: Collector | None, *, wall: float | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """Wait for the frame `wanted`; what else arrives goes to the collector. Raises Stopped.

        seconds   processor seconds allowed
        wall      wall-clock seconds allowed; what goes with `seconds` if None
        """
        began, before = time.monotonic(), self._body.cpu_seconds()
        deadline = began + (wall_seconds(seconds) if wall is None else wall)
        allowance = self._channel.received + FLOOD_FACTOR * (self._limits.output_kb * 1024) + (1 << 20)
        if collector is None:
            allowance += self._channel.max_body
        tick = 0.02
        while True:
            over = self._body.process.gone()  # asked first: what it said before it ended still counts
            try:
                while (frame := self._channel.next()) is not None:
                    header, data = frame
                    if header.get("t") == wanted:
                        return header, data
                    if collector is not None:
                        collector.event(header, len(str(header)))
                    if self._channel.received > allowance:
                        raise Stopped("protocol", "your code flooded the connection to the grader")
                    if time.monotonic() > deadline:
                        raise Stopped("timeout", "")
            except BadFrame as bad:
                raise Stopped("protocol", f"your code broke the connection to the grader ({bad})") from bad
            except Hungup as stop:
                raise Stopped("gone", str(stop)) from stop
            if over:
                raise Stopped("gone", "it ended")
            self.drain(collector)
            now = time.monotonic()
            if now >= deadline:
                raise Stopped("timeout", "")
            full = collector is None or collector.full  # then writers wait for us, not we for them
            self._wait(min(FULL_TICK if full else tick, deadline - now), pipes=not full)
            tick = min(WATCH_SECONDS, tick * 1.5)
            if self._body.too_much_memory():
                raise Stopped("memory", f"memory limit of {self._limits.memory_mb} MB")
            cpu = self._body.cpu_seconds()
            if cpu is not None and before is not None and cpu - before > seconds:
                raise Stopped("timeout", "")

    def _wait(self, seconds: float, pipes: bool) -> None:
        watched = [self._channel.fileno()]
        if pipes:
            watched += self._pipes.keys() - self._silent
        if self._body.process.handle is not None:
            watched.append(self._body.process.handle)
        select.select(watched, [], [], max(0.0, seconds))

    def drain(self, collector: Collector | None = None, most: int = 1 << 20) -> None:
        """Take what was written to the process's own stdout and stderr; `most` bytes of each, the rest can wait."""
        for fd, name in self._pipes.items():
            taken = 0
            while taken < most:
                try:
                    data = os.read(fd, PIPE_CHUNK)
                except (BlockingIOError, OSError):
                    break
                if not data:
                    self._silent.add(fd)
                    break
                taken += len(data)
                if collector is not None and not collector.full:
                    collector.text(name, data.decode("utf-8", "replace"))

    def close(self) -> None:
        """Give the descriptors back."""
        self._channel.close()
        for fd in self._pipes:
            os.close(fd)
        self._pipes = {}
