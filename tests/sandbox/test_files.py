"""Handed-in companion files go in, new files come out, and none of them stands in for a package."""

from __future__ import annotations

import pytest


def test_files_come_in_and_changes_come_out(nursery, ok):
    with nursery.open({"data/a.txt": b"one", "b.bin": b"\0\1"}) as session:
        ok(
            session,
            (
                "assert open('data/a.txt').read() == 'one'\n"
                "open('data/new.txt', 'w').write('two')\n"
                "open('b.bin', 'wb').write(b'changed')\n"
                "import os\n"
                "os.symlink('/etc/passwd', 'link')"
            ),
        )
        assert session.files() == {"data/new.txt": b"two", "b.bin": b"changed"}


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a\0b", "a//b", "./a"])
def test_names_that_leave_the_folder_are_refused(nursery, name):
    with pytest.raises(ValueError, match="working folder"):
        nursery.open({name: b""})


def test_a_files_too_large_to_take_along_are_left(session, ok):
    ok(session, "open('large', 'wb').write(b'x' * (5 << 20)); open('small', 'w').write('s');")
    assert session.files() == {"small": b"s"}


def test_files_cannot_shadow_packages_or_run_by_themselves(nursery, ok):
    trap = b"raise SystemError('the trap was run')"
    names = [
        "numpy.py",
        "json.py",
        "sitecustomize.py",
        "usercustomize.py",
        "torch/__init__.py",
        "ipython_config.py",
    ]
    names += ["x.pth", "conftest.py", "matplotlib/__init__.py", "string.py", "colorsys.py"]
    with nursery.open(dict.fromkeys(names, trap)) as session:
        ok(session, "import numpy, json, string, colorsys, matplotlib\nassert numpy.sum([1, 2]) == 3")
    own = dict.fromkeys(["helper.py", "shell.py", "wire.py", "serve.py", "nursery.py"], b"x = 3")
    with nursery.open(own) as session:
        ok(session, "import helper, shell, wire, serve, nursery\nassert helper.x == shell.x == serve.x == 3")


def test_public_packages_are_seen_alone_and_read_only(tmp_path, tier, ok):
    from course_tools.sandbox import Nursery

    package = tmp_path / "course" / "given"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("value = 5")
    (tmp_path / "course" / "answers.py").write_text("secret = 1")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "tool.py").write_text("value = 6")
    with Nursery(tier, preload=("given",), public=(package, tools)) as nursery, nursery.open() as session:
        ok(
            session,
            (
                "import given, tool\n"
                "assert (given.value, tool.value) == (5, 6)\n"
                "from pathlib import Path\n"
                "assert Path(given.__file__).parent.parent == Path('/opt/course')"
            ),
        )
        assert session.run_cell("import answers").error_name == "ModuleNotFoundError"
        assert session.run_cell("open(given.__file__, 'w')").error_name == "OSError"
