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
