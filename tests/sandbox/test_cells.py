"""Cells behave as in a kernel: order of outputs, errors, displays, await, magics."""

from __future__ import annotations

import base64

import pytest


def kinds(outcome):
    return [one["output_type"] for one in outcome.outputs]


def test_outputs_come_in_order_and_streams_merge(session, ok):
    out = ok(
        session, "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\ndisplay(1)\nprint('d')\n2"
    )
    assert [(o["output_type"], o.get("name"), o.get("text")) for o in out.outputs] == [
        ("stream", "stdout", "a\nb\n"),
        ("stream", "stderr", "c\n"),
        ("display_data", None, None),
        ("stream", "stdout", "d\n"),
        ("execute_result", None, None),
    ]
    assert out.outputs[-1]["data"] == {"text/plain": "2"}
    assert out.outputs[-1]["execution_count"] == out.execution_count == 1


def test_what_c_and_child_programs_write_is_captured(session, ok, text):
    out = ok(
        session,
        (
            "import os, ctypes\n"
            "os.system('echo out; echo err >&2')\n"
            "ctypes.CDLL(None).puts(b'from C')\n"
            "ctypes.CDLL(None).fflush(None);"
        ),
    )
    assert set(text(out).split()) >= {"out", "from", "C"}
    assert text(out, "stderr") == "err\n"


def test_a_shell_line_takes_its_place_among_the_prints(session, ok, text):
    assert text(ok(session, "print('a')\n!echo b\nprint('c')")) == "a\nb\nc\n"
    assert text(ok(session, "%%bash\necho from bash")) == "from bash\n"


def test_an_error_says_name_message_and_line_and_the_next_cell_runs(session, ok):
    ok(session, "def half(x):\n    return x / 0")
    out = session.run_cell("x = 1\n\nhalf(x)")
    assert (out.status, out.error_name, out.error_message) == (
        "error",
        "ZeroDivisionError",
        "division by zero",
    )
    assert kinds(out) == ["error"]
    out = session.run_cell("x = 1\n\nraise KeyError('k')")
    assert out.line == 3
    ok(session, "assert x == 1")


def test_a_syntax_error_names_its_line(session):
    out = session.run_cell("a = 1\nb = = 2\n")
    assert (out.status, out.error_name, out.line) == ("error", "SyntaxError", 2)
    assert kinds(out) == ["error"]


@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "quit()", "exit()", "raise SystemExit"])
def test_leaving_is_an_error_of_the_cell_only(session, ok, source):
    out = session.run_cell(source)
    assert (out.status, out.error_name) == ("error", "SystemExit")
    ok(session, "1")


def test_input_fails_at_once_with_advice(session):
    out = session.run_cell("name = input('who? ')")
    assert out.status == "error"
    assert out.error_name == "StdinNotImplementedError"
    assert "keyboard" in out.error_message
    assert out.seconds < 1


def test_await_main_and_magics_work(session, ok):
    ok(session, "import asyncio\nawait asyncio.sleep(0)\nassert __name__ == '__main__'")
    ok(session, "%time x = 1\n%timeit -n 1 -r 1 pass")
    magic = session.run_cell("get_ipython().run_line_magic('matplotlib', 'inline')", seconds=10)  # imports it
    assert magic.status == "ok"
    ok(session, "%%time\ny = 2")
    ok(session, "assert (x, y) == (1, 2)")


def test_displays_can_be_updated_and_cleared(session, ok):
    first = ok(session, "h = display('old', display_id=True)")
    ok(session, "h.update('new')")
    assert first.outputs[0]["data"]["text/plain"] == "'new'"
    out = ok(
        session, "from IPython.display import clear_output\nprint('x')\nclear_output(wait=True)\nprint('y')"
    )
    assert out.outputs == [{"output_type": "stream", "name": "stdout", "text": "y\n"}]


def test_figures_become_pictures_at_the_end_of_the_cell(session, ok):
    assert session.run_cell("import matplotlib.pyplot as plt", seconds=10).status == "ok"
    out = ok(session, "plt.figure(figsize=(1, 1))\nplt.plot([1, 2])\nprint('drawn')")
    assert [o["output_type"] for o in out.outputs] == ["stream", "display_data"]
    assert base64.b64decode(out.outputs[1]["data"]["image/png"]).startswith(b"\x89PNG")
    assert ok(session, "plt.get_fignums()").outputs[0]["data"]["text/plain"] == "[]"


def test_text_that_is_no_utf8_and_odd_bytes_do_no_harm(session, ok, text):
    out = ok(session, "import os\nprint('\\ud800 é \\x1b[31m')\nos.write(1, b'\\xff\\xfe');")
    text(out).encode("utf-8")
    assert "é" in text(out)


def test_each_session_draws_the_same_numbers(nursery, ok):
    seen = []
    for _ in range(2):
        with nursery.open() as one:
            seen.append(
                ok(one, "import random\n(random.random(), hash('x'))").outputs[0]["data"]["text/plain"]
            )
    assert seen[0] == seen[1]
