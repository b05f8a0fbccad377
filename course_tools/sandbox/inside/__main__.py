# mypy: ignore-errors
"""What runs inside: the nursery, which forks one session per submission, and the session, which runs its cells.

Started as `python -P -s <this folder> nursery|own <fd>`. It imports the standard library and IPython, nothing of
course_tools, and holds no test and no expected value. After the first cell everything in this process belongs to
the student's code; the outside treats it so.
"""

import builtins

__builtins__ = dict(vars(builtins))

import os
import sys

HERE = sys.path.pop(0)  # the interpreter put this folder first; siblings are imported now and never again
sys.path.insert(0, HERE)

import _signal
import _socket
import marshal
import traceback
import types

import shell as shells
import wire as wires
from wire import Closed, NotPlain, Numpy, TooLarge, Wire, from_wire, safe_text, to_wire, type_name

if sys.platform == "linux":
    import walls

sys.path.remove(HERE)

# Students may put their own functions into the modules they share with us; these copies stay as they are.
_copy = types.ModuleType("os")
_copy.__dict__.update(vars(os))
os = _copy

MOST_FILES = 1000
NO_NETWORK_ERRNO = 97  # EAFNOSUPPORT, the answer of the system call filter to socket()
_loads_code = marshal.loads


class MissingName(BaseException):
    """A probe asked for a name the notebook does not define. Not an Exception: probes may catch those."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Names(dict):
    """The notebook's names, for probes."""

    def __missing__(self, key):
        raise MissingName(key)


