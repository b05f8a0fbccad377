"""Time, memory, processes, disk and output end the code that oversteps them, and nothing else."""

from __future__ import annotations

import time

import pytest

LOOP = "while True: pass"
STUBBORN = (
    "x = 0\nwhile True:\n    try:\n        y = 0\n        while True: x += 1\n    except BaseException: pass"
)


def test_an_endless_loop_is_interrupted_and_the_next_cell_runs(session, ok, text):
    out = session.run_cell("print('before')\n" + LOOP)
    assert (out.status, out.error_message) == ("timeout", "time limit of 1 s")
    assert out.outputs[0]["text"] == "before\n"
    assert [o["ename"] for o in out.outputs if o["output_type"] == "error"] == ["TimeLimit"]
    assert text(ok(session, "print('after')")) == "after\n"


def test_a_loop_that_swallows_everything_is_killed_and_the_rest_does_not_run(session):
    out = session.run_cell(STUBBORN, seconds=0.3)
    assert out.status == "timeout"
    assert session.ending == "time limit of 0.3 s"
    later = session.run_cell("1")
    assert later.status == "not_run"
    assert later.outputs[-1]["output_type"] == "error"


def test_ignored_signals_do_not_help(session):
    out = session.run_cell(
        "import signal\n"
        "for s in range(1, 32):\n"
        "    try: signal.signal(s, signal.SIG_IGN)\n"
        "    except OSError: pass\n"
        "import re\n"
        "re.match('(a+)+b', 'a' * 64)",
        seconds=0.3,
    )
    assert out.status == "timeout"
    assert out.seconds < 10  # wall clock of a busy machine; the match alone would take years
    assert not session.alive


def test_sleeping_costs_no_processor_time_but_ends_at_the_wall_clock(session, ok):
    ok(session, "import time; time.sleep(1.3)")
    began = time.monotonic()
    out = session.run_cell("time.sleep(1000)", seconds=0.01)
    assert out.status == "timeout"
    assert time.monotonic() - began < 4
    ok(session, "1")


def test_a_probe_in_a_loop_costs_only_its_snapshot(session, ok, probe):
    ok(
        session,
        (
            "def f():\n"
            "    while True:\n"
            "        try:\n"
            "            while True: pass\n"
            "        except BaseException: pass"
        ),
    )
    code = probe("def g(names): return names['f']()\ndef one(names): return 1")
    with session.snapshot() as snapshot:
        reply = snapshot.call(code, "g", {})
        assert (reply.kind, reply.message) == ("timeout", "time limit of 0.5 s")
        assert not snapshot.alive
        assert snapshot.call(code, "one", {}).kind == "timeout"
    with session.snapshot() as snapshot:
        assert snapshot.call(code, "one", {}).value == 1


@pytest.mark.parametrize(
    "source",
    [
        "x = bytearray(4 << 30)",
        "import numpy as np\nx = np.ones(1 << 33)",
    ],
)
def test_asking_for_too_much_at_once_is_a_memory_error(session, ok, source):
    out = session.run_cell(source)
    assert out.status == "error"
    assert "MemoryError" in out.error_name
    ok(session, "1")


def test_growing_slowly_ends_at_the_memory_limit(session):
    out = session.run_cell("x = []\nwhile True: x.append(bytearray(b'x' * (1 << 22)))", seconds=10)
    assert out.status in ("killed", "error")
    assert "memory" in (out.error_message + out.error_name).lower()


def test_many_processes_share_one_memory_limit(session):
    source = (
        "import os, time\n"
        "for i in range(20):\n"
        "    if os.fork() == 0:\n"
        "        x = bytearray(b'x' * (60 << 20)); time.sleep(60); os._exit(0)\n"
        "time.sleep(1)"
    )
    session.run_cell(source, seconds=5)
    assert session.usage().peak_memory_mb < 450


def test_a_snapshot_out_of_memory_says_so_and_the_notebook_lives(session, ok, probe):
    ok(session, "def f():\n    x = []\n    while True: x.append(bytearray(b'x' * (1 << 22)))")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f']()"), "g", {}, seconds=10)
    assert reply.kind in ("killed", "raised")
    assert "memory limit of 300 MB" in reply.message or reply.name == "MemoryError"
    ok(session, "1")


def test_a_fork_bomb_is_contained_and_swept(session, nursery, ok):
    out = session.run_cell(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", seconds=0.3
    )
    assert out.status in ("timeout", "killed")
    session.close()
    with nursery.open() as other:
        assert ok(other, "1 + 1").seconds < 1


def test_threads_are_limited(session):
    out = session.run_cell(
        "import threading, time\n"
        "t = []\n"
        "for i in range(500):\n"
        "    t.append(threading.Thread(target=time.sleep, args=(60,), daemon=True)); t[-1].start()"
    )
    assert (out.status, out.error_name) == ("error", "RuntimeError")


def test_disk_and_files_are_limited_and_space_comes_back(session, nursery, ok):
    out = session.run_cell("open('big', 'wb').write(b'x' * (9 << 20))")
    assert (out.status, out.error_name) == ("error", "OSError")
    out = session.run_cell("for i in range(100): open(f'part{i}', 'wb').write(b'x' * (1 << 20))")
    assert (out.status, out.error_name) == ("error", "OSError")
    out = session.run_cell("for i in range(100000): open(f'n{i}', 'w').close()", seconds=5)
    assert (out.status, out.error_name) == ("error", "OSError")
    with nursery.open() as other:
        ok(other, "open('big', 'wb').write(b'x' * (7 << 20));")


@pytest.mark.parametrize(
    "source",
    [
        "while True: print('x' * 1000)",
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        "import os\nos.system('yes')",
        "while True: display('x' * 100)",
        "import sys\nwhile True: sys.stderr.write('x')",
    ],
)
def test_a_flood_of_output_is_cut_with_a_word(session, source):
    began = time.process_time()
    out = session.run_cell(source, seconds=0.1)
    assert time.process_time() - began < 1.0
    assert out.status == "timeout"
    assert sum(len(str(o)) for o in out.outputs) < 300_000


def test_the_cut_is_stated(session, ok, text):
    out = ok(session, "for i in range(100_000): print(i)")
    assert text(out).startswith("0\n1\n2\n")
    assert text(out).endswith("[cut here: a cell may put out 64 KB]\n")
    assert text(ok(session, "print('x')")) == "x\n"


def test_total_time_counts_over_cells(nursery):
    from dataclasses import replace

    session = nursery.open()
    session._limits = replace(session._limits, total_seconds=0.6)
    with session:
        assert (
            session.run_cell(
                "import time\nt = time.process_time()\nwhile time.process_time() - t < 0.4: pass"
            ).status
            == "ok"
        )
        out = session.run_cell(LOOP)
        assert out.status == "timeout"
        assert "whole notebook" in out.error_message
