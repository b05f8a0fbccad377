# mypy: ignore-errors
# ruff: noqa: BLE001 - imports come after the copy of builtins; student code may raise anything at all
"""The warm parent: prepares once, then forks a session for every "open", each behind walls of its own."""

import builtins

__builtins__ = dict(vars(builtins))

import _signal
import _socket
import gc
import sys

import shell as shells
import walls
from frozen import os
from serve import become_session, move
from warm import load
from wire import Wire


def nursery(wire, config, filter_program):
    """Prepare once, then fork a session for every "open"."""
    namespaces = config["tier"] not in ("landlock", "unsafe")
    own_space = enter(config) if namespaces else None
    if not namespaces:
        walls.prctl(walls.PR_SET_CHILD_SUBREAPER, 1)
        if config["uid"] is not None:
            walls.become(config["uid"])
    statuses = {}
    sys.path[:0] = config["path"]
    shell, outputs = shells.make_shell(config["scratch"])
    load(config)
    shells.warm_traceback(shell)
    if "matplotlib.pyplot" in sys.modules:
        shell.run_cell("%matplotlib inline", store_history=False)
    shell.reset(new_session=False)
    outputs.waiting.clear()
    gc.collect()
    gc.freeze()
    wire.send({"t": "warm"})
    while True:
        header, _, fds = wire.receive()
        if header["op"] == "reap":
            wire.send({"t": "reaped", "status": reap(header["pid"], statuses, namespaces)})
            continue
        limits = header["limits"]
        try:
            if namespaces:
                walls.unshare(walls.CLONE_NEWPID, "make a process namespace")
            pid = os.fork()
            if pid and namespaces:
                walls.setns(own_space, walls.CLONE_NEWPID)
        except OSError as error:
            for fd in fds:
                os.close(fd)
            wire.send({"t": "refused", "why": str(error)})
            continue
        if pid:
            for fd in fds:
                os.close(fd)
            wire.send({"t": "forked", "pid": pid})
            continue
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for fd in fds[3:]:
                os.write(fd, b"0")  # into the control group opened for us outside
            folder = wall_in(config, limits) if namespaces else confine(config, limits, header["folder"])
            os.dup2(fds[1], 1)
            os.dup2(fds[2], 2)
            move(fds[0], 3)
            os.closerange(4, 1024)
            if filter_program:
                walls.filter_calls(filter_program)
            channel = _socket.socket(fileno=3)
        except BaseException as error:
            Wire(_socket.socket(fileno=fds[0])).send(
                {"t": "broken", "why": f"{type(error).__name__}: {error}"}
            )
            os._exit(120)
        become_session(channel, shell, outputs, folder, greet=True)


def end_children():
    """Without namespaces nothing else ends what the sessions started: orphans come to us, and are killed in turn."""
    try:
        while True:
            with open("/proc/thread-self/children") as file:
                for pid in file.read().split():
                    os.kill(int(pid), _signal.SIGKILL)
            os.waitpid(-1, 0)
    except (ChildProcessError, ProcessLookupError):
        pass


def enter(config):
    """Go behind the outer wall, leave root if we are it; a descriptor of the process namespace we end up in."""
    if config["view"] is not None:  # without bubblewrap all of it is up to us
        spaces = walls.CLONE_NEWNS | walls.CLONE_NEWPID
        spaces |= walls.CLONE_NEWNET | walls.CLONE_NEWIPC | walls.CLONE_NEWUTS
        walls.die_with_parent()
        if config["uid"] is None:
            walls.own_user_namespace(spaces)
        else:
            walls.unshare(spaces, "make namespaces")
        go_on_as_child()
        walls.new_root(config["view"])
    elif config["second_proc"]:
        walls.mount("proc", "/run/proc", "proc", walls.MS_NOSUID | walls.MS_NODEV | walls.MS_NOEXEC)
    if config["uid"] is not None:
        walls.become(config["uid"])
    if config["view"] is None or config["uid"] is not None:
        walls.own_user_namespace(walls.CLONE_NEWNS | walls.CLONE_NEWPID)
        go_on_as_child()
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def go_on_as_child():
    """A new process namespace begins with the next child: become it, and end when it ends."""
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(1 if status else 0)
    walls.die_with_parent()


