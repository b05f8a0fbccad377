"""The tutorials are followed, step by step."""

from __future__ import annotations

import pytest
from documents import ROOT, commands, copy_of_the_course, differences

PAGES = sorted((ROOT / "docs" / "tutorials").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_is_true(page, tmp_path):
    assert len([one for one in commands(page) if one.says is not None]) >= 3
    wrong = differences(page, copy_of_the_course(tmp_path / "tito"))
    assert not wrong, "\n\n".join(wrong)
