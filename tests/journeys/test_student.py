"""A student goes from an empty folder to an import that works and a receipt."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest

STEM = "07_training"
# Module 07 alone, on the reference of what it builds on; test_course.py goes through all of them.
ALONE = ("--earlier", "reference")


@pytest.fixture
def desk(place):
    """A workspace where module 07 is started."""
    place.run("tito", "init", "my-course")
    folder = place.root / "my-course"
    place.run("tito", "module", "start", "07", *ALONE, cwd=folder)
    return folder


def test_from_start_to_receipt(place, desk, solve):
    notebook = desk / STEM / f"{STEM}.ipynb"
    solve(notebook)
    assert "11 of 11 visible tests pass" in place.run("tito", "module", "test", "07", *ALONE, cwd=desk)
    place.run("tito", "module", "complete", "07", *ALONE, cwd=desk)

    code = (
        "from tinytorch.core.training import Trainer; import tinytorch.core.training as t; print(t.__file__)"
    )
    assert place.run("python", "-c", code, cwd=desk).strip() == str(
        desk / "tinytorch" / "core" / "training.py"
    )

    receipt = json.loads(place.run("tito", "module", "submit", "07", *ALONE, "--archive", "--json", cwd=desk))
    with zipfile.ZipFile(receipt["archive"]) as archive:
        assert archive.read(f"{STEM}/{STEM}.ipynb") == notebook.read_bytes()
        listed = json.loads(archive.read("submission.json"))["files"]
    assert listed[f"{STEM}.ipynb"] == hashlib.sha256(notebook.read_bytes()).hexdigest()

    status = json.loads(place.run("tito", "module", "status", "--json", cwd=desk))
    (module,) = [one for one in status["modules"] if one["number"] == "07"]
    assert module["state"] == "complete"
    assert module["last_test"]["passed"] == module["last_test"]["total"] == 11


def test_a_failing_notebook_leaves_progress_and_package_as_they_were(place, desk, solve, tree):
    notebook = desk / STEM / f"{STEM}.ipynb"
    solve(notebook)
    place.run("tito", "module", "complete", "07", *ALONE, cwd=desk)
    progress, package = tree(desk / ".tito"), tree(desk / "tinytorch")

    broken = json.loads(notebook.read_text())
    cell = next(
        one for one in broken["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == "m07-clip"
    )
    cell["source"] = "".join(cell["source"]).replace("norm > max_norm", "norm < max_norm")
    notebook.write_text(json.dumps(broken))
    place.run("tito", "module", "complete", "07", *ALONE, cwd=desk, code=1)

    assert tree(desk / "tinytorch") == package
    after = tree(desk / ".tito")
    assert {name: after[name] for name in progress if "progress" in name} == {
        name: data for name, data in progress.items() if "progress" in name
    }
    assert any("progress" in name for name in progress)
