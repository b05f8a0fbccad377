"""A copy that rests between two rounds of calls uses no processor and keeps nothing it started."""

from __future__ import annotations

import os
import time

SPIN = """\
import threading
def spin():
    while True:
        pass
"""


def state(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def test_a_thread_left_behind_stands_still_until_the_next_call(session, ok, probe):
    ok(session, SPIN)
    code = probe(
        "def go(names):\n    names['threading'].Thread(target=names['spin'], daemon=True).start()\n    return 1"
    )
    with session.snapshot() as copy:
        assert copy.call(code, "go", {}).value == 1
        copy.rest()
        time.sleep(0.05)
        before = session.usage().cpu_seconds
        time.sleep(0.3)
        assert session.usage().cpu_seconds - before < 0.05  # a spinning thread would have used about 0.3
        assert copy.call(probe("def two(names): return 2"), "two", {}).value == 2


def test_a_program_left_behind_is_ended(session, ok, probe):
    ok(session, "import subprocess")
    code = probe(
        "def go(names):\n    names['subprocess'].Popen(['sleep', '1000'], start_new_session=True)\n    return 1"
    )
    with session.snapshot() as copy:
        assert copy.stands()
        before = session._body.others()
        assert copy.call(code, "go", {}).value == 1
        copy.rest()
        started = session._body.others() - before
        assert all(not os.path.exists(f"/proc/{one}") or state(one) in "ZX" for one in started)
        assert copy.call(probe("def two(names): return 2"), "two", {}).value == 2


def test_a_resting_copy_can_be_closed(session):
    copy = session.snapshot()
    assert copy.stands()
    copy.rest()
    copy.close()
    assert not copy.alive
