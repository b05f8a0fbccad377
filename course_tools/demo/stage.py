"""The demo's own copy of the course: made anew every time, and the only thing the demo writes to."""

from __future__ import annotations

import shutil
from pathlib import Path

from course_tools.course import Course
from course_tools.files import UserError

FOLDERS = ("source", "graders", "release", "milestones", "tinytorch")
FILES = ("course.toml", "nbgrader_config.py")
MARK = ".tito/demo"  # only a folder that holds this is wiped
CELL_SECONDS = 5
LIMIT = "cell_seconds = 30"


def make(course: Course, folder: Path) -> Course:
    """A fresh copy of the course in `folder`, with its own exchange and gradebook.

    Raises UserError when the folder holds something that is not an earlier demo.
    """
    if folder.exists():
        if not (folder / MARK).is_file():
            raise UserError(
                f"{folder} is there and is not an earlier demo, so it is not wiped.\n"
                "Move it away, then run this again."
            )
        shutil.rmtree(folder)
    (folder / MARK).parent.mkdir(parents=True)
    (folder / MARK).touch()
    for name in FOLDERS:
        if (course.root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(course.root / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(course.root / name, folder / name)
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as stream:
        stream.write(OWN)
    catalogue = (folder / "course.toml").read_text(encoding="utf-8")
    if LIMIT not in catalogue:
        raise UserError(
            f"course.toml holds no line {LIMIT!r} any more.\nChange course_tools/demo/stage.py with it."
        )
    shorter = catalogue.replace(LIMIT, f"cell_seconds = {CELL_SECONDS}")
    (folder / "course.toml").write_text(shorter, encoding="utf-8")
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)  # nbgrader insists: every student writes there
    return Course.load(folder)


OWN = """
# -- Added by the demo, for this copy only. ----------------------------------------------------------------
# Whatever the environment names, the demo keeps to its own folder.
c.CourseDirectory.db_url = f"sqlite:///{here / 'gradebook.db'}"
c.Exchange.root = str(here / "exchange")
# All members of this class are one system user, the one who runs the demo. In a real course every student
# owns what they hand in, this line is absent, and a folder of somebody else's is refused.
c.ExchangeCollect.check_owner = False
"""
