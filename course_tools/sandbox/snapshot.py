"""A copy of a notebook's process that answers probes."""

from __future__ import annotations

import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, TypeAlias

from course_tools.sandbox import processes
from course_tools.sandbox.body import GRACE, WATCH_SECONDS, Body, describe
from course_tools.sandbox.channel import BadFrame, Channel, Hungup
from course_tools.sandbox.limits import Limits, wall_seconds
from course_tools.sandbox.plain import BadReply, Plain, clean, from_form, to_form

HEADER_MB = 4  # of JSON in a reply: numbers and texts outside arrays
READY_SECONDS = 10.0
NOT_COPIED = "your program could not be copied (process or memory limit)"

Kind = Literal["raised", "missing", "not_plain", "timeout", "killed", "too_large", "protocol"]
KINDS = ("raised", "missing", "not_plain", "too_large")  # the ones that may be told from inside


@dataclass(frozen=True)
class Answer:
    """What the probe returned."""

    value: Plain


@dataclass(frozen=True)
class Trouble:
    """Why there is no answer; never our fault, always the submission's."""

    kind: Kind
    name: str  # class of the exception, the missing name, the type that is not plain
    message: str
    line: int | None = None  # line in the student's cell, from 1
    cell: int | None = None  # which run_cell call of the session it was, from 0


Reply: TypeAlias = "Answer | Trouble"


