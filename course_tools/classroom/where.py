"""Where a step of nbgrader's is: student, assignment, notebook and the folders they have."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from course_tools.files import UserError
from course_tools.gradebook import timestamps
from course_tools.gradebook.assignment import NotebookRow, find, find_notebook
from course_tools.gradebook.database import connect, transaction
from course_tools.gradebook.submissions import TIMESTAMP


class Where:
    """The places and names of the notebook nbgrader is at."""

    def __init__(self, step: Any, resources: Any):
        named = resources["nbgrader"]
        self.student, self.assignment = str(named["student"]), str(named["assignment"])
        self.notebook, self.db_url = str(named["notebook"]), str(named["db_url"])
        holder = step
        while not hasattr(holder, "coursedir"):
            holder = holder.parent
        directory = holder.coursedir
        self.root, self.course = Path(directory.root), str(directory.course_id)

        def folder(name: str, student: str) -> Path:
            return Path(directory.format_path(name, student, self.assignment))

        self.source = folder(directory.source_directory, ".") / f"{self.notebook}.ipynb"
        self.autograded = folder(directory.autograded_directory, self.student)
        self.submitted = folder(directory.submitted_directory, self.student)

    def notebook_row(self) -> NotebookRow:
        db_engine = connect(self.db_url)
        try:
            with transaction(db_engine) as db:
                row = find_notebook(db, self.assignment, self.notebook)
                known = find(db, self.assignment)
        finally:
            db_engine.dispose()
        if row is None:
            names = ", ".join(one.name for one in known.notebooks) if known else "none"
            raise UserError(
                f"The gradebook knows no notebook {self.notebook} of {self.assignment}; it knows {names}."
            )
        return row

    def timestamp(self) -> datetime | None:
        file = self.submitted / TIMESTAMP
        return timestamps.parse(file.read_text(errors="replace")) if file.is_file() else None
