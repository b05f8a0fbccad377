"""The same submissions graded by nbgrader and by our steps in nbgrader: Grade and Comment rows side by side."""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest


def load(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plain_course = load("plain_course")

ROWS = """
SELECT submitted_assignment.student_id, base_cell.name, {columns}
FROM {table}
JOIN base_cell ON base_cell.id = {table}.cell_id
JOIN submitted_notebook ON submitted_notebook.id = {table}.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
"""
UNGRADED = (None, 1)  # auto_score, needs_manual_grade of a fresh row


def graded_by(folder, steps, environment):
    """What a run of `nbgrader autograde` leaves behind: exit codes and rows per student."""
    plain_course.write(folder / "source" / "ps1", plain_course.source())
    (folder / "config").mkdir()
    config = f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\nc.Execute.timeout = 2\n{steps}"
    (folder / "nbgrader_config.py").write_text(config)

    def drive(commands):
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("drive.py")), str(folder)],
            input=json.dumps(commands),
            env=environment | {"JUPYTER_CONFIG_DIR": str(folder / "config")},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    # One student after another: nbgrader stops the whole batch at some of these.
    made = drive([["generate_assignment", "ps1"]])
    release = json.loads((folder / "release" / "ps1" / "p1.ipynb").read_text())
    plain_course.hand_in(folder, release)
    done = drive([["autograde", "ps1", "--student", student] for student in plain_course.CLASS])
    assert made["codes"] == [0]
    with closing(sqlite3.connect(folder / "gradebook.db")) as db:
        grades = db.execute(ROWS.format(table="grade", columns="auto_score, needs_manual_grade")).fetchall()
        comments = db.execute(ROWS.format(table="comment", columns="auto_comment")).fetchall()
    codes = dict(zip(plain_course.CLASS, done["codes"], strict=True))
    return {
        "calls": done["calls"],
        "students": {
            student: {
                "code": codes[student],
                "grades": {name: (auto, needs) for who, name, auto, needs in grades if who == student},
                "comments": {name: text for who, name, text in comments if who == student},
            }
            for student in codes
        },
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory, our_steps, environment):
    folders = [tmp_path_factory.mktemp("stock"), tmp_path_factory.mktemp("ours")]
    with ThreadPoolExecutor(2) as pool:
        stock, ours = pool.map(graded_by, folders, ["", our_steps], [environment] * 2)
    assert stock["calls"] == 0
    assert ours["calls"] == len(plain_course.CLASS), "our steps were not the ones that ran"
    return stock["students"], ours["students"]


def differing(both, student):
    stock, ours = both[0][student], both[1][student]
    cells = {
        name
        for kind in ("grades", "comments")
        for name in stock[kind]
        if stock[kind][name] != ours[kind][name]
    }
    return cells | ({"exit code"} if stock["code"] != ours["code"] else set())


def test_an_honest_class_gets_the_same_rows(both):
    alike = [student for student, (_, _, difference) in plain_course.CLASS.items() if not difference]
    assert {student: differing(both, student) for student in alike} == {student: set() for student in alike}
    assert both[1]["right"]["grades"]["square-test"] == (2, 0), "and not because nobody got anything"
    assert both[1]["hidden"]["grades"]["square-test"] == (0, 0)
    assert both[1]["untouched"]["comments"]["why"] == "No response."


# student -> what our steps must give, in full, where they differ from nbgrader's
OURS = {
    "stderr": {"add-test": (1, 0)},
    "warns": {"add-test": (1, 0)},
    "nan": {"share-test": UNGRADED},
    "negative": {"share-test": UNGRADED},
    "true": {"share-test": UNGRADED},
    "listed": {"share-test": UNGRADED},
    "numpy": {"share-test": (1.5, 0)},
    "toomuch": {"share-test": UNGRADED},
    "infinite": {"share-test": UNGRADED},
    "exits": {"square-test": (2, 0), "add-test": (0, 0)},
    "deleted": {"add-test": (1, 0)},
    "copied": {"square-test": (2, 0)},
    "copiedanswer": {"square-test": (2, 0)},
    "foreign": {"square-test": (2, 0), "add-test": (1, 0)},
    "flags": {"add-test": (1, 0)},
    "schema": {"add-test": (1, 0)},
    "noanswer": {"why": (0, 0)},
}


def test_every_difference_is_the_one_written_down(both):
    on_purpose = {student for student, (_, _, difference) in plain_course.CLASS.items() if difference}
    assert on_purpose == set(OURS)
    for student in sorted(on_purpose):
        assert differing(both, student), f"{student} is graded alike: take it off the list"
        ours = both[1][student]
        assert ours["code"] == 0, student
        for name, row in OURS[student].items():
            assert ours["grades"][name] == row, f"{student}: {name}"
        right = both[1]["right"]["grades"]
        others = {name: row for name, row in ours["grades"].items() if name not in OURS[student]}
        assert others == {name: right[name] for name in others}, f"{student} lost something else"


def test_the_page_lists_exactly_these_differences(page):
    listed = set(re.findall(r"^\| (D\d+) \| .+ \| .+ \| .{20,} \|$", page, re.MULTILINE))
    assert listed == {difference for _, _, difference in plain_course.CLASS.values() if difference}
