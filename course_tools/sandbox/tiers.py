"""Which walls this machine can give, found by trying, and the choice among them."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from course_tools.sandbox import seccomp
from course_tools.sandbox.cgroup import Groups
from course_tools.sandbox.limits import SandboxUnavailable

TIERS = ("bubblewrap+cgroup", "bubblewrap+watchdog", "namespaces", "landlock", "unsafe")
OWN_MACHINE = "own-machine"
WALLED = TIERS[:-1]
LANDLOCK_ABI = 6

REPAIRS = {
    "bubblewrap+cgroup": "install bubblewrap (apt install bubblewrap) and run with the right to make control groups",
    "bubblewrap+watchdog": "install bubblewrap (apt install bubblewrap) and allow user namespaces"
    " (sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap)",
    "namespaces": "allow user namespaces for this account",
    "landlock": "use a kernel from 6.12 on with Landlock switched on",
}


@dataclass(frozen=True)
class TierReport:
    """One tier, and if it cannot be had here, why."""

    name: str
    available: bool
    reason: str


@functools.cache
def available_tiers() -> tuple[TierReport, ...]:
    """Every tier of this machine, strongest first; each was tried, once per process."""
    no_filter = seccomp.missing()
    bubblewrap = no_filter or _bubblewrap()
    groups = _groups()
    reasons = {
        "bubblewrap+cgroup": bubblewrap or groups,
        "bubblewrap+watchdog": bubblewrap,
        "namespaces": no_filter or _namespaces(),
        "landlock": no_filter or _landlock(),
        "unsafe": "" if hasattr(os, "fork") and sys.platform == "linux" else "it needs Linux",
    }
    return tuple(TierReport(name, not reasons[name], reasons[name]) for name in TIERS)


def choose_tier(minimum: str = "landlock", unsafe: bool = False) -> str:
    """The strongest tier this machine can give.

    minimum   the weakest tier that will do
    unsafe    take no walls at all when there is nothing better: only for code you trust

    Raises SandboxUnavailable when even `minimum` cannot be had, ValueError for a tier that does not exist.
    """
    if minimum not in WALLED:
        raise ValueError(f"{minimum!r} is not one of {', '.join(WALLED)}")
    reports = available_tiers()
    for report in reports[: TIERS.index(minimum) + 1]:
        if report.available:
            return report.name
    if unsafe and reports[-1].available:
        return "unsafe"
    lines = [f"  {one.name}: {one.reason}" for one in reports[: TIERS.index(minimum) + 1]]
    raise SandboxUnavailable(
        f"Submitted code cannot be run safely on this machine; at least the tier {minimum!r} is wanted.\n"
        + "\n".join(lines)
        + f"\nTry: {REPAIRS[minimum]}"
    )


def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        return "bubblewrap is not installed"
    words = [
        found,
        "--unshare-pid",
        "--unshare-net",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    words += [] if os.geteuid() == 0 else ["--unshare-user"]
    try:
        done = subprocess.run([*words, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return f"bubblewrap does not run ({error})"
    if done.returncode:
        return f"bubblewrap does not run ({done.stderr.decode('utf-8', 'replace').strip()[:200]})"
    return ""


def _groups() -> str:
    try:
        Groups()
    except OSError as error:
        return str(error)
    return ""


def _namespaces() -> str:
    code = (
        "import ctypes,sys,os;l=ctypes.CDLL(None,use_errno=True);"
        "r=l.unshare(0x10000000|0x20000|0x20000000|0x40000000);sys.exit(ctypes.get_errno() if r else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, timeout=10, check=False
    )
    if done.returncode:
        return f"user namespaces are not allowed ({os.strerror(done.returncode)})"
    return ""


def _landlock() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(444, None, ctypes.c_size_t(0), 1)
    if abi < LANDLOCK_ABI:
        return f"Landlock {LANDLOCK_ABI} is needed, this kernel has {max(0, abi)}"
    return ""
