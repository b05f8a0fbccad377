"""The outer wall: the command line of bubblewrap that the nursery is started with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence

from course_tools.sandbox import view

UNPRIVILEGED_ID = 64999  # who the inside is outside, when we are root; no account should have it
ROOT_NEEDS = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


def command(
    pairs: Sequence[tuple[str, str]],
    environment: Mapping[str, str],
    made: Mapping[str, int],
    inner: list[str],
) -> list[str]:
    """bubblewrap's arguments.

    pairs  (where it is, where it is seen) of every folder and file, a later one over an earlier one
    made   files without a source, each with a descriptor that holds its content
    """
    words = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
    ]
    words += [
        "--unshare-cgroup-try",
        "--hostname",
        "course",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    if os.geteuid() == 0:
        # Root needs no user namespace and must not use one: it could not read an interpreter in root's home.
        words += ["--cap-drop", "ALL"] + [word for one in ROOT_NEEDS for word in ("--cap-add", one)]
    else:
        words += ["--unshare-user"]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    targets = [target for _, target in pairs] + list(made) + [view.HOME, "/run/proc/x"]
    words += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in view.parents(targets):  # bubblewrap makes missing parents 0700
        if folder not in ("/tmp", "/dev", "/proc"):
            words += ["--perms", "0755", "--dir", folder]
    for folder in (view.HOME, view.SCRATCH):
        words += ["--perms", "0777", "--dir", folder]
    for source, target in pairs:
        words += ["--ro-bind", source, target]
    for target, fd in made.items():
        words += ["--perms", "0444", "--ro-bind-data", str(fd), target]
    return [*words, "--chdir", view.HOME, "--", *inner]
