"""The library of the course under test is the reference, wherever the tests are started from."""

from __future__ import annotations

import importlib
import os

# Each package decides at its import where its modules lie. The variable must not outlive the imports: programs
# that tests start inherit the environment, and a student's program would no longer find the student's code.
os.environ["TINYTORCH_EARLIER"] = "reference"
for package in ("tinytorch", "tinytorch.core"):
    importlib.import_module(package)
del os.environ["TINYTORCH_EARLIER"]
