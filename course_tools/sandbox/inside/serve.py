# mypy: ignore-errors
# ruff: noqa: BLE001 - imports come after the copy of builtins; student code may raise anything at all
"""The process that holds one notebook: runs its cells, makes copies of itself, hands out files."""

import builtins

__builtins__ = dict(vars(builtins))

import _signal
import _socket
import sys
import traceback

from frozen import os
from probes import NO_NETWORK, answer_call, reaches_for_network, where
from wire import Closed, Wire, safe_text, type_name

MOST_FILES = 1000


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
        self.pid = os.getpid()
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
            if (
                os.getpid() != self.pid
            ):  # a copy the cell made, come to the cell's end: only one of us may answer
                os._exit(0)
        if error is not None:
            reply |= {"status": "error", "error_name": type_name(error), "error_message": safe_text(error)}
            _, reply["line"] = where(error)
            if reaches_for_network(error):
                outputs.stream("stderr", NO_NETWORK + "\n")
                reply["error_message"] += f" ({NO_NETWORK})"
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
            own = os.getpid()
            while True:
                header, body, fds = wire.receive()
                if header["op"] in ("snapshot", "reap"):  # copies of this copy
                    self.wire = wire
                    getattr(self, f"do_{header['op']}")(header, body, fds)
                    continue
                answer_call(wire, self.shell.user_ns, self.hidden, header, body, lambda: os.getpid() == own)
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
