"""`tito author check` finds each fault that is planted in a sound course; every run is graded for real."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from course_tools.authoring import check as gates
from course_tools.authoring import release, release_module
from course_tools.authoring.budget import Budget
from course_tools.authoring.check import check_module
from course_tools.authoring.refresh import refresh_misconceptions
from course_tools.cli.main import run
from course_tools.course import Course
from course_tools.files import UserError

TEXT, CHECKS, BANK = "source/01_sums/01_sums.py", "graders/test_01_sums.py", "graders/mistakes/01_sums.py"
PROBES = "graders/probes/01_sums.py"


def load(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tiny = load("tiny")


@pytest.fixture(autouse=True)
def quick_release(monkeypatch):
    monkeypatch.setattr(release, "_generate", tiny.generate)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The tiny course, built, released and with its file of misconceptions."""
    root = tmp_path_factory.mktemp("tiny")
    tiny.write(root)
    course = Course.load(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "_generate", tiny.generate)
        release_module(course, course.modules[0])
        refresh_misconceptions(course, course.modules[0])
    return root


@pytest.fixture
def root(sound, tmp_path):
    """A copy to plant faults in."""
    shutil.copytree(sound, tmp_path / "course")
    return tmp_path / "course"


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def checked(root, *, rebuilt=True, **options):
    """{gate: findings as (file, cell, problem)}, and every finding has a repair."""
    course = Course.load(root)
    if rebuilt:
        release_module(course, course.modules[0])
    outcome = check_module(course, course.modules[0], **options)
    assert all(one.repair for one in outcome.findings)
    found = {
        gate.name: [(one.file, one.cell, one.problem) for one in gate.findings] for gate in outcome.gates
    }
    return found, {gate.name: gate.verdict for gate in outcome.gates}, outcome


def test_a_sound_module_passes_and_nothing_of_it_changes(sound, monkeypatch, capfd):
    before = contents(sound)
    monkeypatch.chdir(sound)
    assert run(["author", "check", "01", "--json"]) == 0
    said = capfd.readouterr()
    document = json.loads(said.out)
    assert said.err == ""
    assert document["ok"] is True
    assert document["findings"] == []
    assert {gate["verdict"] for gate in document["gates"]} == {"passed"}
    assert [gate["seen"] for gate in document["gates"] if gate["name"] == gates.SOLVED] == [
        "90 automatic points"
    ]
    # two runs of the reference, one without its free cell, one untouched, two tasks alone, the bank's five
    assert document["notebooks_graded"] == 2 + 1 + 1 + 2 + 8 + 5
    rows = [
        (row["grade_id"], row["visible"], row["hidden"], row["mistakes"], row["by_visible"], row["idle"])
        for row in document["tasks"]
    ]
    assert rows == [("m01-double-test", 1, 2, 2, 1, []), ("m01-triple-test", 1, 1, 1, 1, [])]
    assert contents(sound) == before


def test_faults_of_the_bank_are_found(root):
    tiny.replace(root / BANK, 'after="double(double(x))"', 'after="x + double(x)"')
    tiny.replace(
        root / BANK, '("test_double_refuses_text",)', '("test_double_refuses_text", "test_double_of_three")'
    )
    tiny.replace(root / BANK, '\n        also=("m01-triple-test",),', "")
    tiny.replace(root / BANK, '"return 2 * x", "return x + x"', '"return 2 * x", "return 3 * x"')
    tiny.replace(root / BANK, '"double(x) + x", "3 * x"', '"double(x) - x", "3 * x"')
    found, _, outcome = checked(root, rebuilt=False)
    assert found[gates.ENTRIES] == [(BANK, "m01-triple", "R01.2a: `before` does not stand in m01-triple")]
    assert found[gates.MISTAKES] == [
        (BANK, "m01-double", "W01.1a (2 is added instead of multiplied) also costs points in m01-triple-test "
         "(test_triple_of_five, test_triple_of_others)"),
        (BANK, "m01-double", "W01.1b (text is doubled like a number) does not fail test_double_of_three"),
        (BANK, "m01-triple", "W01.2a (four times instead of three) survives: m01-triple-test keeps all its points"),
    ]  # fmt: skip
    assert found[gates.VISIBLE] == [
        (CHECKS, "m01-triple-test", "no mistake of task 01.2 is noticed by a visible check")
    ]
    assert {(file, cell) for file, cell, _ in found[gates.RIGHT]} == {
        (CHECKS, "m01-double-test"),
        (CHECKS, "m01-triple-test"),
    }
    assert "R01.1a (a sum) is right but fails test_double_of_three" in found[gates.RIGHT][0][2]
    assert [problem for _, _, problem in found[gates.NAMED]] == [
        "it is missing or older than the checks, the bank or the text"
    ]
    assert [row.noticed for row in outcome.tasks] == [2, 0]
    assert outcome.tasks[1].idle == ("test_triple_of_five", "test_triple_of_others")


