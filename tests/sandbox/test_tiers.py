"""Every tier this machine can give holds what it promises; a machine that cannot give enough is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_tools.sandbox import (
    TIERS,
    Limits,
    Nursery,
    SandboxLost,
    SandboxUnavailable,
    TierReport,
    available_tiers,
    choose_tier,
    tiers,
)

LIMITS = Limits(cell_seconds=3.0, memory_mb=300, processes=60, file_mb=8, disk_mb=16)
HERE = available_tiers()


@pytest.fixture(scope="module", params=[one.name for one in HERE])
def any_nursery(request):
    report = next(one for one in HERE if one.name == request.param)
    if not report.available:
        pytest.skip(report.reason)
    with Nursery(report.name, limits=LIMITS, preload=()) as one:
        yield one


@pytest.fixture
def walled(any_nursery):
    if any_nursery.tier == "unsafe":
        pytest.skip("the unsafe tier has no walls")
    with any_nursery.open() as session:
        yield session


def test_every_tier_runs_cells_probes_and_files(any_nursery, ok, probe):
    with any_nursery.open({"a.txt": b"a"}) as session:
        ok(session, "def f(): return open('a.txt').read()\nopen('b.txt', 'w').write('b');")
        with session.snapshot() as snapshot:
            assert snapshot.call(probe("def g(names): return names['f']()"), "g", {}).value == "a"
        assert session.files() == {"b.txt": b"b"}


def test_every_tier_ends_loops_exits_and_daemons(any_nursery):
    mark = f"dmn-t{TIERS.index(any_nursery.tier)}-{os.getpid()}"
    daemon = (
        "import os, time, ctypes\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        ctypes.CDLL(None).prctl(15, b'{mark}', 0, 0, 0)\n        time.sleep(1000)\n    os._exit(0)\n"
        "time.sleep(0.2)"
    )
    with any_nursery.open() as session:
        session.run_cell(daemon)
        assert running(mark)
        assert session.run_cell("while True: pass", seconds=0.2).status == "timeout"
        assert session.run_cell("os._exit(5)").error_message == "your code ended the program (exit status 5)"
    assert not running(mark)
    with any_nursery.open() as other:
        assert other.run_cell("1").status == "ok"


def running(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if f"Name:\t{mark}\n" in text and "\nState:\tZ" not in text:
            found.append(path)
    return found


def test_every_tier_limits_the_memory_of_all_processes_together(any_nursery):
    source = (
        "import os, time\nfor i in range(12):\n    if os.fork() == 0:\n"
        "        time.sleep(i / 5); x = bytearray(60 << 20); x[::4096] = b'x' * 15360\n"
        "        time.sleep(60); os._exit(0)\ntime.sleep(4)"
    )  # one after the other, because where no control group counts, somebody looks from time to time
    with any_nursery.open() as session:
        session.run_cell(source)
        assert session.usage().peak_memory_mb < 600


def test_walls_hide_files_and_processes_and_refuse_the_network(walled, tmp_path):
    (tmp_path / "answers").write_text("42")
    parent = os.getpid()
    for source in (
        f"open({str(tmp_path / 'answers')!r})",
        f"open({__file__!r})",
        "open('/etc/shadow')",
        f"open('/proc/{parent}/environ')",
        "import os; os.listdir('/root/.ssh')",
        f"import os; os.kill({parent}, 0)",
        "import socket; socket.socket(socket.AF_INET)",
        "open('/usr/x', 'w')",
        "open('/opt/x', 'w')",
    ):
        outcome = walled.run_cell(source)
        assert outcome.status == "error", source
        assert outcome.error_name in (
            "FileNotFoundError",
            "PermissionError",
            "OSError",
            "ProcessLookupError",
        ), source


def test_killing_everything_in_reach_reaches_only_itself(any_nursery, ok):
    if any_nursery.tier == "unsafe":
        pytest.skip("the unsafe tier has no walls")
    with any_nursery.open() as neighbour, any_nursery.open() as session:
        ok(neighbour, "x = 1")
        for target in (0, -1, "os.getppid()", "-os.getpgid(0)"):
            session.run_cell(f"import os, signal\nos.kill({target}, signal.SIGKILL)")
        ok(neighbour, "assert x == 1")
    with any_nursery.open() as other:
        ok(other, "1")


def test_landlock_reaches_no_service_of_the_machine(any_nursery):
    if any_nursery.tier != "landlock":
        pytest.skip("only where the file tree is shared")
    with any_nursery.open() as session:
        out = session.run_cell("import socket; socket.socket(socket.AF_UNIX)")
        assert "no network" in out.error_message


def test_the_strongest_tier_is_chosen():
    best = next(one.name for one in HERE if one.available)
    assert choose_tier() == (best if best != "unsafe" else pytest.skip("no walls here"))


def test_too_weak_a_machine_is_refused_by_name_and_with_a_repair(monkeypatch):
    weak = tuple(TierReport(name, name in ("landlock", "unsafe"), "not here") for name in TIERS)
    monkeypatch.setattr(tiers, "available_tiers", lambda: weak)
    assert choose_tier("landlock") == "landlock"
    with pytest.raises(SandboxUnavailable) as caught:
        choose_tier("bubblewrap+watchdog")
    assert "not here" in str(caught.value)
    assert "Try: install bubblewrap" in str(caught.value)
    assert choose_tier("bubblewrap+watchdog", unsafe=True) == "unsafe"
    with pytest.raises(ValueError, match="gvisor"):
        choose_tier("gvisor")


def test_nothing_is_unsafe_unless_asked(monkeypatch):
    monkeypatch.setattr(
        tiers,
        "available_tiers",
        lambda: tuple(TierReport(name, name == "unsafe", "not here") for name in TIERS),
    )
    with pytest.raises(SandboxUnavailable):
        choose_tier()


def test_a_module_that_is_missing_is_said_before_any_submission(tier):
    with pytest.raises(SandboxUnavailable, match="no_such_module"):
        Nursery(tier, preload=("no_such_module",)).start()


def test_a_sandbox_ended_from_outside_is_lost_not_the_students_fault(tier):
    with Nursery(tier, limits=LIMITS, preload=()) as nursery:
        session = nursery.open()
        session._body.process.send(9)
        with pytest.raises(SandboxLost):
            session.run_cell("1")
        session.close()
        assert nursery._child is not None
        nursery._child.kill()
        nursery._child.wait()
        with nursery.open() as again:
            assert again.run_cell("1").status == "ok"


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is missing")
def test_it_works_for_a_user_without_any_rights():
    program = (
        "from course_tools.sandbox import *\n"
        "for report in available_tiers():\n"
        "    if not report.available: continue\n"
        "    with Nursery(report.name, preload=()) as nursery, nursery.open() as session:\n"
        "        if report.name not in ('landlock', 'unsafe'): session.run_cell('import os; os.kill(0, 9)')\n"
        "        if report.name != 'unsafe':\n"
        "            for folder in ('/', '/opt', '/dev', '/run', '/etc', '/home'):\n"
        "                written = session.run_cell(f'open({folder!r} + \\'/x\\', \\'w\\')')\n"
        "                assert written.status == 'error', (report.name, folder)\n"
        "        print(report.name, session.run_cell('6 * 7').outputs[-1]['data']['text/plain'],\n"
        "              session.run_cell('while True: pass', seconds=0.1).status)\n"
    )
    hidden = next((one for one in Path(sys.base_prefix).parents if one.stat().st_mode & 0o001 == 0), None)
    words = ["setpriv", "--reuid", "20001", "--regid", "20001", "--clear-groups", "--no-new-privs"]
    words += ["--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", program]
    if (
        hidden is not None
    ):  # the interpreter lies in root's home: show it, in a mount namespace of this test alone
        script = (
            f"mount --bind {sys.base_prefix} /mnt && mount -t tmpfs -o mode=755 none {hidden} && "
            f'mkdir -p {sys.base_prefix} && mount --move /mnt {sys.base_prefix} && exec "$@"'
        )
        words = ["unshare", "-m", "sh", "-c", script, "sh", *words]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stderr
    assert "bubblewrap+watchdog" in lines
    assert "bubblewrap+cgroup" not in lines
    assert set(lines.values()) == {"42 timeout"}
