"""What a verdict rests on, as digests: a report is used again only while all of them are the same."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from course_tools import __version__
from course_tools.course import Course, Module
from course_tools.records import Digests

SHOWS = ("numpy", "torch", "ipython", "matplotlib")  # packages a submission's results can depend on
ENGINE = ("grading", "notebooks", "sandbox")


def of_module(course: Course, module: Module, *, tier: str) -> Digests:
    """The three digests that do not depend on a submission; its own and that of earlier ones are left empty."""
    return Digests(
        submission="",
        checks=_of_paths(_checks_of(course, module)),
        environment=_environment(course, module, tier),
        seed=module.seed,
    )


def of_earlier(course: Course, module: Module, notebooks: Mapping[str, bytes]) -> str:
    """Over a student's earlier hand-ins, by module folder, and what the course itself gives in them."""
    total = hashlib.sha256()
    for one in course.rests_on(module):
        handed_in = notebooks.get(one.folder)
        total.update(
            f"{one.folder} {'absent' if handed_in is None else hashlib.sha256(handed_in).hexdigest()}".encode()
        )
        total.update(_of_paths((course.release_notebook(one),)).encode())
    return total.hexdigest()


def _checks_of(course: Course, module: Module) -> tuple[Path, ...]:
    graders = course.checks(module).parent
    shared = sorted(graders.glob("*/*.py"))  # oracles a checks file may import
    own = (course.checks(module), course.probes(module), course.misconceptions(module))
    others = {"probes", "mistakes"}
    return (
        *own,
        *(one for one in shared if one.parent.name not in others),
        course.release_notebook(module),
    )


def _environment(course: Course, module: Module, tier: str) -> str:
    parts = [
        platform.python_version(),
        platform.machine(),
        __version__,
        tier,
        repr(sorted(module.limits.items())),
    ]
    parts += [f"{name} {_version(name)}" for name in SHOWS]
    parts.append(_engine_digest())
    parts.append(_of_paths(tuple(sorted(course.library.rglob("*.py")))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _engine_digest() -> str:
    here = Path(__file__).parent.parent
    return _of_paths(tuple(sorted(path for room in ENGINE for path in (here / room).rglob("*.py"))))


def _of_paths(paths: tuple[Path, ...]) -> str:
    # By name, not by place: a course that moved to another folder is the same course.
    total = hashlib.sha256()
    for path in paths:
        if path.exists():
            total.update(f"{path.parent.name}/{path.name}".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