def test_free_points_undeclared_needs_and_a_stale_release_are_found(root):
    """The release is older than the text, and one file in it is nobody's."""
    free = 'expect(student.probe("one", name="double", x="3")).raises("ValueError", what="double of text")'
    tiny.replace(root / CHECKS, free, "expect(1).equal(1)")
    text = (root / TEXT).read_text()
    cells = text.split("# %% ")
    (place,) = [n for n, one in enumerate(cells) if '"m01-triple-test"' in one and "points" in one]
    cells[place] = cells[place].replace('"needs": ["m01-double-test"]', '"needs": []')
    (root / TEXT).write_text("# %% ".join(cells))
    (root / "release/01_sums/notes.txt").write_text("nothing")
    found, verdicts, _ = checked(root, rebuilt=False, bank=False)
    assert found[gates.NOTHING] == [
        (CHECKS, "m01-double-test", "test_double_refuses_text gives points to an untouched notebook")
    ]
    assert found[gates.ALONE] == [
        (CHECKS, "m01-double-test", "test_double_refuses_text passes although 01.1 is not written"),
        (TEXT, "m01-triple-test", "it loses points when only 01.1 is missing (test_triple_of_five, "
         "test_triple_of_others), but does not name it in its needs"),
    ]  # fmt: skip
    assert found[gates.BUILT] == [("source/01_sums/01_sums.ipynb", "", "it is not what its text makes now")]
    assert [(file, problem) for file, _, problem in found[gates.RELEASED]] == [
        ("release/01_sums/01_sums.ipynb", "it is not what its text makes now"),
        ("release/01_sums/notes.txt", "it is not part of what is released"),
    ]
    assert verdicts[gates.MISTAKES] == "skipped"


def test_a_comparison_where_the_student_can_reach_it_is_found(root):
    """The probe compares inside, so an object that is equal to everything gets the points."""
    with (root / PROBES).open("a") as probes:
        probes.write("\n\ndef agrees(names, x):\n    return bool(names['triple'](x) == 3 * x)\n")
    asked = 'student.probe("one", name="triple", x=x)).close(3 * x'
    tiny.replace(root / CHECKS, asked, 'student.probe("agrees", x=x)).equal(True')
    found, verdicts, _ = checked(root, rebuilt=False, bank=False)
    (one,) = found[gates.WORTHLESS]
    assert one[:2] == (CHECKS, "m01-triple-test")
    assert "answers equal to everything in 01.2: test_triple_of_others" in one[2]
    assert verdicts[gates.NOTHING] == verdicts[gates.HARMLESS] == "passed"


def test_a_reference_that_warns_wavers_and_takes_long_is_found(root):
    faults = ("import random, sys, time", "time.sleep(0.2)", "print('odd', file=sys.stderr)")
    lines = "".join(f"    {one}\n" for one in (*faults, "return 2 * x + random.random()"))
    tiny.replace(root / TEXT, "    return 2 * x\n", lines)
    found, verdicts, _ = checked(
        root, budget=Budget(test_seconds=0.15, checks_seconds=0.15, cell_seconds=0.5)
    )
    assert {cell for _, cell, _ in found[gates.SOLVED]} == {"m01-double-test", "m01-triple-test"}
    assert any("test_double_of_three: failed · double" in problem for _, _, problem in found[gates.SOLVED])
    assert any(
        cell == "m01-double-test"
        and "run 1 and run 2 of the reference differ: test_double_of_three" in problem
        for _, cell, problem in found[gates.SAME]
    )
    assert (TEXT, "m01-double-test", "it writes to stderr: odd") in found[gates.QUIET]
    over = {(cell, problem.split(" takes ")[0].split(" take ")[0]) for _, cell, problem in found[gates.COST]}
    assert over == {
        ("m01-double-test", "this visible test"),
        ("m01-triple-test", "this visible test"),
        ("01_sums-005", "this cell"),
        ("m01-double-test", "its checks"),
        ("m01-triple-test", "its checks"),
    }
    # What a wrong reference would only repeat is not run.
    assert verdicts[gates.NOTHING] == verdicts[gates.MISTAKES] == "skipped"


