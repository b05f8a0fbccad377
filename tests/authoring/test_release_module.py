"""nbgrader's own generator is run for real here, twice in all, because each run takes some seconds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from course_tools.authoring import LeakFound, release, release_module
from course_tools.files import UserError
from course_tools.notebooks import dump, read, write
from course_tools.notebooks.cells import grade_id
from course_tools.notebooks.stubs import stubbed

ROOT = Path(__file__).parents[2]


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def plain_nbgrader(root):
    """What somebody gets who has never heard of `tito`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "07_training", "--force"]
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=root, env=env, capture_output=True, check=True)


def test_a_release_is_nbgraders_own_with_our_stubs(course, module):
    folder = course.release_notebook(module).parent
    released = release_module(course, module)
    assert released.folder == folder
    assert (
        released.files == released.changed == ("07_training.ipynb", "data.csv")
    )  # neither text nor ABOUT.md

    source, paper = read(course.source_notebook(module)), read(course.release_notebook(module))
    assert [one["id"] for one in paper["cells"]] == [one["id"] for one in source["cells"]]
    for ours, theirs in zip(source["cells"], paper["cells"], strict=True):
        answer = ours["metadata"].get("nbgrader", {}).get("solution")
        assert theirs["source"] == (stubbed(ours) if answer else ours["source"])
        assert theirs["metadata"].get("course") == ours["metadata"].get("course")
    assert course.release_notebook(module).read_bytes() == dump(paper)
    MetadataValidator().validate_nb(nbformat.from_dict(paper))

    with sqlite3.connect(course.root / "gradebook.db") as database:
        rows = database.execute("select name from base_cell order by name").fetchall()
        assert {name for (name,) in rows} == {
            grade_id(one)
            for one in source["cells"]
            if one["metadata"].get("nbgrader", {}).get("grade")
            or one["metadata"].get("nbgrader", {}).get("solution")
        }

    before = contents(folder)
    plain_nbgrader(course.root)
    assert contents(folder) == before


def test_a_release_that_would_leak_is_taken_back(course, module, monkeypatch):
    """With a stand-in for nbgrader, which is slow: what it writes is what matters here."""
    folder = course.release_notebook(module).parent
    (folder / "old").mkdir(parents=True)
    (folder / "old" / "data.csv").write_text("1")
    (folder / "07_training.ipynb").write_text("{}")
    before = contents(folder)

    def generate(course, module):
        (folder / "old" / "data.csv").unlink()
        (folder / "new").mkdir()
        (folder / "new" / "notes.txt").write_text("return math.copysign(min(abs(value), limit), value)")
        paper = read(course.source_notebook(module))
        for one in paper["cells"]:
            if one["metadata"].get("nbgrader", {}).get("solution"):
                one["source"] = stubbed(one)
        write(folder / "07_training.ipynb", paper)

    monkeypatch.setattr(release, "_generate", generate)
    with pytest.raises(LeakFound, match=r"new/notes\.txt: solution of m07-clip") as caught:
        release_module(course, module)
    assert [one.file for one in caught.value.findings] == ["new/notes.txt"]
    assert contents(folder) == before
    assert not (folder / "new").exists()


def test_a_text_with_findings_is_not_released(course, module):
    text = course.source_text(module)
    text.write_text(text.read_text().replace("\ntest_unit_clip()", ""))
    with pytest.raises(UserError, match="m07-clip-test: its last line is not a call") as caught:
        release_module(course, module)
    assert "tito author check 07" in str(caught.value)
    assert not course.release_notebook(module).exists()


LOG = """\
[GenerateAssignmentApp | INFO] Converting notebook /course/source/./07_training/07_training.ipynb
[GenerateAssignmentApp | ERROR] There was an error processing assignment: /course/source/./07_training
[GenerateAssignmentApp | ERROR] Traceback (most recent call last):
      File "nbgrader/converters/base.py", line 344, in convert_single_notebook
        output, resources = self.exporter.from_filename(notebook_filename, resources=resources)
    RuntimeError: Cannot add or remove cells for notebook '07_training' because there are submissions
    \n[GenerateAssignmentApp | ERROR] Please see the the above traceback for details on the specific errors.
"""


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            LOG,
            "  RuntimeError: Cannot add or remove cells for notebook '07_training' because there are submissions\n",
        ),
        (
            "[GenerateAssignmentApp | ERROR] No notebooks were matched by 'x'\n",
            "  No notebooks were matched by 'x'\n",
        ),
        ("Killed\n", "  Killed\n"),
        ("", "  it said nothing\n"),
    ],
)
def test_what_nbgrader_refuses_is_told_in_its_words_and_nothing_stays(course, module, monkeypatch, log, said):
    def run(command, **options):
        folder = course.release_notebook(module).parent
        folder.mkdir(parents=True)
        (folder / "half.txt").write_text("")
        return subprocess.CompletedProcess(command, 1, "", log)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UserError) as caught:
        release_module(course, module)
    lead = "nbgrader did not release module 07 (exit code 1):\n"
    assert str(caught.value) == f"{lead}{said}Repair that, then release again."
    assert not course.release_notebook(module).parent.exists()
