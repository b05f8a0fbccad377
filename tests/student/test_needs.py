"""A module asks for the ones it builds on: the student's own, or the reference where that is chosen."""

from __future__ import annotations

from pathlib import Path

from .conftest import DOUBLE_WRONG, TRIPLE_RIGHT, Tito, cell, notebook, write_cell


def needs_message(tito: Tito, command: str = "complete") -> list[str]:
    answer = tito("module", command, "2")
    assert (answer.code, answer.out) == (1, "")
    return answer.err.splitlines()


def test_a_module_that_was_not_started(home: Path, tito: Tito) -> None:
    for command in ("start", "test", "complete"):
        assert needs_message(tito, command)[:3] == [
            "Module 02 needs module 01 first.",
            "01 has not been started.",
            "Try:  tito module start 01",
        ]
    assert not (home / "02_beta").exists()


def test_a_module_that_was_not_tested(alpha: Path, tito: Tito) -> None:
    assert needs_message(tito)[1:3] == [
        "01 is started and has not been tested yet.",
        "Try:  tito module test 01",
    ]


def test_a_module_with_a_red_check_names_it(alpha: Path, tito: Tito) -> None:
    write_cell(alpha, "m01-double", DOUBLE_WRONG)
    write_cell(alpha, "m01-triple", "#| export\ndef triple(x):\n    return 3 * x")
    assert tito("module", "test", "1").code == 1
    assert needs_message(tito)[1:3] == [
        '01 has 1 of 2 checks passing; the first red one is "01.1 double".',
        "Try:  tito module test 01",
    ]


def test_a_module_that_is_green_and_not_completed(solved: Path, tito: Tito) -> None:
    assert tito("module", "test", "1").code == 0
    assert needs_message(tito)[1:3] == [
        "01 passed 2 of 2 checks and is not completed yet.",
        "Try:  tito module complete 01",
    ]


def test_a_lost_export_is_asked_for_again(home: Path, solved: Path, tito: Tito) -> None:
    assert tito("module", "complete", "1").code == 0
    (home / "tinytorch" / "core" / "alpha.py").unlink()
    assert needs_message(tito)[1:3] == [
        "01 was complete, but tinytorch/core/alpha.py is gone.",
        "Try:  tito module complete 01",
    ]
    assert tito("module", "complete", "1").code == 0
    assert tito("module", "start", "2").code == 0


def test_the_students_own_earlier_module_is_what_runs(home: Path, solved: Path, tito: Tito) -> None:
    """Module 00 is in nobody's hands: the library stands in for it, so it is not asked for."""
    assert tito("module", "complete", "1").code == 0
    assert tito("module", "start", "2").code == 0
    answer = tito("module", "complete", "2")
    assert answer.code == 0, answer.err
    assert "Next:  tito module submit 02\n" in answer.out


def test_a_change_of_the_earlier_module_runs_the_later_one_again(
    home: Path, solved: Path, tito: Tito
) -> None:
    for number in ("1", "2"):
        assert tito("module", "start", number).code == 0
        assert tito("module", "complete", number).code == 0
    write_cell(solved, "m01-triple", TRIPLE_RIGHT + "\ndef more():\n    return 1")
    assert tito("module", "complete", "1").code == 0
    assert tito("module", "complete", "2", "--json").data["ran"]


def test_with_the_reference_nothing_earlier_is_asked_for(home: Path, course: Path, tito: Tito) -> None:
    released = course / "release" / "02_beta" / "02_beta.ipynb"
    released.write_bytes(
        notebook(
            cell("#| export\nimport os", "m02-setup", locked=True),
            cell(
                "assert os.environ['TINYTORCH_EARLIER'] == 'reference'", "m02-test", grade=True, locked=True
            ),
        )
    )
    started = tito("module", "start", "2", "--earlier", "reference")
    assert started.code == 0
    assert "builds on the course's earlier modules, not on yours" in started.out
    # What was chosen once holds, so that the next command can be typed as it was shown.
    assert "Next:  tito module test 02\n" in started.out
    assert tito("module", "test", "2").code == 0
    assert tito("module", "complete", "2").code == 0
    assert tito("module", "complete", "2", "--earlier", "own").code == 1
    assert needs_message(tito)[0] == "Module 02 needs module 01 first."
    assert tito("module", "start", "2", "--earlier", "reference", "--json").data["earlier"] == "reference"


def test_a_choice_that_cannot_be_read_is_the_students_own(home: Path, tito: Tito) -> None:
    assert tito("module", "start", "2", "--earlier", "reference").code == 0
    (kept,) = (home / ".tito" / "earlier").iterdir()
    kept.write_bytes(b"\xff\x00")
    assert needs_message(tito)[0] == "Module 02 needs module 01 first."


def test_an_unreleased_need_is_the_librarys_business(home: Path, course: Path, tito: Tito) -> None:
    (course / "release" / "01_alpha" / "01_alpha.ipynb").unlink()
    assert tito("module", "start", "2").code == 0
