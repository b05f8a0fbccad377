"""The changelog speaks of this version, a line per change, in the agreed form."""

from __future__ import annotations

import re

from documents import ROOT

import course_tools

TEXT = (ROOT / "CHANGELOG.md").read_text()


def test_the_newest_entry_is_this_version():
    assert re.findall(r"^## (.+)$", TEXT, re.MULTILINE)[0] == course_tools.__version__


def test_every_line_says_whom_it_concerns():
    lines = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
    assert len(lines) > 5
    for line in lines:
        assert re.fullmatch(r"- (course|tools|grading): \S.*\.", line), line
