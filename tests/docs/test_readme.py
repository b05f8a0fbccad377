"""The demo runs, and what the README says its commands print is what they print."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from documents import ROOT, commands, copy_of_the_course, differences, environment


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return copy_of_the_course(tmp_path_factory.mktemp("readme") / "tito")


@pytest.fixture(scope="module")
def demo(course):
    done = subprocess.run(
        [sys.executable, "-m", "course_tools.demo"],
        cwd=course,
        env=environment(course),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_tells_of_everybody(course, demo):
    rows = {line.split()[0]: line for line in demo.splitlines() if line.startswith("student") and "/" in line}
    reports = {
        path.parts[-3]: json.loads(path.read_text())
        for path in (course / "demo" / "autograded").glob("*/*/report.json")
    }
    assert len(reports) >= 24
    assert rows.keys() == reports.keys()
    for name, report in reports.items():
        assert f"{round(report['points'], 1):g} / 100" in rows[name]


def test_the_demo_class_gets_what_it_deserves(demo):
    def points(story):
        found = re.findall(rf"{re.escape(story)}.*?([\d.]+) / 100", demo)
        assert found, story
        return {float(one) for one in found}

    assert points("everything right") == {90.0}
    assert points("handed in untouched") == {0.0}
    assert points("another right way") == {90.0}
    assert max(points("mistake:")) < 90
    assert points("copies a graded cell") == {90.0}
    assert points("patches the visible tests") == {0.0}
    assert max(points("runs an endless loop")) < 90
    assert "needs a person: 07_training.ipynb cannot be read" in demo


def test_the_demo_leaves_a_page_that_can_be_read_aloud(course, demo):
    page = (course / "demo" / "summary.html").read_text()
    assert re.search(r'<svg role="img" aria-label="Students by points\. .*90 to 100 points: \d', page)
    assert "student01" in page


def test_the_demo_touches_nothing_of_the_course(course, demo):
    for name in ("source", "release", "graders"):
        for path in (ROOT / name).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (course / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path


def test_the_demo_wipes_nothing_that_is_not_a_demo(tmp_path):
    course = copy_of_the_course(tmp_path / "tito")
    (course / "demo").mkdir()
    (course / "demo" / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        [sys.executable, "-m", "course_tools.demo"],
        cwd=course,
        env=environment(course),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "not an earlier demo" in done.stderr
    assert (course / "demo" / "thesis.txt").exists()


def test_the_readme_is_true(course, demo):
    page = ROOT / "README.md"
    assert len([one for one in commands(page) if one.says is not None]) >= 8
    wrong = differences(page, course)
    assert not wrong, "\n\n".join(wrong)


def test_links_lead_somewhere():
    for page in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "deploy").glob("*.md"),
    ]:
        prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", prose):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} names {target}"
