"""Each probe is sent alone, with all it names; nothing else of the file reaches the notebook's process."""

from __future__ import annotations

import dis
import marshal
from pathlib import Path

import pytest

from course_tools.course import Course
from course_tools.grading.checks import BrokenCheck
from course_tools.grading.probes import Probes

ROOT = Path(__file__).parents[2]
FILE = '''
"""Of no use to a probe."""
from __future__ import annotations
import math, os.path as places
from json import dumps, loads
SEEN = []
SEEN.append("always")
if True:
    SCALE = 2
    def doubled(x): return SCALE * x
class Base:
    pass
class Derived(Base):
    size = len(SEEN)
def helper(x, y=SCALE): return doubled(x) + y
def plain(names): return 1
def uses(names): return helper(Derived.size) + math.floor(0.5)
def secret(names): return "hidden expected value"
def inner(names):
    def plain(): return loads("3")
    return plain()
first, *others = range(3)
def starred(names): return others
'''


def made(tmp_path: Path, text: str = FILE) -> Probes:
    path = tmp_path / "probes.py"
    path.write_text(text, encoding="utf-8")
    return Probes(path)


def run(probes: Probes, name: str) -> tuple[object, set[str]]:
    own: dict[str, object] = {"__name__": "probes"}
    exec(marshal.loads(probes.code(name)), own)
    return own[name]({}), set(own) - {"__name__", "__builtins__"}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "value", "with_it"),
    [
        ("plain", 1, set()),
        ("uses", 4, {"math", "places", "SCALE", "doubled", "Base", "Derived", "helper"}),
        # A name of its own inside a function is taken for the file's: too much rather than too little.
        ("inner", 3, {"dumps", "loads", "plain"}),
        ("starred", [1, 2], {"first", "others"}),
    ],
)
def test_a_probe_comes_with_what_it_names(
    tmp_path: Path, name: str, value: object, with_it: set[str]
) -> None:
    assert run(made(tmp_path), name) == (value, {name, "SEEN", "annotations", *with_it})


def test_other_probes_stay_outside(tmp_path: Path) -> None:
    probes = made(tmp_path)
    assert b"hidden expected value" in probes.code("secret")
    assert b"hidden expected value" not in probes.code("uses")
    assert {"hidden expected value", "always", "3"} <= probes.texts


def test_the_same_bytes_are_given_again(tmp_path: Path) -> None:
    probes = made(tmp_path)
    assert probes.code("uses") is probes.code("uses")  # a copy that has them is not sent them again


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    probes = made(tmp_path, "# a comment\n\n\ndef broken(names):\n    raise KeyError\n")
    own: dict[str, object] = {}
    exec(marshal.loads(probes.code("broken")), own)
    assert own["broken"].__code__.co_firstlineno == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\0'", "return 1\n"])
def test_a_file_that_does_not_compile_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenCheck, match=r"probes\.py cannot be used"):
        made(tmp_path, text)


def test_a_probe_that_is_not_there_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenCheck, match=r"probes\.py has no probe plian"):
        made(tmp_path).code("plian")


@pytest.mark.parametrize("module", Course.load(ROOT).modules, ids=lambda one: one.number)
def test_probes_of_the_course_name_nothing_that_is_left_out(module) -> None:
    path = Course.load(ROOT).probes(module)
    probes = Probes(path)
    whole: dict[str, object] = {"__name__": "probes"}
    exec(compile(path.read_text(encoding="utf-8"), "<probes>", "exec"), whole)
    for name, value in list(whole.items()):
        if getattr(value, "__module__", "") == "probes" and hasattr(value, "__code__"):
            own: dict[str, object] = {"__name__": "probes"}
            exec(marshal.loads(probes.code(name)), own)
            for used in _names(value.__code__) & set(whole):
                assert used in own, f"{name} uses {used}"


def _names(code) -> set[str]:
    own = {one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return own.union(*(_names(one) for one in code.co_consts if hasattr(one, "co_code")))
