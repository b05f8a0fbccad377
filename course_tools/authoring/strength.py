"""How well the tests of a module notice wrong code: known mistakes, and mutants made by rule."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from course_tools.authoring import strength_equivalent, trials
from course_tools.authoring.check import files_of, reference_of
from course_tools.authoring.entries import entries
from course_tools.authoring.mutants import Mutant, mutants_of
from course_tools.authoring.proof import Files
from course_tools.authoring.stage import relative
from course_tools.authoring.strength_bench import Job, Tried
from course_tools.authoring.strength_equivalent import Equivalent
from course_tools.authoring.strength_workers import Setting, try_all
from course_tools.authoring.trials import Counted, Tell
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import bank as banks
from course_tools.grading import batch
from course_tools.grading.checks import BrokenCheck, load_checks
from course_tools.grading.paper import paper
from course_tools.notebooks import Notebook
from course_tools.notebooks.cells import course_data, grade_id, is_answer, is_test
from course_tools.records import Finding, Mistake
from course_tools.sandbox import choose_tier

MODULE_GATE, TASK_GATE = 0.90, 0.85  # of the mutants that are not equivalent
REFERENCE = "the reference"


@dataclass(frozen=True)
class Survivor:
    """A mutant that costs no points."""

    name: str
    task: str
    place: str
    diff: tuple[str, ...]
    digest: str
    seen: bool  # the visible test raises, though no check fails
    broken: tuple[str, ...] = ()  # checks that crashed on it


@dataclass(frozen=True)
class TaskStrength:
    """One task in numbers."""

    task: str
    mistakes: int = 0  # hand-written ones of its graded cells
    mistakes_caught: int = 0  # of these: cost points in their own graded cell
    mistakes_seen: int = 0  # of these: the visible test raises
    mutants: int = 0  # without the listed equivalent ones
    equivalent: int = 0
    seen: int = 0  # mutants at which the visible test of the task raises
    caught: int = 0  # mutants that cost points
    elsewhere: int = 0  # of these: only in other tasks' cells
    right: int = 0
    right_kept: int = 0  # of these: keep all points

    @property
    def score(self) -> float:
        """Share of the mutants that are caught; 1 when there is none."""
        return self.caught / self.mutants if self.mutants else 1.0


@dataclass
class Strength:
    """What `tito author strength` found out about a module."""

    module: str
    tier: str
    tasks: tuple[TaskStrength, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    findings: tuple[Finding, ...] = ()
    tried: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all notebooks tried, without starting the sandboxes
    operators: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # mutants, caught

    @property
    def score(self) -> float:
        """Share of all mutants that are caught; 1 when there is none."""
        made = sum(one.mutants for one in self.tasks)
        return sum(one.caught for one in self.tasks) / made if made else 1.0

    @property
    def ok(self) -> bool:
        """Whether the module is over the gate."""
        return not self.findings


def measure(
    course: Course, module: Module, *, jobs: int | None = None, tell: Tell = lambda done, total: None
) -> Strength:
    """Try the bank and all mutants of a module.

    jobs  worker processes; one per processor if None
    tell  called with (done, total) notebooks

    Raises UserError when there is no author's text, a file of the module cannot be used, the reference does
    not have all points, or this machine has no sandbox.
    """
    started = time.perf_counter()
    if not course.source_text(module).is_file():
        raise UserError(
            f"There is no {course.source_text(module)}.\nWrite module {module.number} there as percent text."
        )
    setting = setting_of(course, module)
    plan = _plan(setting)
    told = Counted(tell, len(plan.jobs))
    found = try_all(setting, plan.jobs, workers=jobs or batch.default_jobs(), told=told.step)
    outcome = _summed_up(plan, found, files_of(course, module))
    outcome.module, outcome.tier = module.folder, setting.tier
    outcome.seconds = time.perf_counter() - started
    return outcome


def setting_of(course: Course, module: Module) -> Setting:
    """The notebook that is changed: the reference without cells that are nobody's."""
    notebook = trials.without_free_cells(reference_of(course, module))
    folder = course.source_text(module).parent
    stems = {course.source_text(module).name, course.source_notebook(module).name}
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in stems
        and not path.is_symlink()
        and "__pycache__" not in path.parts
    }
    return Setting(course, module, notebook, files, choose_tier())


def graded_after(notebook: Notebook, cell: str) -> tuple[list[str], list[str]]:
    """The graded test cells after a solution cell: those of its own task, and the others."""
    names = [grade_id(one) for one in notebook["cells"]]
    position = names.index(cell)
    task = course_data(notebook["cells"][position]).get("task")
    later = [one for one in notebook["cells"][position + 1 :] if is_test(one)]
    own = [grade_id(one) for one in later if course_data(one).get("task") == task]
    return own, [grade_id(one) for one in later if grade_id(one) not in own]


@dataclass(frozen=True)
class _Plan:
    notebook: Notebook
    jobs: tuple[Job, ...]
    mutants: tuple[Mutant, ...]
    bank: banks.Bank
    listed: Mapping[str, Equivalent]
    listed_in: str
    findings: tuple[Finding, ...]