def reap(pid, statuses, namespaces):
    """Wait status of an ended session. Without process namespaces, orphans end up here and are reaped on the way."""
    while pid not in statuses:
        found, status = os.waitpid(pid if namespaces else -1, 0)
        statuses[found] = status
    status = statuses.pop(pid)
    try:
        while not namespaces:
            found, other = os.waitpid(-1, os.WNOHANG)
            if not found:
                break
            statuses[found] = other
    except ChildProcessError:
        pass
    return status


def shown_below(place):
    """(folder, handle) of what is mounted below a place that is about to be covered: an interpreter may lie there."""
    with open("/proc/self/mountinfo") as lines:
        points = [line.split()[4] for line in lines]
    folders = sorted(one for one in points if one.startswith(f"{place}/") and os.path.isdir(one))
    outer = [one for one in folders if not any(one.startswith(f"{other}/") for other in folders)]
    return [(one, os.open(one, os.O_PATH | os.O_DIRECTORY)) for one in outer]


def wall_in(config, limits):
    """Namespaces, mounts, limits and rights of one session; the folder its cells run in."""
    os.setsid()  # kill(0) reaches a whole process group, across process namespaces
    walls.unshare(
        walls.CLONE_NEWNS | walls.CLONE_NEWNET | walls.CLONE_NEWIPC | walls.CLONE_NEWUTS, "make namespaces"
    )
    walls.mount("none", "/", "", walls.MS_REC | walls.MS_PRIVATE)
    walls.read_only_everything()
    closed = walls.MS_NOSUID | walls.MS_NODEV
    try:
        walls.mount("proc", "/proc", "proc", closed | walls.MS_NOEXEC)
    except OSError:
        if config["view"] is None:
            raise
        walls.mount("tmpfs", "/proc", "tmpfs", closed | walls.MS_RDONLY)
    space = f"size={limits['disk_mb']}m,nr_inodes=20000,mode=0700"
    shown = shown_below("/tmp")
    walls.mount("tmpfs", "/tmp", "tmpfs", closed, space)
    for folder, handle in shown:
        os.makedirs(folder, exist_ok=True)
        walls.mount(f"/proc/self/fd/{handle}", folder, "", walls.MS_BIND | walls.MS_REC)
        os.close(handle)
    walls.mount("tmpfs", "/dev/shm", "tmpfs", closed, space)
    walls.mount("tmpfs", "/run/proc", "tmpfs", closed | walls.MS_RDONLY)
    memory = walls.virtual_memory() + 2 * limits["memory_mb"] * 2**20
    walls.limit({"NPROC": limits["processes"]})
    walls.own_user_namespace()
    work = f"/tmp/{config['work']}"
    for folder in ("/tmp/home", work):
        os.mkdir(folder)
    os.environ["PWD"] = work
    hard_limits(limits, memory)
    walls.drop_rights()
    return work


def hard_limits(limits, memory):
    walls.limit(
        {
            "AS": memory,
            "FSIZE": limits["file_mb"] * 2**20,
            "CORE": 0,
            "NOFILE": 256,
            "MEMLOCK": 65536,
            "MSGQUEUE": 0,
        }
    )
    _signal.signal(
        _signal.SIGXFSZ, _signal.SIG_IGN
    )  # a file grown too large is an OSError, as a full disk is


def confine(config, limits, folder):
    """The walls of the landlock tier; none at all in the unsafe one. `folder` is this session's alone."""
    os.setsid()
    for name, variable in (("home", "HOME"), ("tmp", "TMPDIR"), (config["work"], "PWD")):
        os.mkdir(f"{folder}/{name}")
        os.environ[variable] = f"{folder}/{name}"
    walls.prctl(walls.PR_SET_CHILD_SUBREAPER, 1)  # daemons stay in this tree while it lives
    if config["tier"] == "landlock":
        memory = walls.virtual_memory() + 2 * limits["memory_mb"] * 2**20
        walls.limit({"NPROC": limits["processes"]})
        hard_limits(limits, memory)
        walls.landlock(config["readable"], [folder], [f"/dev/{name}" for name in walls.DEVICES])
        walls.drop_rights()
    return f"{folder}/{config['work']}"
