"""A copy of a notebook's process can be copied again: what one is told, the other does not know."""

from __future__ import annotations

import marshal

from course_tools.sandbox import Answer

PROBES = marshal.dumps(
    compile(
        "def put(names, value):\n"
        "    names['box'].append(value)\n"
        "    return len(names['box'])\n"
        "def leave(names):\n"
        "    import os\n"
        "    os._exit(3)\n",
        "<probes>",
        "exec",
    )
)


def put(asker, value=1):
    reply = asker.call(PROBES, "put", {"value": value})
    assert isinstance(reply, Answer), reply
    return reply.value


def test_a_copy_of_a_copy_goes_its_own_way(session, ok):
    ok(session, "box = []")
    with session.snapshot() as copy:
        assert put(copy) == 1
        with copy.snapshot() as inner:
            assert put(inner) == 2
            assert put(inner) == 3
            assert put(copy) == 2
        assert not inner.alive
        assert put(copy) == 3
    with session.snapshot() as other:
        assert put(other) == 1


def test_more_copies_than_processes_can_be_made_one_after_the_other(session, ok, nursery):
    ok(session, "box = []")
    for _ in range(nursery.limits.processes + 5):
        with session.snapshot() as copy, copy.snapshot() as inner:
            assert put(inner) == 1
    assert session.alive


def test_a_copy_closes_what_was_copied_from_it(session, ok):
    ok(session, "box = []")
    copy = session.snapshot()
    inner = copy.snapshot()
    assert put(inner) == 1
    copy.close()
    reply = inner.call(PROBES, "put", {"value": 1})
    assert reply.kind == "killed"
    assert session.alive


def test_a_copy_that_has_ended_cannot_be_copied(session, ok):
    ok(session, "box = []")
    with session.snapshot() as copy:
        with copy.snapshot() as inner:
            assert inner.call(PROBES, "leave", {}).message == "your code ended the program (exit status 3)"
        assert copy.call(PROBES, "leave", {}).kind == "killed"
        assert copy.snapshot().call(PROBES, "put", {"value": 1}).kind == "killed"
    assert session.alive


def test_without_a_fork_the_copy_is_the_notebook_itself(own, monkeypatch):
    assert own.run_cell("box = []").status == "ok"
    monkeypatch.setattr(own, "_can_fork", False)
    copy = own.snapshot()
    assert copy.snapshot() is copy
