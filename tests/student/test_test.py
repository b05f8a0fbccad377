"""`tito module test`: the same run, one line per visible test, nothing exported."""

from __future__ import annotations

from pathlib import Path

from course_tools.notebooks import dump, read

from .conftest import DOUBLE_WRONG, Tito, add_cell, cell, write_cell


def test_every_visible_test_has_its_line(solved: Path, tito: Tito) -> None:
    answer = tito("module", "test", "1")
    assert answer.code == 0
    first, second, summary, following = answer.out.splitlines()
    assert (first, second) == ("✓ 01.1 double", "✓ 01.2 triple")
    assert summary.startswith("2 of 2 visible tests pass, in ")
    assert following == "Next:  tito module complete 01"
    assert answer.err == ""


def test_nothing_is_exported_or_recorded(home: Path, solved: Path, tito: Tito) -> None:
    before = solved.read_bytes()
    assert tito("module", "test", "1").code == 0
    assert not list(home.glob("tinytorch/**/*.py"))
    assert not (home / ".tito" / "progress.json").exists()
    assert solved.read_bytes() == before


def test_a_red_test_is_explained_and_the_exit_code_says_so(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "test", "1")
    assert answer.code == 1
    assert answer.out.startswith("✗ 01.1 double · double of 3\n  got 5   expected 6\n  at line 3 of")
    assert "– 01.2 triple waits for 01.1 double" in answer.out


def test_one_task_alone(solved: Path, tito: Tito) -> None:
    add_cell(solved, 3, cell("open('reached', 'w').close()", id="behind"))
    write_cell(solved, "m01-triple", "#| export\nnot Python")
    answer = tito("module", "test", "1", "--task", "1", "--json")
    assert answer.code == 0
    assert [one["task"] for one in answer.data["tests"]] == ["01.1"]
    assert answer.data["task"] == "1"
    assert not (solved.parent / "reached").exists()
    assert tito("module", "test", "1", "--task", "01.2").code == 1


def test_one_task_alone_is_not_remembered_as_the_whole(solved: Path, tito: Tito) -> None:
    write_cell(solved, "m01-triple", "#| export\ndef triple(x):\n    return 0")
    assert tito("module", "test", "1").code == 1
    assert tito("module", "test", "1", "--task", "01.1").code == 0
    assert tito("module", "status", "--json").data["modules"][0]["last_test"]["total"] == 2


def test_a_task_is_called_as_its_heading_calls_it(course: Path, solved: Path, tito: Tito) -> None:
    for path in (course / "release" / "01_alpha" / "01_alpha.ipynb", solved):
        nb = read(path)
        for one in nb["cells"]:
            one["metadata"].get("course", {}).pop("title", None)
        text = "Text first.\n\n## 01.1 · Twice as much · 10 points\nMore."
        nb["cells"].insert(0, cell(text, "m01-double-text", "markdown", locked=True))
        path.write_bytes(dump(nb))
    titles = [one["title"] for one in tito("module", "test", "1", "--json").data["tests"]]
    assert titles == ["01.1 Twice as much", "01.2 m01-triple-test"]


def test_the_plot_of_an_unsolved_task_is_no_news(alpha: Path, tito: Tito) -> None:
    add_cell(alpha, 2, cell("plot = double(1)", id="plot"))
    add_cell(alpha, 2, cell("1 / 0", id="own"))
    assert (
        "Stopped with an error: cell 3 (ZeroDivisionError: division by zero).\n"
        in tito("module", "test", "1").out
    )


def test_an_unknown_task_is_answered_with_those_there_are(solved: Path, tito: Tito) -> None:
    answer = tito("module", "test", "1", "--task", "9")
    assert answer.code == 1
    assert "There is: 01.1, 01.2" in answer.err


def test_a_hanging_cell_is_stopped_and_told(home: Path, course: Path, solved: Path, tito: Tito) -> None:
    toml = course / "course.toml"
    toml.write_text(toml.read_text().replace("[[modules]]", "[limits]\ncell_seconds = 0.3\n\n[[modules]]", 1))
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    while True:\n        pass")
    answer = tito("module", "test", "1")
    assert answer.code == 1
    assert "01.1 double · it ran too long and was stopped. time limit of 0.3 s" in answer.out


def test_output_of_cells_is_no_verdict_and_is_not_shown(solved: Path, tito: Tito) -> None:
    add_cell(solved, 0, cell("import sys; print('✓ 01.1 double'); print('x', file=sys.stderr)", id="own"))
    write_cell(solved, "m01-double", DOUBLE_WRONG)
    answer = tito("module", "test", "1", "--json")
    assert answer.code == 1
    assert answer.data["passed"] == 0


def test_a_name_a_stopped_scratch_cell_would_have_made_is_traced_to_it(solved: Path, tito: Tito) -> None:
    add_cell(solved, 1, cell("helper = 1 / 0", id="own"))
    write_cell(solved, "m01-double", "#| export\ndef double(x):\n    return helper * x")
    told = tito("module", "test", "1").out
    assert "cell 2 did not run to its end: ZeroDivisionError" in told
    assert "at line 1 of cell 2:  helper = 1 / 0" in told
