"""A verdict of another engine, other packages, limits, data or library is never taken for one of now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom.bench import Bench
from course_tools.classroom.regrade import look, publish
from course_tools.classroom.run import grade_class
from course_tools.course import Course
from course_tools.files import UserError
from course_tools.grading import digests

from .test_regrade import marks

HandIn = Callable[..., Path]


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


CHANGES: dict[str, tuple[str, Callable[[Course, pytest.MonkeyPatch], object]]] = {
    "the engine's code": (
        "environment",
        lambda c, m: m.setattr(digests, "_engine_digest", lambda: "another"),
    ),
    "the engine's version": ("environment", lambda c, m: m.setattr(digests, "__version__", "9.9.9")),
    "a package": ("environment", lambda c, m: m.setattr(digests, "_version", lambda name: f"{name} 99")),
    "Python": ("environment", lambda c, m: m.setattr(digests.platform, "python_version", lambda: "3.99.0")),
    "a limit": (
        "environment",
        lambda c, m: rewrite(c.root / "course.toml", "memory_mb = 400", "memory_mb = 401"),
    ),
    "the library": (
        "environment",
        lambda c, m: rewrite(c.root / "tinytorch" / "__init__.py", "class Pair", "# new\nclass Pair"),
    ),
    "a check": ("checks", lambda c, m: rewrite(c.checks(c.find("01")), "length 5", "the length 5")),
    "a probe": ("checks", lambda c, m: append(c.probes(c.find("01")), "\n# new\n")),
    "an oracle": ("checks", lambda c, m: (c.root / "graders" / "oracles" / "small.py").write_text("x = 2\n")),
    "the release": ("checks", lambda c, m: append(c.release_notebook(c.find("01")), " ")),
    "a data file": (
        "checks",
        lambda c, m: (c.root / "source" / "01_small" / "points.csv").write_text("x,y\n7,7\n"),
    ),
    "the seed": ("seed", lambda c, m: rewrite(c.root / "course.toml", '"small-1"', '"small-2"')),
}


def standing(root: Path, tier: str) -> tuple[str, tuple[str, ...]]:
    course = Course.load(root)
    bench = Bench.of(course, course.find("01"), tier)
    found = bench.standing(bench.read("ada"))
    return found.kind, found.differs


def test_whatever_a_verdict_rests_on_makes_it_stale(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("ada")
    (course.root / "graders" / "oracles").mkdir()
    (course.root / "graders" / "oracles" / "small.py").write_text("x = 1\n")
    append(course.checks(course.find("01")), "\nfrom oracles import small\n")
    tier = grade_class(course, course.find("01"), jobs=1).tier
    kept = [one for one in course.root.rglob("*") if one.is_file() and "autograded" not in one.parts]
    before = {one: one.read_bytes() for one in kept}
    assert standing(course.root, tier) == ("valid", ())
    for name, (field, change) in CHANGES.items():
        with monkeypatch.context() as patched:
            change(course, patched)
            assert standing(course.root, tier) == ("stale", (field,)), name
        for path in set(course.root.rglob("*.py")) - set(before):
            path.unlink()
        for path, data in before.items():
            path.write_bytes(data)
        assert standing(course.root, tier) == ("valid", ()), f"{name}, taken back"
    assert standing(course.root, "landlock") == ("stale", ("environment",)), "another sandbox"


def test_with_less_memory_it_is_judged_again_and_the_verdict_of_before_is_not_published(
    course: Course, hand_in: HandIn
) -> None:
    hungry = "#| export\nheld = np.ones(12_500_000)  # 100 MB\ndef norm(pair):\n"
    hungry += "    return math.sqrt(pair.first**2 + pair.second**2)\n"
    hand_in("ada", norm=hungry)
    module = course.find("01")
    grade_class(course, module, jobs=1)
    assert marks(course) == {"ada": 30.0}
    rewrite(course.root / "course.toml", "memory_mb = 400", "memory_mb = 60")
    poorer = Course.load(course.root)
    assert grade_class(poorer, poorer.find("01")).differs == {"environment"}
    (ada,) = look(poorer, poorer.find("01"), jobs=1).changes
    assert ada.new < ada.old == 30.0
    assert publish(course, module).changes == [], "with the limits of before, everything is as it was"
    assert marks(course) == {"ada": 30.0}
    rewrite(course.root / "course.toml", "memory_mb = 60", "memory_mb = 61")
    other = Course.load(course.root)
    with pytest.raises(UserError, match="1 of 1 have not been looked at"):
        publish(other, other.find("01"))
    assert marks(course) == {"ada": 30.0}
