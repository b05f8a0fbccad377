"""Whose fault a failed test is: run again with the course's earlier modules in place of the student's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Module
from course_tools.student.run import Run, TestResult, run
from course_tools.student.workspace import MARK, Workspace


@dataclass(frozen=True)
class Blame:
    """Failed tests by whose fault they are; tests not written yet are nobody's."""

    here: tuple[TestResult, ...]  # they fail with the course's earlier modules too
    earlier: Mapping[str, tuple[Module, ...]]  # by grade_id: exchange these own modules and the test passes

    def sentences(self, done: Run) -> Iterator[str]:
        """What a student is told, a line each."""
        titles = {one.test.grade_id: one.test.title for one in done.tests}
        for who in dict.fromkeys(self.earlier.values()):
            tests = [titles[name] for name, found in self.earlier.items() if found == who]
            names = " and ".join(f"{one.number} {one.title}" for one in who)
            passes = "passes" if len(tests) == 1 else "pass"
            said = f"{', '.join(tests)} {passes} with the course's {names}"
            yield f"{said}: the fault is in your own, not in this module."
            yield f"Look there:  {'; '.join(f'tito module test {one.number}' for one in who)}"
        if self.here:
            tests = [one.test.title for one in self.here]
            fails = "fails" if len(tests) == 1 else "fail"
            yield f"{', '.join(tests)} {fails} with the course's earlier modules too: the fault is in this module."

    def folders(self, module: Module) -> dict[str, list[str]]:
        """The folders of the modules at fault, by grade_id, for machines; module: the one that was run."""
        here = {one.test.grade_id: [module.folder] for one in self.here}
        return here | {name: [one.folder for one in who] for name, who in self.earlier.items()}


def blame(
    workspace: Workspace,
    done: Run,
    *,
    task: str | None = None,
) -> Blame | None:
    """Whose fault the failed tests of a run are; None when nothing failed or no earlier module is the student's.

    done  a run with the student's own earlier modules
    task  what that run was limited to
    """
    module = done.homework.module
    red = {one.test.grade_id: one for one in done.tests if one.outcome == "failed" and not _stub(one, module)}
    own = {one.folder: one for one in workspace.course.rests_on(module) if workspace.exported(one).is_file()}
    if not red or not own:
        return None

    def passing(left_out: Iterable[str]) -> frozenset[str]:
        with _package(workspace, [own[folder] for folder in left_out]) as package:
            again = run(workspace, done.homework, earlier="own", task=task, package=package)
        return frozenset(one.test.grade_id for one in again.tests if one.outcome == "passed")

    from course_tools.grading.culprits import culprits

    # What the module builds on itself is asked first, and of these the latest: it rests on all others.
    suspects = sorted(own.values(), key=lambda one: (one.number in module.needs, one.number), reverse=True)
    blamed = frozenset(red) & passing(own)
    found = culprits(blamed, [one.folder for one in suspects], passing)
    return Blame(
        tuple(one for name, one in red.items() if name not in blamed),
        {name: tuple(own[folder] for folder in found[name]) for name in red if name in found},
    )


def _stub(result: TestResult, module: Module) -> bool:
    cell = result.cell
    return cell.error_name == "NotImplementedError" and cell.error_message.startswith(f"{module.number}.")


@contextmanager
def _package(workspace: Workspace, left_out: Iterable[Module]) -> Iterator[Path]:
    """A folder with the student's own package but for these modules; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tito-blame-") as name:
        root = Path(name)
        (root / MARK).parent.mkdir()
        (root / MARK).write_text("{}\n", encoding="utf-8")
        for top in {one.export.split(".")[0] for one in workspace.course.modules}:
            if (workspace.root / top).is_dir():
                shutil.copytree(
                    workspace.root / top, root / top, ignore=shutil.ignore_patterns("__pycache__")
                )
        for one in left_out:
            (root / workspace.exported(one).relative_to(workspace.root)).unlink(missing_ok=True)
        yield root
