"""A red test is asked again with the course's earlier modules, and the student is told whose fault it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_tools.student import blame

from .conftest import Tito, cell, notebook, write_cell

CATALOGUE = 'name = "tiny"\ntitle = "A tiny course"\n' + "".join(
    f'[[modules]]\nnumber = "{number}"\nname = "{name}"\ntitle = "{name.capitalize()}"\nneeds = [{needs}]\n'
    f'export = "tinytorch.core.{name}"\nseed = "s"\n'
    # Names the library has, so that it can stand in for the student's own.
    for number, name, needs in (
        ("01", "activations", ""),
        ("02", "losses", '"01"'),
        ("03", "training", '"01", "02"'),
    )
)


def answer(name: str, body: str) -> str:
    return f"#| export\nimport numpy as np\ndef {name}(x):\n    {body}"


def test_cell(name: str, test: str) -> dict[str, object]:
    return cell(test, name, grade=True, locked=True, course={"task": name[1:3] + "." + name[4:5]})


test_cell.__test__ = False  # type: ignore[attr-defined]
RELU, ABSOLUTE = "return np.maximum(x, 0.0)", "return np.abs(x)"
SOFT, HARD = "return x - np.log(np.exp(x).sum())", "return x - np.max(x)"
RELEASES = {
    "01_activations": notebook(
        cell(answer("relu", "raise NotImplementedError('01.1 relu: write')"), "m01-relu", solution=True),
        test_cell("m01-1-test", "assert relu(3.0) == 3.0"),
    ),
    "02_losses": notebook(
        cell(answer("log_softmax", "raise NotImplementedError('02.1 x')"), "m02-soft", solution=True),
        test_cell("m02-1-test", "assert np.all(log_softmax(np.ones(3)) <= 0)"),
    ),
    "03_training": notebook(
        cell(
            "#| export\nimport numpy as np\nfrom tinytorch.core.activations import relu\n"
            "from tinytorch.core.losses import log_softmax",
            "m03-setup",
            locked=True,
        ),
        cell(answer("first", "raise NotImplementedError('03.1 first: write')"), "m03-first", solution=True),
        test_cell("m03-1-test", "assert first(np.array(-2.0)) == 0, 'not 0'"),
        cell(
            answer("second", "raise NotImplementedError('03.2 second: write')"), "m03-second", solution=True
        ),
        test_cell("m03-2-test", "assert abs(np.exp(second(np.ones(3))).sum() - 1) < 1e-9"),
        cell(answer("third", "raise NotImplementedError('03.3 third: write')"), "m03-third", solution=True),
        test_cell("m03-3-test", "assert third(np.zeros(2)) > 0"),
    ),
}


@pytest.fixture
def home(tmp_path: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder, data in RELEASES.items():
        place = tmp_path / "course" / "release" / folder
        place.mkdir(parents=True)
        (place / f"{folder}.ipynb").write_bytes(data)
    (tmp_path / "course" / "course.toml").write_text(CATALOGUE)
    root = tmp_path / "home"
    assert tito("init", str(root), "--from", str(tmp_path / "course")).code == 0
    monkeypatch.chdir(root)
    return root


def start(home: Path, tito: Tito, *, relu: str = RELU, soft: str = SOFT, **third: str) -> Path:
    """01 and 02 complete with these answers, 03 started with these; the path of its notebook."""
    for number, name, grade_id, function, body in (
        ("01", "activations", "m01-relu", "relu", relu),
        ("02", "losses", "m02-soft", "log_softmax", soft),
    ):
        assert tito("module", "start", number).code == 0
        write_cell(home / f"{number}_{name}" / f"{number}_{name}.ipynb", grade_id, answer(function, body))
        done = tito("module", "complete", number)
        assert done.code == 0, done.err
    assert tito("module", "start", "03").code == 0
    path = home / "03_training" / "03_training.ipynb"
    for function, body in third.items():
        write_cell(path, f"m03-{function}", answer(function, body))
    return path


def test_an_earlier_module_that_is_wrong_is_named(home: Path, tito: Tito) -> None:
    start(home, tito, relu=ABSOLUTE, first="return relu(x)", second="return log_softmax(x)")
    said = tito("module", "test", "3")
    assert said.code == 1
    assert (
        "passes with the course's 01 Activations: the fault is in your own, not in this module.\n" in said.out
    )
    assert "Look there:  tito module test 01\n" in said.out
    assert "too: the fault is in this module" not in said.out  # the third task is only not written yet
    assert tito("module", "test", "3", "--json").data["faults"] == {"m03-1-test": ["01_activations"]}


def test_each_red_test_has_its_own_culprit_and_this_module_its_own(home: Path, tito: Tito) -> None:
    start(
        home,
        tito,
        relu=ABSOLUTE,
        soft=HARD,
        first="return relu(x)",
        second="return log_softmax(x)",
        third="return 0",
    )
    said = tito("module", "test", "3", "--json")
    assert said.data["faults"] == {
        "m03-1-test": ["01_activations"],
        "m03-2-test": ["02_losses"],
        "m03-3-test": ["03_training"],
    }
    out = tito("module", "test", "3").out
    assert "fails with the course's earlier modules too: the fault is in this module.\n" in out


def test_one_task_alone_is_asked_again_alone(home: Path, tito: Tito) -> None:
    start(home, tito, relu=ABSOLUTE, first="return relu(x)", third="return 0")
    assert tito("module", "test", "3", "--task", "03.1", "--json").data["faults"] == {
        "m03-1-test": ["01_activations"]
    }


def test_nothing_is_run_again_where_there_is_nothing_to_find(
    home: Path, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(home, tito, first="return relu(x)", second="return log_softmax(x)")
    monkeypatch.setattr(blame, "run", None)
    said = tito("module", "test", "3", "--json")  # red, but not written yet
    assert (said.code, said.data["faults"]) == (1, {})
    said = tito("module", "test", "3", "--earlier", "reference", "--json")
    assert (said.code, said.data["faults"]) == (1, {})


def test_the_students_package_stays_as_it_is(home: Path, tito: Tito) -> None:
    start(home, tito, relu=ABSOLUTE, first="return relu(x)")
    before = {path: path.read_bytes() for path in (home / "tinytorch").rglob("*.py")}
    assert len(before) == 2
    assert tito("module", "test", "3").code == 1
    assert {path: path.read_bytes() for path in (home / "tinytorch").rglob("*.py")} == before


def test_what_cannot_be_completed_says_whose_fault_it_is(home: Path, tito: Tito) -> None:
    start(home, tito, relu=ABSOLUTE, first="return relu(x)", second="return log_softmax(x)", third="return 1")
    said = tito("module", "complete", "3")
    assert said.code == 1
    assert (
        "passes with the course's 01 Activations: the fault is in your own, not in this module.\n" in said.err
    )
    assert tito("module", "complete", "3", "--json").data["faults"] == {"m03-1-test": ["01_activations"]}
    assert tito("module", "complete", "3", "--earlier", "reference").code == 0
