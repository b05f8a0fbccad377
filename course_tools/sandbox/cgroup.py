"""Control groups: memory and process limits that hold for all processes of a session together."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from course_tools.sandbox.limits import Limits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "tito-"


class Groups:
    """Where sessions' groups can be made on this machine, found once. Raises OSError with the reason if nowhere."""

    def __init__(self) -> None:
        self.bases: dict[str, Path] = {}
        own = _own_groups()
        if (ROOT / "cgroup.controllers").exists():
            self.unified = True
            self.bases = {"memory": self._find_unified(ROOT / own.get("", "/").lstrip("/"))}
        else:
            self.unified = False
            for name in ("memory", "pids", "cpuacct"):
                base = ROOT / name / own.get(name, "/").lstrip("/")
                if not os.access(base, os.W_OK):
                    raise PermissionError(f"no right to make control groups in {base}")
                self.bases[name] = base
        self._number = 0
        self.sweep()

    @staticmethod
    def _find_unified(own: Path) -> Path:
        for base in (own, own.parent):
            switched = base / "cgroup.subtree_control"
            if os.access(base, os.W_OK) and {"memory", "pids"} <= set(switched.read_text().split()):
                return base
        raise PermissionError(
            f"no right to make control groups with memory and pids in {own} (cgroup v2 needs delegation)"
        )

    def make(self, limits: Limits) -> Group:
        """A fresh group with these limits. Raises OSError."""
        self._number += 1
        name = f"{PREFIX}{os.getpid()}-{id(self) & 0xFFFFFF:x}-{self._number}"
        return Group({kind: base / name for kind, base in self.bases.items()}, self.unified, limits)

    def sweep(self) -> None:
        """Remove groups that a killed run left behind."""
        for base in self.bases.values():
            for path in base.glob(f"{PREFIX}*-*"):
                owner = path.name.removeprefix(PREFIX).partition("-")[0]
                if owner.isdecimal() and not os.path.exists(f"/proc/{owner}"):
                    with contextlib.suppress(OSError):
                        path.rmdir()


class Group:
    """The control group of one session."""

    def __init__(self, paths: dict[str, Path], unified: bool, limits: Limits) -> None:
        self._paths, self._unified = paths, unified
        self._memory = paths["memory"]
        self._usage = str(paths["cpuacct"] / "cpuacct.usage") if not unified else ""
        size = str(limits.memory_mb << 20)
        for path in paths.values():
            path.mkdir()
        try:
            if unified:
                (self._memory / "memory.max").write_text(size)
                with contextlib.suppress(OSError):
                    (self._memory / "memory.swap.max").write_text("0")
                (self._memory / "pids.max").write_text(str(limits.processes))
            else:
                (self._memory / "memory.limit_in_bytes").write_text(size)
                with contextlib.suppress(OSError):
                    (self._memory / "memory.memsw.limit_in_bytes").write_text(size)
                (paths["pids"] / "pids.max").write_text(str(limits.processes))
        except OSError:
            self.remove()
            raise

    def doors(self) -> list[int]:
        """Descriptors; whoever writes "0" to all of them is in the group. The caller closes them."""
        return [os.open(path / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for path in self._paths.values()]

    def cpu_seconds(self) -> float:
        """Processor seconds of everything that ever ran in the group."""
        if self._unified:
            return float(self._field("cpu.stat", "usage_usec")) / 1e6
        with open(self._usage, "rb", buffering=0) as file:  # asked hundreds of times per hand-in
            return int(file.read()) / 1e9

    def peak_mb(self) -> float:
        """The most memory the group has held at once, in MB."""
        name = "memory.peak" if self._unified else "memory.max_usage_in_bytes"
        try:
            return int((self._memory / name).read_text()) / 2**20
        except OSError:
            return 0.0

    def kills(self) -> int:
        """How many processes the kernel has killed for want of memory."""
        return self._field("memory.events" if self._unified else "memory.oom_control", "oom_kill")

    def _field(self, file: str, name: str) -> int:
        for line in (self._memory / file).read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
        return 0

    def remove(self) -> None:
        """Take the group away; its processes are gone by now."""
        for path in self._paths.values():
            for _ in range(50):
                try:
                    path.rmdir()
                except FileNotFoundError:
                    pass
                except OSError:
                    time.sleep(0.01)
                    continue
                break


def _own_groups() -> dict[str, str]:
    found = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            found[name] = path
    return found
