"""What is tried to measure a module: the reference, its mutants, its known mistakes and other right ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from course_tools.authoring import strength_equivalent, trials
from course_tools.authoring.entries import entries
from course_tools.authoring.mutants import Mutant, mutants_of
from course_tools.authoring.proof import Files
from course_tools.authoring.reference import files_of, reference_of
from course_tools.authoring.stage import relative
from course_tools.authoring.strength_bench import Job
from course_tools.authoring.strength_equivalent import Equivalent
from course_tools.authoring.strength_workers import Setting
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import bank as banks
from course_tools.grading.checks import BrokenCheck, load_checks
from course_tools.grading.paper import Paper, paper
from course_tools.notebooks import Notebook
from course_tools.notebooks.cells import course_data, grade_id, is_test
from course_tools.records import Finding, Mistake
from course_tools.sandbox import choose_tier

REFERENCE = "the reference"


@dataclass(frozen=True)
class Plan:
    """The jobs of a module by name, and what their outcomes are to be held against."""

    setting: Setting
    files: Files
    jobs: tuple[Job, ...]
    mutants: tuple[Mutant, ...]
    bank: banks.Bank
    listed: Mapping[str, Equivalent]
    listed_in: str  # how findings name that file
    findings: tuple[Finding, ...]  # about entries that cannot be tried

    @property
    def notebook(self) -> Notebook:
        """The notebook that is changed."""
        return self.setting.notebook


def planned(course: Course, module: Module, *, mutants: bool = True) -> Plan:
    """Everything to try for a module.

    mutants  False: only the reference and the bank

    Raises UserError when there is no author's text, a file of the module cannot be used, or this machine has
    no sandbox.
    """
    if not course.source_text(module).is_file():
        raise UserError(
            f"There is no {course.source_text(module)}.\nWrite module {module.number} there as percent text."
        )
    setting = _setting(course, module)
    notebook, files = setting.notebook, files_of(course, module)
    try:
        checks, bank = load_checks(course.checks(module)), banks.load(course.mistakes(module))
    except BrokenCheck as error:
        raise UserError(f"{error}\nTry:  tito author check {module.number}") from error
    sheet = paper(notebook)
    ready = entries(notebook, bank, checks, sheet, files)
    listed_in = strength_equivalent.path_of(course, module)
    listed = strength_equivalent.load(listed_in) if mutants else {}
    made = tuple(mutants_of(notebook)) if mutants else ()
    jobs = [
        _reference(notebook),
        *_of_mutants(notebook, sheet, made, listed),
        *_of_bank(notebook, sheet, ready.bank),
    ]
    return Plan(
        setting,
        files,
        tuple(jobs),
        made,
        ready.bank,
        listed,
        relative(listed_in, course),
        ready.findings,
    )


def touched_by(notebook: Notebook, sheet: Paper, cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The graded test cells after a solution cell that can depend on it: of its own task, and of others.

    Others are those that say they need one of the task's cells; that they say so is what `tito author check`
    proves by leaving each task out. Where a task has no graded cell, all later ones may depend on it.
    """
    names = [grade_id(one) for one in notebook["cells"]]
    position = names.index(cell)
    task = course_data(notebook["cells"][position]).get("task")
    tests = [one for one in notebook["cells"] if is_test(one)]
    own = [grade_id(one) for one in tests if course_data(one).get("task") == task]
    later = [grade_id(one) for one in notebook["cells"][position + 1 :] if is_test(one)]
    resting = trials.resting_on(sheet, own) if own else set(later)
    return (
        tuple(one for one in later if one in own),
        tuple(one for one in later if one in resting and one not in own),
    )


def _setting(course: Course, module: Module) -> Setting:
    """The reference without the cells that are nobody's, and the files that lie beside it."""
    notebook = trials.without_free_cells(reference_of(course, module))
    folder = course.source_text(module).parent
    stems = {course.source_text(module).name, course.source_notebook(module).name}
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.name not in stems
        and "__pycache__" not in path.parts
    }
    return Setting(course, module, notebook, files, choose_tier())


def _reference(notebook: Notebook) -> Job:
    first = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
    tests = tuple(grade_id(cell) for cell in notebook["cells"] if is_test(cell))
    return Job(REFERENCE, first, notebook["cells"][first]["source"], tests, thorough=True)


def _of_mutants(
    notebook: Notebook, sheet: Paper, mutants: tuple[Mutant, ...], listed: Mapping[str, Equivalent]
) -> list[Job]:
    place = {grade_id(cell): index for index, cell in enumerate(notebook["cells"])}
    made = []
    for one in mutants:
        own, others = touched_by(notebook, sheet, one.cell)
        # That nobody can tell it from the reference is asked of its own task alone.
        asked = own if own and one.digest in listed else (*own, *others)
        made.append(Job(one.name, place[one.cell], one.source, asked))
    return made


def _of_bank(notebook: Notebook, sheet: Paper, bank: banks.Bank) -> list[Job]:
    place = {grade_id(cell): index for index, cell in enumerate(notebook["cells"])}
    made = []
    for entry in bank.entries:
        changed = banks.altered(notebook, entry)["cells"][place[entry.cell]]
        if changed["cell_type"] != "code":
            continue
        own, others = touched_by(notebook, sheet, entry.cell)
        mistake = isinstance(entry, Mistake)
        # That a right variant keeps the points of all other cells too is proved by `tito author check`.
        asked = (entry.grade_id,) if isinstance(entry, Mistake) else own or others
        made.append(Job(entry.name, place[entry.cell], changed["source"], asked, thorough=not mistake))
    return made
