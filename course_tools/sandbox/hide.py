"""Files of the public packages that one nursery must not show: the reference of what is being graded."""

from __future__ import annotations

import shutil
import site
from collections.abc import Collection, Iterable
from pathlib import Path

from course_tools.sandbox.view import is_package


def without(public: Iterable[Path], hidden: Collection[str], into: Path) -> tuple[Path, ...]:
    """The public folders, packages among them copied into the folder `into` without the hidden files.

    hidden  paths like "tinytorch/core/training.py", from the folder a package lies in
    """
    shown = []
    for folder in public:
        if hidden and is_package(folder):
            copy = into / folder.name
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
            for name in hidden:
                if Path(name).parts[0] == folder.name:
                    (into / name).unlink(missing_ok=True)
            folder = copy
        shown.append(folder)
    return tuple(shown)


def masks(hidden: Iterable[str], empty: Path) -> list[tuple[str, str]]:
    """(an empty file, what it is to cover): the same files where a package is installed beside the libraries."""
    places = [Path(folder) / name for name in hidden for folder in site.getsitepackages()]
    return [(str(empty), str(place)) for place in places if place.is_file()]
