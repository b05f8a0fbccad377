# mypy: ignore-errors
"""The kernel calls that put walls around a process: namespaces, mounts, rights, limits, system calls.

Python 3.11 has no os.unshare, so they go through ctypes. Every failure is an OSError that names the step.
"""

import contextlib
import ctypes
import os
import resource
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
AT_RECURSIVE, SYS_MOUNT_SETATTR = 0x8000, 442
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_SECCOMP = 1, 4, 24, 22
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
INSIDE_ID = 1000

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, step):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{step}: {os.strerror(code)}")
    return result


def prctl(option, *values, step="prctl"):
    return _check(_libc.prctl(option, *[ctypes.c_ulong(v) for v in (*values, 0, 0, 0, 0)[:4]]), step)


def unshare(flags, step):
    _check(_libc.unshare(flags), step)


def setns(fd, kind):
    _check(_libc.setns(fd, kind), "return to the own process namespace")


def mount(source, target, kind, flags, data=""):
    encoded = [text.encode() for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), data.encode()), f"mount {kind or 'bind'} on {target}")


def read_only_everything():
    """Everything mounted so far turns read-only and loses set-uid, in this mount namespace alone."""
    attributes = struct.pack("QQQQ", 0x1 | 0x2, 0, 0, 0)  # MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID
    buffer = ctypes.create_string_buffer(attributes)
    result = _libc.syscall(
        SYS_MOUNT_SETATTR, -1, b"/", AT_RECURSIVE, buffer, ctypes.c_size_t(len(attributes))
    )
    _check(result, "make everything read-only")


def become(uid):
    """Leave root for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    prctl(PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map belongs to root


def own_user_namespace(more=0):
    """A user namespace of its own, in it user 1000 with all rights over what it makes itself."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | more, "make a user namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INSIDE_ID} {uid} 1"),
        ("gid_map", f"{INSIDE_ID} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def drop_rights():
    """No capability is left and none can come back."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break
    _libc.prctl(PR_CAP_AMBIENT, ctypes.c_ulong(4), 0, 0, 0)  # clear all
    header = struct.pack("Ii", 0x20080522, 0)
    number = SYS_CAPSET[os.uname().machine]
    _check(_libc.syscall(number, header, struct.pack("IIIIII", 0, 0, 0, 0, 0, 0)), "drop capabilities")
    no_new_rights()


def no_new_rights():
    prctl(PR_SET_NO_NEW_PRIVS, 1, step="no new privileges")


def filter_calls(program):
    """Load a ready-made seccomp program (BPF instructions of 8 bytes each)."""

    class Program(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    holder = Program(len(program) // 8, program)
    _check(_libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(holder), 0, 0), "load the system call filter")


def limit(settings):
    """settings: name of a resource ("AS", "FSIZE") to its limit."""
    for name, value in settings.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def virtual_memory():
    """Bytes of address space this process has mapped."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def die_with_parent():
    prctl(PR_SET_PDEATHSIG, 9, step="die with the parent")


MS_MOVE = 8192
DEVICES = ("null", "zero", "full", "random", "urandom")
QUIET_CORNERS = ("/mnt", "/media", "/srv", "/var/empty", "/opt", "/var/tmp", "/tmp")


def new_root(view):
    """Replace the file tree by one that holds only what `view` lists: what bubblewrap does, in our own namespace.

    view   {"binds": [[source, target]], "made": {target: text}, "folders": [path]}
    """
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    os.umask(0o022)
    sources = [source for source, _ in view["binds"]]
    base = next(
        one
        for one in QUIET_CORNERS
        if os.path.isdir(one) and not any(source == one or source.startswith(one + "/") for source in sources)
    )
    mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    devices = [(f"/dev/{name}", f"/dev/{name}") for name in DEVICES]
    for source, target in [*view["binds"], *devices]:
        at = base + target
        os.makedirs(os.path.dirname(at), exist_ok=True)
        if os.path.isdir(source):
            os.makedirs(at, exist_ok=True)
        else:
            open(
                at, "a"
            ).close()  # it may be there already, bound from outside: then nothing of it may change
        mount(source, at, "", MS_BIND | MS_REC)
    for target, text in view["made"].items():
        with open(base + target, "w") as file:
            file.write(text)
    for folder in ("/dev/shm", "/proc", "/run/proc", "/tmp"):
        os.makedirs(base + folder, exist_ok=True)
    os.chmod(base + "/tmp", 0o1777)
    for folder in view["folders"]:
        os.makedirs(base + folder)
        os.chmod(base + folder, 0o777)
    with contextlib.suppress(OSError):  # masked by the container we are in: an empty one will do
        mount("proc", base + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.chdir(base)
    mount(base, "/", "", MS_MOVE)
    os.chroot(".")
    os.chdir("/")


# Landlock: file rights by path, for machines where namespaces are not allowed.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE = 1, 2, 4, 8, 1 << 14
_ALL = (1 << 16) - 1
_SPECIAL = 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15  # device nodes, sockets, device controls
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
_NETWORK = 3  # bind and connect
_SCOPES = 3  # abstract sockets and signals


def landlock(readable, writable, devices):
    """Keep this process to these paths; no TCP, no signals to and no abstract sockets with anyone outside."""
    ruleset = struct.pack("QQQ", _ALL, _NETWORK, _SCOPES)
    fd = _check(_libc.syscall(_CREATE_RULESET, ruleset, ctypes.c_size_t(len(ruleset)), 0), "landlock")
    rules = [(path, _EXECUTE | _READ | _LIST) for path in readable]
    rules += [(path, _ALL & ~_SPECIAL) for path in writable]
    rules += [(path, _WRITE | _READ) for path in devices]
    for path, rights in rules:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, parent)
        _check(_libc.syscall(_ADD_RULE, fd, 1, rule, 0), f"landlock rule for {path}")
        os.close(parent)
    no_new_rights()
    _check(_libc.syscall(_RESTRICT_SELF, fd, 0), "landlock")
    os.close(fd)
