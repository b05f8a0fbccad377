"""What is being graded is not in the library the code sees; what comes before it is."""

from __future__ import annotations

import site

import pytest

from course_tools.sandbox import Nursery, available_tiers, hide

SITES = site.getsitepackages()
LOOK = """\
import os, sys
sys.path += {roots!r}
import lib.early
answers = [os.path.join(folder, name) for root in {roots!r} for folder, _, names in os.walk(root)
           for name in names if name == "late.py"]
print([open(one).read() for one in answers])
try:
    from lib.late import answer
except ImportError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "lib"
    folder.mkdir()
    for name in ("__init__", "early", "late"):
        (folder / f"{name}.py").write_text("answer = 42\n")
    return folder


@pytest.mark.parametrize("tier", [one.name for one in available_tiers() if one.available])
def test_a_hidden_file_of_a_package_is_nowhere(tier, library, ok, text):
    with (
        Nursery(tier, preload=(), public=(library,), hidden=("lib/late.py",)) as nursery,
        nursery.open() as one,
    ):
        seen = text(ok(one, LOOK.format(roots=["/opt/course"])))
    assert seen == "[]\nModuleNotFoundError\n"
    assert (library / "late.py").read_text() == "answer = 42\n"


@pytest.mark.parametrize("tier", ["bubblewrap+watchdog", "namespaces"])
def test_a_hidden_file_beside_the_libraries_is_empty_inside_and_whole_outside(
    tier, library, tmp_path, ok, text, monkeypatch
):
    if not next(one for one in available_tiers() if one.name == tier).available:
        pytest.fail(f"{tier} is not available")
    tmp_path.chmod(0o755)  # as a folder of installed packages is
    monkeypatch.setattr(site, "getsitepackages", lambda: [*SITES, str(tmp_path)])
    with (
        Nursery(tier, preload=(), hidden=("lib/late.py",)) as nursery,
        nursery.open() as one,
    ):
        seen = text(ok(one, LOOK.format(roots=[str(tmp_path)])))
    assert seen == "['']\nImportError\n"
    assert (library / "late.py").read_text() == "answer = 42\n"


def test_without_hidden_files_nothing_is_copied(library, tmp_path):
    assert hide.without((library,), (), tmp_path / "into") == (library,)