class Snapshot:
    """Made by Session.snapshot. Use it as a context manager, or close it."""

    def __init__(
        self,
        sock: socket.socket | None,
        body: Body | None,
        limits: Limits,
        born_before: set[int],
        reap: Callable[[], int | None],
    ) -> None:
        self._limits, self._body, self._born_before, self._reap = limits, body, born_before, reap
        self._dead: Trouble | None = None
        self._process: processes.Process | None = None
        self._channel: Channel | None = None
        self._in_place = False
        self._sent: bytes | None = None  # code the copy has
        self._of_copy = False  # a copy of a copy: that one is its parent, and has to be told to let go of it
        self._tokens = 0
        self._others: set[int] | None = None  # processes of the session when it was woken; None: it rests
        if sock is not None:
            self._channel = Channel(sock, max_header=HEADER_MB << 20, max_body=limits.reply_mb << 20)

    @classmethod
    def never(cls, why: str, limits: Limits) -> Snapshot:
        """A snapshot that could not be made: every call is answered with Trouble."""
        one = cls(None, None, limits, set(), lambda: None)
        one._dead = Trouble("killed", "", why)
        return one

    @classmethod
    def in_place(cls, channel: Channel, body: Body, limits: Limits) -> Snapshot:
        """Where a process cannot be copied (Windows): calls go to the notebook's own process."""
        one = cls(None, body, limits, set(), lambda: None)
        one._channel, one._process, one._in_place = channel, body.process, True
        return one

    @property
    def alive(self) -> bool:
        """Whether calls can still be answered."""
        return self._dead is None

    def stands(self) -> bool:
        """Wait until the copy has been made, as the first call would; False when it could not be.

        Copies may wait side by side if each stands before the next is asked for and the last is closed first.
        """
        if (
            self._dead is None
            and self._process is None
            and self._channel is not None
            and self._body is not None
        ):
            try:
                self._meet(self._channel, self._body)
            except (_Over, _Starved, BadFrame, Hungup):
                self._kill(Trouble("killed", "", NOT_COPIED))
        return self.alive

    def call(
        self, code: bytes, name: str, arguments: Mapping[str, Plain], *, seconds: float | None = None
    ) -> Reply:
        """Run a probe: exec `code`, call its function `name` with the notebook's names and `arguments`.

        code      marshal.dumps(compile(source, "<probes>", "exec"))
        seconds   processor seconds allowed; the limits' probe_seconds if None

        Raises TypeError when an argument is not plain, SandboxLost when the sandbox ended from outside.
        """
        if self._dead is not None or self._channel is None or self._body is None:
            return self._dead or Trouble("killed", "", "the snapshot is closed")
        allowed = self._limits.probe_seconds if seconds is None else seconds
        form, arrays, data = to_form(dict(arguments))
        known = code is self._sent
        header = {
            "op": "call",
            "name": name,
            "arguments": form,
            "arrays": arrays,
            "code": 0 if known else len(code),
            "reply_bytes": self._limits.reply_mb << 20,
            "header_bytes": HEADER_MB << 20,
        }
        try:
            if self._process is None:
                self._meet(self._channel, self._body)
            self._wake(self._body)
            self._channel.send(header, data if known else code + data)
            self._sent = code
            reply, content = self._receive(self._channel, self._body, allowed)
            return _read(reply, content)
        except _Over:
            return self._kill(Trouble("timeout", "", f"time limit of {allowed:g} s"))
        except _Starved:
            return self._kill(Trouble("killed", "", f"memory limit of {self._limits.memory_mb} MB"))
        except (BadFrame, BadReply) as bad:
            return self._kill(Trouble("protocol", "", f"your code broke the answer ({bad})"))
        except Hungup:
            return self._gone(self._body)

    def snapshot(self) -> Snapshot:
        """A copy of this copy as it stands; it is closed with this one at the latest.

        Never raises for anything the code inside does: a copy that cannot be made answers with Trouble.
        """
        if self._in_place:
            return self
        if not self.stands() or self._body is None or self._channel is None:
            return Snapshot.never(NOT_COPIED, self._limits)
        self._tokens += 1
        token = f"of-copy-{self._tokens}"  # the session counts its copies
        ours, theirs = socket.socketpair()
        one = Snapshot(ours, self._body, self._limits, self._body.others(), lambda: self._reaped(token))
        one._of_copy = True
        try:
            self._channel.send({"op": "snapshot", "token": token}, fds=(theirs.fileno(),))
        except Hungup:
            ours.close()
            return Snapshot.never(NOT_COPIED, self._limits)
        finally:
            theirs.close()
        return one

    def _reaped(self, token: str) -> int | None:
        """Wait status of a copy of this copy that has ended."""
        if self._dead is not None or self._channel is None or self._body is None:
            return None
        try:
            self._channel.send({"op": "reap", "token": token})
            reply, _ = self._receive(self._channel, self._body, 1.0)
        except (_Over, _Starved, BadFrame, Hungup) as error:
            self._kill(Trouble("killed", "", f"your code broke the connection to the grader ({error})"))
            return None
        status = reply.get("status")
        return status if type(status) is int and 0 <= status < 65536 else None

    def rest(self) -> None:
        """Between two rounds of calls: what the first one started is ended, and the copy stands still."""
        if (
            self._dead is None
            and self._others is not None
            and self._process is not None
            and self._body is not None
        ):
            if not self._in_place:
                strangers = self._body.others() - self._others
                processes.end(sorted(strangers), keep=self._process.pid)
                self._process.send(signal.SIGSTOP)
            self._others = None

    def _wake(self, body: Body) -> None:
        if self._others is None and not self._in_place and self._process is not None:
            self._others = body.others()
            self._process.send(signal.SIGCONT)

    def close(self) -> None:
        """End the copy and everything it started."""
        if self._dead is None:
            self._kill(Trouble("killed", "", "the snapshot is closed"))

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _meet(self, channel: Channel, body: Body) -> None:
        """Wait for the copy's first word; the kernel says which process it comes from."""
        reply, _ = self._receive(channel, body, READY_SECONDS)
        if reply.get("t") != "ready":
            raise BadFrame("no greeting")
        pid = channel.peer or reply.get("pid")
        if type(pid) is not int or (processes.HAS_PROC and pid not in body.others()):
            raise BadFrame("a greeting from elsewhere")
        self._process = processes.Process(pid)

    def _receive(self, channel: Channel, body: Body, seconds: float) -> tuple[dict[str, Any], bytes]:
        began, before = time.monotonic(), body.cpu_seconds()
        deadline = began + wall_seconds(seconds)
        tick = 0.02
        while True:
            over = body.process.gone() or (self._process is not None and self._process.gone())
            frame = channel.next()
            if frame is not None:
                return frame
            if over:
                raise Hungup("it ended")
            now = time.monotonic()
            if now >= deadline:
                raise _Over
            watched = [channel.fileno()]
            for process in (self._process, body.process):
                if process is not None and process.handle is not None:
                    watched.append(process.handle)
            select.select(watched, [], [], min(tick, deadline - now))
            tick = min(WATCH_SECONDS, tick * 1.5)
            if body.too_much_memory():
                raise _Starved
            cpu = body.cpu_seconds()
            if cpu is not None and before is not None and cpu - before > seconds:
                raise _Over

    def _gone(self, body: Body) -> Trouble:
        """The copy ended by itself: find out how."""
        starved = body.memory_kill()
        if self._process is None:
            trouble = Trouble("killed", "", NOT_COPIED)
        elif not self._process.gone(0.5):
            trouble = Trouble("killed", "", "your code closed its connection to the grader")
        else:
            status = self._reap()
            message = f"memory limit of {self._limits.memory_mb} MB" if starved else describe(status)
            trouble = Trouble("killed", "", message)
        if starved:
            trouble = Trouble("killed", "", f"memory limit of {self._limits.memory_mb} MB")
        return self._kill(trouble)

    def _kill(self, trouble: Trouble) -> Trouble:
        self._dead = trouble
        if self._in_place or self._body is None:
            return trouble
        body = self._body
        if self._process is None and self._channel is not None:
            try:
                self._meet(self._channel, body)
            except (_Over, _Starved, BadFrame, Hungup):
                self._process = None
        if self._process is not None:
            if self._process.pid != body.process.pid:
                self._process.send(signal.SIGKILL)
                self._process.gone(GRACE)
                if self._of_copy:  # else it would stay as a zombie, and count as a process
                    self._reap()
            self._process.close()
        strangers = body.others() - self._born_before
        if strangers:
            processes.end(sorted(strangers), keep=body.process.pid)
        if self._channel is not None:
            self._channel.close()
        return trouble


class _Over(Exception):
    pass


class _Starved(Exception):
    pass


def _read(reply: dict[str, Any], content: bytes) -> Reply:
    if reply.get("t") == "answer" and set(reply) == {"t", "value", "arrays"}:
        return Answer(from_form(reply["value"], reply["arrays"], content))
    if reply.get("t") != "trouble" or content or reply.get("kind") not in KINDS:
        raise BadReply("neither an answer nor a trouble")
    name, message = reply.get("name"), reply.get("message")
    cell, line = reply.get("cell"), reply.get("line")
    if type(name) is not str or type(message) is not str or len(name) > 500 or len(message) > 5000:
        raise BadReply("a trouble without words")
    if not all(one is None or (type(one) is int and 0 <= one < 2**31) for one in (cell, line)):
        raise BadReply("a trouble at no place")
    return Trouble(reply["kind"], clean(name), clean(message), line, cell)
