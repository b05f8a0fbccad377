"""What a notebook shows when we run it is what Jupyter's kernel shows: nbclient and ipykernel are the oracle."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_tools.course import Course
from course_tools.grading import batch
from course_tools.sandbox import choose_tier

ROOT = Path(__file__).parents[2]
COURSE = Course.load(ROOT)
# Where a kernel names a file of the moment, we name the cell; its shell lines come through a terminal.
PLACE = re.compile(r"/tmp/ipykernel_\d+/\d+\.py|\b\d+\.py(?=, line)|<cell \d+>")
MEASURED = re.compile(r"^ *\d+ +\d+ +\d+\.\d+ +\d+ ", re.MULTILINE)  # batch, steps, ms per step, samples/s

FEATURES = [
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "1 + 1",
    "_ * 20, _2",
    "x = 3;",
    "x;",
    "None",
    "from IPython.display import HTML, Markdown, Latex, Image, clear_output, display\nHTML('<b>x</b>')",
    "display(1, 'two', [3]); display(Markdown('# four'))\nLatex('$x$')",
    "print('gone'); clear_output(); print('stays')",
    "print('gone'); clear_output(wait=True); print('comes after')",
    "shown = display('before', display_id='a'); shown.update('after')",
    "class Rich:\n"
    "    def _repr_html_(self): return '<i>rich</i>'\n"
    "    def __repr__(self): return 'plain'\n"
    "Rich()",
    "class Broken:\n    def __repr__(self): raise ValueError('no repr')\nBroken()",
    "import warnings\nwarnings.warn('look out', stacklevel=1)",
    "1 / 0",
    "'still here'",
    "def f(n):\n    return f(n - 1) if n else undefined\nf(3)",
    "if True print('x')",
    "  indented = 1\nindented",
    "%precision 3\n3.14159265",
    "%%capture caught\nprint('kept')",
    "caught.stdout",
    "!echo shell",
    "raise SystemExit('stop')",
    "for i in range(3):\n    print(i, end=' ', flush=True)",
    "print('a\\rb'); print('ä€𝄞', '\\x1b[31mred\\x1b[0m')",
    "import numpy as np\nnp.arange(2000).reshape(100, 20)",
    "list(range(2000))",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('t')\nplt.show()\nprint('after')",
    "fig, ax = plt.subplots(); ax.plot([0, 1])",
    "fig",
    "In[2], Out[2], len(In)",
    "await __import__('asyncio').sleep(0, 'awaited')",
    "def g():\n    yield from ()\ng",
]


def shown(outputs):
    """Outputs as plain data: pictures and addresses only by their kind, measured times not at all.

    A kernel holds text back for a moment, and so changes the order of stdout and stderr; we keep it.
    """
    found = []
    for one in outputs:
        if one["output_type"] == "stream":
            if not found or found[-1][0] != "streams":
                found.append(("streams", {}))
            texts = found[-1][1]
            texts[one["name"]] = texts.get(one["name"], "") + alike(one["text"])
        elif one["output_type"] == "error":
            found.append(("error", one["ename"], alike(one["evalue"])))
        else:
            data = {
                kind: re.sub(r"0x[0-9a-f]+", "0x", value) if kind != "image/png" else value[:8]
                for kind, value in one["data"].items()
            }
            found.append((one["output_type"], data))
    return found


def alike(text):
    return MEASURED.sub("", PLACE.sub("the cell", text.replace("\r\n", "\n")))


def kernel(notebook, folder):
    nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    cells = [one for one in notebook.cells if one.cell_type == "code"]
    return [(one.execution_count, shown(one.outputs)) for one in cells]


def ours(module, notebook, files):
    with batch.open_nursery(COURSE, module, choose_tier()) as nursery:
        session = nursery.open(files)
        cells = [one.source for one in notebook.cells if one.cell_type == "code"]
        ran = [session.run_cell(source, seconds=30) for source in cells]
        session.close()
    return [(one.execution_count, shown(one.outputs)) for one in ran]


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda one: one.number)
def test_a_solved_module_shows_the_same(module, tmp_path):
    notebook = nbformat.read(COURSE.source_notebook(module), as_version=4)
    folder = COURSE.source_notebook(module).parent
    files = {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".py", ".ipynb")
    }
    shutil.copytree(COURSE.library, tmp_path / COURSE.library.name)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = ours(module, notebook, files)
    assert any(outputs for _, outputs in found)
    assert found == kernel(notebook, tmp_path)


def test_what_people_do_in_notebooks_shows_the_same(tmp_path):
    notebook = new_notebook(cells=[new_code_cell(source) for source in FEATURES])
    found = ours(COURSE.modules[0], notebook, {})
    theirs = kernel(notebook, tmp_path)
    assert [one for one in zip(FEATURES, found, theirs, strict=True) if one[1] != one[2]] == []
