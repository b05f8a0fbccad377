from __future__ import annotations

import pytest

from course_tools.authoring import build_module
from course_tools.files import UserError
from course_tools.notebooks import build, dump, export, read


def test_the_notebook_is_written_beside_its_text(course, module):
    built = build_module(course, module)
    text = course.source_text(module).read_text(encoding="utf-8")
    assert built.path == course.source_notebook(module)
    assert built.path.read_bytes() == dump(build(text, stem="07_training"))
    assert built.changed
    assert built.findings == ()


def test_building_again_touches_nothing(course, module):
    path = build_module(course, module).path
    before = path.stat().st_mtime_ns
    assert not build_module(course, module).changed
    assert path.stat().st_mtime_ns == before


def test_a_text_with_findings_is_built_and_they_are_told(course, module):
    text = course.source_text(module)
    text.write_text(text.read_text().replace("\ntest_unit_clip()", ""))
    built = build_module(course, module)
    assert built.path.is_file()
    assert [(one.file, one.cell) for one in built.findings] == [("07_training.py", "m07-clip-test")]


def test_without_a_text_the_error_names_the_file(course, module):
    course.source_text(module).unlink()
    with pytest.raises(UserError, match=r"07_training\.py"):
        build_module(course, module)


def test_a_text_that_is_not_utf_8_is_refused(course, module):
    course.source_text(module).write_bytes(b"# %%\nx = '\xe9'\n")
    with pytest.raises(UserError, match="not UTF-8"):
        build_module(course, module)


def test_what_the_notebook_exports_becomes_the_reference_in_the_library(course, module):
    built = build_module(course, module)
    assert built.reference == course.root / "tinytorch" / "core" / "training.py"
    assert built.reference.read_text() == export(read(built.path), module="tinytorch.core.training")
    assert not build_module(course, module).reference_changed
