"""What honest notebooks do works here as it does elsewhere."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "source",
    [
        (
            "import multiprocessing as mp\n"
            "with mp.get_context('fork').Pool(2) as pool: assert pool.map(abs, [-1, 2]) == [1, 2]"
        ),
        (
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(4) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]"
        ),
        (
            "import subprocess, sys\n"
            "assert subprocess.run([sys.executable, '-c', 'print(6*7)'], capture_output=True).stdout == b'42\\n"
            "'"
        ),
        (
            "import tempfile, os\n"
            "with tempfile.TemporaryDirectory() as d: open(os.path.join(d, 'x'), 'w').write('y')"
        ),
        "import warnings\nwarnings.warn('old'); warnings.filterwarnings('ignore')",
        "import logging\nlogging.basicConfig(level='INFO'); logging.info('note')",
        "import gc, random\nx = [0]\ndel x\ngc.collect(); random.random()",
        (
            "import numpy as np\n"
            "a = np.random.default_rng().normal(size=(50, 50))\n"
            "assert np.allclose(np.linalg.inv(a) @ a, np.eye(50))"
        ),
        "if __name__ == '__main__':\n    done = True\nassert done",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nassert P(1) == P(1)",
        "import inspect\ndef f(x):\n    return x\nassert inspect.getsource(f).startswith('def f')",
        (
            "import sys\n"
            "sys.setrecursionlimit(3000)\n"
            "def r(n): return 0 if n == 0 else r(n - 1)\n"
            "assert r(2000) == 0"
        ),
        "import pickle\nclass A: pass\nassert type(pickle.loads(pickle.dumps(A()))) is A",
        (
            "import contextlib, io\n"
            "b = io.StringIO()\n"
            "with contextlib.redirect_stdout(b): print('x')\n"
            "assert b.getvalue() == 'x\\n"
            "'"
        ),
        "%%capture caught\nprint('hidden')",
        "import faulthandler, signal\nsignal.alarm(0)",
        "class Ñame:\n\tdef f(self):\n\t\treturn 'é'\nassert Ñame().f() == 'é'",
        "x = 1\r\ny = 2\r\nassert x + y == 3\r\n",
        (
            "import sys\n"
            "print('bar', end='\\r', file=sys.stderr, flush=True)\n"
            "sys.stdout.write('a'); sys.stdout.writelines(['b', 'c'])"
        ),
    ],
)
def test_it_just_works(session, source):
    out = session.run_cell(source)
    assert (out.status, out.error_message) == ("ok", "")
    assert session.alive


def test_running_the_same_notebook_twice_gives_the_same_record(nursery):
    cells = [
        "import numpy as np\nprint(np.random.rand())",
        "1 / 0",
        "{'b', 'a', 'c'}",
        "import torch_missing",
    ]
    records = []
    for _ in range(2):
        with nursery.open() as session:
            records.append([session.run_cell(cell).outputs for cell in cells])
    assert records[0] == records[1]


def test_endless_recursion_is_an_error_and_a_deep_one_in_c_a_crash_at_worst(session):
    out = session.run_cell("def f(): return f()\nf()")
    assert (out.status, out.error_name) == ("error", "RecursionError")
    assert session.run_cell("'still here'").status == "ok"


def test_an_honest_loss_of_the_output_handles_is_survived(session, probe):
    session.run_cell("import os\nos.close(1); os.close(2)")
    assert session.run_cell("x = 5\nprint('hello')").outputs[0]["text"] == "hello\n"
    with session.snapshot() as snapshot:
        assert snapshot.call(probe("def g(names): return names['x']"), "g", {}).value == 5
