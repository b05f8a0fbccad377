"""Nothing of the machine, of the grader or of other students can be seen, reached or changed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

LOOK = """
def look(path):
    import os
    try:
        if os.path.isdir(path): return os.listdir(path)
        return open(path, 'rb').read(100)
    except OSError as error:
        return type(error).__name__
"""


def shown(outcome):
    return outcome.outputs[-1]["data"]["text/plain"]


def test_files_of_the_host_are_not_there(session, ok, tmp_path):
    secret = tmp_path / "answers.py"
    secret.write_text("42")
    here = Path(__file__).resolve()
    ok(session, LOOK)
    for path in (
        secret,
        here,
        here.parents[2] / "graders",
        Path("/etc/shadow"),
        Path("/root/.bashrc"),
        Path("/home"),
    ):
        assert shown(ok(session, f"look({str(path)!r})")) in ("'FileNotFoundError'", "[]"), path
    assert "42" not in shown(ok(session, f"look('/proc/1/root{secret}')"))
    root = Path(here.parents[2])
    assert shown(ok(session, f"sorted(look({str(root)!r}))")) in ("['.venv']", "sorted('FileNotFoundError')")


def test_only_its_own_processes_can_be_seen(session, ok):
    assert (
        shown(ok(session, "import os\nsorted(int(p) for p in os.listdir('/proc') if p.isdigit())")) == "[1]"
    )
    ok(session, LOOK)
    assert shown(ok(session, "look('/run/proc')")) == "[]"
    session.run_cell("import os\nos.kill(-1, 9)")
    assert session.alive


def test_the_environment_is_short_and_nothing_of_ours(session, ok, monkeypatch):
    out = eval(shown(ok(session, "import os\ndict(os.environ)")))
    assert out["HOME"] == "/tmp/home"
    assert out["TINYTORCH_EARLIER"] == "reference"
    assert not {name for name in out if "TOKEN" in name or "KEY" in name or "SSH" in name or "GIT" in name}
    assert set(out) - {"HOME", "PATH", "USER", "LOGNAME", "LANG", "TERM", "PWD", "SHLVL", "_", "OLDPWD"} <= {
        *(
            "MPLCONFIGDIR",
            "MPLBACKEND",
            "IPYTHONDIR",
            "TINYTORCH_EARLIER",
            "PYTHONHASHSEED",
        ),
        *(
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONNOUSERSITE",
            "MALLOC_ARENA_MAX",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
        ),
        *(
            "OPENBLAS_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "PAGER",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "FORCE_COLOR",
        ),
        *("GIT_PAGER", "LINES", "COLUMNS", "NO_COLOR"),
    }


def test_no_descriptor_but_its_own_is_open(session, ok):
    assert (
        shown(ok(session, "import os\nsorted(int(f) for f in os.listdir('/proc/self/fd'))[:4]"))
        == "[0, 1, 2, 3]"
    )
    links = shown(ok(session, "[os.readlink(f'/proc/self/fd/{f}').split(':')[0] for f in range(4)]"))
    assert links == "['/dev/null', 'pipe', 'pipe', 'socket']"
    assert shown(ok(session, "len(os.listdir('/proc/self/fd'))")) in ("5", "6")


@pytest.mark.parametrize(
    "call",
    [
        "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_INET6)",
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "import urllib.request; urllib.request.urlopen('http://localhost:{port}/')",
        "import socket; socket.getaddrinfo('example.org', 80)",
    ],
)
def test_the_network_is_refused_at_once_and_said_so(session, ok, text, call):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        out = session.run_cell(call.format(port=server.getsockname()[1]))
    assert out.status == "error"
    assert "no network" in out.error_message
    assert out.seconds < 2
    ok(session, "import asyncio, multiprocessing; multiprocessing.Pipe()\nawait asyncio.sleep(0.01)")


@pytest.mark.parametrize(
    "call",
    [
        "libc.unshare(0x10000000)",
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "libc.ptrace(16, 1, 0, 0)",
        "libc.setuid(0) or libc.setgid(0)",
        "libc.chroot(b'/tmp')",
        "libc.syscall(425, 1, None)",  # io_uring_setup, which passes by filters
        "libc.syscall(321, 0, None, 0)",  # bpf
        "libc.syscall(248, b'user', b'x', b'y', 1, -3)",  # add_key
        "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",  # clone with a new user namespace
    ],
)
def test_dangerous_calls_are_refused(session, ok, call):
    ok(session, "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)")
    assert shown(ok(session, call)) == "-1"


def test_the_system_and_the_course_are_read_only(session, ok):
    for path in ("/", "/usr", "/opt", "/opt/inside", "/dev", "/run", "/etc", "/proc/sys/kernel", "/home"):
        out = session.run_cell(f"import os\nos.path.isdir({path!r}) and open({path!r} + '/x', 'w')")
        if out.status == "ok":
            assert shown(out) == "False"
        else:
            assert out.error_name in ("OSError", "PermissionError", "FileNotFoundError"), path
    ok(session, "open('/tmp/x', 'w').write('mine'); open('/dev/shm/x', 'w').write('mine');")


def test_nothing_is_left_for_the_next_submission(nursery, ok):
    leave = """
import builtins, os, sys, json, numpy
for folder in ('/tmp', '/tmp/home', '.', '/dev/shm'):
    open(folder + '/left', 'w').write('here')
builtins.left = 1
numpy.left = 1
sys.left = 1
numpy.random.seed(5)
os.environ['LEFT'] = '1'
"""
    check = """
import builtins, os, sys, numpy
assert not any(os.path.exists(f + '/left') for f in ('/tmp', '/tmp/home', '.', '/dev/shm'))
assert not hasattr(builtins, 'left') and not hasattr(numpy, 'left') and not hasattr(sys, 'left')
assert 'LEFT' not in os.environ and 'x' not in globals()
"""
    with nursery.open() as first, nursery.open() as second:
        ok(first, "x = 1\n" + leave)
        ok(second, check)
    with nursery.open() as third:
        ok(third, check)


def test_two_sessions_do_not_meet(nursery, ok):
    with nursery.open() as first, nursery.open() as second:
        ok(first, "import socket; s = socket.socket(socket.AF_UNIX); s.bind('\\0meet'); s.listen()")
        out = second.run_cell("import socket; socket.socket(socket.AF_UNIX).connect('\\0meet')")
        assert out.error_name == "ConnectionRefusedError"
        ok(
            first,
            "import ctypes; libc = ctypes.CDLL(None); a = libc.shmget(4711, 100, 0o1600); assert a >= 0",
        )
        assert (
            shown(ok(second, "import ctypes; libc = ctypes.CDLL(None); libc.shmget(4711, 100, 0o600)"))
            == "-1"
        )


def test_who_it_is(session, ok):
    assert (
        shown(
            ok(session, "import os, getpass; (os.getuid(), os.getgid(), os.getgroups(), getpass.getuser())")
        )
        == ("(1000, 1000, [], 'student')")
        or os.geteuid() != 0
    )
