"""Collecting from the exchange: whose it is, when it came, and nothing but files."""

from __future__ import annotations

import json
import os
import pwd

import pytest

from course_tools.files import UserError
from course_tools.gradebook.collect import collect

ME = pwd.getpwuid(os.getuid()).pw_name
TIME = "2026-01-02 03:04:05.000000 UTC"


@pytest.fixture
def inbound(root, tmp_path):
    folder = tmp_path / "exchange" / "tiny" / "inbound"
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'tiny'\n"
        f"c.Exchange.root = {str(tmp_path / 'exchange')!r}\n"
        "c.ExchangeFactory.collect = 'course_tools.gradebook.exchange.ExchangeCollect'\n"
    )
    os.chmod(tmp_path / "exchange", 0o777)
    return folder


def hand_in(inbound, student=ME, when=TIME, text="{}"):
    folder = inbound / f"{student}+07_training+{when}+abc"
    folder.mkdir()
    (folder / "07_training.ipynb").write_text(text)
    (folder / "timestamp.txt").write_text(when)
    return folder


def test_a_hand_in_arrives_with_receipts(root, inbound, quietly):
    hand_in(inbound)
    with quietly():
        (one,) = collect(root, "07_training")
    there = root / "submitted" / ME / "07_training"
    assert (there / "07_training.ipynb").read_text() == "{}"
    assert len((there / "submission_secret.txt").read_text()) == 64
    assert (one.student, one.done, one.claimed) == (ME, "collected", "2026-01-02T03:04:05")
    lines = (root / ".tito" / "receipts" / "07_training.jsonl").read_text().splitlines()
    assert [json.loads(line)["arrived"] for line in lines] == [one.arrived]


def test_the_newest_is_taken_and_an_older_one_kept_out(root, inbound, quietly):
    hand_in(inbound, when="2026-01-02 03:04:05.000000 UTC", text="old")
    hand_in(inbound, when="2026-01-03 03:04:05.000000 UTC", text="new")
    with quietly():
        assert [one.done for one in collect(root, "07_training")] == ["collected"]
        assert [one.done for one in collect(root, "07_training")] == ["kept"]
        hand_in(inbound, when="2026-01-04 03:04:05.000000 UTC", text="newest")
        assert [one.done for one in collect(root, "07_training", update=False)] == ["kept"]
        assert [one.done for one in collect(root, "07_training")] == ["updated"]
    assert (root / "submitted" / ME / "07_training" / "07_training.ipynb").read_text() == "newest"


def test_somebody_elses_folder_is_refused_and_does_not_hide_the_own_one(root, inbound, quietly):
    hand_in(inbound, student="ghost")
    if os.getuid() == 0:
        forged = hand_in(inbound, when="2030-01-01 00:00:00.000000 UTC", text="forged")
        os.chown(forged, 65534, 65534)
        hand_in(inbound, text="mine")
    with quietly():
        outcomes = collect(root, "07_training")
    refused = [one for one in outcomes if one.done == "refused"]
    assert {one.notes[0].code for one in refused} == {"owner-differs"}
    assert "ghost" in {one.student for one in refused}
    assert not (root / "submitted" / "ghost").exists()
    if os.getuid() == 0:
        assert (root / "submitted" / ME / "07_training" / "07_training.ipynb").read_text() == "mine"


def test_where_all_share_an_account_the_check_can_be_switched_off(root, inbound, quietly):
    hand_in(inbound, student="ghost")
    with open(root / "nbgrader_config.py", "a") as file:
        file.write("c.ExchangeCollect.check_owner = False\n")
    with quietly():
        assert [one.done for one in collect(root, "07_training")] == ["collected"]


def test_links_lead_nowhere(root, inbound, tmp_path, quietly):
    (tmp_path / "answers").write_text("secret")
    (hand_in(inbound) / "notes.txt").symlink_to(tmp_path / "answers")
    with quietly():
        (one,) = collect(root, "07_training")
    assert not (root / "submitted" / ME / "07_training" / "notes.txt").exists()
    assert [note.code for note in one.notes if note.where == "notes.txt"] == ["file-left-out"]


def test_nonsense_in_the_exchange_stops_nobody(root, inbound, quietly):
    (inbound / "x+07_training+not a time+y").mkdir()
    (inbound / "nothing").mkdir()
    hand_in(inbound)
    with quietly():
        assert [one.student for one in collect(root, "07_training")] == [ME]


def test_a_claimed_time_long_before_the_arrival_is_noted(root, inbound, quietly):
    hand_in(inbound, when="2020-01-01 00:00:00.000000 UTC")
    with quietly():
        (one,) = collect(root, "07_training")
    assert "time-differs" in {note.code for note in one.notes}
    assert (root / "submitted" / ME / "07_training" / "timestamp.txt").read_text().startswith("2020")


def test_a_missing_exchange_is_a_sentence(root, quietly):
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'tiny'\nc.Exchange.root = '/nowhere'\n"
    )
    with quietly(), pytest.raises(UserError, match="Nothing was collected"):
        collect(root, "07_training")
