"""Code that turns on the harness in its own process."""

from __future__ import annotations

import numpy as np
import pytest

from course_tools.sandbox import Answer, Trouble

PATCHES = """
import builtins, json, os, sys, marshal, struct, io, signal
def bad(*a, **k): return 0
names = 'len isinstance type print sum all any range list dict str int exec open getattr'
for name in names.split():
    setattr(builtins, name, bad)
for module in (json, os, marshal, struct, io, signal):
    for name in [n for n in vars(module) if n[0] != '_']:
        setattr(module, name, bad)
"""


def test_patched_builtins_and_modules_do_not_stop_probes(session, probe):
    session.run_cell("def f(x): return 2 * x")
    session.run_cell(PATCHES)
    with session.snapshot() as snapshot:
        reply = snapshot.call(
            probe("def g(names, x): return [names['f'](x), len([1, 2])]"), "g", {"x": np.arange(3.0)}
        )
    assert isinstance(reply, Answer)
    assert np.array_equal(reply.value[0], [0, 2, 4])
    assert reply.value[1] == 2


@pytest.mark.parametrize(
    "source",
    [
        "import sys; sys.modules.clear()",
        "import sys; sys.stdout = sys.stderr = None",
        "get_ipython().run_cell = lambda *a, **k: None",
        "type(get_ipython()).run_cell = lambda *a, **k: None",
        "get_ipython().ast_transformers.append(object())",
        "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)",
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Session': o.__dict__.clear()",
        "import sys\nsys.settrace(lambda *a: 1/0)",
        "del get_ipython\nglobals().clear()",
        (
            "import os\n"
            "os.chdir('/'); os.umask(0o777)\n"
            "import shutil; shutil.rmtree('/tmp/work', ignore_errors=True)"
        ),
    ],
)
def test_the_supervisor_stays_calm(session, probe, source):
    session.run_cell(source)
    outcome = session.run_cell("def f(): return 1")
    assert outcome.status in ("ok", "error", "killed", "not_run")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f']()"), "g", {})
    assert isinstance(reply, (Answer, Trouble))
    session.files()


FRAMES = [
    "os.write(3, b'x' * 100)",
    "os.write(3, b'\\xff' * 12)",
    "os.write(3, struct.pack('>IQ', 2, 0) + b'[]')",
    "os.write(3, struct.pack('>IQ', 4, 0) + b'null')",
    "os.write(3, struct.pack('>IQ', 3, 1 << 60) + b'{}')",
    "os.write(3, struct.pack('>IQ', 8, 0) + b'{\"t\":NaN')",
    "os.write(3, struct.pack('>IQ', 40000, 0) + b'[' * 40000)",
    (
        'h = b\'{"t":"done","status":"ok","count":\' + b"9" * 5000 + b"}"; '
        "os.write(3, struct.pack('>IQ', len(h), 0) + h)"
    ),
    'h = b\'{"t":"done","status":1,"count":1}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)',
    'h = b\'{"t":"output","output_type":"error","ename":1}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)',
    'h = b\'{"t":"answer","value":{"a":7},"arrays":[]}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)',
    'h = b\'{"t":"answer","value":{},"arrays":[]}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)',
    'h = b\'{"t":"trouble","kind":"timeout"}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)',
    "os.close(3)",
    "os.dup2(os.open('/dev/null', os.O_RDWR), 3)",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_malformed_frames_end_the_session_not_the_grader(session, frame):
    out = session.run_cell("import os, struct\n" + frame + "\nimport time; time.sleep(0.2)", seconds=0.5)
    assert out.status in ("killed", "timeout")
    assert session.ending
    assert session.run_cell("1").status == "not_run"


@pytest.mark.parametrize("frame", FRAMES)
def test_malformed_answers_are_troubles(session, ok, probe, frame):
    ok(session, f"import os, struct, time\ndef f():\n    {frame}\n    time.sleep(60)")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f']()"), "g", {}, seconds=0.05)
    assert isinstance(reply, Trouble)
    assert reply.kind in ("protocol", "timeout", "killed")
    ok(session, "1")


def test_a_flood_of_frames_is_stopped(session):
    out = session.run_cell(
        'import os, struct\nh = b\'{"t":"stream","name":"stdout","text":"x"}\'\n'
        "f = (struct.pack('>IQ', len(h), 0) + h) * 1000\nwhile True: os.write(3, f)"
    )
    assert out.status == "killed"
    assert "flooded" in out.error_message


def test_a_forged_end_of_a_cell_fools_only_the_transcript(session, ok):
    """What the student's process says about its cells is the student's word: probes decide."""
    forged = 'h = b\'{"t":"done","status":"ok","count":1}\'; os.write(3, struct.pack(\'>IQ\', len(h), 0) + h)'
    session.run_cell(f"import os, struct\n{forged}\nos._exit(0)")
    out = session.run_cell("1")
    assert out.status in ("killed", "not_run", "ok")
    assert session.run_cell("1").status in ("killed", "not_run")


def test_names_are_the_notebooks_and_a_missing_one_is_named(session, ok, probe):
    ok(session, "a = 1")
    code = probe(
        "def g(names):\n"
        "    try:\n"
        "        return names['b']\n"
        "    except Exception:\n"
        "        return 'swallowed'\n"
        "def h(names): return sorted(names)"
    )
    with session.snapshot() as snapshot:
        reply = snapshot.call(code, "g", {})
        assert (reply.kind, reply.name) == ("missing", "b")
        assert snapshot.call(code, "h", {}).value == ["a"]


def test_an_error_points_to_the_students_line(session, ok, probe):
    ok(session, "zero = 0")
    ok(session, "def inner(x):\n    return x / zero\n\ndef f(x):\n    return inner(x)")
    with session.snapshot() as snapshot:
        reply = snapshot.call(probe("def g(names): return names['f'](1)"), "g", {})
    assert reply == Trouble("raised", "ZeroDivisionError", "division by zero", 2, 1)


def test_probes_do_not_disturb_each_other_or_the_notebook(session, ok, probe):
    ok(session, "state = []\ndef f():\n    state.append(1)\n    return len(state)")
    code = probe("def g(names): return names['f']()")
    for _ in range(2):
        with session.snapshot() as snapshot:
            assert snapshot.call(code, "g", {}).value == 1
            assert snapshot.call(code, "g", {}).value == 2
    assert ok(session, "state").outputs[-1]["data"]["text/plain"] == "[]"
