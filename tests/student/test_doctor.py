"""`tito system doctor`: every trouble is named, with the command that repairs it."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path
from typing import Any

import pytest

from course_tools.student import doctor

from .conftest import Tito


def organ(tito: Tito, name: str) -> dict[str, Any]:
    answer = tito("system", "doctor", "--json")
    assert answer.code == (0 if answer.data["healthy"] else 1)
    return next(one for one in answer.data["organs"] if one["name"] == name)


def test_a_healthy_workspace_is_healthy(home: Path, tito: Tito) -> None:
    answer = tito("system", "doctor")
    assert answer.code == 0, answer.out
    assert f"✓ workspace: {home}" in answer.out
    assert "2 of 2 modules released" in answer.out
    assert "0 failing" in answer.out


def test_every_trouble_has_a_repair(home: Path, tito: Tito) -> None:
    for one in tito("system", "doctor", "--json").data["organs"]:
        assert one["repair"] or one["health"] == "ok", one


def test_a_missing_or_old_package_fails(home: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "matplotlib":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.26.4" if name == "numpy" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert organ(tito, "numpy") == {
        "name": "numpy",
        "health": "fail",
        "seen": "1.26.4, older than 2",
        "repair": "pip install 'numpy>=2'",
    }
    assert organ(tito, "matplotlib")["seen"] == "not installed"


def test_no_workspace_is_a_warning(tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = organ(tito, "workspace")
    assert (found["health"], found["repair"]) == ("warn", "tito init my-course")


def test_a_lost_course_fails(home: Path, course: Path, tito: Tito) -> None:
    shutil.rmtree(course)
    found = organ(tito, "workspace")
    assert found["health"] == "fail"
    assert "--update --from PATH" in found["repair"]


def test_an_init_file_that_hides_the_library_fails(home: Path, tito: Tito) -> None:
    (home / "tinytorch" / "__init__.py").touch()
    found = organ(tito, "workspace")
    assert found["health"] == "fail"
    assert "hides the course's library" in found["seen"]


def test_a_full_disk_fails(home: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_MB", 1e12)
    assert organ(tito, "disk")["health"] == "fail"


def test_alembic_off_the_path_is_a_warning_with_its_repair(
    home: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "nbgrader_command", lambda: "/somewhere/nbgrader")
    real = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **more: None if name == "alembic" else real(name, **more)
    )
    found = organ(tito, "nbgrader")
    assert found["health"] == "warn"
    assert "alembic" in found["seen"]
    assert "export PATH=" in found["repair"]
