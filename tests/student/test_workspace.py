"""`tito init`: a folder is made, nothing is overwritten, and the course is found wherever it is."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from course_tools.student import source, workspace

from .conftest import ALPHA, Tito


def zipped(course: Path, path: Path, *, below: str = "") -> Path:
    """The course as one zip file, possibly inside a folder."""
    with zipfile.ZipFile(path, "w") as packed:
        for one in sorted(course.rglob("*")):
            packed.write(one, below + one.relative_to(course).as_posix())
    return path


def test_a_workspace_says_what_it_is(course: Path, tmp_path: Path, tito: Tito) -> None:
    root = tmp_path / "new" / "home"
    answer = tito("init", str(root), "--from", str(course), "--json")
    assert answer.data["workspace"] == str(root)
    assert answer.data["released"] == ["01", "02"]
    data = json.loads((root / ".tito" / "workspace.json").read_text())
    assert data["schema"] == 1
    assert data["course"] == "tiny"
    assert data["release"] == {"kind": "folder", "path": str(course)}
    assert not list(root.rglob("__init__.py"))


def test_the_surrounding_course_is_found(course: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    assert tito("init", "mine").code == 0
    assert (course / "mine" / ".tito" / "workspace.json").is_file()


def test_the_course_a_hub_names_is_found(
    course: Path, tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TITO_COURSE", str(course / "release"))
    assert tito("init", str(tmp_path / "home"), "--json").data["releases"] == str(course)


def test_the_installed_course_is_found(
    course: Path, tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = tmp_path / "prefix"
    shutil.copytree(course, prefix / source.INSTALLED)
    monkeypatch.setattr("sys.prefix", str(prefix))
    assert tito("init", str(tmp_path / "home")).code == 0
    # An upgrade moved it: the workspace follows.
    moved = tmp_path / "other"
    prefix.rename(moved)
    monkeypatch.setattr("sys.prefix", str(moved))
    found = workspace.find(tmp_path / "home")
    assert found is not None
    assert found.course.root == moved / source.INSTALLED


def test_without_a_course_it_says_where_it_looked(
    tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    answer = tito("init", str(tmp_path / "home"))
    assert answer.code == 1
    assert "There is no course to take modules from." in answer.err
    assert "--from PATH" in answer.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("below", ["", "tiny-1.0/"])
def test_a_zip_is_unpacked_into_the_workspace(course: Path, tmp_path: Path, tito: Tito, below: str) -> None:
    packed = zipped(course, tmp_path / "tiny.zip", below=below)
    home = tmp_path / "home"
    assert tito("init", str(home), "--from", str(packed)).code == 0
    packed.unlink()
    shutil.rmtree(course)
    moved = home.rename(tmp_path / "moved")
    found = workspace.find(moved)
    assert found is not None
    assert found.course.release_notebook(found.course.modules[0]).read_bytes() == ALPHA


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "C:/out.txt", "a/../../out.txt"])
def test_a_zip_that_reaches_outside_is_refused(tmp_path: Path, tito: Tito, name: str) -> None:
    packed = tmp_path / "bad.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(name, "x")
    answer = tito("init", str(tmp_path / "home"), "--from", str(packed))
    assert answer.code == 1
    assert "points outside" in answer.err
    assert not list(tmp_path.rglob("out.txt"))
    assert not (tmp_path / "home" / ".tito" / "workspace.json").exists()


def test_what_is_no_zip_or_no_course_is_refused(tmp_path: Path, tito: Tito) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as made:
        made.writestr("readme.txt", "x")
    (tmp_path / "folder").mkdir()
    for name, said in (
        ("text.zip", "not a zip file"),
        ("empty.zip", "There is no course in empty.zip"),
        ("folder", "There is no course in"),
        ("nowhere", "does not exist"),
    ):
        answer = tito("init", str(tmp_path / "home"), "--from", str(tmp_path / name))
        assert answer.code == 1
        assert said in answer.err


def test_a_second_init_changes_nothing(home: Path, course: Path, tito: Tito) -> None:
    before = (home / ".tito" / "workspace.json").read_bytes()
    (home / "inside").mkdir()
    for place in (home, home / "inside"):
        answer = tito("init", str(place), "--from", str(course))
        assert answer.code == 1
        assert "nothing was changed" in answer.err
    assert (home / ".tito" / "workspace.json").read_bytes() == before


def test_update_points_at_new_releases_and_touches_nothing_else(
    home: Path, alpha: Path, course: Path, tmp_path: Path, tito: Tito
) -> None:
    before = alpha.read_bytes()
    packed = zipped(course, tmp_path / "week2.zip")
    assert tito("init", "--update", "--from", str(packed)).code == 0
    shutil.rmtree(course)
    assert tito("module", "start", "1").code == 0
    assert alpha.read_bytes() == before


def test_update_refuses_another_course(home: Path, course: Path, tmp_path: Path, tito: Tito) -> None:
    other = tmp_path / "other"
    shutil.copytree(course, other)
    text = (other / "course.toml").read_text()
    (other / "course.toml").write_text(text.replace('name = "tiny"', 'name = "huge"'))
    answer = tito("init", "--update", "--from", str(other))
    assert answer.code == 1
    assert "another course" in answer.err


def test_the_course_itself_is_no_workspace(course: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    answer = tito("init")
    assert answer.code == 1
    assert "tito init my-course" in answer.err
    assert not (course / ".tito").exists()


def test_a_lost_course_says_how_to_name_another(home: Path, course: Path, tito: Tito) -> None:
    shutil.rmtree(course)
    answer = tito("module", "list")
    assert answer.code == 1
    assert "--update --from PATH" in answer.err


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 2}', '{"schema": 1, "course": 3, "release": {}}']
)
def test_a_damaged_workspace_file_is_a_message(home: Path, tito: Tito, text: str) -> None:
    (home / ".tito" / "workspace.json").write_text(text)
    answer = tito("module", "list")
    assert answer.code == 1
    assert "cannot be used" in answer.err
    assert "notebooks are not touched" in answer.err


def test_outside_a_workspace_every_command_says_how_to_make_one(
    tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("list", "status"):
        answer = tito("module", command)
        assert (answer.code, answer.out) == (1, "")
        assert "tito init my-course" in answer.err
    for command in ("start", "test", "complete", "reset", "repair", "submit", "feedback"):
        answer = tito("module", command, "1")
        assert (answer.code, answer.out) == (1, "")
        assert "tito init my-course" in answer.err


def test_a_fetched_assignment_is_completed_where_it_lies(
    course: Path, tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nbgrader's fetch makes is a folder 01_alpha below the working folder."""
    shutil.copytree(course / "release" / "01_alpha", tmp_path / "hub" / "01_alpha")
    monkeypatch.chdir(tmp_path / "hub")
    monkeypatch.setenv("TITO_COURSE", str(course))
    assert tito("init", ".").code == 0
    answer = tito("module", "complete", "1", "--json")
    assert answer.data["total"] == 2
    assert "not written yet" in answer.data["error"]
