"""Importing the library is silent, quick and brings numpy only."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import sys, json, time
import numpy
before = set(sys.modules)
start = time.process_time()
import tinytorch.core.optimizers, tinytorch.core.layers, tinytorch.core.losses
import tinytorch.given.check, tinytorch.given.pack, tinytorch.given.data
spent = time.process_time() - start
new = {name.partition(".")[0] for name in set(sys.modules) - before}
known = sys.stdlib_module_names
print(json.dumps({"spent": spent, "foreign": sorted(new - known)}))
"""


def test_import(root):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE], cwd=root, capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)  # one line of ours and nothing else
    assert done.stderr == ""
    assert said["foreign"] == ["tinytorch"]
    assert (
        said["spent"] < 0.2
    )  # measured 0.01 to 0.02; the margin is for a busy machine and a first compilation


def test_no_module_of_the_library_names_anything_but_numpy(root):
    for path in (root / "tinytorch").rglob("*.py"):
        for line in path.read_text().splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                package = words[1].partition(".")[0]
                assert package in {"numpy", "tinytorch", *sys.stdlib_module_names}, f"{path.name}: {line}"
