"""nbgrader's own tests of its autograder, run unmodified against our engine."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SUITE = "nbgrader.tests.apps.test_nbgrader_autograde"
LISTED = re.compile(r"^\| `(test_\w+)` \| (.{20,}) \|$", re.MULTILINE)

CONFIG = """
import atexit, os, sys
c = get_config()
{steps}

def count():
    seam = sys.modules.get("course_tools.classroom.seam")
    with open(os.path.join({folder!r}, f"calls-{{os.getpid()}}"), "w") as file:
        file.write(str(seam.Execute.calls if seam else 0))

atexit.unregister(count)
atexit.register(count)
"""

# Exact names; pytest's own -k would drop every test whose name merely begins alike.
PLUGIN = """
def pytest_collection_modifyitems(config, items):
    out = [one for one in items if one.originalname in {names!r}]
    items[:] = [one for one in items if one not in out]
    config.hook.pytest_deselected(items=out)
"""


def test_nbgraders_own_tests_pass_but_for_the_listed_ones(tmp_path, page, our_steps, environment):
    listed = {name for name, _ in LISTED.findall(page)}
    names = {
        one.name
        for one in ast.walk(ast.parse(_suite().read_text(encoding="utf-8")))
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    }
    assert listed <= names, f"docs/reference/nbgrader.md lists tests that do not exist: {listed - names}"
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(steps=our_steps, folder=str(tmp_path)))
    (tmp_path / "leave_out.py").write_text(PLUGIN.format(names=listed))
    environment = environment | {
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "PYTHONPATH": f"{environment['PYTHONPATH']}:{tmp_path}",
    }
    parallel = ["-n", "2"] if importlib.util.find_spec("xdist") else []
    command = [sys.executable, "-m", "pytest", "--pyargs", SUITE, "-q", "-p", "leave_out", *parallel]
    results = tmp_path / "results.xml"
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--junitxml={results}"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    cases = ElementTree.parse(results).getroot().iter("testcase")
    ran = {str(one.get("name")).partition("[")[0] for one in cases}
    assert ran == names - listed
    calls = sum(int(file.read_text()) for file in tmp_path.glob("calls-*"))
    assert calls > 40, f"our engine was called {calls} times: nbgrader's own may have been tested"


def _suite() -> Path:
    # found without importing nbgrader's test package into this process
    spec = importlib.util.find_spec("nbgrader")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], "tests", "apps", "test_nbgrader_autograde.py")