def test_what_is_wrong_before_anything_runs_is_found(root, monkeypatch, capfd):
    tiny.replace(root / TEXT, '"points": 50', '"points": 45')
    tiny.replace(root / TEXT, "\n\ntest_triple()", "")
    tiny.replace(
        root / CHECKS,
        'student.probe("one", name="triple", x=5)).equal(15, what="triple")',
        'student.probe("one"',
    )
    monkeypatch.chdir(root)
    assert run(["author", "check", "01"]) == 1
    said = capfd.readouterr()
    assert said.err == ""
    assert "\x1b" not in said.out
    for line in (
        f"✗ {TEXT} · m01-triple-test: its last line is not a call, so nothing is tested",
        f"✗ {TEXT}: its points add up to 95, not to 100",
        "  Repair: correct the points of its graded cells, or `points` in course.toml",
        f"✗ {CHECKS}: test_01_sums.py cannot be imported: SyntaxError:",
        "– bank: each mistake loses what it should (first repair the above)",
    ):
        assert line in said.out


def test_an_export_that_speaks_is_found(root):
    tiny.replace(
        root / TEXT, "#| export\nimport math", '#| export\nimport math, sys\nsys.stdout.write("hello")'
    )
    found, _, _ = checked(root, bank=False)
    assert found[gates.SILENT] == [(TEXT, "", "importing tinytorch.core.sums is not silent: hello")]


def test_a_module_without_text_is_a_users_error(root):
    (root / TEXT).unlink()
    course = Course.load(root)
    with pytest.raises(UserError, match="as percent text"):
        check_module(course, course.modules[0])


def test_build_runs_the_bank_only_when_something_changed(root, monkeypatch, capfd):
    monkeypatch.chdir(root)
    path = root / "graders/fixtures/01_sums.misconceptions.json"
    before = path.read_bytes()
    assert run(["author", "build", "01", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["misconceptions"] == {
        "path": "graders/fixtures/01_sums.misconceptions.json",
        "ran": False,
        "changed": False,
    }
    tiny.replace(root / BANK, "four times instead of three", "four times")
    assert run(["author", "build", "01"]) == 0
    assert "01_sums.misconceptions.json: 3 mistakes, 7 answers" in capfd.readouterr().out
    table = json.loads(path.read_bytes())
    assert sorted(table["test_triple_of_five"].values()) == ["2 is added instead of multiplied", "four times"]
    tiny.replace(root / BANK, "four times", "four times instead of three")
    path.unlink()
    assert run(["author", "build", "01"]) == 0
    assert path.read_bytes() == before


def test_a_solution_that_needs_a_cell_students_may_delete_is_found(root):
    tiny.replace(root / TEXT, "# A free cell.\n", "# A free cell.\nthree = 3\n")
    tiny.replace(root / TEXT, "    return double(x) + x\n", "    return three * x\n")
    (root / BANK).unlink()
    found, verdicts, _ = checked(root)
    assert verdicts[gates.SOLVED] == "passed"
    assert found[gates.ENTRIES] == [(BANK, "", "there is no bank of mistakes")]
    assert verdicts[gates.MISTAKES] == verdicts[gates.RIGHT] == "skipped"  # nothing looked at is not passed
    assert {(file, cell) for file, cell, _ in found[gates.BARE]} == {(TEXT, "m01-triple-test")}
    assert (
        "the reference without free cells does not get all points here. test_triple_of_five"
        in found[gates.BARE][0][2]
    )


def test_release_says_what_changed_and_refuses_with_exit_code_1(root, monkeypatch, capfd):
    monkeypatch.chdir(root)
    (root / "release/01_sums/01_sums.ipynb").unlink()
    assert run(["author", "release", "01", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {
        "module": "01_sums",
        "folder": "release/01_sums",
        "files": ["01_sums.ipynb"],
        "changed": ["01_sums.ipynb"],
        "todos": [],
    }
    tiny.replace(root / TEXT, "\n\ntest_triple()", "")
    assert run(["author", "build", "01"]) == 1
    assert "m01-triple-test: its last line is not a call" in capfd.readouterr().out
    assert run(["author", "release", "01"]) == 1
    assert "m01-triple-test: its last line is not a call" in capfd.readouterr().err


def test_a_mistake_that_a_busy_machine_hid_is_asked_again_alone(root, monkeypatch):
    """A right result is put in place of the first one of a mistake, as if a pause had hidden it."""
    real, asked = gates.trials.run, []

    def run_trials(course, module, made, **options):
        results = real(course, module, made, **options)
        if "W01.2a" in results:
            asked.append((len(made), options["jobs"]))
            if len(asked) == 1:
                results["W01.2a"] = results[gates.BARE]
        return results

    monkeypatch.setattr(gates.trials, "run", run_trials)
    found, _, outcome = checked(root, rebuilt=False, jobs=2)
    assert outcome.ok, found
    assert asked == [(17, 2), (1, 1)]
    (seen,) = [gate.seen for gate in outcome.gates if gate.name == gates.MISTAKES]
    assert seen == "3 mistakes, 1 asked twice"
    assert [row.noticed for row in outcome.tasks] == [2, 1]
