"""`tito module complete`: everything or nothing, and it says which."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_tools.notebooks import dump, read
from course_tools.sandbox import SandboxLost, Session

from .conftest import (
    DOUBLE,
    DOUBLE_RIGHT,
    DOUBLE_WRONG,
    TRIPLE_RIGHT,
    Tito,
    add_cell,
    cell,
    drop_cell,
    write_cell,
)


def everything(home: Path) -> dict[str, bytes]:
    """Progress and package, byte by byte."""
    paths = [home / ".tito" / "progress.json", *home.glob("tinytorch/**/*")]
    return {str(one): one.read_bytes() for one in paths if one.is_file()}


def test_a_right_notebook_is_exported_and_recorded(home: Path, solved: Path, tito: Tito) -> None:
    before = solved.read_bytes()
    answer = tito("module", "complete", "1")
    assert (answer.code, answer.err) == (0, "")
    assert "01 Doubling is complete: 2 of 2 visible tests pass." in answer.out
    assert "from tinytorch.core.alpha import double, triple" in answer.out
    assert "tito module start 02" in answer.out
    assert "1 written question waits for your answer: 01.3 m01-q1." in answer.out
    assert json.loads((home / ".tito" / "progress.json").read_text())["completed"][0]["module"] == "01"
    assert solved.read_bytes() == before


def test_the_students_own_classes_are_named_first(course: Path, solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-triple", TRIPLE_RIGHT + "\nclass Tripler:\n    pass")
    for path in (course / "release" / "01_alpha" / "01_alpha.ipynb", solved):
        write_cell(path, "m01-setup", "#| export\nclass Given:\n    pass")
    names = tito("module", "complete", "1", "--json").data["names"]
    assert names == ["Tripler", "double", "triple", "Given"]


def test_what_was_exported_can_be_imported_by_a_plain_python(home: Path, solved: Path, tito: Tito) -> None:
    assert tito("module", "complete", "1").code == 0
    root = Path(__file__).parents[2]
    code = "from tinytorch.core.alpha import triple; print(triple(4))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("12\n", "")


def test_a_failure_leaves_progress_and_package_as_they_are(home: Path, solved: Path, tito: Tito) -> None:
    assert tito("module", "complete", "1").code == 0
    before = everything(home)
    assert len(before) == 2
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert everything(home) == before


def test_the_first_failure_is_told_with_what_got_and_expected(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "complete", "1")
    assert answer.out == ""
    assert answer.err.splitlines() == [
        "✗ 01.1 double · double of 3",
        "got 5   expected 6",
        'at line 3 of m01-double-test:  assert got == 6, f"double of 3\\ngot {got}   expected 6"',
        "0 of 2 checks pass; next: tito module test 01",
    ]


def test_an_error_in_the_students_code_names_the_students_line(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    half = x / 0\n    return half")
    answer = tito("module", "complete", "1")
    assert "✗ 01.1 double · ZeroDivisionError" in answer.err
    assert "at line 3 of m01-double:  half = x / 0" in answer.err


def test_an_unwritten_task_is_called_not_written(alpha: Path, tito: Tito) -> None:
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "✗ 01.1 double · not written yet: 01.1 double" in answer.err


def test_a_cell_that_does_not_compile_is_the_cause_that_is_shown(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    return = 2")
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "01.1 double · m01-double did not run to its end: SyntaxError" in answer.err
    assert "at line 3 of m01-double:  return = 2" in answer.err


def test_a_course_cell_that_stops_halfway_is_the_cause_of_a_wrong_value(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    return x\nraise OSError('half')")
    answer = tito("module", "complete", "1")
    assert "01.1 double · m01-double did not run to its end: OSError: half" in answer.err
    assert "at line 4 of m01-double" in answer.err


def test_messages_stay_below_500_characters(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", '#| export\ndef double(x):\n    raise ValueError("x" * 10_000)')
    told = tito("module", "complete", "1").err
    assert len(told) < 600
    assert "at line 3 of m01-double" in told
    assert told.endswith("tito module test 01\n")


def test_an_unchanged_module_is_not_run_again(solved: Path, tito: Tito) -> None:
    assert tito("module", "complete", "1").code == 0
    answer = tito("module", "complete", "1", "--json")
    assert answer.data["complete"]
    assert answer.data["again"]
    assert not answer.data["ran"]


def test_running_and_saving_in_an_editor_changes_nothing(solved: Path, tito: Tito) -> None:
    assert tito("module", "complete", "1").code == 0
    nb = read(solved)
    nb["metadata"]["language_info"] = {"name": "python", "version": "3.13"}
    nb["cells"][1]["execution_count"] = 7
    nb["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hi"}]
    solved.write_bytes(dump(nb))
    assert not tito("module", "complete", "1", "--json").data["ran"]


@pytest.mark.parametrize("change", ["answer", "export", "file"])
def test_any_change_is_run_again(home: Path, solved: Path, tito: Tito, change: str) -> None:
    assert tito("module", "complete", "1").code == 0
    exported = home / "tinytorch" / "core" / "alpha.py"
    written = exported.read_bytes()
    if change == "answer":
        write_cell(solved, "m01-double", DOUBLE_RIGHT + "  # so")
    elif change == "export":
        exported.write_text("mine = 1\n")
    else:
        (solved.parent / "numbers.csv").write_text("3,4\n")
    answer = tito("module", "complete", "1", "--json")
    assert answer.data["ran"]
    assert answer.data["again"]
    if change == "export":
        assert exported.read_bytes() == written
        assert Path(answer.data["backup"]).read_text() == "mine = 1\n"
    else:
        assert answer.data["backup"] is None


def test_all_cells_run_in_order_in_the_notebooks_folder(solved: Path, tito: Tito) -> None:
    add_cell(solved, 0, cell("first = open('numbers.csv').read()", id="own-1"))
    add_cell(solved, 6, cell("open('seen.txt', 'w').write(first)", id="own-2"))
    assert tito("module", "complete", "1").code == 0
    assert (solved.parent / "seen.txt").read_text() == "1,2\n"


def test_a_scratch_cell_that_raises_costs_nothing_and_is_told(solved: Path, tito: Tito) -> None:
    add_cell(solved, 2, cell("1 / 0", id="scratch"))
    answer = tito("module", "complete", "1")
    assert answer.code == 0, answer.err
    assert "cell 3 (ZeroDivisionError: division by zero)" in answer.out


def test_an_exported_cell_that_raises_blocks_though_all_tests_pass(
    home: Path, solved: Path, tito: Tito
) -> None:
    add_cell(solved, 5, cell("#| export\nsurprise = undefined_name", id="own"))
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "cell 6 · NameError" in answer.err
    assert everything(home) == {}


def test_an_export_that_needs_an_unexported_helper_is_refused(home: Path, solved: Path, tito: Tito) -> None:
    add_cell(solved, 1, cell("def helper(x):\n    return x", id="own"))
    write_cell(solved, "m01-triple", "#| export\ndef triple(x):\n    return helper(3 * x)")
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "Exported cells use helper, made in a cell without #| export." in answer.err
    assert everything(home) == {}


def test_an_export_that_fails_at_import_is_refused(home: Path, solved: Path, tito: Tito) -> None:
    add_cell(solved, 1, cell("factor = 3", id="own"))
    write_cell(solved, "m01-triple", "#| export\nTHREE = factor\ndef triple(x):\n    return THREE * x")
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "NameError: name 'factor' is not defined" in answer.err
    assert "THREE = factor" in answer.err
    assert everything(home) == {}


def test_a_notebook_that_ends_the_program_does_not_pass(home: Path, solved: Path, tito: Tito) -> None:
    add_cell(solved, 0, cell("import os; os._exit(0)", id="own"))
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert (
        "01.1 double · cell 1 did not run to its end: your code ended the program (exit status 0)"
        in answer.err
    )
    assert everything(home) == {}


def test_ending_the_program_in_the_last_cell_does_not_pass(home: Path, solved: Path, tito: Tito) -> None:
    add_cell(solved, 6, cell("import os; os._exit(0)", id="own"))
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "the program ended before its last cell" in answer.err
    assert everything(home) == {}


def test_an_engine_that_is_lost_is_nobodys_mistake(
    home: Path, solved: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*anything: object, **more: object) -> None:
        raise SandboxLost("killed by the system")

    monkeypatch.setattr(Session, "run_cell", lost)
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "ended from outside: killed by the system." in answer.err
    assert everything(home) == {}


@pytest.mark.parametrize("name", ["m01-double-test", "m01-setup"])
def test_an_edited_locked_cell_is_named_and_nothing_is_overwritten(
    home: Path, solved: Path, tito: Tito, name: str
) -> None:
    write_cell(solved, name, "pass")
    before = solved.read_bytes()
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert f"the locked cell {name} had been changed." in answer.err
    assert "tito module repair 01" in answer.err
    assert solved.read_bytes() == before
    assert everything(home) == {}


def test_a_deleted_test_is_named(solved: Path, tito: Tito) -> None:
    drop_cell(solved, "m01-triple-test")
    answer = tito("module", "complete", "1")
    assert answer.code == 1
    assert "the cell m01-triple-test was missing." in answer.err


def test_repair_puts_the_cells_back_and_keeps_answers_and_backup(
    home: Path, solved: Path, tito: Tito
) -> None:
    write_cell(solved, "m01-double-test", "pass")
    drop_cell(solved, "m01-triple-test")
    before = solved.read_bytes()
    answer = tito("module", "repair", "1", "--json")
    assert answer.code == 0
    assert len(answer.data["repaired"]) == 2
    assert (Path(answer.data["backup"]) / solved.name).read_bytes() == before
    assert DOUBLE_RIGHT in [one["source"] for one in read(solved)["cells"]]
    assert tito("module", "complete", "1").code == 0
    assert tito("module", "repair", "1").out.startswith("Nothing to repair")


def test_no_visible_test_is_an_error_and_never_a_pass(
    home: Path, course: Path, solved: Path, tito: Tito
) -> None:
    for path in (course / "release" / "01_alpha" / "01_alpha.ipynb", solved):
        for name in ("m01-double-test", "m01-triple-test"):
            drop_cell(path, name)
    for command in ("complete", "test"):
        answer = tito("module", command, "1")
        assert answer.code == 1
        assert "no visible test" in answer.err
    assert everything(home) == {}


def test_a_test_waiting_for_a_failed_one_is_skipped_and_says_for_what(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", DOUBLE)
    outcomes = {one["grade_id"]: one for one in tito("module", "complete", "1", "--json").data["tests"]}
    assert outcomes["m01-double-test"]["outcome"] == "failed"
    assert outcomes["m01-triple-test"]["outcome"] == "skipped"
    assert outcomes["m01-triple-test"]["message"] == "01.2 triple waits for 01.1 double"


def test_the_failing_document_is_the_only_thing_on_stdout(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "complete", "1", "--json")
    assert answer.data["exit_code"] == answer.code == 1
    assert (answer.data["passed"], answer.data["total"]) == (0, 2)


def test_right_answers_in_another_cell_order_pass(solved: Path, tito: Tito) -> None:
    nb = read(solved)
    nb["cells"].insert(1, nb["cells"].pop(3))  # triple before double: only its call needs double
    solved.write_bytes(dump(nb))
    write_cell(solved, "m01-triple", TRIPLE_RIGHT)
    assert tito("module", "complete", "1").code == 0