def _plan(setting: Setting) -> _Plan:
    course, module, notebook = setting.course, setting.module, setting.notebook
    files = files_of(course, module)
    try:
        checks, bank = load_checks(course.checks(module)), banks.load(course.mistakes(module))
    except BrokenCheck as error:
        raise UserError(f"{error}\nTry:  tito author check {module.number}") from error
    ready = entries(notebook, bank, checks, paper(notebook), files)
    place = {grade_id(cell): index for index, cell in enumerate(notebook["cells"])}
    tests = tuple(grade_id(cell) for cell in notebook["cells"] if is_test(cell))
    first = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
    made = [Job(REFERENCE, first, notebook["cells"][first]["source"], tests, thorough=True)]
    mutants = mutants_of(notebook)
    for one in mutants:
        own, others = graded_after(notebook, one.cell)
        made.append(Job(one.name, place[one.cell], one.source, (*own, *others)))
    for entry in ready.bank.entries:
        changed = banks.altered(notebook, entry)["cells"][place[entry.cell]]
        if changed["cell_type"] != "code":
            continue
        own, others = graded_after(notebook, entry.cell)
        mistake = isinstance(entry, Mistake)
        asked = (entry.grade_id,) if isinstance(entry, Mistake) else (*own, *others)
        made.append(Job(entry.name, place[entry.cell], changed["source"], asked, thorough=not mistake))
    listed_in = strength_equivalent.path_of(course, module)
    return _Plan(
        notebook,
        tuple(made),
        tuple(mutants),
        ready.bank,
        strength_equivalent.load(listed_in),
        relative(listed_in, course),
        ready.findings,
    )


def _summed_up(plan: _Plan, found: Mapping[str, Tried], files: Files) -> Strength:
    reference = found[REFERENCE]
    if reference.failed:
        first = reference.failed[0]
        raise UserError(
            f"The reference itself fails {first.name}: {first.detail or first.message}.\n"
            f"Try:  tito author check {files.number}"
        )
    task_of = {grade_id(cell): course_data(cell).get("task", "") for cell in plan.notebook["cells"]}
    rows = {
        task_of[grade_id(cell)]: Counter[str]()
        for cell in plan.notebook["cells"]
        if is_answer(cell) or is_test(cell)
    }
    survivors: list[Survivor] = []
    findings = list(plan.findings)
    operators: dict[str, tuple[int, int]] = {}
    for one in plan.mutants:
        tried, row = found[one.name], rows[one.task]
        own = {name for name, task in task_of.items() if task == one.task}
        if one.digest in plan.listed:
            row["equivalent"] += 1
            if tried.failed:
                findings.append(
                    Finding(
                        f"{one.name} is listed as equivalent, but {tried.failed[0].name} notices it",
                        f"take {one.digest} off the list",
                        plan.listed_in,
                        one.cell,
                    )
                )
            continue
        seen = bool(own & set(tried.seen))
        row["mutants"] += 1
        row["seen"] += seen
        row["caught"] += bool(tried.failed)
        row["elsewhere"] += bool(tried.failed) and tried.failed[0].grade_id not in own
        made, caught = operators.get(one.operator, (0, 0))
        operators[one.operator] = made + 1, caught + bool(tried.failed)
        if not tried.failed:
            survivors.append(
                Survivor(one.name, one.task, one.place, one.diff, one.digest, seen, tried.broken)
            )
    findings += _unlisted(plan)
    for mistake in plan.bank.mistakes:
        if mistake.name not in found:
            continue
        tried, row = found[mistake.name], rows[task_of[mistake.grade_id]]
        row["mistakes"] += 1
        row["mistakes_caught"] += bool(tried.failed)
        row["mistakes_seen"] += mistake.grade_id in tried.seen
        if not tried.failed:
            findings.append(
                Finding(
                    f"{mistake.name} ({mistake.title}) costs no points in {mistake.grade_id}",
                    "add a check that notices it, or take the entry out with a reason",
                    files.mistakes,
                    mistake.cell,
                )
            )
    for variant in plan.bank.right:
        if variant.name not in found:
            continue
        tried, row = found[variant.name], rows[task_of[variant.cell]]
        row["right"] += 1
        row["right_kept"] += not tried.failed
        findings += [
            Finding(
                f"{variant.name} ({variant.title}) is right but fails {check.name}: {check.detail or check.message}",
                "accept whatever the docstring allows",
                files.checks,
                check.grade_id,
            )
            for check in tried.failed
        ]
    tasks = tuple(TaskStrength(task, **row) for task, row in rows.items() if task and +row)
    outcome = Strength("", "", tasks, tuple(survivors), (), len(found))
    outcome.cpu_seconds = sum(one.cpu_seconds for one in found.values())
    outcome.operators = dict(sorted(operators.items()))
    outcome.findings = (*findings, *_below(outcome, files))
    return outcome


def _unlisted(plan: _Plan) -> Iterator[Finding]:
    """Findings for listed mutants that are not made any more."""
    made = {one.digest for one in plan.mutants}
    for digest, one in plan.listed.items():
        if digest not in made:
            yield Finding(
                f"{one.mutant} is listed as equivalent, but no such mutant is made any more",
                f"take {digest} off the list",
                plan.listed_in,
            )


def _below(outcome: Strength, files: Files) -> Iterable[Finding]:
    """Findings for scores below the gate."""
    repair = "let a check notice the survivors, or list those nobody can tell from the reference"
    found: Sequence[tuple[str, float, float]] = [
        *((f"task {one.task}", one.score, TASK_GATE) for one in outcome.tasks),
        ("the module", outcome.score, MODULE_GATE),
    ]
    for what, score, gate in found:
        if score < gate:
            yield Finding(
                f"the checks of {what} notice {score:.1%} of its mutants, not {gate:.0%}",
                repair,
                files.checks,
            )
