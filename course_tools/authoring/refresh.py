"""The file of misconceptions, made again when what it rests on has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_tools.authoring import fresh, known, stage, trials
from course_tools.authoring.build import build_module
from course_tools.authoring.entries import entries
from course_tools.authoring.reference import files_of, reference_of
from course_tools.authoring.release import listed
from course_tools.authoring.trials import Counted, Tell, Trial
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import bank as banks
from course_tools.grading import batch
from course_tools.grading.checks import BrokenCheck, load_checks
from course_tools.grading.paper import paper
from course_tools.notebooks import read
from course_tools.sandbox import choose_tier

RUNS = 2  # replies that differ between them depend on time or chance and are not listed
BLANK = "without "


@dataclass(frozen=True)
class Refreshed:
    """The file as it now is."""

    path: Path
    ran: bool  # False: it was up to date, or there is no bank
    changed: bool
    listed: int = 0  # answers with a title
    mistakes: int = 0


def refresh_misconceptions(
    course: Course,
    module: Module,
    *,
    force: bool = False,
    jobs: int | None = None,
    tell: Tell = lambda done, total: None,
) -> Refreshed:
    """Run the bank RUNS times and write what each mistake answers, unless the file is up to date.

    Raises UserError when the module cannot be released, its checks or its bank cannot be used, or an entry
    could not be graded.
    """
    path = course.misconceptions(module)
    if not course.mistakes(module).is_file() or (known.is_fresh(course, module) and not force):
        return Refreshed(path, False, False)
    tier = choose_tier()
    files = files_of(course, module)
    with stage.staged(course, module) as copy:
        # What is written must not depend on what was written before.
        copy.misconceptions(module).unlink(missing_ok=True)
        build_module(copy, module)
        refused = fresh.rebuild(copy, module, files.text)
        if refused:
            raise _unusable(module, f"it cannot be released.\n{listed(refused)}")
        bare = trials.without_free_cells(reference_of(copy, module))
        try:
            checks, bank = load_checks(copy.checks(module)), banks.load(copy.mistakes(module))
        except BrokenCheck as error:
            raise _unusable(module, str(error)) from error
        ready = entries(bare, bank, checks, paper(read(copy.release_notebook(module))), files)
        blank = [Trial(BLANK, trials.untouched(bare))]
        blank += [Trial(BLANK + task, trials.without_task(bare, task)) for task in trials.tasks_of(bare)]
        mistakes = {one.name for one in ready.bank.mistakes}
        wanted = [one for one in ready.trials if one.name in mistakes]
        told = Counted(tell, len(blank) + RUNS * len(wanted))
        runs = [
            trials.run(
                copy,
                module,
                [*(blank if number == 0 else ()), *wanted],
                tier=tier,
                jobs=jobs or batch.default_jobs(),
                files=banks.companions(copy, module),
                told=told.step,
            )
            for number in range(RUNS)
        ]
        made_from = known.digest(copy, module)
        made = known.table(ready.bank, runs, [runs[0][one.name] for one in blank])
    lost = [name for run in runs for name, one in run.items() if isinstance(one, batch.Lost)]
    if lost:
        raise _unusable(module, f"{lost[0]} could not be graded. Run the command again")
    changed = known.write(course, module, made, made_from)
    return Refreshed(path, True, changed, sum(map(len, made.values())), len(mistakes))


def _unusable(module: Module, why: str) -> UserError:
    return UserError(
        f"The misconceptions of module {module.number} were not made: {why}\n"
        f"Try:  tito author check {module.number}"
    )
