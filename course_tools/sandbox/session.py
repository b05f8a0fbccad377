"""One submission being run: cells in order, snapshots, files, and an end that leaves nothing behind."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Literal

from course_tools.sandbox.body import Body
from course_tools.sandbox.channel import BadFrame, Channel, Hungup
from course_tools.sandbox.conversation import Conversation, Stopped
from course_tools.sandbox.limits import Limits, SandboxLost, Usage
from course_tools.sandbox.outputs import Collector, Output
from course_tools.sandbox.plain import clean
from course_tools.sandbox.snapshot import Snapshot

INTERRUPT_GRACE = 0.5  # processor seconds a cell has to obey Ctrl-C
INTERRUPT_WALL = 2.5  # the same in wall-clock seconds
START_SECONDS = 30.0

Status = Literal["ok", "error", "timeout", "killed", "not_run"]


@dataclass(frozen=True)
class CellOutcome:
    """How one cell went. Whenever status is not "ok", `outputs` ends in an error output."""

    status: Status
    outputs: list[Output]  # nbformat 4, capped
    seconds: float = 0.0  # wall clock
    cpu_seconds: float = 0.0
    error_name: str = ""
    error_message: str = ""
    line: int | None = None  # line of the cell that raised, from 1
    execution_count: int | None = None


class Session:
    """Drives the process that holds a student's notebook. Made by Nursery.open or OwnMachine.open."""

    def __init__(
        self, channel: Channel, body: Body, pipes: tuple[int, int], limits: Limits, *, can_fork: bool = True
    ) -> None:
        self._channel, self._body, self._limits = channel, body, limits
        self._talk = Conversation(channel, body, pipes, limits)
        self._can_fork = can_fork
        self._displays: dict[str, list[Output]] = {}
        self._cells = 0
        self._tokens = 0
        self._snapshots: list[Snapshot] = []
        self.ending: str | None = None

    @property
    def alive(self) -> bool:
        """Whether cells can still be run."""
        return self.ending is None

    def start(self, files: Mapping[str, bytes]) -> None:
        """Put the files into the working folder. Raises SandboxLost when the session does not come up."""
        names = checked_names(files)
        sizes = [[name, len(files[name])] for name in names]
        said = Collector(4000, {})
        try:
            self._channel.send({"op": "start", "files": sizes}, b"".join(files[name] for name in names))
            self._talk.ask("ready", START_SECONDS, said)
        except (Stopped, Hungup) as stop:
            self._die("")
            self._talk.drain(said)
            self.close()
            text = "".join(str(one["text"]) for one in said.outputs).strip()
            raise SandboxLost(f"a session did not start ({stop}) {text}") from stop

    def run_cell(self, source: str, *, seconds: float | None = None) -> CellOutcome:
        """Run one cell and say how it went; never raises for anything the cell does.

        seconds   processor seconds allowed; the limits' cell_seconds if None

        Raises SandboxLost when the sandbox itself was ended from outside.
        """
        number, self._cells = self._cells, self._cells + 1
        collector = Collector(self._limits.output_kb * 1024, self._displays)
        if not self.alive:
            message = f"this cell did not run: the program had ended before ({self.ending})"
            return self._failed("not_run", collector, "NotRun", message, 0.0, 0.0)
        allowed = self._limits.cell_seconds if seconds is None else seconds
        began, before = time.monotonic(), self._body.cpu_seconds() or 0.0
        left = self._limits.total_seconds - before
        total = left < allowed
        request = {"op": "cell", "number": number, "source": clean(source)}
        interrupted = False
        reply: dict[str, Any] = {}
        status: Status = "killed"
        message = ""
        try:
            self._talk.drain()
            self._channel.send(request | {"output_bytes": self._limits.output_kb * 1024})
            try:
                reply, _ = self._talk.ask("done", min(allowed, max(left, 0.0)), collector)
            except Stopped as stop:
                if stop.kind != "timeout":
                    raise
                status, message = "timeout", self._time_message(allowed, total)
                self._body.interrupt()
                reply, _ = self._talk.ask("done", INTERRUPT_GRACE, collector, wall=INTERRUPT_WALL)
                interrupted = True
            self._talk.drain(collector)
            _check_done(reply)
        except (Stopped, Hungup, BadFrame) as stop:
            self._talk.drain(collector)
            message = self._end(stop, message)
        seconds_used = time.monotonic() - began
        cpu = max(0.0, (self._body.cpu_seconds() or 0.0) - before)
        if not self.alive:
            name = "TimeLimit" if status == "timeout" else "ProgramEnded"
            return self._failed(status, collector, name, message, seconds_used, cpu)
        if interrupted:
            return self._failed("timeout", collector, "TimeLimit", message, seconds_used, cpu, reply)
        if reply["status"] == "error" and not any(o["output_type"] == "error" for o in collector.outputs):
            collector.error(clean(reply["error_name"]), clean(reply["error_message"]))
        return CellOutcome(
            reply["status"],
            collector.outputs,
            seconds_used,
            cpu,
            clean(reply.get("error_name", "")),
            clean(reply.get("error_message", "")),
            reply.get("line"),
            reply["count"],
        )

    def snapshot(self) -> Snapshot:
        """A copy of the notebook's process as it stands; it can be asked and killed without touching the notebook.

        Never raises for anything the student's code does: a copy that cannot be made answers with Trouble.
        """
        self._snapshots = [one for one in self._snapshots if one.alive]
        if not self.alive:
            return Snapshot.never(f"the program had ended before ({self.ending})", self._limits)
        if not self._can_fork:
            return Snapshot.in_place(self._channel, self._body, self._limits)
        self._tokens += 1
        token = self._tokens
        born_before = self._body.others()
        ours, theirs = socket.socketpair()
        # Before the other end exists anywhere else: a greeting sent earlier would carry no sender.
        one = Snapshot(ours, self._body, self._limits, born_before, lambda: self._reaped(token))
        try:
            self._channel.send({"op": "snapshot", "token": token}, fds=(theirs.fileno(),))
        except Hungup as stop:
            ours.close()
            self._end(stop, "")
            return Snapshot.never(f"the program had ended before ({self.ending})", self._limits)
        finally:
            theirs.close()
        self._snapshots.append(one)
        return one

    def files(self) -> dict[str, bytes]:
        """New and changed regular files of the working folder, as far as they can be had; by relative name."""
        if not self.alive:
            return {}
        cap = self._limits.reply_mb << 20
        try:
            self._channel.send({"op": "files", "max_bytes": cap})
            reply, data = self._talk.ask("files", 10.0, None)
        except (Stopped, Hungup) as stop:
            self._end(stop, "")
            return {}
        found: dict[str, bytes] = {}
        at = 0
        listed = reply.get("files")
        for one in listed if type(listed) is list else []:
            if type(one) is not list or len(one) != 2 or type(one[0]) is not str or type(one[1]) is not int:
                break
            with contextlib.suppress(ValueError):
                found[_checked(clean(one[0]))] = data[at : at + max(0, one[1])]
            at += max(0, one[1])
        return found

    def usage(self) -> Usage:
        """What the session has used so far, or in all when it is over."""
        return Usage(self._body.cpu_seconds() or 0.0, self._body.peak_mb())

    def close(self) -> None:
        """End the whole process tree; returns when all of it is gone. Closing twice is fine."""
        for one in self._snapshots:
            one.close()
        self._snapshots = []
        self._die("closed")
        self._talk.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end(self, stop: Exception, message: str) -> str:
        """The session cannot go on: end it and say why."""
        if isinstance(stop, Stopped) and stop.kind in ("memory", "protocol"):
            message = stop.message
        elif isinstance(stop, BadFrame):
            message = f"your code broke the connection to the grader ({stop})"
        elif not message:
            self._body.process.gone(0.5)
            if not self._body.process.gone():
                message = "your code closed its connection to the grader"
        self._die(message)
        return self.ending or message

    def _die(self, reason: str) -> None:
        if self.ending is None:
            self.ending = reason
            self.ending = self._body.end(reason)

    def _reaped(self, token: int) -> int | None:
        """Wait status of a snapshot that ended by itself, as the notebook's process tells it."""
        if not self.alive:
            return None
        try:
            self._channel.send({"op": "reap", "token": token})
            reply, _ = self._talk.ask("reaped", 1.0, None)
        except (Stopped, Hungup) as stop:
            self._end(stop, "")
            return None
        status = reply.get("status")
        return status if type(status) is int and 0 <= status < 65536 else None

    def _time_message(self, allowed: float, total: bool) -> str:
        if total:
            return f"time limit of {self._limits.total_seconds:g} s for the whole notebook"
        return f"time limit of {allowed:g} s"

    def _failed(
        self,
        status: Status,
        collector: Collector,
        name: str,
        message: str,
        seconds: float,
        cpu: float,
        reply: dict[str, Any] | None = None,
    ) -> CellOutcome:
        kept = [o for o in collector.outputs if o.get("ename") != "KeyboardInterrupt"]
        collector.outputs[:] = kept
        collector.error(name, message)
        line, count = (reply.get("line"), reply.get("count")) if reply else (None, None)
        return CellOutcome(status, collector.outputs, seconds, cpu, name, message, line, count)


def _check_done(reply: dict[str, Any]) -> None:
    fine = (
        reply.get("status") in ("ok", "error")
        and type(reply.get("error_name", "")) is str
        and type(reply.get("error_message", "")) is str
        and (reply.get("line") is None or type(reply["line"]) is int)
        and (reply.get("count") is None or type(reply["count"]) is int)
        and "count" in reply
    )
    if not fine or (reply["status"] == "error") != ("error_name" in reply):
        raise BadFrame("an end of a cell in an unknown form")


def checked_names(files: Mapping[str, bytes]) -> list[str]:
    """The names of files to put into a working folder. Raises ValueError when one would leave it."""
    return [_checked(name) for name in files]


def _checked(name: str) -> str:
    """A relative name that stays in its folder. Raises ValueError."""
    path = PurePosixPath(name)
    if (
        not name
        or path.is_absolute()
        or ".." in path.parts
        or "\0" in name
        or "\\" in name
        or name != str(path)
    ):
        raise ValueError(f"{name!r} is not the name of a file in the working folder")
    return name
