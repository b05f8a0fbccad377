"""The progress file: small, readable, and rebuilt from what can be verified when it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Tito, write_cell


@pytest.fixture
def progress(home: Path, solved: Path, tito: Tito) -> Path:
    """The progress file of a workspace whose module 01 is complete."""
    assert tito("module", "complete", "1").code == 0
    return home / ".tito" / "progress.json"


def states(tito: Tito) -> dict[str, str]:
    return {one["number"]: one["state"] for one in tito("module", "status", "--json").data["modules"]}


def test_the_file_is_small_and_readable(progress: Path) -> None:
    data = json.loads(progress.read_text())
    assert data["schema"] == 2
    (done,) = data["completed"]
    assert (done["module"], done["tests"], done["earlier"]) == ("01", 2, "own")
    assert progress.stat().st_size < 700


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 1, "completed": 3}', '{"completed": [], "schema": 0}']
)
def test_a_damaged_file_is_kept_and_rebuilt(home: Path, progress: Path, tito: Tito, text: str) -> None:
    progress.write_text(text)
    answer = tito("module", "status")
    assert answer.code == 0
    assert ".tito/progress.json was damaged" in answer.err
    assert "complete are 01" in answer.err
    (kept,) = (home / ".tito" / "backups").glob("*progress.json")
    assert kept.read_text() == text
    assert states(tito) == {"01": "complete", "02": "not started"}
    assert tito("module", "status").err == ""


def test_a_lost_file_is_rebuilt(progress: Path, tito: Tito) -> None:
    progress.unlink()
    assert "was gone" in tito("module", "status").err
    assert states(tito)["01"] == "complete"


def test_only_what_can_be_verified_comes_back(progress: Path, solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    return x + x")
    progress.write_text("{")
    answer = tito("module", "status")
    assert "No module could be verified" in answer.err
    assert states(tito)["01"] == "started"


def test_a_rebuilt_module_is_run_when_it_is_completed_again(progress: Path, tito: Tito) -> None:
    progress.write_text("{")
    assert tito("module", "complete", "1", "--json").data["ran"]


def test_the_file_of_a_newer_tito_is_left_alone(progress: Path, tito: Tito) -> None:
    progress.write_text('{"schema": 3, "completed": {}}')
    answer = tito("module", "status")
    assert answer.code == 1
    assert "newer tito" in answer.err
    assert progress.read_text() == '{"schema": 3, "completed": {}}'


def test_the_file_of_an_older_tito_is_read(progress: Path, tito: Tito) -> None:
    data = json.loads(progress.read_text())
    progress.write_text(json.dumps({"schema": 1, "completed": data["completed"]}))
    answer = tito("module", "status")
    assert (answer.code, answer.err) == (0, "")
    assert states(tito)["01"] == "complete"
