"""The warm parent: one process inside the walls that has imported everything, and forks a session per submission."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from course_tools.sandbox import bubblewrap, hide, processes, seccomp, view
from course_tools.sandbox.body import Body
from course_tools.sandbox.cgroup import Group, Groups
from course_tools.sandbox.channel import BadFrame, Channel, Hungup
from course_tools.sandbox.limits import Limits, SandboxLost, SandboxUnavailable
from course_tools.sandbox.session import Session, checked_names
from course_tools.sandbox.tiers import TIERS

WARM_SECONDS = 120.0
REPLY_SECONDS = 30.0
CONTROL_BYTES = 1 << 20


class Nursery:
    """Sessions for submissions, a few milliseconds each. One per worker; a context manager.

    tier      one of the names in TIERS; see choose_tier
    preload   modules imported once, before any submission
    public    read-only folders the code may import from: a package is shown by itself, another folder is put
              on the import path
    hidden    files in those packages that are not shown, such as "tinytorch/core/training.py"; where a package
              is installed beside the libraries too, the landlock and unsafe tiers cannot hide it there
    extra     additions to the environment inside
    work      name of the folder that cells run in: the one it has on a student's own machine, where there is one

    Start it from a thread that lives as long as it: the walls fall when that thread ends.
    """

    def __init__(
        self,
        tier: str,
        *,
        limits: Limits | None = None,
        preload: Iterable[str] = ("numpy",),
        public: Iterable[Path] = (),
        hidden: Iterable[str] = (),
        extra: Mapping[str, str] | None = None,
        work: str = "work",
    ) -> None:
        if tier not in TIERS:
            raise ValueError(f"{tier!r} is not one of {', '.join(TIERS)}")
        self.tier, self.limits = tier, limits or Limits()
        self._preload, self._public, self._hidden = tuple(preload), tuple(public), tuple(hidden)
        self._extra, self._work = dict(extra or {}), work
        self._child: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._groups: Groups | None = None
        self._folder = ""
        self._uid: int | None = None  # who sessions are, in the tiers that share the file tree
        self._sessions: set[int] = set()

    def start(self) -> Nursery:
        """Start it and wait until it is warm. Raises SandboxUnavailable when it does not come up."""
        if self._child is not None:
            return self
        if self.tier != "unsafe":
            with contextlib.suppress(OSError):
                self._groups = Groups()
        if self.tier == "bubblewrap+cgroup" and self._groups is None:
            raise SandboxUnavailable("Control groups cannot be made here.\nTry: the tier bubblewrap+watchdog")
        if self.tier == "bubblewrap+watchdog":
            self._groups = None
        self._folder = processes.own_folder("nursery")
        try:
            self._launch()
        except BaseException:
            self.close()
            raise
        return self

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours, max_header=CONTROL_BYTES, max_body=0)
        shown = Path(self._folder) / "shown"
        shown.mkdir()
        public = hide.without(self._public, self._hidden, shown)
        made = {target: _memory_file(text) for target, text in view.MADE_FILES.items()}
        with open(Path(self._folder) / "errors", "w+b") as errors, theirs:
            try:
                command, environment, config = self._plan(theirs.fileno(), public, made)
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=errors,
                    stderr=errors,
                    env=environment,
                    cwd="/",
                    start_new_session=True,
                    pass_fds=(theirs.fileno(), *made.values()),
                )
            finally:
                for fd in made.values():
                    os.close(fd)
            theirs.close()
            program = b"" if self.tier == "unsafe" else seccomp.program(local_sockets=self._walled)
            try:
                self._channel.send(config, program)
                reply = self._reply(WARM_SECONDS)
            except (SandboxLost, Hungup) as lost:
                errors.seek(0)
                said = errors.read(4000).decode("utf-8", "replace").strip()
                raise SandboxUnavailable(f"The sandbox did not start ({lost}).\nIt said: {said}") from lost
            if reply.get("t") != "warm":
                raise SandboxUnavailable(f"The sandbox did not start: {reply.get('why')}")

    def open(self, files: Mapping[str, bytes] | None = None) -> Session:
        """A fresh session whose working folder holds `files` (relative names).

        Raises SandboxLost when the sandbox has been ended from outside; it is started again by the next call.
        """
        checked_names(files or {})
        self._alive_or_restart()
        assert self._channel is not None
        group = self._groups.make(self.limits) if self._groups else None
        ours, theirs = socket.socketpair()
        pipes = [os.pipe(), os.pipe()]
        doors = group.doors() if group else []
        folder = ""
        if not self._walled:
            folder = tempfile.mkdtemp(dir=self._folder, prefix="work-")
            self._give(folder, self._uid)
        channel = Channel(
            ours,
            max_header=8 * self.limits.output_kb * 1024 + (1 << 20),
            max_body=(self.limits.disk_mb + self.limits.reply_mb) << 20,
        )
        try:
            fds = (theirs.fileno(), pipes[0][1], pipes[1][1], *doors)
            request = {"op": "open", "limits": asdict(self.limits), "folder": folder}
            self._channel.send(request, fds=fds)
            reply = self._reply(REPLY_SECONDS)
        except (Hungup, SandboxLost) as lost:
            self.close()
            raise SandboxLost(f"the sandbox ended ({lost})") from lost
        finally:
            theirs.close()
            for fd in (pipes[0][1], pipes[1][1], *doors):
                os.close(fd)
        if reply.get("t") != "forked":
            raise SandboxLost(f"no session could be made: {reply.get('why')}")
        return self._meet(channel, (pipes[0][0], pipes[1][0]), reply["pid"], group, files or {}, folder)

    def close(self) -> None:
        """End it and all sessions with it."""
        if self._channel is not None:
            self._channel.close()
        if self._child is not None:
            processes.end([self._child.pid])
            self._child.kill()
            self._child.wait()
        self._child = self._channel = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def __enter__(self) -> Nursery:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _walled(self) -> bool:
        return self.tier not in ("landlock", "unsafe")

    def _plan(
        self, fd: int, public: tuple[Path, ...], made: Mapping[str, int]
    ) -> tuple[list[str], dict[str, str], dict[str, Any]]:
        """(command, environment, first message) of the nursery's process."""
        root = os.geteuid() == 0
        config: dict[str, Any] = {
            "tier": self.tier,
            "preload": self._preload,
            "path": view.import_path(public),
            "scratch": view.SCRATCH,
            "work": self._work,
            "uid": bubblewrap.UNPRIVILEGED_ID if root and self._walled else None,
            "second_proc": root and self.tier.startswith("bubblewrap"),
            "view": None,
        }
        environment = view.environment(self._extra)
        if self._walled:
            empty = Path(self._folder) / "empty"
            empty.touch()
            binds = [*view.binds(public), *hide.masks(self._hidden, empty)]
        if self.tier.startswith("bubblewrap"):
            words = bubblewrap.command(binds, environment, made, view.command("nursery", fd))
            return words, {}, config
        words = view.command("nursery", fd, str(view.INSIDE))
        if self.tier == "namespaces":
            config["view"] = {
                "binds": binds,
                "made": view.MADE_FILES,
                "folders": [view.HOME, view.SCRATCH],
            }
            return words, environment, config
        if root and view.reachable_by_all():
            config["uid"] = bubblewrap.UNPRIVILEGED_ID
        folder = Path(self._folder)
        config["scratch"] = str(folder / "scratch")
        config["path"] = view.link_public(public, folder / "public")
        config["readable"] = [*(source for source, _ in view.binds(public)), str(folder / "public")]
        (folder / "scratch").mkdir()
        self._give(str(folder / "scratch"), config["uid"])
        folder.chmod(0o711)
        self._uid = config["uid"]
        return words, view.environment(self._extra, home=config["scratch"]), config

    @staticmethod
    def _give(folder: str, uid: int | None) -> None:
        if uid is not None:
            os.chown(folder, uid, uid)

    def _meet(
        self,
        channel: Channel,
        pipes: tuple[int, int],
        number: int,
        group: Group | None,
        files: Mapping[str, bytes],
        folder: str,
    ) -> Session:
        """Wait for the session's first word, so that we know its process."""
        deadline = time.monotonic() + REPLY_SECONDS
        why = "it did not answer"
        try:
            while (frame := channel.next()) is None and time.monotonic() < deadline:
                _wait_for(channel, 0.5)
            if frame is not None and frame[0].get("t") == "here" and channel.peer:
                body = Body(
                    processes.Process(channel.peer),
                    self.limits,
                    group=group,
                    own_space=self._walled,
                    watch_memory=True,
                    reap=lambda: self._reaped(number),
                    sweep=lambda: self._sweep(number, folder),
                )
                self._sessions.add(number)
                session = Session(channel, body, pipes, self.limits)
                session.start(files)
                return session
            if frame is not None:
                why = str(frame[0].get("why"))
        except (BadFrame, Hungup) as error:
            why = str(error)
        channel.close()
        self.close()
        if group:
            group.remove()
        for pipe in pipes:
            os.close(pipe)
        raise SandboxLost(f"no session could be made: {why}")

    def _reaped(self, number: int) -> int | None:
        if self._channel is None:
            return None
        try:
            self._channel.send({"op": "reap", "pid": number})
            status = self._reply(REPLY_SECONDS).get("status")
        except (Hungup, SandboxLost):
            return None
        return status if type(status) is int else None

    def _sweep(self, number: int, folder: str) -> None:
        """Without namespaces: end what fled from a session's tree, and take its folder away."""
        self._sessions.discard(number)
        if self._walled or self._child is None:
            return
        strangers = set(processes.children(self._child.pid)) - self._sessions
        processes.end(sorted(strangers))
        shutil.rmtree(folder, ignore_errors=True)

    def _reply(self, seconds: float) -> dict[str, Any]:
        """The nursery's next word. Raises SandboxLost when there is none."""
        assert self._channel is not None
        deadline = time.monotonic() + seconds
        try:
            while (frame := self._channel.next()) is None:
                if time.monotonic() > deadline:
                    raise SandboxLost("it does not answer")
                _wait_for(self._channel, 0.5)
        except (BadFrame, Hungup) as error:
            raise SandboxLost(str(error)) from error
        return frame[0]

    def _alive_or_restart(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            self.start()


def _wait_for(channel: Channel, seconds: float) -> None:
    import select

    select.select([channel.fileno()], [], [], seconds)


def _memory_file(text: str) -> int:
    fd = os.memfd_create("tito", os.MFD_CLOEXEC)
    os.write(fd, text.encode())
    os.lseek(fd, 0, os.SEEK_SET)
    os.set_inheritable(fd, True)
    return fd
