"""The gradebook's own picture of an assignment: which cells exist and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_tools.files import UserError

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class SourceCell:
    """A cell as it was when the release was made, hidden tests included."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str | None  # nbgrader's MD5


@dataclass(frozen=True)
class Grading:
    """A cell that carries points."""

    id: str
    name: str
    max_score: float
    cell_type: str
    is_task: bool


@dataclass(frozen=True)
class NotebookRow:
    """One notebook of an assignment with everything a submission of it gets rows for."""

    id: str
    name: str
    kernelspec: str | None
    grades: Mapping[str, Grading]  # by grade_id
    comments: Mapping[str, str]  # grade_id -> base_cell.id; solution and task cells
    solutions: frozenset[str]  # grade_ids of answer cells
    sources: Mapping[str, SourceCell]


@dataclass(frozen=True)
class AssignmentRow:
    """One assignment of the gradebook."""

    id: str
    name: str
    duedate: datetime | None
    notebooks: tuple[NotebookRow, ...]


def find(db: Connection, name: str) -> AssignmentRow | None:
    """The assignment of that name, or None when the gradebook does not know it or knows no notebook of it."""
    from sqlalchemy import select

    from course_tools.gradebook.schema import assignment, notebook

    row = db.execute(select(assignment).where(assignment.c.name == name)).one_or_none()
    if row is None:
        return None
    found = db.execute(
        select(notebook).where(notebook.c.assignment_id == row.id).order_by(notebook.c.name)
    ).all()
    if not found:
        return None
    return AssignmentRow(row.id, row.name, row.duedate, tuple(_notebook(db, one) for one in found))


def find_notebook(db: Connection, name: str, notebook: str) -> NotebookRow | None:
    """One notebook of an assignment; None when the gradebook knows no such notebook or assignment."""
    row = find(db, name)
    return None if row is None else next((one for one in row.notebooks if one.name == notebook), None)


def _notebook(db: Connection, row: Any) -> NotebookRow:
    from sqlalchemy import select

    from course_tools.gradebook.schema import base_cell, grade_cells, source_cell, task_cells

    grades: dict[str, Grading] = {}
    for table, is_task in ((grade_cells, False), (task_cells, True)):
        query = select(base_cell.c.id, base_cell.c.name, table.c.max_score, table.c.cell_type).join(
            table, table.c.id == base_cell.c.id
        )
        for one in db.execute(query.where(base_cell.c.notebook_id == row.id)):
            grades[one.name] = Grading(one.id, one.name, float(one.max_score), one.cell_type, is_task)
    cells = db.execute(select(base_cell).where(base_cell.c.notebook_id == row.id)).all()
    sources = db.execute(select(source_cell).where(source_cell.c.notebook_id == row.id)).all()
    return NotebookRow(
        id=row.id,
        name=row.name,
        kernelspec=row.kernelspec,
        grades=grades,
        comments={one.name: one.id for one in cells if one.type in ("SolutionCell", "TaskCell")},
        solutions=frozenset(one.name for one in cells if one.type == "SolutionCell"),
        sources={
            one.name: SourceCell(one.name, one.cell_type, one.source or "", bool(one.locked), one.checksum)
            for one in sources
        },
    )


def create(root: Path, name: str, db_url: str, course_id: str) -> None:
    """Enter an assignment into the gradebook from source/<name>/, as `nbgrader generate_assignment` would.

    Runs nbgrader's own steps of the release, in their configured order, up to and including the one that
    saves the cells; writes no file. Raises UserError naming `tito author release` when that cannot be done.
    """
    notebooks = sorted((root / "source" / name).glob("*.ipynb"))
    if not notebooks:
        raise UserError(
            f"The gradebook does not know {name}, and {root / 'source' / name} holds no notebook.\n"
            f"Make the release first:  tito author release {name[:2]}"
        )
    import nbformat
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGrader
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    from course_tools.gradebook import settings

    app = NbGrader(config=settings.load(root).config)
    directory = CourseDirectory(parent=app, root=str(root.resolve()), db_url=db_url)
    converter = GenerateAssignment(coursedir=directory, parent=app)
    steps = [_step(one, converter) for one in converter.preprocessors]
    last = next((i for i, one in enumerate(steps) if isinstance(one, SaveCells)), None)
    try:
        if last is None:
            raise ValueError("GenerateAssignment.preprocessors has no SaveCells")
        with Gradebook(db_url, course_id or "default_course") as book:
            book.update_or_create_assignment(name, course_id=course_id or "default_course")
        for file in notebooks:
            content = nbformat.read(file, as_version=4)
            where = {"assignment": name, "notebook": file.stem, "student": ".", "db_url": db_url}
            resources: dict[str, Any] = {"nbgrader": where, "unique_key": file.stem}
            for step in steps[: last + 1]:
                content, resources = step(content, resources)
    except Exception as error:
        raise UserError(
            f"The gradebook does not know {name}, and entering it failed: {type(error).__name__}: {error}\n"
            f"Make the release and read what it says:  tito author release {name[:2]}"
        ) from error


def _step(named: Any, parent: Any) -> Any:
    from traitlets.utils.importstring import import_item

    cls = import_item(named) if isinstance(named, str) else named
    return cls(parent=parent)
