"""A milestone is locked, then ready, then done, and what it says of that is so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import DOUBLE_WRONG, Tito, write_cell
from .milestones import SCRIPT, add_milestones


@pytest.fixture(autouse=True)
def milestones(course: Path) -> Path:
    """The folder of the course's milestones."""
    add_milestones(course)
    return course / "milestones"


def states(tito: Tito) -> dict[str, str]:
    found = tito("milestone", "list", "--json").data["milestones"]
    for words in (("module", "list"), ("module", "status")):
        assert tito(*words, "--json").data["milestones"] == found
    return {one["name"]: one["state"] for one in found}


@pytest.fixture
def complete(home: Path, solved: Path, tito: Tito) -> Path:
    """A workspace whose module 01 is complete."""
    assert tito("module", "complete", "1").code == 0
    return home


def test_it_is_locked_until_its_modules_are_complete(home: Path, solved: Path, tito: Tito) -> None:
    assert states(tito) == {"twice": "locked", "fourfold": "locked"}
    assert tito("--json").data["milestones_ready"] == []
    done = tito("module", "complete", "1")
    assert "Ready now:  tito milestone run twice     Twice as much" in done.out
    assert states(tito) == {"twice": "ready", "fourfold": "locked"}
    assert tito("--json").data["milestones_ready"] == ["twice"]
    assert "Ready:  tito milestone run twice" in tito().out


def test_a_locked_one_names_every_module_that_is_not_complete(home: Path, tito: Tito) -> None:
    answer = tito("milestone", "run", "fourfold")
    assert answer.code == 1
    assert "Not complete: 01 Doubling, 02 Fourfold\n" in answer.err
    assert "Try:  tito module start 01" in answer.err
    assert not (home / "milestones").exists()


def test_the_tables_say_what_to_type_next(complete: Path, tito: Tito) -> None:
    for words in (("milestone", "list"), ("module", "list"), ("module", "status")):
        lines = [line.split() for line in tito(*words).out.splitlines()]
        assert ["01", "Twice", "as", "much", "ready", "-", "tito", "milestone", "run", "twice"] in lines
        assert ["02", "Four", "times", "as", "much", "locked", "-", "needs", "02", "first"] in lines


def test_what_was_reached_is_shown_and_recorded(complete: Path, tito: Tito) -> None:
    answer = tito("milestone", "run", "twice")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("✓ Twice as much: reached, on your own alpha.")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    for line in (
        "accuracy 100.0 % of 4 numbers",
        "goal 75.0 % or more",
        "baseline 25.0 % always 0",
        "numbers right",
        "4 4",
        "Figure: milestones/01_twice.png",
        "It shows: four numbers and their doubles",
    ):
        assert line in lines
    figure = complete / "milestones" / "01_twice.png"
    assert figure.read_bytes() == b"a picture of four numbers and their doubles"
    (record,) = json.loads((complete / ".tito" / "progress.json").read_text())["reached"]
    assert (record["milestone"], record["figure"]) == ("twice", "milestones/01_twice.png")
    assert (record["accuracy"], record["baseline"]) == (1.0, 0.25)
    assert states(tito)["twice"] == "done"
    row = next(line for line in tito("module", "status").out.splitlines() if "Twice" in line)
    assert record["at"][:10] in row
    assert "100.0 %, baseline 25.0 %; milestones/01_twice.png" in row
    assert tito("--json").data["milestones_ready"] == []


def test_the_answer_for_machines_holds_what_was_measured(complete: Path, tito: Tito) -> None:
    data = tito("milestone", "run", "01_twice", "--json").data
    assert (data["reached"], data["accuracy"], data["goal"], data["modules"]) == (True, 1.0, 0.75, ["01"])
    assert data["table"] == [["numbers", "right"], ["4", "4"]]
    assert Path(data["figure"]).is_file()


def test_a_later_module_keeps_the_record(complete: Path, tito: Tito) -> None:
    assert tito("milestone", "run", "twice").code == 0
    for words in (("start", "2"), ("complete", "2")):
        assert tito("module", *words).code == 0
    assert states(tito) == {"twice": "done", "fourfold": "ready"}
    assert tito("milestone", "run", "4x").code == 1
    assert tito("milestone", "run", "fourfold").code == 0
    assert states(tito) == {"twice": "done", "fourfold": "done"}


@pytest.mark.parametrize("change", ["edited", "gone"])
def test_an_export_that_did_not_pass_does_not_count(complete: Path, tito: Tito, change: str) -> None:
    exported = complete / "tinytorch" / "core" / "alpha.py"
    if change == "edited":
        exported.write_text("def double(x):\n    return x + x\n")
    else:
        exported.unlink()
    assert states(tito)["twice"] == "locked"
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert "01 was complete, but tinytorch/core/alpha.py is gone or was edited since." in answer.err
    assert "Try:  tito module complete 01" in answer.err


def test_what_falls_short_is_shown_and_not_recorded(complete: Path, tito: Tito, milestones: Path) -> None:
    (milestones / "01_twice.py").write_text(SCRIPT.replace("number + number", "number * number"))
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert answer.out.startswith("✗ Twice as much: not reached")
    assert "accuracy  50.0 %" in answer.out
    assert "tito module test NN     for each of 01" in answer.out
    assert (complete / "milestones" / "01_twice.png").is_file()
    assert states(tito)["twice"] == "ready"


def test_one_without_a_script_is_not_released(complete: Path, tito: Tito, milestones: Path) -> None:
    (milestones / "01_twice.py").unlink()
    assert states(tito)["twice"] == "not released"
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert "not released yet" in answer.err


def test_one_that_is_done_stays_done_while_its_module_is_rewritten(
    complete: Path, solved: Path, tito: Tito
) -> None:
    assert tito("milestone", "run", "twice").code == 0
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    assert tito("module", "complete", "1").code == 1
    assert states(tito)["twice"] == "done"


def test_a_damaged_progress_file_opens_milestones_again(complete: Path, tito: Tito) -> None:
    assert tito("milestone", "run", "twice").code == 0
    (complete / ".tito" / "progress.json").write_text("{")
    assert "Milestones are open again" in tito("milestone", "list").err
    assert states(tito)["twice"] == "ready"


def test_a_course_without_milestones_says_so(complete: Path, course: Path, tito: Tito) -> None:
    catalogue = course / "course.toml"
    catalogue.write_text(catalogue.read_text().split("[[milestones]]")[0])
    assert tito("milestone", "list").out == "This course has no milestones.\n"
    assert "milestone" not in tito("module", "list").out
