"""A notebook meets in a student's own run what it meets in grading, as far as a plain child can show it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from course_tools.sandbox import Nursery, OwnMachine

# What code looks at to find out where it runs.
LOOK = """
import getpass, os, sys
from pathlib import Path
print({
    "user": getpass.getuser(),
    "names": (os.environ["USER"], os.environ["LOGNAME"]),
    "home": (Path.home().name, Path(os.path.expanduser("~")).name, sorted(os.listdir(Path.home()))),
    "folder": (Path.cwd().name, Path(os.environ["PWD"]) == Path.cwd()),
    "files": sorted(os.listdir()),
    "told": sorted(n for n in os.environ if n.startswith(("NBGRADER", "JUPYTER", "JPY", "TITO", "COLAB", "CI"))),
    "settings": {n: os.environ.get(n) for n in (
        "TERM", "PYTHONHASHSEED", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND", "MALLOC_ARENA_MAX",
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NBGRADER_EXECUTION",
    )},
    "argv": len(sys.argv), "flags": (sys.flags.optimize, sys.flags.no_user_site), "name": __name__,
    "shell": type(get_ipython()).__name__, "tty": os.isatty(0),
    "main": hasattr(sys.modules["__main__"], "__file__"), "modules": sorted(
        n for n in sys.modules if n.startswith(("course_tools", "nbgrader", "pytest", "ipykernel"))),
})
"""


@pytest.fixture
def looks(tier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ok, text):
    """What LOOK sees in both, in a folder of the same name."""
    for name in (
        "NBGRADER_EXECUTION",
        "NBGRADER_VALIDATING",
        "JUPYTERHUB_USER",
        "JPY_PARENT_PID",
        "TITO_DEBUG",
    ):
        monkeypatch.setenv(name, "a student's own")
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    folder = tmp_path / "07_training"
    folder.mkdir()
    (folder / "07_training.csv").write_text("1")

    def seen(session):
        return ast.literal_eval(text(ok(session, LOOK)))

    with OwnMachine(folder=folder) as machine, machine.open() as session:
        practice = seen(session)
    with Nursery(tier, work="07_training") as nursery, nursery.open({"07_training.csv": b"1"}) as session:
        return practice, seen(session)


def test_practice_and_grading_look_the_same(looks) -> None:
    practice, grading = looks
    assert practice == grading
    assert grading["user"] == "student"
    assert grading["home"] == ("home", "home", [])
    assert grading["folder"] == ("07_training", True)
    assert grading["told"] == []


def test_the_list_of_fonts_is_still_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ok, text
) -> None:
    """Without it every run would look for all fonts again: seconds."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    with OwnMachine() as machine, machine.open() as session:
        said = text(ok(session, "import os\nprint(os.environ['MPLCONFIGDIR'])"))
    assert said.strip() == str(tmp_path / "matplotlib")
