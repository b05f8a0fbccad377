"""Code that ends its own process, and what is left of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_tools.sandbox import Trouble, available_tiers

ENDINGS = [
    ("import os; os._exit(0)", "your code ended the program (exit status 0)"),
    ("import os; os._exit(7)", "your code ended the program (exit status 7)"),
    ("import ctypes; ctypes.string_at(8)", "your code crashed (segmentation fault)"),
]


@pytest.mark.parametrize(("source", "words"), ENDINGS)
def test_a_cell_that_ends_the_program_is_told_apart(session, source, words):
    out = session.run_cell(source)
    assert (out.status, out.error_message, session.ending) == ("killed", words, words)
    assert out.outputs[-1]["ename"] == "ProgramEnded"
    assert not session.alive
    assert session.snapshot().call(b"", "g", {}).kind == "killed"
    assert session.files() == {}


@pytest.mark.parametrize(
    ("source", "words"), [*ENDINGS, ("import os; os.abort()", "your code crashed (abort)")]
)
def test_a_probe_that_ends_its_copy_leaves_the_notebook_alive(session, ok, probe, source, words):
    ok(session, f"x = 41\ndef f():\n    {source}")
    code = probe("def g(names): return names['f']()\ndef x(names): return names['x']")
    with session.snapshot() as snapshot:
        reply = snapshot.call(code, "g", {})
        assert reply == Trouble("killed", "", words)
        assert snapshot.call(code, "x", {}) == reply
    with session.snapshot() as snapshot:
        assert snapshot.call(code, "x", {}).value == 41


def test_sys_exit_in_a_probe_is_named(session, ok, probe):
    ok(session, "import sys\ndef f(): sys.exit(0)")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f']()"), "g", {})
    assert (reply.kind, reply.name, reply.message, reply.cell, reply.line) == (
        "raised",
        "SystemExit",
        "your code ended the program (exit status 0)",
        0,
        2,
    )


DAEMON = """
import os, time
def daemon(mark):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            import ctypes
            ctypes.CDLL(None).prctl(15, mark.encode(), 0, 0, 0)
            for fd in range(64):
                try: os.close(fd)
                except OSError: pass
            while True: time.sleep(0.05)
        os._exit(0)
    os.wait()
"""


def named(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == mark and "\nState:\tZ" not in path.with_name("status").read_text():
                found.append(path)
        except OSError:
            continue
    return found


def test_daemons_are_gone_when_the_session_is(session, ok):
    mark = f"dmn-a-{os.getpid()}"
    ok(session, DAEMON + f"daemon({mark!r})")
    time.sleep(0.1)
    assert named(mark)
    session.close()
    assert not named(mark)


def test_daemons_of_a_snapshot_go_with_it_and_the_notebooks_own_stay(session, ok, probe):
    mine, its = f"dmn-b-{os.getpid()}", f"dmn-c-{os.getpid()}"
    ok(session, DAEMON + f"daemon({mine!r})")
    with session.snapshot() as snapshot:
        snapshot.call(probe("def g(names, mark): names['daemon'](mark)"), "g", {"mark": its})
        time.sleep(0.1)
        assert named(its)
    assert not named(its)
    assert named(mine)


SUPERVISOR = """
import sys
from course_tools.sandbox import Nursery
nursery = Nursery(sys.argv[1], preload=()).start()
session = nursery.open()
session.run_cell(sys.argv[2] + f"daemon({sys.argv[3]!r})")
session.run_cell("import ctypes; ctypes.CDLL(None).prctl(15, b'%s', 0, 0, 0)" % sys.argv[3])
print("up", flush=True)
session.run_cell("while True: pass", seconds=60)
"""


@pytest.mark.parametrize("tier", [one.name for one in available_tiers() if one.available])
def test_killing_the_grader_takes_the_code_and_its_daemons_with_it(tier):
    mark = f"dmn-{tier[0]}{len(tier)}-{os.getpid()}"
    words = [sys.executable, "-c", SUPERVISOR, tier, DAEMON, mark]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == b"up\n"
        assert len(named(mark)) == 2
        child.kill()
    deadline = time.monotonic() + 5
    while named(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not named(mark)


def test_closing_twice_and_snapshots_after_the_end_are_fine(session):
    snapshot = session.snapshot()
    session.close()
    session.close()
    assert snapshot.call(b"", "g", {}).kind == "killed"
    assert session.ending == "closed"
