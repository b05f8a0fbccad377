"""What `pip install` brings: the tools, the library and the release; never an answer or a check."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("wheel")
    # The build backend is installed with the tools, so that nothing is fetched here.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_no_answer_and_no_check_is_in_it(names: dict[str, bytes]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {one for one in tops if not one.startswith("tito_course-")} == {"course_tools", "tinytorch"}
    content = b"\n".join(names.values())
    for mark in (b"BEGIN SOLUTION\n    if not (np.isfinite", b"MISTAKES: list[Mistake] = ["):
        assert mark not in content
    for source in (ROOT / "graders").rglob("*.py"):
        assert source.read_bytes() not in names.values()


def test_students_find_the_release_and_the_library(names: dict[str, bytes]) -> None:
    shared = [name for name in names if "/data/share/tito-course/" in name]
    assert any(name.endswith("/release/07_training/07_training.ipynb") for name in shared)
    assert any(name.endswith("/course.toml") for name in shared)
    milestones = {path.name for path in (ROOT / "milestones").glob("*.py")}
    assert milestones
    assert {name.rpartition("/")[2] for name in shared if "/milestones/" in name} == milestones
    assert "tinytorch/core/tensor.py" in names
    assert "tinytorch/core/training.py" in names  # later modules rest on it, whoever wrote it


def test_the_command_is_in_it(names: dict[str, bytes]) -> None:
    (entry,) = [text for name, text in names.items() if name.endswith("entry_points.txt")]
    assert b"tito = course_tools.cli.main:main" in entry
