"""`tito`, `tito module status` and `tito module list`: where one stands, and the one next command."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import DOUBLE_WRONG, TRIPLE_RIGHT, Tito, write_cell


def following(tito: Tito) -> str:
    answer = tito("--json")
    assert answer.code == 0
    assert answer.data["next"] == tito("module", "status", "--json").data["next"]
    return answer.data["next"]["command"]


def state(tito: Tito, number: str = "01") -> str:
    modules = tito("module", "status", "--json").data["modules"]
    return next(one["state"] for one in modules if one["number"] == number)


def test_outside_a_workspace_tito_says_how_to_make_one(
    tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = tito()
    assert answer.code == 0
    assert "Next:  tito init my-course" in answer.out
    assert tito("--json").data["workspace"] is None


def test_tito_leads_through_a_module_and_to_the_next(home: Path, tito: Tito) -> None:
    notebook = home / "01_alpha" / "01_alpha.ipynb"
    assert following(tito) == "tito module start 01"
    assert state(tito) == "not started"
    assert tito("module", "start", "1").code == 0
    assert following(tito) == "tito module test 01"
    assert state(tito) == "started"
    write_cell(notebook, "m01-double", DOUBLE_WRONG)
    write_cell(notebook, "m01-triple", TRIPLE_RIGHT)
    assert tito("module", "test", "1").code == 1
    assert following(tito) == "tito module test 01"
    assert 'the first red one is "01.1 double"' in tito().out
    write_cell(notebook, "m01-double", "#| export\ndef double(x):\n    return 2 * x")
    assert tito("module", "test", "1").code == 0
    assert following(tito) == "tito module complete 01"
    assert tito("module", "complete", "1").code == 0
    assert state(tito) == "complete"
    assert following(tito) == "tito module start 02"
    assert tito("module", "start", "2").code == 0
    assert tito("module", "complete", "2").code == 0
    answer = tito()
    assert "A tiny course: 2 of 2 released modules complete." in answer.out
    assert "Everything that is released is complete." in answer.out


def test_lost_exports_are_asked_for_in_teaching_order(home: Path, solved: Path, tito: Tito) -> None:
    for number in ("1", "2"):
        assert tito("module", "start", number).code == 0
        assert tito("module", "complete", number).code == 0
    exported = home / "tinytorch" / "core"
    (exported / "beta.py").unlink()
    assert following(tito) == "tito module complete 02"
    (exported / "alpha.py").unlink()
    assert following(tito) == "tito module complete 01"


@pytest.mark.parametrize("change", ["notebook", "export", "no export"])
def test_a_change_after_completion_shows(home: Path, solved: Path, tito: Tito, change: str) -> None:
    assert tito("module", "complete", "1").code == 0
    exported = home / "tinytorch" / "core" / "alpha.py"
    if change == "notebook":
        write_cell(solved, "m01-triple", TRIPLE_RIGHT + " ")
        assert state(tito) == "complete"  # blanks at an end are no change
        write_cell(solved, "m01-triple", TRIPLE_RIGHT + " + 0")
    elif change == "export":
        exported.write_text("")
    else:
        exported.unlink()
    assert state(tito) == "changed"
    assert following(tito) == "tito module complete 01"
    assert tito("module", "complete", "1").code == 0
    assert state(tito) == "complete"


def test_the_last_test_is_told_as_measured(solved: Path, tito: Tito) -> None:
    assert tito("module", "test", "1").code == 0
    (last, none) = [one["last_test"] for one in tito("module", "list", "--json").data["modules"]]
    assert none is None
    assert (last["passed"], last["total"], last["first_red"], last["of_this_notebook"]) == (2, 2, None, True)
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    assert "2 of 2 (before a change)" in tito("module", "status").out


def test_what_a_module_waits_for_is_in_the_table(home: Path, tito: Tito) -> None:
    assert "needs 01 first" in tito("module", "status").out


def test_an_unreadable_notebook_does_not_break_the_table(alpha: Path, tito: Tito) -> None:
    alpha.write_text("{")
    answer = tito("module", "status")
    assert answer.code == 0
    assert "Its notebook cannot be read." in answer.out


def test_list_shows_every_module(home: Path, course: Path, tito: Tito) -> None:
    (course / "release" / "02_beta" / "02_beta.ipynb").unlink()
    lines = tito("module", "list").out.splitlines()
    assert [line.split() for line in lines] == [
        ["no", "module", "state", "planned", "needs"],
        ["01", "Doubling", "not", "started", "5", "min", "-"],
        ["02", "Fourfold", "not", "released", "-", "00,", "01"],
    ]
