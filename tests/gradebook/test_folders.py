"""autograded/ is replaced whole, and no name from a student leads out of it."""

from __future__ import annotations

import os
import stat

import pytest

from course_tools.files import UserError
from course_tools.gradebook import folders
from course_tools.gradebook.folders import complete_receipt, put, usable, write_autograded


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "autograded" / "ann" / "07_training"


def write(folder, **more):
    given = {"notebook": ("07_training.ipynb", b"{}"), "report": b"{}", "handed_in": {}} | more
    return write_autograded(folder, **given)


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_nbgrader_looks_for_is_there(folder):
    handed_in = {
        "07_training.ipynb": b"theirs",
        "other.ipynb": b"x",
        "data/a.csv": b"theirs",
        "notes.txt": b"n",
        "timestamp.txt": b"t",
        "submission_secret.txt": b"s",
    }
    write(folder, handed_in=handed_in, source={"data/a.csv": b"ours"}, written={"plot.png": b"p"})
    assert content(folder) == {
        "07_training.ipynb": b"{}",
        "report.json": b"{}",
        "data/a.csv": b"ours",
        "notes.txt": b"n",
        "plot.png": b"p",
        "timestamp.txt": b"t",
        "submission_secret.txt": b"s",
    }


def test_rights_are_nbgraders(folder):
    write(folder, handed_in={"d/a": b""})
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()} == {0o444}
    write(folder, handed_in={"d/a": b""}, groupshared=True)
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()} == {0o664}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775


def test_an_older_folder_is_replaced_and_nothing_else_remains(folder):
    write(folder, handed_in={"old": b""})
    write(folder, handed_in={"new": b""})
    assert set(content(folder)) == {"07_training.ipynb", "report.json", "new"}
    assert [one.name for one in folder.parent.iterdir()] == ["07_training"]


def test_a_killed_run_leaves_nothing_behind_for_long(folder):
    (folder.parent / ".07_training.abc.part").mkdir(parents=True)
    write(folder)
    assert [one.name for one in folder.parent.iterdir()] == ["07_training"]


def test_when_writing_fails_the_old_folder_stays(folder, monkeypatch):
    write(folder, handed_in={"old": b""})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_modes", full)
    with pytest.raises(UserError, match="No space left"):
        write(folder, handed_in={"new": b""})
    assert "old" in content(folder)
    assert [one.name for one in folder.parent.iterdir()] == ["07_training"]


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "",
        ".",
        "a//b",
        ".git/config",
        "a\\b",
        "a\nb",
        "x" * 300,
        "a/" * 20 + "b",
    ],
)
def test_names_that_lead_elsewhere_are_refused(folder, name):
    assert not usable(name)
    notes = write(folder, written={name: b"evil"})
    assert [note.code for note in notes] == ["file-left-out"]
    assert b"evil" not in content(folder.parents[2]).values()


@pytest.mark.parametrize(
    "name", ["report.json", "07_training.ipynb", "timestamp.txt", "submission_secret.txt"]
)
def test_student_code_cannot_write_what_is_ours(folder, name):
    write(folder, written={name: b"evil"})
    assert b"evil" not in content(folder).values()


def test_put_does_not_write_through_a_link(tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "target").write_text("keep")
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "target", tmp_path / "ours" / "link")
    os.symlink(tmp_path / "elsewhere", tmp_path / "ours" / "folder")
    assert put(tmp_path / "ours", "link", b"new")
    assert not put(tmp_path / "ours", "folder/file", b"new")
    assert (tmp_path / "target").read_text() == "keep"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_hand_in_without_receipts_gets_them(tmp_path, quietly):
    now = "2026-01-02 03:04:05.000000 UTC"
    with quietly():
        assert [note.code for note in complete_receipt(tmp_path, now)] == ["timestamp-ours"]
        assert (tmp_path / "timestamp.txt").read_text() == now
        secret = (tmp_path / "submission_secret.txt").read_text()
        assert len(secret) == 64
        assert complete_receipt(tmp_path, "2027-01-01 00:00:00.000000 UTC") == ()
        assert (tmp_path / "timestamp.txt").read_text() == now
        assert (tmp_path / "submission_secret.txt").read_text() == secret
        (tmp_path / "timestamp.txt").write_text("tomorrow, maybe")
        assert len(complete_receipt(tmp_path, now)) == 1
