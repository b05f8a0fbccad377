"""`start` copies what is missing, `reset` asks and keeps a backup: homework is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import ALPHA, DOUBLE_RIGHT, Tito, write_cell


def test_start_copies_the_notebook_and_its_files(home: Path, tito: Tito) -> None:
    answer = tito("module", "start", "alpha")
    assert answer.code == 0
    assert (home / "01_alpha" / "01_alpha.ipynb").read_bytes() == ALPHA
    assert (home / "01_alpha" / "numbers.csv").read_text() == "1,2\n"
    assert "jupyter lab 01_alpha/01_alpha.ipynb" in answer.out
    assert "Planned: 5 min." in answer.out


def test_start_never_overwrites(home: Path, alpha: Path, tito: Tito) -> None:
    alpha.write_text("mine")
    (alpha.parent / "numbers.csv").unlink()
    answer = tito("module", "start", "1", "--json")
    assert answer.data["added"] == ["numbers.csv"]
    assert not answer.data["fresh"]
    assert alpha.read_text() == "mine"


def test_start_leaves_caches_behind(home: Path, course: Path, tito: Tito) -> None:
    folder = course / "release" / "01_alpha"
    for name in (".ipynb_checkpoints/01_alpha-checkpoint.ipynb", "__pycache__/x.pyc"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("x")
    (folder / "link").symlink_to("/etc/hostname")
    assert set(tito("module", "start", "1", "--json").data["added"]) == {"01_alpha.ipynb", "numbers.csv"}


def test_an_unreleased_module_says_so(home: Path, course: Path, tito: Tito) -> None:
    (course / "release" / "02_beta" / "02_beta.ipynb").unlink()
    answer = tito("module", "start", "2")
    assert answer.code == 1
    assert "not released yet" in answer.err


@pytest.mark.parametrize(
    ("typed", "near"), [("3", "01_alpha, 02_beta"), ("alhpa", "01_alpha"), ("02_bta", "02_beta")]
)
def test_an_unknown_module_is_answered_with_near_ones(home: Path, tito: Tito, typed: str, near: str) -> None:
    answer = tito("module", "start", typed)
    assert answer.code == 1
    assert f"no module {typed!r}" in answer.err
    assert near in answer.err


def test_reset_asks_and_no_answer_is_no(
    home: Path, alpha: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cell(alpha, "m01-double", DOUBLE_RIGHT)
    before = alpha.read_bytes()
    for typed in ("n\n", "\n", ""):
        feed(monkeypatch, typed)
        answer = tito("module", "reset", "1")
        assert answer.code == 1
        assert "Nothing was changed." in answer.err
        assert alpha.read_bytes() == before
    assert "01_alpha/01_alpha.ipynb" in answer.out
    assert not (home / ".tito" / "backups").exists()


def test_reset_keeps_a_backup_of_what_it_replaces(
    home: Path, alpha: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cell(alpha, "m01-double", DOUBLE_RIGHT)
    (alpha.parent / "own.txt").write_text("mine")
    mine = alpha.read_bytes()
    feed(monkeypatch, "y\n")
    assert tito("module", "reset", "1").code == 0
    assert alpha.read_bytes() == ALPHA
    assert (alpha.parent / "own.txt").read_text() == "mine"
    (kept,) = (home / ".tito" / "backups").rglob("*.ipynb")
    assert kept.read_bytes() == mine
    assert "Nothing to reset" in tito("module", "reset", "1").out


def test_two_resets_in_one_second_keep_both_backups(home: Path, alpha: Path, tito: Tito) -> None:
    for text in ("one", "two"):
        alpha.write_text(text)
        assert tito("module", "reset", "1", "--yes").code == 0
    kept = {one.read_text() for one in (home / ".tito" / "backups").rglob("*.ipynb")}
    assert kept == {"one", "two"}


def test_reset_with_json_does_not_ask_but_wants_a_yes(alpha: Path, tito: Tito) -> None:
    alpha.write_text("mine")
    answer = tito("module", "reset", "1", "--json")
    assert answer.data["exit_code"] == 1
    assert alpha.read_text() == "mine"
    assert tito("module", "reset", "1", "--json", "--yes").data["replaced"] == ["01_alpha.ipynb"]


@pytest.mark.parametrize("content", ["", "{", "hello", '{"a": 1}', "[1]"])
@pytest.mark.parametrize("command", ["test", "complete", "repair"])
def test_an_unreadable_notebook_says_why_and_what_to_do(
    alpha: Path, tito: Tito, content: str, command: str
) -> None:
    alpha.write_text(content)
    answer = tito("module", command, "1")
    assert answer.code == 1
    assert "cannot be read as a notebook: " in answer.err
    assert "tito module reset 01" in answer.err
    assert alpha.read_text() == content


@pytest.mark.parametrize("command", ["test", "complete", "repair", "submit"])
def test_a_missing_notebook_says_how_to_get_one(home: Path, tito: Tito, command: str) -> None:
    answer = tito("module", command, "1")
    assert answer.code == 1
    assert "01_alpha/01_alpha.ipynb does not exist" in answer.err
    assert "tito module start 01" in answer.err


def test_a_notebook_of_another_name_is_pointed_out(alpha: Path, tito: Tito) -> None:
    alpha.rename(alpha.with_name("01_alpha-Copy1.ipynb"))
    answer = tito("module", "test", "1")
    assert "There is 01_alpha-Copy1.ipynb; the course looks for 01_alpha.ipynb." in answer.err


def feed(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """What the student types next."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
