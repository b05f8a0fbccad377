"""`tito module submit`: through an exchange where there is one, else an archive; always a receipt."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from course_tools.notebooks.digest import digest_of_files
from course_tools.student import handin

from .conftest import DOUBLE_WRONG, Tito, write_cell


def test_an_archive_holds_the_work_and_its_label(home: Path, solved: Path, tito: Tito) -> None:
    answer = tito("module", "submit", "1", "--student", "ada", "--json")
    assert answer.code == 0
    receipt = answer.data
    assert receipt["way"] == "archive"
    assert receipt["warning"] == ""
    path = Path(receipt["archive"])
    assert path.parent == home / "handed_in"
    assert path.name.startswith("01_alpha-ada-")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == receipt["archive_digest"]
    with zipfile.ZipFile(path) as packed:
        label = json.loads(packed.read("submission.json"))
        held = {name: packed.read(name) for name in packed.namelist() if name != "submission.json"}
    assert json.loads(held.pop("01_alpha/tito_receipt.json"))["schema"] == 1
    assert held == {
        "01_alpha/01_alpha.ipynb": solved.read_bytes(),
        "01_alpha/numbers.csv": b"1,2\n",
    }
    assert (label["student"], label["module"], label["course"]) == ("ada", "01_alpha", "tiny")
    assert label["files"] == receipt["files"]


def test_the_receipt_is_the_digest_the_grading_report_shows(home: Path, solved: Path, tito: Tito) -> None:
    receipt = tito("module", "submit", "1", "--json").data
    files = {"01_alpha.ipynb": solved.read_bytes(), "numbers.csv": b"1,2\n"}
    assert receipt["digest"] == digest_of_files(files)
    (kept,) = (home / ".tito" / "receipts").iterdir()
    assert json.loads(kept.read_text())["digest"] == receipt["digest"]


def test_what_the_own_run_said_goes_with_the_work_and_is_none_of_it(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    program(tmp_path, monkeypatch, f"cp {solved.parent}/tito_receipt.json {tmp_path}/taken")
    receipt = tito("module", "submit", "1", "--json").data
    said = json.loads((tmp_path / "taken").read_text())
    assert said["tests"] == {"m01-double-test": "failed", "m01-triple-test": "skipped"}
    assert said["notebook"] == hashlib.sha256(solved.read_bytes()).hexdigest()
    assert "tito_receipt.json" not in receipt["files"]
    assert not (solved.parent / "tito_receipt.json").exists()
    (solved.parent / "tito_receipt.json").write_text("left by a run that was stopped")
    assert tito("module", "submit", "1", "--json").data["digest"] == receipt["digest"]


def test_work_that_was_not_run_goes_without(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double-test", "pass")  # altered, so it is taken and not run
    with zipfile.ZipFile(tito("module", "submit", "1", "--json").data["archive"]) as packed:
        assert "01_alpha/tito_receipt.json" not in packed.namelist()


def test_the_receipt_is_shown(solved: Path, tito: Tito) -> None:
    answer = tito("module", "submit", "1")
    assert answer.code == 0
    assert "Hand over this file:" in answer.out
    assert "nbgrader is not installed here." in answer.out
    assert "Receipt:  " in answer.out


def test_red_tests_warn_and_do_not_refuse(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "submit", "1")
    assert answer.code == 0
    assert "0 of 2 visible tests pass; the first red one is '01.1 double'" in answer.err


@pytest.mark.parametrize("trouble", ["unreadable", "altered"])
def test_work_that_cannot_be_run_is_taken_with_a_warning(solved: Path, tito: Tito, trouble: str) -> None:
    if trouble == "unreadable":
        solved.write_text("{")
    else:
        write_cell(solved, "m01-double-test", "pass")
    answer = tito("module", "submit", "1", "--json")
    assert answer.code == 0
    assert answer.data["warning"].startswith("Handing in all the same, but note: 01_alpha")


def test_caches_links_and_feedback_are_not_handed_in(solved: Path, tito: Tito) -> None:
    folder = solved.parent
    (folder / ".hidden").write_text("nbgrader takes it, so it counts")
    for name in (
        ".ipynb_checkpoints/a.ipynb",
        "feedback/old.html",
        "__pycache__/a.py",
        "a.pyc",
        "b/feedback",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "passwords").symlink_to("/etc/passwd")
    taken = set(tito("module", "submit", "1", "--json").data["files"])
    assert taken == {"01_alpha.ipynb", "numbers.csv", ".hidden"}


def test_too_much_is_refused_and_the_largest_file_named(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin, "MOST_MB", 1)
    (solved.parent / "huge.bin").write_bytes(bytes(1_500_000))
    answer = tito("module", "submit", "1")
    assert answer.code == 1
    assert "huge.bin with 2 MB" in answer.err
    assert not (home / "handed_in").exists()


@pytest.mark.parametrize("name", ["a/b", "..", "a b", "-x", "é", ""])
def test_a_name_that_is_no_folder_name_is_refused(solved: Path, tito: Tito, name: str) -> None:
    answer = tito("module", "submit", "1", f"--student={name}")
    if name:
        assert answer.code == 1
        assert "cannot be a student's name" in answer.err
    else:
        assert answer.code == 0  # as if it had not been given


def test_the_hubs_name_comes_before_the_logins(
    solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "grace")
    assert tito("module", "submit", "1", "--json").data["student"] == "grace"


def test_an_exchange_that_refuses_leads_to_an_archive_and_says_why(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, monkeypatch, "echo '[SubmitApp | CRITICAL] Unwritable directory' >&2; exit 1")
    answer = tito("module", "submit", "1", "--json")
    assert answer.code == 0
    assert answer.data["way"] == "archive"
    assert answer.data["remark"] == "nbgrader said: Unwritable directory"
    count = len(list((home / "handed_in").iterdir()))
    answer = tito("module", "submit", "1", "--exchange")
    assert answer.code == 1
    assert "did not take it" in answer.err
    assert len(list((home / "handed_in").iterdir())) == count


def test_an_exchange_that_takes_it_is_called_for_this_course(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    program(tmp_path, monkeypatch, f'echo "$PWD $@" > {seen}')
    answer = tito("module", "submit", "1", "--json")
    assert answer.data["way"] == "exchange"
    assert seen.read_text() == f"{home} submit 01_alpha --course tiny\n"
    assert not (home / "handed_in").exists()


def test_through_nbgraders_own_exchange_and_back(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The real program: handed in, and feedback published the way nbgrader publishes it comes back."""
    own = Path(sys.executable).parent / "nbgrader"
    monkeypatch.setattr("course_tools.student.exchange.nbgrader_command", lambda: str(own))
    exchange, cache = tmp_path / "exchange", tmp_path / "cache"
    (exchange / "tiny" / "outbound" / "01_alpha").mkdir(parents=True)
    (exchange / "tiny" / "outbound" / "01_alpha" / "01_alpha.ipynb").write_bytes(solved.read_bytes())
    (exchange / "tiny" / "inbound").mkdir()
    (exchange / "tiny" / "inbound").chmod(0o2733)
    (exchange / "tiny" / "feedback").mkdir()
    exchange.chmod(0o777)
    (home / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.Exchange.cache = {str(cache)!r}\n"
    )
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    answer = tito("module", "submit", "1", "--json")
    assert answer.data["remark"] == ""
    assert answer.data["way"] == "exchange"
    (taken,) = (exchange / "tiny" / "inbound").iterdir()
    assert (taken / "01_alpha.ipynb").read_bytes() == solved.read_bytes()
    secret = (taken / "submission_secret.txt").read_text()
    name = hashlib.md5((secret + "01_alpha").encode()).hexdigest()
    (exchange / "tiny" / "feedback" / f"{name}.html").write_text("<p>well</p>")
    (page,) = tito("module", "feedback", "1", "--json").data["pages"]
    assert Path(page).read_text() == "<p>well</p>"
    assert Path(page).is_relative_to(home / "01_alpha" / "feedback")


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A stand-in for the nbgrader program."""
    path = folder / "nbgrader"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr("course_tools.student.exchange.nbgrader_command", lambda: str(path))
    assert os.access(path, os.X_OK)
