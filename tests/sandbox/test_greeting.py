"""A copy that greets before we look is the same copy: its sender is told by the kernel all the same."""

from __future__ import annotations

import time

import pytest

from course_tools.sandbox import Answer


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_a_busy_examiner_meets_its_snapshot(session, probe, monkeypatch, seconds):
    send = session._channel.send

    def sent_and_interrupted(*args, **kwargs):
        send(*args, **kwargs)
        time.sleep(seconds)

    monkeypatch.setattr(session._channel, "send", sent_and_interrupted)
    with session.snapshot() as copy:
        monkeypatch.undo()
        code = probe("def one(names):\n    return 1\n")
        assert copy.call(code, "one", {}) == Answer(1)
