"""docs/reference/strength.md names every operator and figure, and its example can be read."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from course_tools.authoring import strength
from course_tools.authoring.mutants_operators import EXPRESSIONS
from course_tools.authoring.strength_equivalent import load
from course_tools.authoring.strength_result import TaskStrength

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "strength.md").read_text(encoding="utf-8")


def section(title):
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_operator_is_described_and_nothing_else():
    described = re.findall(r"^\| `([a-z-]+)` \|", section("Operators"), re.MULTILINE)
    assert sorted(described) == sorted([*EXPRESSIONS, "delete-statement", "swap-statements"])


def test_every_figure_of_a_task_is_described_and_nothing_else():
    described = set(re.findall(r"`([a-z_]+)`", section("The table")))
    others = {"survivors", "operators", "cpu_seconds", "score"}
    assert described - others == {one.name for one in fields(TaskStrength)}


def test_the_gate_is_the_one_that_is_used():
    said = re.findall(r"(\d+) %", section("The gate"))
    assert said == [f"{100 * strength.MODULE_GATE:.0f}", f"{100 * strength.TASK_GATE:.0f}"]


def test_the_example_of_a_listed_mutant_can_be_read(tmp_path):
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL).group(1)
    (tmp_path / "07_training.toml").write_text(example, encoding="utf-8")
    (digest,) = load(tmp_path / "07_training.toml")
    course = load(Path(__file__).parents[2] / "graders" / "equivalent" / "07_training.toml")
    assert course[digest].reason == "At norm = max_norm the factor is 1.0, which changes no bit."
