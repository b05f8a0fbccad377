"""`pytest graders/` says of each check what the engine says."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_tools.authoring import build_module
from course_tools.course import Course

ROOT = Path(__file__).resolve().parents[2]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tiny = load(ROOT / "tests" / "authoring" / "tiny.py")


@pytest.fixture
def root(tmp_path):
    tiny.write(tmp_path)
    course = Course.load(tmp_path)
    build_module(course, course.modules[0])
    tiny.generate(course, course.modules[0])
    shutil.copy(ROOT / "graders" / "conftest.py", tmp_path / "graders")
    return tmp_path


def asked(root, *options):
    """({check: outcome}, everything pytest said, its exit code)."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "graders",
            "-q",
            "-rA",
            "-W",
            "error",
            "-p",
            "no:cacheprovider",
            *options,
        ],
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_ADDOPTS": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    found = re.findall(r"^(PASSED|FAILED|ERROR) \S+::(\w+)", said, re.MULTILINE)
    return {name: outcome.lower() for outcome, name in found}, said, done.returncode


DOUBLE = ("test_double_of_three", "test_double_of_others", "test_double_refuses_text")
TRIPLE = ("test_triple_of_five", "test_triple_of_others")


def test_every_check_passes_for_the_reference_without_a_release(root):
    shutil.rmtree(root / "release")
    found, said, code = asked(root)
    assert found == dict.fromkeys(DOUBLE + TRIPLE, "passed")
    assert code == 0, said


def test_a_known_mistake_fails_exactly_its_checks_with_what_was_seen(root):
    found, said, code = asked(root, "--mistake", "W01.2a")
    assert code == 1
    assert found == dict.fromkeys(DOUBLE, "passed") | dict.fromkeys(TRIPLE, "failed")
    assert "✗ Triple of 5\n    triple: got 20   expected 15\n    not the same\n    Try: three times" in said
    assert re.search(r"staff: triple: got -\d.*expected -\d", said)  # hidden from students, not from authors


def test_a_submission_is_judged_against_the_release_and_k_selects(root):
    found, said, code = asked(root, "--submission", "release/01_sums/01_sums.ipynb", "-k", "m01-double-test")
    assert code == 1
    assert found == dict.fromkeys(DOUBLE, "failed")
    assert "not written yet" in said
    # the second task rests on the first
    found, said, code = asked(root, "--submission", "release/01_sums/01_sums.ipynb", "-k", "triple")
    assert (found, code) == ({}, 0)
    assert "SKIPPED [2]" in said
    assert "not tried, because it rests on" in said


def test_a_check_that_crashes_is_an_error_and_no_failure(root):
    tiny.replace(
        root / "graders/test_01_sums.py",
        'x = rng.normal() - 4\n    expect(student.probe("one", name="double"',
        'x = 1 / 0\n    expect(student.probe("one", name="double"',
    )
    found, said, code = asked(root, "-k", "double")
    assert code == 1
    assert found == {DOUBLE[0]: "passed", DOUBLE[1]: "error", DOUBLE[2]: "passed"}
    assert "this check crashed: ZeroDivisionError" in said


def test_a_mistyped_name_is_told(root):
    found, said, code = asked(root, "--mistake", "W01.9z")
    assert (found, code) == ({}, 4)
    assert "no bank knows it; there is R01.1a, R01.2a, W01.1a, W01.1b, W01.2a" in said
    _, said, code = asked(root, "--submission", "nowhere.ipynb")
    assert code == 4
    assert "--submission nowhere.ipynb: there is no such file" in said
