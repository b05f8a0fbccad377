"""What both conformance tests need: the steps our configuration names, and the page of deliberate differences."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from course_tools.gradebook.database import head
from course_tools.gradebook.settings import read_config

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "nbgrader.md"


@pytest.fixture(scope="session")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def our_steps() -> str:
    """The lines of a configuration that puts our steps in; taken from the course's own, so that it is tested."""
    found = read_config([ROOT / "nbgrader_config.py"]).Autograde
    return "".join(
        f"c.Autograde.{name} = {list(found[name])!r}\n"
        for name in ("sanitize_preprocessors", "autograde_preprocessors")
    )


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """For a process that runs nbgrader: our package importable, no configuration but ours, `alembic` on the PATH.

    nbgrader asks alembic for one constant each time it makes a database, and alembic imports all of nbgrader
    for that: three seconds, forty times. The stand-in answers that question and hands on all others.
    """
    tools = tmp_path_factory.mktemp("bin")
    real = Path(sys.executable).parent
    script = tools / "alembic"
    script.write_text(
        f'#!/bin/sh\nfor one; do last="$one"; done\n'
        f'if [ "$last" = heads ]; then echo "{head()} (head)"; else exec "{real}/alembic" "$@"; fi\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not re.match("PYTEST|JUPYTER|TITO|PYTHONWARNINGS", name)
    }
    return kept | {
        "PATH": f"{tools}{os.pathsep}{real}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
    }
