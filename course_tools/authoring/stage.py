"""A copy of the course for one module, so that proving a module changes nothing of the course itself."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_tools.course import Course, Module

ROOT_FILES = ("course.toml", "nbgrader_config.py")
# Rebuilding writes rows into a gradebook; it must not be the class's, wherever that is.
OWN_GRADEBOOK = "\nc.CourseDirectory.db_url = {url!r}\n"


@contextmanager
def staged(course: Course, module: Module) -> Iterator[Course]:
    """A course of the same settings, source, graders and library of this module, without a release.

    It lies in a temporary folder and is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="tito-author-") as name:
        root = Path(name)
        # Passable, because sandboxes that share the file tree read the library as another user; what is
        # in the other folders is not for them.
        root.chmod(0o711)
        for file in ROOT_FILES:
            if (course.root / file).is_file():
                shutil.copyfile(course.root / file, root / file)
        # Symbolic links are copied as what they are: the release refuses them.
        for folder in (course.source_text(module).parent, course.checks(module).parent, course.library):
            if folder.is_dir():
                target = root / folder.relative_to(course.root)
                ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
                shutil.copytree(folder, target, symlinks=True, ignore=ignored)
        for private in ("source", "graders", "release"):
            (root / private).mkdir(exist_ok=True)
            (root / private).chmod(0o700)
        yield Course.load(root)


def give_gradebook(stage: Course) -> None:
    """An empty gradebook for the copy.

    Made by us: nbgrader makes one by starting its migration tool, which takes as long as all the rest.
    """
    config = stage.root / "nbgrader_config.py"
    if not config.is_file():
        return
    from course_tools.gradebook.database import connect

    url = f"sqlite:///{stage.root / 'gradebook.db'}"
    connect(url).dispose()
    with config.open("a", encoding="utf-8") as stream:
        stream.write(OWN_GRADEBOOK.format(url=url))


def relative(path: Path, course: Course) -> str:
    """How a finding names a file of the course."""
    return os.path.relpath(path, course.root)
