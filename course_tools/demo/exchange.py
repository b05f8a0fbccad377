"""nbgrader's own exchange, used as the class would: release, fetch, submit.

In this process, because starting nbgrader takes longer than all that it does here.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_tools.course import Course, Module
from course_tools.demo.students import Student
from course_tools.gradebook import settings


class Exchange:
    """The exchange that the course's nbgrader_config.py names."""

    def __init__(self, course: Course, module: Module) -> None:
        self.course, self.module = course, module
        self.config = settings.load(course.root).config
        # One line per file copied, and per student, is not what a demo should show.
        logging.getLogger("traitlets").setLevel(logging.ERROR)

    def release(self) -> None:
        """Put release/NN_name where students can fetch it."""
        self._start("ReleaseAssignment", self.config)

    def hand_in(self, student: Student, folder: Path) -> None:
        """Fetch into the student's own folder, work, and submit under the student's name.

        folder  their home; made when it is missing
        """
        folder.mkdir(parents=True, exist_ok=True)
        config = copy.deepcopy(self.config)
        config.Exchange.assignment_dir = str(folder)
        config.Exchange.cache = str(folder / ".cache")
        self._start("FetchAssignment", config, student.name)
        (folder / self.module.folder / f"{self.module.folder}.ipynb").write_bytes(student.notebook)
        self._start("Submit", config, student.name)

    def _start(self, step: str, config: Any, student: str = "*") -> None:
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory

        directory = CourseDirectory(config=config, root=str(self.course.root))
        directory.assignment_id, directory.student_id = self.module.folder, student
        factory = ExchangeFactory(config=config)
        chosen: Callable[..., Any] = getattr(factory, step)
        authenticator = Authenticator(config=config)
        chosen(coursedir=directory, authenticator=authenticator, parent=factory).start()
