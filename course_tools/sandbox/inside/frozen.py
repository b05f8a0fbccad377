# mypy: ignore-errors
"""A copy of the module os, taken before student code could put functions of its own into it."""

import os as _os
import types

os = types.ModuleType("os")
os.__dict__.update(vars(_os))
