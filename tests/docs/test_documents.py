"""The comparison itself: it must notice what is wrong."""

from __future__ import annotations

import pytest
from documents import commands, differences


def page(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    return path


def run(tmp_path, text):
    folder = tmp_path / "course"
    folder.mkdir()
    return differences(page(tmp_path, text), folder)


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ echo one\none\n$ echo two\ntwo\n```",
        "```console\n$ printf 'a\\nb\\nc\\n'\na\n…\n```",
        "```console\n$ echo took 1.5 s\ntook 22.0 s\n```",
        "```console exit=3\n$ sh -c 'echo no >&2; exit 3'\nno\n```",
        "<!-- meanwhile: export A=1; mkdir x; cd x -->\n```console\n$ echo $A $(basename $PWD)\n1 x\n```",
        "```console\n$ pwd\n~/tito\n```",
    ],
)
def test_a_true_page_is_true(tmp_path, block):
    assert run(tmp_path, block) == []


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ echo one\ntwo\n```",
        "```console\n$ echo one\n```",
        "```console\n$ printf 'a\\nb\\n'\na\n```",
        "```console\n$ printf 'a\\nb\\n'\n…\na\n```",
        "```console\n$ echo 90 points\n91 points\n```",
        "```console\n$ false\n```",
        "```console exit=1\n$ true\n```",
        "<!-- meanwhile: false -->",
    ],
)
def test_a_false_page_is_noticed(tmp_path, block):
    assert len(run(tmp_path, block)) == 1


def test_output_without_a_command_is_refused(tmp_path):
    with pytest.raises(ValueError, match="begins with its output"):
        commands(page(tmp_path, "```console\nhello\n```"))


def test_what_is_typed_on_the_page_lands_in_the_file(tmp_path):
    text = "<!-- in a/x.txt -->\n```text\none $HOME 'q'\n```\n```console\n$ cat a/x.txt\none $HOME 'q'\n```"
    assert run(tmp_path, text) == []


PERCENT = """\
# %% [markdown] nbgrader={"grade_id": "m-text"}
# Old.

# %% nbgrader={"grade_id": "m-code"}
x = 1

# %%
y = 2
"""


@pytest.mark.parametrize(
    ("place", "typed", "expected"),
    [
        ("m-text", "New.\n\n## More", "# New.\n#\n# ## More\n\n# %% nbgrader"),
        ("m-code", "x = 3\nz = 4", '"m-code"}\nx = 3\nz = 4\n\n# %%\ny = 2\n'),
        ("after m-code", "y = 5", "x = 1\n\n# %%\ny = 5\n"),
    ],
)
def test_what_is_typed_into_a_cell_changes_that_cell_alone(tmp_path, place, typed, expected):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "m.py").write_text(PERCENT)
    text = f"<!-- in m.py, cell {place} -->\n```python\n{typed}\n```"
    assert differences(page(tmp_path, text), tmp_path / "course") == []
    made = (tmp_path / "course" / "m.py").read_text()
    assert expected in made
    assert made.count("# %%") == 3


def test_a_cell_that_is_not_there_is_noticed(tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "m.py").write_text(PERCENT)
    wrong = differences(page(tmp_path, "<!-- in m.py, cell m-no -->\n```python\nx\n```"), tmp_path / "course")
    assert len(wrong) == 1


def test_a_place_without_a_block_is_refused(tmp_path):
    for text in ("<!-- in m.py -->\n\n```text\n```", "<!-- in m.py -->\n```console\n$ true\n```"):
        with pytest.raises(ValueError, match="no block follows"):
            commands(page(tmp_path, text))
