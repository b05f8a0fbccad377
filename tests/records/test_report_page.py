"""docs/reference/report.md describes every field, and nothing that is not there."""

import dataclasses
import re
import typing
from pathlib import Path

import pytest

from course_tools import records

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "report.md").read_text(encoding="utf-8")
KINDS = (
    records.Report,
    records.TaskResult,
    records.CheckResult,
    records.CellRun,
    records.Note,
    records.EarlierModule,
    records.Digests,
)


def section(name: str) -> str:
    return re.split(r"^## ", PAGE.split(f"\n## {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def described(name: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", section(name), re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_described_once_in_order(kind: type) -> None:
    assert described(kind.__name__) == [one.name for one in dataclasses.fields(kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_choice_is_named(kind: type) -> None:
    for name, hint in typing.get_type_hints(kind).items():
        if typing.get_origin(hint) is typing.Literal and name != "verdict":
            row = next(line for line in section(kind.__name__).splitlines() if line.startswith(f"| `{name}`"))
            assert re.findall(r"`([\w-]+)`", row.split("|")[2]) == list(typing.get_args(hint))


def test_the_four_verdicts_are_explained() -> None:
    assert described("Verdicts") == list(typing.get_args(records.Verdict))
