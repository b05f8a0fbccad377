"""Errors are caught once, at the door: the right stream, the right exit code, a calm word."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from course_tools.cli import main as door
from course_tools.cli.lazy import Door
from course_tools.files import UserError


class Missing(UserError):
    exit_code = 7


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch):
    """Make `tito boom` raise this error."""

    def plant(error: BaseException) -> None:
        @click.command()
        def boom() -> None:
            raise error

        monkeypatch.setattr(door.tito, "doors", {**door.DOORS, "boom": Door("x:y", "")})
        monkeypatch.setattr(door.tito, "_open", lambda name: boom)

    return plant


def test_a_user_error_goes_to_stderr_with_its_exit_code(raising, capsys) -> None:
    raising(Missing("It is gone.\nTry:  look elsewhere"))
    assert door.run(["boom"]) == 7
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "It is gone.\nTry:  look elsewhere\n"


def test_ctrl_c_is_130_and_calm(raising, capsys) -> None:
    raising(KeyboardInterrupt())
    assert door.run(["boom"]) == 130
    assert "Stopped, as you asked" in capsys.readouterr().err


def test_our_own_fault_is_70_and_says_whose_it_is(raising, capsys) -> None:
    raising(ZeroDivisionError("oops"))
    assert door.run(["boom"]) == 70
    said = capsys.readouterr().err
    assert "not your mistake" in said
    assert "ZeroDivisionError: oops" in said
    assert "Traceback" not in said


def test_our_own_fault_is_shown_in_full_when_asked(raising, monkeypatch) -> None:
    monkeypatch.setenv("TITO_DEBUG", "1")
    raising(ZeroDivisionError("oops"))
    with pytest.raises(ZeroDivisionError):
        door.run(["boom"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["modul"], "module"), (["module", "complet", "1"], "complete"), (["sytem"], "system")],
)
def test_a_mistyped_command_is_answered_with_the_near_one(typed: list[str], meant: str, capsys) -> None:
    assert door.run(typed) == 2
    assert f"Did you mean: {meant}" in capsys.readouterr().err


def test_a_strange_command_is_answered_with_all(capsys) -> None:
    assert door.run(["qqqq"]) == 2
    assert "There is: init, module, milestone, system, author, grade" in capsys.readouterr().err


def test_a_group_this_installation_lacks_says_how_to_get_it(monkeypatch, capsys) -> None:
    monkeypatch.setattr(door.tito, "doors", {"grade": Door("course_tools.cli.not_there:grade", "", "teach")})
    assert door.run(["grade"]) == 1
    assert "pip install 'tito-course[teach]'" in capsys.readouterr().err


def test_a_group_whose_package_is_missing_names_it(monkeypatch, tmp_path: Path, capsys) -> None:
    (tmp_path / "planted_group.py").write_text("import package_that_is_not_there\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(door.tito, "doors", {"grade": Door("planted_group:grade", "", "teach")})
    assert door.run(["grade"]) == 1
    assert "needs the package 'package_that_is_not_there'" in capsys.readouterr().err


def test_every_door_that_is_built_opens_and_has_help() -> None:
    import importlib.util

    context = click.Context(door.tito, info_name="tito")
    for name, one in door.DOORS.items():
        assert one.summary.endswith(".")
        if importlib.util.find_spec(one.target.partition(":")[0]):
            command = door.tito.get_command(context, name)
            assert command is not None
            assert command.help, name
            if isinstance(command, click.Group):
                inner = click.Context(command, info_name=name, parent=context)
                for sub in command.list_commands(inner):
                    found = command.get_command(inner, sub)
                    assert found is not None
                    assert found.help, f"{name} {sub}"


def test_with_json_an_error_is_a_document_too(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert door.run(["module", "status", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["exit_code"] == 1
    assert "not a course workspace" in said.err


def test_json_in_front_of_a_command_says_where_it_belongs(capsys) -> None:
    assert door.run(["--json", "system", "doctor"]) == 2
    assert "behind the command" in capsys.readouterr().err
