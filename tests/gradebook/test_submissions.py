"""A hand-in is read by handle, whatever it is made of."""

from __future__ import annotations

import os
import time
from datetime import datetime

import pytest

from course_tools.gradebook import submissions
from course_tools.gradebook.submissions import Caps, digest, read, students


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "submitted" / "ann" / "07_training"
    folder.mkdir(parents=True)
    (folder / "07_training.ipynb").write_bytes(b"{}")
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
    return folder


def take(handed_in, **more):
    return read(handed_in.parents[1], "07_training", "ann", **more)


def codes(one):
    return [(note.code, note.where) for note in one.notes]


def test_files_folders_and_time_are_read(handed_in):
    (handed_in / "data").mkdir()
    (handed_in / "data" / "a.csv").write_bytes(b"1,2")
    one = take(handed_in)
    assert sorted(one.files) == ["07_training.ipynb", "data/a.csv", "timestamp.txt"]
    assert one.files["data/a.csv"] == b"1,2"
    assert one.timestamp == datetime(2026, 1, 2, 3, 4, 5)
    assert one.notes == ()


def test_links_are_not_followed(handed_in, tmp_path):
    (tmp_path / "secret").write_text("answers")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret").write_text("answers")
    (handed_in / "file").symlink_to(tmp_path / "secret")
    (handed_in / "folder").symlink_to(tmp_path / "folder")
    one = take(handed_in)
    assert b"answers" not in one.files.values()
    assert codes(one) == [("file-left-out", "file"), ("file-left-out", "folder")]


def test_a_linked_hand_in_folder_is_no_hand_in(handed_in, tmp_path):
    (tmp_path / "submitted" / "bob").symlink_to(tmp_path / "submitted" / "ann")
    (tmp_path / "submitted" / "cid").mkdir()
    (tmp_path / "submitted" / "cid" / "07_training").symlink_to(handed_in)
    assert students(tmp_path / "submitted", "07_training") == ["ann"]
    for name in ("bob", "cid", "../submitted/ann", ".."):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "submitted", "07_training", name)


def test_a_pipe_does_not_hang_the_class(handed_in):
    os.mkfifo(handed_in / "pipe")
    started = time.perf_counter()
    assert codes(take(handed_in)) == [("file-left-out", "pipe")]
    assert time.perf_counter() - started < 2


def test_sizes_counts_and_depth_are_capped(handed_in):
    (handed_in / "big").write_bytes(b"x" * 1_000_001)
    deep = handed_in.joinpath(*"abcdef")
    deep.mkdir(parents=True)
    (deep / "f").write_text("")
    one = take(handed_in, caps=Caps(file_mb=1, depth=3))
    assert codes(one) == [("too-deep", "a/b/c"), ("file-left-out", "big")]
    for i in range(20):
        (handed_in / f"n{i:02}").write_text("")
    few = take(handed_in, caps=Caps(files=5))
    assert len(few.files) == 5
    assert few.notes[-1].code in ("too-much", "timestamp-missing")


def test_one_folder_of_very_many_files_is_cut(handed_in):
    for i in range(50):
        (handed_in / f"n{i:02}").write_text("")
    assert ("too-much", ".") in codes(take(handed_in, caps=Caps(files=10)))


def test_names_that_are_no_text_are_left_out(handed_in):
    (handed_in / "line\nbreak").write_text("")
    with open(os.path.join(os.fsencode(handed_in), b"\xff\xfe"), "w"):
        pass
    one = take(handed_in)
    assert sorted(one.files) == ["07_training.ipynb", "timestamp.txt"]
    assert [note.code for note in one.notes] == ["file-left-out"] * 2
    assert all(note.where.encode() for note in one.notes)


def test_what_nbgrader_ignores_is_ignored(handed_in):
    (handed_in / ".ipynb_checkpoints").mkdir()
    (handed_in / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
    (handed_in / "x.pyc").write_text("")
    assert sorted(take(handed_in).files) == ["07_training.ipynb", "timestamp.txt"]


def test_the_digest_is_of_the_work_alone():
    work = {"a.ipynb": b"1", "data/b": b"2"}
    assert digest(work) == digest(dict(reversed(work.items())))
    assert digest(work) == digest(work | {"timestamp.txt": b"now", "submission_secret.txt": b"s"})
    others = [{"a.ipynb": b"2", "data/b": b"1"}, {"a.ipynb": b"1"}, {"a.ipynb": b"1", "data/c": b"2"}, {}]
    assert len({digest(one) for one in [work, *others]}) == 5


def test_names_and_contents_cannot_be_shifted_into_each_other():
    assert digest({"ab": b"c"}) != digest({"a": b"bc"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "timestamp-missing"),
        ("yesterday evening", "timestamp-unreadable"),
        ("\x00\xff", "timestamp-unreadable"),
    ],
)
def test_a_missing_or_unreadable_time_is_a_staff_note(handed_in, text, code, quietly):
    (handed_in / "timestamp.txt").write_text(text)
    with quietly():
        one = take(handed_in)
    assert one.timestamp is None
    assert [(note.code, note.audience) for note in one.notes] == [(code, "staff")]


def test_times_are_read_as_nbgrader_reads_them(quietly):
    texts = [
        "2015-02-02 15:58:23.948203 UTC",
        "2015-02-02 15:58:23.948203 +0200",
        "2015-02-02 15:58:23 -0330",
        "2015-02-02 15:58:23.948203 America/Los_Angeles",
        "2015-02-02 15:58:23",
    ]
    with quietly():
        from nbgrader.utils import parse_utc

        from course_tools.gradebook.timestamps import parse

        for text in texts:
            assert parse(text) == parse_utc(text), text


def test_no_submitted_folder_means_nobody(tmp_path):
    assert students(tmp_path / "submitted", "07_training") == []


def test_a_file_swapped_for_a_link_between_look_and_open_is_not_followed(handed_in, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("answers")
    (handed_in / "z.txt").write_text("mine")
    real = os.stat

    def swap(name, **more):
        seen = real(name, **more)
        if name == "z.txt":
            (handed_in / "z.txt").unlink(missing_ok=True)
            (handed_in / "z.txt").symlink_to(tmp_path / "secret")
        return seen

    monkeypatch.setattr(submissions.os, "stat", swap)
    assert b"answers" not in take(handed_in).files.values()
