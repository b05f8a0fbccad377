"""Whose module is imported: the student's export inside a workspace, else the library's, as the rule says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STUDENT = "mark = 'student'\n"


@pytest.fixture
def ask(root, tmp_path):
    """Run one line of Python in a folder and return what it prints."""

    def run(code, folder, **environment):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TINYTORCH")}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=folder,
            env={**clean, "PYTHONPATH": str(root), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    return run


@pytest.fixture
def workspace(tmp_path):
    home = tmp_path / "home"
    (home / ".tito").mkdir(parents=True)
    (home / ".tito" / "workspace.json").write_text("{}")
    exports = home / "tinytorch" / "core"
    exports.mkdir(parents=True)
    (exports / "activations.py").write_text(STUDENT)
    (exports / "training.py").write_text(STUDENT)
    (home / "07_training" / "deep").mkdir(parents=True)
    return home


MARK = "from tinytorch.core import activations as m; print(getattr(m, 'mark', 'reference'))"
TRAINING = "import tinytorch.core.training as m; print(getattr(m, 'mark', 'reference'))"


@pytest.mark.parametrize("inside", [".", "07_training", "07_training/deep", "tinytorch/core"])
def test_the_students_export_comes_first_anywhere_in_the_workspace(ask, workspace, inside):
    assert ask(MARK, workspace / inside) == "student"
    assert ask(TRAINING, workspace / inside) == "student"


def test_modules_not_exported_come_from_the_library(ask, workspace, root):
    code = "import tinytorch.core.tensor as m; print(m.__file__)"
    assert ask(code, workspace) == str(root / "tinytorch" / "core" / "tensor.py")


def test_reference_switches_the_rule_off(ask, workspace):
    assert ask(MARK, workspace, TINYTORCH_EARLIER="reference") == "reference"
    assert ask(TRAINING, workspace, TINYTORCH_EARLIER="reference") == "reference"


def test_any_other_setting_leaves_it_on(ask, workspace):
    assert ask(MARK, workspace, TINYTORCH_EARLIER="mine") == "student"


def test_a_folder_called_tinytorch_without_the_mark_is_not_asked(ask, workspace):
    (workspace / ".tito" / "workspace.json").unlink()
    assert ask(MARK, workspace) == "reference"
    assert ask(TRAINING, workspace) == "reference"


def test_a_workspace_without_exports_is_fine(ask, tmp_path):
    (tmp_path / ".tito").mkdir()
    (tmp_path / ".tito" / "workspace.json").write_text("{}")
    assert ask(MARK, tmp_path) == "reference"


def test_a_whole_package_only_the_student_has_is_found(ask, workspace):
    (workspace / "tinytorch" / "diagnostics").mkdir()
    (workspace / "tinytorch" / "diagnostics" / "monitor.py").write_text(STUDENT)
    assert ask("import tinytorch.diagnostics.monitor as m; print(m.mark)", workspace) == "student"


def test_what_is_given_cannot_be_replaced(ask, workspace, root):
    (workspace / "tinytorch" / "given").mkdir()
    (workspace / "tinytorch" / "given" / "check.py").write_text(STUDENT)
    (workspace / "tinytorch" / "given" / "__init__.py").touch()  # a whole package, which import prefers
    code = "import tinytorch.given.check as m; print(m.__file__)"
    assert ask(code, workspace) == str(root / "tinytorch" / "given" / "check.py")


def test_the_library_inside_a_workspace_is_not_listed_twice(ask, root, tmp_path):
    (tmp_path / ".tito").mkdir()
    (tmp_path / ".tito" / "workspace.json").write_text("{}")
    (tmp_path / "tinytorch").symlink_to(root / "tinytorch")
    assert ask("import tinytorch.core as m; print(len(m.__path__))", tmp_path) == "1"


def test_a_deleted_working_folder_is_no_reason_to_fail(ask, tmp_path):
    code = "import os; os.rmdir(os.getcwd()); " + MARK
    gone = tmp_path / "gone"
    gone.mkdir()
    assert ask(code, gone) == "reference"
