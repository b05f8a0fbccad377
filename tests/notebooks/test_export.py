from __future__ import annotations

import subprocess
import sys

import pytest

from course_tools.notebooks import ExportError, export, exported_names, test_functions


def notebook(*sources, **metadata):
    cells = [
        {
            "id": f"c{n}",
            "cell_type": "code",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for n, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def refusal(*sources):
    with pytest.raises(ExportError) as caught:
        export(notebook(*sources), module="tinytorch.core.training")
    return str(caught.value)


def test_marked_cells_go_in_and_no_others(paper):
    source = export(paper, module="tinytorch.core.training")
    assert exported_names(source) == ("clip", "Counter")
    assert test_functions(source) == ()
    assert "print" not in source
    assert "#| export\n" not in source
    assert "# tinytorch.core.training\n" in source
    assert "of 07_training.ipynb." in source
    assert "Do not edit" in source


def test_the_file_can_be_imported_and_says_nothing(paper, tmp_path):
    (tmp_path / "training.py").write_text(export(paper, module="tinytorch.core.training"))
    program = "import training; assert training.clip(-3.0) == -1.0"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_same_notebook_gives_the_same_file(paper):
    assert export(paper, module="a.b") == export(paper, module="a.b")


@pytest.mark.parametrize("mark", ["#| export", "#|export", "\n\n  #| export  ", "# | export"])
def test_the_mark_may_be_written_in_these_ways(mark):
    assert "x = 1" in export(notebook(f"{mark}\nx = 1"), module="a.b")


@pytest.mark.parametrize(
    "first", ["# export", "#| exporti", "x = 0\n#| export", "#| export x", "print('#| export')"]
)
def test_other_first_lines_are_no_mark(first):
    source = export(notebook("#| export\nkept = 1", f"{first}\nleft_out = 1"), module="a.b")
    assert exported_names(source) == ("kept",)


def test_text_cells_are_never_exported(paper):
    for cell in paper["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = "#| export\n" + cell["source"]
    assert "straight line" not in export(paper, module="a.b")


def test_future_imports_of_several_cells_stand_once_at_the_top():
    one = "#| export\nfrom __future__ import annotations\nx: Later = 1\nclass Later: ..."
    two = "#| export\nfrom __future__ import (\n    annotations,\n    division,\n)\ny = 2"
    source = export(notebook(one, two), module="a.b")
    names: dict[str, object] = {}
    exec(compile(source, "a", "exec", dont_inherit=True), names)
    assert (names["x"], names["y"]) == (1, 2)
    assert source.count("__future__") == 1


@pytest.mark.parametrize("name", ["a\nimport os", "a\x00b", "x" * 99])
def test_a_cells_name_cannot_bring_code_into_the_module(name):
    nb = notebook("#| export\nx = 1", course={"module": name})
    nb["cells"][0]["metadata"] = {"nbgrader": {"grade_id": name}}
    source = export(nb, module="a.b")
    assert name not in source
    assert "# Cell c0\n" in source


def test_nothing_marked_is_an_error_and_no_empty_module():
    assert "nothing to export" in refusal("x = 1")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(:\n    pass", "Cell c1, line 2 is not Python"),
        ("x = 1\nreturn x", "Cell c1, line 3 is not Python: 'return' outside function"),
        ("await f()", "line 2 is not Python"),
        ("x = 1\n%matplotlib inline", "Cell c1, line 3 is for the notebook only: %matplotlib inline"),
        ("!pip install x", "line 2 is for the notebook only"),
        ("np.sum?", "line 2 is for the notebook only"),
        ("x = '\x00'", "c1"),
        ("x = " + "-" * 100_000 + "1", "Cell c1"),
        ("x = " + "(" * 5_000 + ")" * 5_000, "Cell c1"),
        ("x = " + "+".join(["1"] * 50_000), "Cell c1"),
        ("x = f" + ".a" * 100_000, "Cell c1"),
        ("def test_x():\n    pass", "Cell c1, line 2 defines the test test_x"),
        ("if True:\n    async def test_x():\n        pass", "line 3 defines the test test_x"),
        ("test_unit_clip()", "Cell c1, line 2 calls test_unit_clip()"),
        ("print('done')", "Cell c1, line 2 calls print()"),
        ("for i in range(3):\n    print(i)", "line 3 calls print()"),
        ("try:\n    import a\nexcept ImportError:\n    print(1)", "line 5 calls print()"),
        ("plt.show()", "line 2 calls show()"),
    ],
)  # fmt: skip
def test_what_makes_no_silent_module_is_refused_with_cell_and_line(source, said):
    assert said in refusal("#| export\nfine = 1", f"#| export\n{source}")


def test_what_only_looks_like_magic_or_noise_is_kept():
    source = (
        "#| export\nx = (7\n % 4)\ns = '''\n!not a command\n'''\n"
        "def f():\n    print('later')\n"
        "if __name__ == '__main__':\n    print('only when run')\n"
        "registry = []\nregistry.append(f)\n"
    )
    names: dict[str, object] = {}
    exec(export(notebook(source), module="a.b"), names)
    assert names["x"] == 3


def test_names_are_those_an_import_defines():
    source = (
        "import os\nfrom a import b\n_private = 1\nA, (B, *C) = 1, (2, 3)\nD: int = 4\nE: int\nobj.attr = 1\n"
        "if True:\n    F = 5\nelse:\n    def G(): H = 1\nclass I:\n    J = 1\n"
    )
    assert exported_names(source) == ("A", "B", "C", "D", "F", "G", "I")


def test_tests_are_found_at_the_top_level_only():
    assert test_functions("def test_a(): pass\nclass T:\n    def test_b(self): pass\ntest_c = 1") == (
        "test_a",
    )


@pytest.mark.parametrize("ask", [exported_names, test_functions])
def test_source_that_is_no_python_is_refused(ask):
    with pytest.raises(ExportError, match="not Python"):
        ask("def")
