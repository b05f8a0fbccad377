"""The student's own code on the student's own machine: the same sessions over a plain child process, no walls."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from course_tools.sandbox import processes, view
from course_tools.sandbox.body import Body
from course_tools.sandbox.channel import Channel
from course_tools.sandbox.limits import Limits
from course_tools.sandbox.session import Session, checked_names
from course_tools.sandbox.tiers import OWN_MACHINE

# Of the caller's environment not passed on: settings of other programs, and what names the place it runs in.
NOT_PASSED_ON = (
    "PYTHON",
    "MPLBACKEND",
    "IPYTHON",
    "NBGRADER_",
    "JUPYTER",
    "JPY_",
    "TITO_",
    "TINYTORCH_",
    "COLAB_",
)
# The same as behind walls, word for word, so that a notebook meets in practice what it meets in grading.
AS_IN_GRADING = (
    "PYTHONHASHSEED",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONNOUSERSITE",
    "MPLBACKEND",
    "MALLOC_ARENA_MAX",
    "USER",
    "LOGNAME",
    "TERM",
    *view.ONE_THREAD,
)


class OwnMachine:
    """Opens sessions as plain child processes; works without fork, namespaces and control groups.

    folder    where cells run; a temporary folder if None
    public    folders to import from: for a package the folder it lies in is put on the path
    extra     additions to the environment, which is the caller's own less what would tell practice from grading
    """

    tier = OWN_MACHINE

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        preload: Iterable[str] = (),
        public: Iterable[Path] = (),
        folder: Path | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._preload, self._public = tuple(preload), tuple(public)
        self._folder, self._extra = folder, dict(extra or {})
        self._children: list[tuple[subprocess.Popen[bytes], str]] = []

    def start(self) -> OwnMachine:
        """Nothing to warm: there so that it can stand where a Nursery stands."""
        return self

    def open(self, files: Mapping[str, bytes] | None = None) -> Session:
        """A fresh session in a new process; `files` are written into its folder."""
        checked_names(files or {})
        scratch = processes.own_folder("own")
        folder = str(self._folder.resolve()) if self._folder else str(Path(scratch) / "work")
        Path(folder).mkdir(exist_ok=True)
        ours, theirs = socket.socketpair()
        windows = sys.platform == "win32"
        child = subprocess.Popen(
            view.command(
                "own-shared" if windows else "own", 0 if windows else theirs.fileno(), str(view.INSIDE)
            ),
            stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(scratch, folder),
            cwd=folder,
            pass_fds=() if windows else (theirs.fileno(),),
            start_new_session=not windows,
        )
        if sys.platform == "win32":
            assert child.stdin is not None
            child.stdin.write(theirs.share(child.pid))
            child.stdin.close()
        theirs.close()
        self._children.append((child, scratch))
        channel = Channel(
            ours,
            max_header=8 * self.limits.output_kb * 1024 + (1 << 20),
            max_body=(self.limits.disk_mb + self.limits.reply_mb) << 20,
        )
        path = [str(one.resolve().parent if view.is_package(one) else one.resolve()) for one in self._public]
        channel.send({"path": path, "preload": self._preload, "scratch": scratch, "folder": folder})
        body = Body(
            processes.Process(child.pid),
            self.limits,
            group=None,
            own_space=False,
            watch_memory=True,
            reap=lambda: _wait(child),
        )
        assert child.stdout is not None
        assert child.stderr is not None
        pipes = os.dup(child.stdout.fileno()), os.dup(child.stderr.fileno())
        child.stdout.close()
        child.stderr.close()
        session = Session(channel, body, pipes, self.limits, can_fork=hasattr(os, "fork"))
        session.start(files or {})
        return session

    def close(self) -> None:
        """End what is left of all sessions."""
        for child, scratch in self._children:
            if child.poll() is None:
                processes.end([child.pid])
                with contextlib.suppress(OSError):
                    child.kill()
            child.wait()
            shutil.rmtree(scratch, ignore_errors=True)
        self._children = []

    def __enter__(self) -> OwnMachine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _environment(self, scratch: str, folder: str) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(NOT_PASSED_ON)}
        home = Path(scratch) / "home"  # empty, as it is behind walls
        home.mkdir(exist_ok=True)
        wanted = view.environment(home=str(home))
        own |= {name: wanted[name] for name in (*AS_IN_GRADING, "HOME")}
        own["IPYTHONDIR"] = str(Path(scratch) / "ipython")
        if sys.platform == "win32":
            own["USERPROFILE"] = own["HOME"]
        # But not the list of fonts: without the one that is there, every run would look for all fonts again.
        own.setdefault("MPLCONFIGDIR", str(_fonts()))
        own["PWD"] = folder
        return own | self._extra


def _fonts() -> Path:
    """Where matplotlib keeps its list of fonts for this user."""
    if sys.platform in ("win32", "darwin"):
        return Path.home() / ".matplotlib"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    """The wait status of an ended child, as os.wait would tell it."""
    try:
        code = child.wait(5)
    except subprocess.TimeoutExpired:
        return None
    return -code if code < 0 else code << 8
