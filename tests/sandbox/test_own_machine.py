"""The student's own code on the student's own machine."""

from __future__ import annotations

import os
import time

from course_tools.sandbox import OwnMachine

STUBBORN = (
    "x = 0\nwhile True:\n    try:\n        y = 0\n        while True: x += 1\n    except BaseException: pass"
)


def test_cells_probes_and_files_work_without_walls(own, ok, probe, text):
    assert text(ok(own, "print('hello')")) == "hello\n"
    ok(own, "import numpy as np\ndef f(x): return np.asarray(x) * 2\nopen('made.txt', 'w').write('x');")
    with own.snapshot() as snapshot:
        assert snapshot.call(
            probe("def g(names, x): return names['f'](x)"), "g", {"x": [1, 2]}
        ).value.tolist() == [2, 4]
    assert own.files() == {"made.txt": b"x"}


def test_a_loop_is_interrupted_and_a_stubborn_one_killed(own, ok):
    assert own.run_cell("while True: pass", seconds=0.3).status == "timeout"
    ok(own, "1")
    out = own.run_cell(STUBBORN, seconds=0.3)
    assert out.status == "timeout"
    assert not own.alive


def test_an_exit_is_told(own):
    out = own.run_cell("import os; os._exit(4)")
    assert (out.status, out.error_message) == ("killed", "your code ended the program (exit status 4)")


def test_a_snapshot_that_dies_leaves_the_notebook(own, ok, probe):
    ok(own, "import os\ndef f(): os._exit(0)")
    with own.snapshot() as snapshot:
        assert (
            snapshot.call(probe("def g(names): names['f']()"), "g", {}).message
            == "your code ended the program (exit status 0)"
        )
    ok(own, "1")


def test_cells_run_in_the_folder_given_with_the_users_own_environment(tmp_path, ok, monkeypatch):
    monkeypatch.setenv("MY_OWN", "yes")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with OwnMachine(folder=tmp_path) as machine, machine.open() as session:
        ok(
            session,
            (
                f"import os\n"
                f"assert os.getcwd() == {str(tmp_path.resolve())!r}\n"
                f"assert os.environ['MY_OWN'] == 'yes'\n"
                f"assert 'PYTHONPATH' not in os.environ and 'TINYTORCH_EARLIER' not in os.environ"
            ),
        )
    assert list(tmp_path.iterdir()) == []


def test_children_are_gone_after_closing(own, ok):
    out = ok(own, "import subprocess\np = subprocess.Popen(['sleep', '1000'], start_new_session=True)\np.pid")
    pid = int(out.outputs[0]["data"]["text/plain"])
    own.close()
    deadline = time.monotonic() + 2
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")
