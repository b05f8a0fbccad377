"""Visible checks share 40 percent of a cell, hidden ones 60, unless a weight is written."""

from pathlib import Path

import pytest

from course_tools.grading import BrokenCheck
from course_tools.grading.checks import load_checks

HEAD = "from course_tools.grading import check, expect\n"


def write(folder: Path, *checks: str) -> Path:
    path = folder / "test_01_x.py"
    names = [
        f"@check('t', {one})\ndef test_{i}(student, rng):\n    'Title {i}.'\n" for i, one in enumerate(checks)
    ]
    path.write_text(HEAD + "\n".join(names))
    return path


@pytest.mark.parametrize(
    ("checks", "weights"),
    [
        (["visible=True", "", "", ""], [40, 20, 20, 20]),
        (["visible=True", "visible=True", ""], [20, 20, 60]),
        (["", ""], [50, 50]),
        (["visible=True"], [100]),
        (["weight=30", "", ""], [30, 35, 35]),
        (["visible=True, weight=10", "visible=True", "weight=60"], [10, 30, 60]),
    ],
)
def test_shares(tmp_path: Path, checks: list[str], weights: list[float]) -> None:
    assert [one.weight for one in load_checks(write(tmp_path, *checks))] == pytest.approx(weights)


@pytest.mark.parametrize(
    "checks", [["weight=30"], ["weight=70", "weight=40"], ["visible=True, weight=50", ""], ["weight=100", ""]]
)
def test_weights_that_do_not_add_up_are_refused(tmp_path: Path, checks: list[str]) -> None:
    with pytest.raises(BrokenCheck, match="must add up to"):
        load_checks(write(tmp_path, *checks))


def test_a_need_nobody_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenCheck, match="test_9"):
        load_checks(write(tmp_path, "needs=('test_9',)"))


def test_a_file_that_does_not_import_is_our_fault(tmp_path: Path) -> None:
    path = tmp_path / "test_01_x.py"
    path.write_text("import nothing_of_this_name")
    with pytest.raises(BrokenCheck, match="nothing_of_this_name"):
        load_checks(path)


def test_the_title_is_the_docstrings_first_line(tmp_path: Path) -> None:
    assert load_checks(write(tmp_path, ""))[0].title == "Title 0"