class Session:
    """Serves one submission: cells in order, snapshots, files."""

    def __init__(self, wire, shell, outputs, folder):
        self.wire, self.shell, self.outputs, self.folder = wire, shell, outputs, folder
        self.running = False
        self.known = {}  # file name to (size, mtime) as it was handed in
        self.snapshots = {}  # token to process id
        self.hidden = frozenset(shell.user_ns) | {"_", "__", "___", "_i", "_ii", "_iii", "_exit_code"}
        self.names = shell.user_ns
        self.run_cell = type(shell).run_cell
        outputs.send = wire.send

    def serve(self):
        while True:
            header, body, fds = self.wire.receive()
            getattr(self, f"do_{header['op']}")(header, body, fds)

    def do_start(self, header, body, fds):
        at = 0
        for name, size in header["files"]:
            path = os.path.join(self.folder, *name.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(body[at : at + size])
            at += size
        self.known = dict(self._files())
        self.wire.send({"t": "ready"})

    def interrupted(self, signum, frame):
        self.outputs.flush()
        if self.running:
            raise KeyboardInterrupt

    def do_cell(self, header, body, fds):
        shell, outputs = self.shell, self.outputs
        outputs.start(header["output_bytes"])
        shell.compile.current = header["number"]
        reply = {"t": "done", "status": "ok", "count": None}
        error = None
        try:
            self.running = True
            result = self.run_cell(shell, header["source"], store_history=True)
            self.running = False
            error = result.error_before_exec or result.error_in_exec
            if type(result.execution_count) is int:
                reply["count"] = result.execution_count
        except Closed:
            raise
        except BaseException as broken:  # cells can break IPython itself, and an interrupt can land in it
            self.running = False
            error = broken
            event = {"t": "output", "output_type": "error", "ename": type_name(broken)}
            outputs.must(event | {"evalue": safe_text(broken), "traceback": []})
        finally:
            self.running = False
        if error is not None:
            reply |= {"status": "error", "error_name": type_name(error), "error_message": safe_text(error)}
            _, reply["line"] = where(error)
            if reaches_for_network(error):
                outputs.stream("stderr", shells.NO_NETWORK + "\n")
                reply["error_message"] += f" ({shells.NO_NETWORK})"
        outputs.flush()
        self.wire.send(reply)

    def do_files(self, header, body, fds):
        found, parts, left = [], [], header["max_bytes"]
        try:
            for name, stamp in self._files():
                if self.known.get(name) == stamp or stamp[0] > left or len(found) >= MOST_FILES:
                    continue
                with open(self.folder + "/" + name, "rb") as file:
                    data = file.read(left)
                left -= len(data)
                found.append([name, len(data)])
                parts.append(data)
        except Exception:  # best effort: what was found so far
            found, parts = found[: len(parts)], parts[: len(found)]
        self.wire.send({"t": "files", "files": found}, b"".join(parts))

    def _files(self, inside=""):
        """(name, (size, time of change)) of the regular files; links are not followed."""
        with os.scandir(self.folder + "/" + inside) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files(inside + entry.name + "/")
                elif entry.is_file(follow_symlinks=False):
                    state = entry.stat(follow_symlinks=False)
                    yield inside + entry.name, (state.st_size, state.st_mtime_ns)

    def do_snapshot(self, header, body, fds):
        for token, pid in list(self.snapshots.items()):
            self._ended(token, pid, os.WNOHANG)
        try:
            pid = os.fork()
        except OSError:
            os.close(fds[0])
            return
        if pid:
            self.snapshots[header["token"]] = pid
            os.close(fds[0])
            return
        try:
            os.setsid()  # a signal to its process group must not reach the notebook
            self.wire.close()
            move(fds[0], 3)
            wire = Wire(_socket.socket(fileno=3))
            os.closerange(4, 256)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            self.outputs.send, self.outputs.limit, self.outputs.left = None, 0, 0
            _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
            try:
                with open("/proc/self/oom_score_adj", "w") as file:
                    file.write("500")  # when memory runs out this copy goes, not the notebook
            except OSError:
                pass
            wire.send({"t": "ready"})
            while True:
                header, body, _ = wire.receive()
                answer_call(wire, self.shell.user_ns, self.hidden, header, body)
        except BaseException:
            os._exit(0)

    def do_reap(self, header, body, fds):
        pid = self.snapshots.get(header["token"])
        status = None if pid is None else self._ended(header["token"], pid, 0)
        self.wire.send({"t": "reaped", "status": status})

    def _ended(self, token, pid, flags):
        try:
            found, status = os.waitpid(pid, flags)
        except ChildProcessError:
            found, status = pid, None
        if found:
            self.snapshots.pop(token, None)
        return status

    def do_call(self, header, body, fds):
        """A probe in the notebook's own process, where there is no fork."""
        self.outputs.left = 0
        answer_call(self.wire, self.shell.user_ns, self.hidden, header, body)


def move(fd, to):
    """Descriptor `to` becomes what `fd` is; programs started from here do not get it."""
    if fd != to:
        os.dup2(fd, to)
    os.set_inheritable(to, False)


def answer_call(wire, namespace, hidden, header, body):
    """Run one probe and send what it returned, or why it did not."""
    code, rest = body[: header["code"]], body[header["code"] :]
    try:
        arguments = from_wire(header["arguments"], header["arrays"], rest)
        own = {"__name__": "probes", "__builtins__": dict(__builtins__)}
        exec(_loads_code(code), own)
        names = Names((key, value) for key, value in namespace.items() if not is_ipythons(key, hidden))
        value = own[header["name"]](names, **arguments)
        form, arrays, data = to_wire(value, header["reply_bytes"])
        reply = {"t": "answer", "value": form, "arrays": arrays}
    except MissingName as missing:
        reply, data = trouble("missing", safe_text(missing.name, 200), "the notebook does not define it"), b""
    except NotPlain as refused:
        reply, data = trouble("not_plain", refused.name, f"{refused.message} is not plain data"), b""
    except TooLarge:
        limit = header["reply_bytes"] >> 20
        reply, data = trouble("too_large", "reply", f"the answer is larger than {limit} MB"), b""
    except BaseException as error:
        message = safe_text(error)
        if isinstance(error, SystemExit):
            status = error.code if type(error.code) is int else 0 if error.code is None else 1
            message = f"your code ended the program (exit status {status})"
        elif reaches_for_network(error):
            message += f" ({shells.NO_NETWORK})"
        reply, data = trouble("raised", type_name(error), message, *where(error)), b""
    wire.send(reply, data)


def is_ipythons(key, hidden):
    """Whether IPython put a name there: _, _3, _i3, In, get_ipython, ..."""
    return key in hidden or (type(key) is str and key[:1] == "_" and key.lstrip("_i").isdigit())


def trouble(kind, name, message, cell=None, line=None):
    return {"t": "trouble", "kind": kind, "name": name, "message": message, "cell": cell, "line": line}


def where(error):
    """(cell, line) of the innermost frame that is the student's; (None, None) if there is none."""
    found = None, None
    try:
        if (
            isinstance(error, SyntaxError)
            and type(error.filename) is str
            and error.filename.startswith("<cell ")
        ):
            return int(error.filename[6:-1]), error.lineno
        step = BaseException.__traceback__.__get__(error)
        for _ in range(100_000):
            if step is None:
                break
            name = step.tb_frame.f_code.co_filename
            if name.startswith("<cell "):
                found = int(name[6:-1]), step.tb_lineno
            step = step.tb_next
    except BaseException:
        return None, None
    return found


def reaches_for_network(error):
    """Whether this is what the closed network looks like from Python."""
    for _ in range(8):
        if error is None:
            return False
        if isinstance(error, OSError) and (
            error.errno == NO_NETWORK_ERRNO or type(error).__name__ == "gaierror"
        ):
            return True
        error = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not isinstance(error, BaseException):
            return False
    return False


def seed():
    """Random generators start the same for every session, so a run can be repeated."""
    import random

    random.seed(0)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def become_session(channel, shell, outputs, folder, greet):
    """Serve until the other end hangs up; never returns."""
    code = 0
    try:
        os.chdir(folder)
        sys.path[:] = [one for one in sys.path if one] + [folder]
        wire = Wire(channel)
        if greet:
            wire.send({"t": "here"})  # the kernel tells the other side which process this is
        session = Session(wire, shell, outputs, folder)
        _signal.signal(_signal.SIGINT, session.interrupted)
        seed()
        session.serve()
    except Closed:
        pass
    except BaseException:
        code = 121
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def load(config):
    """Import and warm what every session will need."""
    import importlib

    for name in config["preload"]:
        importlib.import_module(name)
    if "numpy" in sys.modules:
        import numpy

        numpy.linalg.svd(numpy.ones((8, 8)) @ numpy.ones((8, 8)))
        numpy.random.default_rng(0).normal(size=3)
    if "matplotlib.pyplot" in sys.modules:
        import io

        import matplotlib.pyplot as plt

        figure, axes = plt.subplots()
        axes.plot([0, 1], label="x")
        axes.legend()
        figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
        plt.close(figure)
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        layer = torch.nn.Linear(2, 2)
        optimizer = torch.optim.Adam(layer.parameters())
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    Numpy.bind()


def nursery(wire, config, filter_program):
    """Prepare once, then fork a session for every "open"."""
    import gc

    namespaces = config["tier"] not in ("landlock", "unsafe")
    own_space = enter(config) if namespaces else None
    if not namespaces:
        walls.prctl(walls.PR_SET_CHILD_SUBREAPER, 1)
        if config["uid"] is not None:
            walls.become(config["uid"])
        walls.die_with_parent()
    statuses = {}
    sys.path[:0] = config["path"]
    shell, outputs = shells.make_shell(config["scratch"])
    load(config)
    shells.warm_traceback(shell)
    shell.run_cell(
        "%matplotlib inline\nimport warnings", store_history=False
    ) if "matplotlib" in sys.modules else None
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
            if namespaces:
                folder = wall_in(config, limits)
            else:
                folder = confine(config, limits, header["folder"])
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
    walls.mount("tmpfs", "/tmp", "tmpfs", closed, space)
    walls.mount("tmpfs", "/dev/shm", "tmpfs", closed, space)
    walls.mount("tmpfs", "/run/proc", "tmpfs", closed | walls.MS_RDONLY)
    memory = walls.virtual_memory() + 2 * limits["memory_mb"] * 2**20
    walls.limit({"NPROC": limits["processes"]})
    walls.own_user_namespace()
    for folder in ("/tmp/home", "/tmp/work"):
        os.mkdir(folder)
    hard_limits(limits, memory)
    walls.drop_rights()
    return "/tmp/work"


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
    for name, variable in (("home", "HOME"), ("tmp", "TMPDIR"), ("work", "PWD")):
        os.mkdir(f"{folder}/{name}")
        os.environ[variable] = f"{folder}/{name}"
    walls.prctl(walls.PR_SET_CHILD_SUBREAPER, 1)  # daemons stay in this tree while it lives
    if config["tier"] == "landlock":
        memory = walls.virtual_memory() + 2 * limits["memory_mb"] * 2**20
        walls.limit({"NPROC": limits["processes"]})
        hard_limits(limits, memory)
        walls.landlock(config["readable"], [folder], [f"/dev/{name}" for name in walls.DEVICES])
        walls.drop_rights()
    return f"{folder}/work"


def main():
    role, number = sys.argv[1:3]
    if role == "own-shared":  # Windows: the socket comes as a description on standard input
        channel = _socket.socket(
            fileno=_socket.socket.__new__
            and __import__("socket").fromshare(sys.stdin.buffer.read(int(number))).detach()
        )
    else:
        channel = _socket.socket(fileno=int(number))
        os.set_inheritable(int(number), False)
    wire = Wire(channel)
    header, body, _ = wire.receive()
    if role == "nursery":
        try:
            nursery(wire, header, body)
        except Closed:
            os._exit(0)
        except BaseException as error:
            wire.send({"t": "broken", "why": f"{type(error).__name__}: {error}"})
            os._exit(1)
    if sys.platform == "linux":
        walls.die_with_parent()
    sys.path[:0] = header["path"]
    shell, outputs = shells.make_shell(header["scratch"])
    load(header)
    become_session(channel, shell, outputs, header["folder"], greet=False)


try:
    main()
except BaseException:  # sys.stderr may be the cells' by now
    os.write(2, traceback.format_exc().encode())
    os._exit(1)
