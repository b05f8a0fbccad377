"""Files that appear together or not at all, also when the process that writes them is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from types import SimpleNamespace

import pytest

from course_tools.authoring import new_files
from course_tools.authoring.new_entry import with_entry
from course_tools.course import Course
from course_tools.files import UserError

ENTRY = """\
[[modules]]
number = "{number}"
name = "m{number}"
title = "M"
export = "tinytorch.core.m{number}"
seed = "s"
"""
CATALOGUE = 'name = "toy"\ntitle = "T"\n\n# One.\n' + ENTRY.format(number="01")
FILES = {"source/21_m21/21_m21.py": b"text", "graders/test_21_m21.py": b"checks", "graders/kept/x.py": b"x"}


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course.toml").write_text(CATALOGUE)
    (tmp_path / "graders" / "kept").mkdir(parents=True)
    (tmp_path / "graders" / "kept" / "other.py").write_text("other")
    return Course.load(tmp_path)


def contents(course):
    return {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for path in course.root.rglob("*")
        if path.is_file()
    }


def add(course, write=None):
    new_files.atomic_write = write or new_files.atomic_write
    with new_files.alone(course):
        text = (course.root / "course.toml").read_text()
        new_files.place(course, "21_m21", FILES, with_entry(text, ENTRY.format(number="21"), "21"))


def killed_at(course, number):
    """Add the files in a process of its own that is killed in the middle of its write number `number`."""
    left, whole = [number], new_files.atomic_write

    def write(path, content, **options):
        left[0] -= 1
        if left[0] == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / f".{path.name}.abc.part").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        whole(path, content, **options)

    process = multiprocessing.get_context("fork").Process(target=add, args=(course, write))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_killed_run_leaves_no_module_and_the_next_takes_its_files_away(course, number):
    before = contents(course)
    killed_at(course, number)
    assert [one.number for one in Course.load(course.root).modules] == ["01"]
    with new_files.alone(course):
        pass
    assert contents(course) == before
    assert not (course.root / "source").exists()
    add(course)
    assert FILES.items() <= contents(course).items()
    assert [one.number for one in Course.load(course.root).modules] == ["01", "21"]
    assert not (course.root / new_files.ASIDE).exists()


def test_a_run_that_was_killed_at_the_very_end_has_made_the_module(course, monkeypatch):
    monkeypatch.setattr(new_files, "shutil", SimpleNamespace(rmtree=lambda path: None))
    add(course)
    monkeypatch.undo()
    assert (course.root / new_files.ASIDE).is_dir()
    with (course.root / "course.toml").open("a") as stream:
        stream.write("# Edited since.\n")
    with new_files.alone(course):
        assert FILES.items() <= contents(course).items()
        assert not (course.root / new_files.ASIDE).exists()


def test_what_somebody_has_edited_since_is_not_taken_away(course):
    killed_at(course, 3)
    (course.root / "graders/test_21_m21.py").write_bytes(b"edited")
    with new_files.alone(course):
        pass
    assert (course.root / "graders/test_21_m21.py").read_bytes() == b"edited"
    with pytest.raises(UserError, match=r"graders/test_21_m21.py exists already"):
        add(course)


def test_an_error_while_writing_takes_everything_back(course):
    before = contents(course)

    def write(path, content, **options):
        if path.name == "x.py":
            raise OSError("disk full")
        whole(path, content, **options)

    whole = new_files.atomic_write
    try:
        with pytest.raises(OSError, match="disk full"):
            add(course, write)
    finally:
        new_files.atomic_write = whole
    assert contents(course) == before


def test_two_at_once_are_refused(course):
    with new_files.alone(course), pytest.raises(UserError, match="Another"):
        add(course)


def test_an_entry_goes_where_its_number_belongs_and_comments_stay():
    limits = "\n[modules.limits]\ncell_seconds = 9\n"
    milestone = (
        '\n# After it.\n[[milestones]]\nafter = "01"\nname = "a"\ntitle = "A"\nscript = "milestones/a.py"\n'
    )
    whole = CATALOGUE + limits + "\n# Nine.\n" + ENTRY.format(number="09") + milestone
    for number, neighbour in (("00", "# One."), ("05", "# Nine."), ("21", "# After it.")):
        made = with_entry(whole, ENTRY.format(number=number), number)
        before, after = made.split("\n" + ENTRY.format(number=number) + "\n")
        assert after.startswith(neighbour)
        assert f"{before}\n{after}" == whole


def test_a_catalogue_written_in_another_way_is_refused():
    odd = (
        'name = "toy"\ntitle = "T"\nmodules = [{number="01", name="a", title="A", export="t.a", seed="s"}]\n'
    )
    with pytest.raises(UserError):
        with_entry(odd, ENTRY.format(number="21"), "21")
