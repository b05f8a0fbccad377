"""The sandbox covers /tmp with a folder of its own; an environment that lies below it stays readable to the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import venv
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from course_tools.sandbox import Limits, Nursery
with Nursery(sys.argv[1], limits=Limits(memory_mb=400), preload=("decimal",)) as nursery, nursery.open() as session:
    out = session.run_cell('''
import json, os, sys
import colorsys, wcwidth  # read now: of the standard library, and of the environment
def may_write(folder):
    try:
        open(os.path.join(folder, "mine"), "w").close()
    except OSError:
        return False
    return True
print(json.dumps({
    "prefix": sys.prefix,
    "standard": os.path.isfile(colorsys.__file__),
    "own": sorted(os.listdir(sys.prefix)) != [],
    "writes_there": may_write(sys.prefix),
    "writes_here": may_write("."),
    "siblings": sorted(one for one in os.listdir(os.path.dirname(sys.prefix))),
    "tmp": sorted(os.listdir("/tmp")),
}))
''')
    assert out.status == "ok", (out.error_name, out.error_message)
    print(out.outputs[0]["text"])
"""


def needed(name: str) -> set[str]:
    """A distribution and all it needs, of those that are installed."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        try:
            asked = metadata.requires(one) or []
        except metadata.PackageNotFoundError:  # for another platform
            continue
        if one not in found:
            found.add(one)
            waiting += [re.split(r"[^\w.-]", line)[0] for line in asked if "extra ==" not in line]
    return found


def give(name: str, site: Path) -> None:
    """Copy the Python files of an installed distribution."""
    for file in metadata.files(name) or []:
        if ".." not in file.parts and "__pycache__" not in file.parts and file.suffix != ".pyc":
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), site / file)


@pytest.mark.parametrize("tier", ["bubblewrap+watchdog", "namespaces"])
def test_a_virtual_environment_below_tmp_works_and_shows_nothing_beside_it(tier: str) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="tito-test-") as place:
        home = Path(place) / "class" / "venv"
        venv.create(home, symlinks=True, with_pip=False)
        site = next(home.glob("lib/python*/site-packages"))
        for name in sorted(needed("ipython") | needed("pyseccomp")):
            give(name, site)
        (site / "project.pth").write_text(
            f"{ROOT}\n"
        )  # for the outer process; the code inside is not shown it
        (home.parent / "marks.txt").write_text("another student's")
        done = subprocess.run(
            [str(home / "bin" / "python"), "-c", PROGRAM, tier],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["prefix"] == str(home)
    assert seen["standard"]
    assert seen["own"]
    assert not seen["writes_there"]
    assert seen["writes_here"]
    assert seen["siblings"] == ["venv"], "the way to the interpreter shows nothing beside it"
    assert set(seen["tmp"]) == {"home", "work", Path(place).name}
