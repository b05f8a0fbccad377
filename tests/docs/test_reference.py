"""The reference holds every command and every key, and nothing that is not there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from documents import ROOT

from course_tools.course import Course, catalogue
from course_tools.files import UserError

KEYS = (ROOT / "docs" / "reference" / "course-toml.md").read_text()


def test_the_page_of_commands_is_as_made():
    # A process of its own: click's width depends on the terminal, and other tests may have opened commands.
    done = subprocess.run(
        [sys.executable, "-c", "import cli_page, sys; sys.stdout.write(cli_page.text())"],
        cwd=ROOT / "tests" / "docs",
        capture_output=True,
        text=True,
        check=True,
    )
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    assert page == done.stdout, "run: python tests/docs/cli_page.py"


def test_every_command_has_help():
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    sections = re.findall(r"^## `(tito[^`]*)`\n\n```text\nUsage: .*\n\n  (\S.*)", page, re.MULTILINE)
    assert len(sections) == page.count("\n## `tito")
    assert len(sections) > 15


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("The course", catalogue.COURSE_KEYS),
        ("A module", catalogue.MODULE_KEYS),
        ("A milestone", catalogue.MILESTONE_KEYS),
        ("Limits", catalogue.LIMITS),
    ],
)
def test_the_page_on_course_toml_has_exactly_the_keys(heading, keys):
    section = KEYS.split(f"## {heading}\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == keys


def test_the_example_on_that_page_is_a_course(tmp_path):
    example = re.search(r"```toml\n(.*?)```", KEYS, re.DOTALL)
    assert example
    (tmp_path / "course.toml").write_text(example[1])
    course = Course.load(tmp_path)
    assert {one.number for one in course.modules} == {"01", "02"}
    assert [one.name for one in course.milestones] == ["both"]


@pytest.mark.parametrize("required", ["number", "name", "title", "export", "seed"])
def test_what_the_page_calls_required_is_required(tmp_path, required):
    assert re.search(rf"^\| `{required}` \| yes \|", KEYS.split("## A module\n")[1], re.MULTILINE)
    example = re.search(r"```toml\n(.*?)```", KEYS, re.DOTALL)
    assert example
    head, *modules = example[1].split("[[modules]]")
    modules = [re.sub(rf"^{required} = .*\n", "", one, flags=re.MULTILINE) for one in modules]
    (tmp_path / "course.toml").write_text("[[modules]]".join([head, *modules]))
    with pytest.raises(UserError, match=required):
        Course.load(tmp_path)


@pytest.mark.parametrize("required", sorted(catalogue.MILESTONE_KEYS))
def test_every_key_of_a_milestone_is_required(tmp_path, required):
    section = KEYS.split("## A milestone\n")[1].split("\n## ")[0]
    assert re.search(rf"^\| `{required}` \| yes \|", section, re.MULTILINE)
    example = re.search(r"```toml\n(.*?)```", KEYS, re.DOTALL)
    assert example
    head, milestone = example[1].split("[[milestones]]")
    milestone = re.sub(rf"^{required} = .*\n", "", milestone, flags=re.MULTILINE)
    (tmp_path / "course.toml").write_text(f"{head}[[milestones]]{milestone}")
    with pytest.raises(UserError, match=f"milestone .*{required}"):
        Course.load(tmp_path)
