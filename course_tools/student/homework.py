"""A student's notebook beside the released one: what is tested, what was changed that should not be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Module
from course_tools.files import UserError
from course_tools.notebooks import Notebook, UnreadableNotebook, read, restore
from course_tools.notebooks.cells import (
    Cell,
    course_data,
    grade_id,
    is_answer,
    is_graded,
    is_test,
)
from course_tools.notebooks.digest import digest
from course_tools.records import Note
from course_tools.student import desk
from course_tools.student.workspace import Workspace

# Repairs without which the tests would not test what the course means. Others are remarks.
SERIOUS = frozenset({"cell-restored", "cell-missing", "type-restored", "answer-missing"})
# "## 07.2 · clip_grad_norm · 10 points"
HEADING = re.compile(r"^#{1,6} +(\d\d\.\w+) +· +(.+?)(?: +· .*)?$", re.MULTILINE)


class Altered(UserError):
    """Cells of the course's own were changed or deleted."""


@dataclass(frozen=True)
class VisibleTest:
    """One graded test cell of the notebook."""

    index: int  # position in Homework.notebook
    grade_id: str
    title: str  # "07.2 clip_grad_norm", else the grade_id
    task: str  # "07.2", "" when the course gives none
    needs: tuple[str, ...]  # grade_ids of tests this one rests on


@dataclass(frozen=True)
class Homework:
    """One module's notebook, read and compared. Nothing here has been run."""

    module: Module
    path: Path
    notebook: (
        Notebook  # the student's cells with the course's own ones as released; cells in the student's order
    )
    digest: str  # over what the student wrote: running and saving in an editor does not change it
    paper_digest: str
    tests: tuple[VisibleTest, ...]  # in teaching order, that is: as released
    troubles: tuple[Note, ...]  # serious repairs
    remarks: tuple[Note, ...]  # the others
    unanswered: tuple[str, ...]  # titles of written questions still as released

    def require_untouched(self) -> None:
        """Nothing when all of the course's own cells are as released. Raises Altered naming them."""
        if not self.troubles:
            return
        first, *more = (_sentence(one.message) for one in self.troubles)
        number = self.module.number
        raise Altered(
            f"{self.path.name} differs from the course's notebook: {first}.\n"
            + "".join(f"Also: {one}.\n" for one in more[:4])
            + (f"And {len(more) - 4} more.\n" if len(more) > 4 else "")
            + "Nothing was run and nothing was overwritten.\n"
            f"Try:  tito module repair {number}     puts these cells back, keeps your answers and a backup"
        )


def open_homework(workspace: Workspace, module: Module) -> Homework:
    """Read and compare the student's notebook of `module`.

    Raises UserError when it is not there, cannot be read, or has nothing to test.
    """
    desk.released(workspace, module)
    path = workspace.notebook(module)
    own = _read_own(workspace, module, path)
    paper = read(workspace.course.release_notebook(module))
    restored = restore(own, paper)
    ordered = [grade_id(cell) for cell in paper["cells"] if is_test(cell)]
    if not ordered:
        raise UserError(
            f"Module {module.number} has no visible test, so there is nothing that could pass.\n"
            f"The released {path.name} holds no graded test cell; this is the course's fault, not yours.\n"
            "Tell your teachers, or get a newer course:  tito init --update --from PATH"
        )
    names = headings(paper)
    found = {
        grade_id(cell): _test(index, cell, names)
        for index, cell in enumerate(restored.notebook["cells"])
        if is_test(cell) and grade_id(cell) in ordered
    }
    shown = [one for one in restored.notes if one.audience == "student"]
    return Homework(
        module=module,
        path=path,
        notebook=restored.notebook,
        digest=work_digest(own),
        paper_digest=work_digest(paper),
        tests=tuple(found[name] for name in ordered),
        troubles=tuple(one for one in shown if one.code in SERIOUS),
        remarks=tuple(one for one in shown if one.code not in SERIOUS),
        unanswered=tuple(_unanswered(restored.notebook, paper)),
    )


def work_digest(notebook: Notebook) -> str:
    """SHA-256 over kind, name and text of all cells: editors change other metadata on every save."""
    cells = [(one["cell_type"], grade_id(one), one["source"].rstrip()) for one in notebook["cells"]]
    return digest(json.dumps(cells, ensure_ascii=True).encode())


def current_digest(workspace: Workspace, module: Module) -> str | None:
    """The work's digest as it lies there now, None when there is no notebook that can be read."""
    try:
        return work_digest(read(workspace.notebook(module)))
    except UnreadableNotebook:
        return None


def title(cell: Cell, headings: dict[str, str]) -> str:
    """What a student reads as the cell's name: "07.2 clip_grad_norm", else its grade_id."""
    data = course_data(cell)
    task = data.get("task")
    own = data.get("title") or (headings.get(task) if isinstance(task, str) else None)
    return " ".join(one for one in (task, own or grade_id(cell)) if isinstance(one, str))


def headings(paper: Notebook) -> dict[str, str]:
    """The tasks' names by their numbers, from the headings of the course's own cells."""
    found: dict[str, str] = {}
    for cell in paper["cells"]:
        if cell["cell_type"] == "markdown":
            for task, name in HEADING.findall(cell["source"]):
                found.setdefault(task, name)
    return found


def _test(index: int, cell: Cell, names: dict[str, str]) -> VisibleTest:
    data = course_data(cell)
    task, needs = data.get("task"), data.get("needs")
    return VisibleTest(
        index=index,
        grade_id=grade_id(cell),
        title=title(cell, names),
        task=task if isinstance(task, str) else "",
        needs=tuple(one for one in needs if isinstance(one, str)) if isinstance(needs, list) else (),
    )


def _read_own(workspace: Workspace, module: Module, path: Path) -> Notebook:
    if not path.is_file():
        near = [one.name for one in sorted(path.parent.glob("*.ipynb"))] if path.parent.is_dir() else []
        seen = f"There is {', '.join(near)}; the course looks for {path.name}." if near else ""
        raise UserError(
            f"There is no notebook to look at: {workspace.shown(path)} does not exist.\n"
            + (f"{seen}\nTry:  rename it, or  " if near else "Try:  ")
            + f"tito module start {module.number}"
        )
    try:
        return read(path)
    except UnreadableNotebook as error:
        raise UserError(
            f"{workspace.shown(path)} cannot be read as a notebook: {error.reason}.\n"
            f"An earlier copy may lie in {workspace.shown(path.parent)}/.ipynb_checkpoints"
            f" or {workspace.shown(workspace.records)}/backups.\n"
            f"Or start afresh, with a backup of what is there:  tito module reset {module.number}"
        ) from error


def _unanswered(notebook: Notebook, paper: Notebook) -> list[str]:
    """Questions a person will mark whose text is still the released one."""
    names = headings(paper)
    asked = {grade_id(one): one for one in paper["cells"] if is_graded(one) and is_answer(one)}
    return [
        title(cell, names)
        for cell in notebook["cells"]
        if is_graded(cell) and is_answer(cell) and grade_id(cell) in asked
        if cell["source"].strip() == asked[grade_id(cell)]["source"].strip()
    ]


def _sentence(text: str) -> str:
    # Grading speaks of what it repaired; here nothing has been repaired yet.
    return text.replace(" and was put back", "").replace(" and counts as not answered", "")
