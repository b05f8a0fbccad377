"""What a verdict rests on, as digests: a report is used again only while all of them are the same."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator, Mapping
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
    own = (course.probes(module), course.misconceptions(module), course.release_notebook(module))
    return (*checks_and_imports(course, module), *own)


def checks_and_imports(course: Course, module: Module) -> tuple[Path, ...]:
    """The module's checks and every file of graders/ they import, however indirectly; the checks first.

    Only import statements count; what checks load in another way is not noticed.
    """
    graders = course.checks(module).parent
    found = [course.checks(module)]
    for path in found:  # grows while it is walked
        found += [one for one in _imported(path, graders) if one not in found]
    return (found[0], *sorted(found[1:]))


def library_seen(course: Course, module: Module) -> tuple[Path, ...]:
    """The library's files a hand-in of `module` can import, sorted: none of its own reference or of later ones."""
    unseen = {course.library.parent / one for one in course.unseen(module)}
    return tuple(path for path in sorted(course.library.rglob("*.py")) if path not in unseen)


def _imported(path: Path, root: Path) -> Iterator[Path]:
    """Files below `root` that a Python file names in its import statements; none if it is no Python."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return  # loading the checks says so, with its place
    for node in ast.walk(tree):
        places: list[Path] = []
        if isinstance(node, ast.Import):
            places = [root.joinpath(*one.name.split(".")) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = [root] if node.level == 0 else path.parents[node.level - 1 : node.level]
            packages = [one.joinpath(*(node.module or "").split(".")) for one in start]
            places = [*packages, *(package / one.name for package in packages for one in node.names)]
        for place in places:
            for one in (place, *place.parents):  # a package runs before what is in it
                if one == root or not one.is_relative_to(root):
                    break
                yield from (file for file in (one.with_suffix(".py"), one / "__init__.py") if file.is_file())


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
    parts.append(_of_paths(library_seen(course, module)))
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
