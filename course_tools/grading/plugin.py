"""`pytest graders/`: every check as a test, judged by the engine that grades students.

Without options the reference solution is graded and every check must pass. `--submission PATH` grades a
notebook, `--mistake NAME` a known wrong solution or right variant of the bank. A module is run once, in the
sandbox; then each check reports its own verdict: failed is a failure, skipped a skip, broken an error.

Used by graders/conftest.py, which takes the hooks below by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.grading import bank, batch, render
from course_tools.grading.checks import BrokenCheck, Check, load_checks
from course_tools.grading.paper import Notebook, paper
from course_tools.grading.runner import Graded, Grader, Submission
from course_tools.notebooks import build, dump
from course_tools.records import CheckResult, Digests
from course_tools.sandbox import SandboxLost, choose_tier

NO_DIGESTS = Digests("", "", "", "")  # the report is looked at once and not kept


class NotJudged(Exception):
    """No verdict on a student's work: our fault, and the message says whose."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--submission` and `--mistake`."""
    group = parser.getgroup("graders", "which notebook the checks are asked about (default: the reference)")
    group.addoption("--submission", metavar="PATH", help="a handed-in notebook, NN_name.ipynb")
    group.addoption(
        "--mistake", metavar="NAME", help="a known wrong solution or right variant, as the bank calls it"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that contradict each other or name nothing."""
    submission = config.getoption("--submission", None)
    if submission and config.getoption("--mistake", None):
        raise pytest.UsageError("--submission and --mistake name two different notebooks: give one of them")
    if submission and not Path(submission).is_file():
        raise pytest.UsageError(f"--submission {submission}: there is no such file")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A checks file of a course is collected by the examiner's own loader; any other file as usual."""
    course, module = _course_of(module_path)
    if course is None or module is None:
        return None
    made: ChecksFile = ChecksFile.from_parent(parent, path=module_path)
    made.course, made.module = course, module
    return made


def pytest_collection_finish(session: pytest.Session) -> None:
    """A name that no bank of the collected modules knows is a mistyped one."""
    wanted = session.config.getoption("--mistake", None)
    names = session.config.stash.get(BANKED, None)
    if wanted and names is not None and wanted not in names:
        known = ", ".join(sorted(names)) or "none"
        raise pytest.UsageError(f"--mistake {wanted}: no bank knows it; there is {known}")


BANKED = pytest.StashKey[set[str]]()


def _course_of(path: Path) -> tuple[Course | None, Module | None]:
    try:
        course = Course.load(path.parent.parent)
    except UserError:
        return None, None
    return course, next((one for one in course.modules if course.checks(one) == path.resolve()), None)


class ChecksFile(pytest.File):
    """graders/test_NN_name.py: one item per check, one run of the engine for all of them."""

    course: Course
    module: Module

    def collect(self) -> Iterator[pytest.Item]:
        """The checks in the order they are written; none when the options are about another module."""
        try:
            found = load_checks(self.path)
            known = bank.load(self.course.mistakes(self.module))
        except BrokenCheck as error:
            raise self.CollectError(str(error)) from error
        names = {one.name for one in known.entries}
        self.config.stash.setdefault(BANKED, set()).update(names)
        if not self._is_asked(names):
            return
        for one in found:
            yield CheckItem.from_parent(self, name=one.name, check=one)

    def _is_asked(self, names: set[str]) -> bool:
        mistake, submission = self.config.getoption("--mistake"), self.config.getoption("--submission")
        if mistake:
            return mistake in names
        # A notebook under another module's name is that module's.
        others = {one.folder for one in self.course.modules} - {self.module.folder}
        return not submission or Path(submission).stem not in others

    @cached_property
    def results(self) -> dict[str, CheckResult] | NotJudged:
        """{check: its verdict} from a single run, or why there was none."""
        try:
            graded = self._grade()
        except (UserError, BrokenCheck, SandboxLost, bank.BadEntry) as error:
            return NotJudged(str(error))
        return {one.name: one for task in graded.report.tasks for one in task.checks}

    def _grade(self) -> Graded:
        submission = self.config.getoption("--submission")
        stem = f"{self.module.folder}.ipynb"
        with batch.open_nursery(self.course, self.module, choose_tier()) as nursery:
            if submission:
                grader = Grader(self.course, self.module, nursery)
                content = Path(submission).read_bytes()
            else:  # a notebook of ours; it needs no release and no repair
                notebook = self._reference()
                grader = Grader(self.course, self.module, nursery, paper_from=paper(notebook))
                content = dump(notebook)
            files = {**bank.companions(self.course, self.module), stem: content}
            return grader.grade(Submission("pytest", files), NO_DIGESTS, restored=not submission)

    def _reference(self) -> Notebook:
        text = self.course.source_text(self.module).read_text(encoding="utf-8")
        reference = build(text, stem=self.module.folder)
        name = self.config.getoption("--mistake")
        entry = bank.load(self.course.mistakes(self.module)).of(name) if name else None
        return reference if entry is None else bank.altered(reference, entry)


class CheckItem(pytest.Item):
    """One check; its test function is not called by pytest, so it needs no fixtures."""

    def __init__(self, *, check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check
        self.extra_keyword_matches.add(check.grade_id)  # so that -k m07-clip-test selects a whole cell

    def setup(self) -> None:
        """Grade the module if that has not happened; what we cannot judge is an error, not a failure."""
        assert isinstance(self.parent, ChecksFile)
        results = self.parent.results
        if isinstance(results, NotJudged):
            raise results
        found = results.get(self.name)
        if found is None:
            raise NotJudged(f"there is no verdict: the notebook has no graded cell {self.check.grade_id}")
        if found.verdict == "broken":
            raise NotJudged(found.message)
        self.result = found

    def runtest(self) -> None:
        """Pass on the engine's verdict."""
        if self.result.verdict == "skipped":
            pytest.skip(self.result.message)
        if self.result.verdict == "failed":
            pytest.fail("\n".join(self._lines()), pytrace=False)

    def _lines(self) -> list[str]:
        """What the student reads, and below it what only staff may."""
        one = self.result
        lines = render.check_lines(one)
        hidden = not one.visible and (one.got or one.expected)
        shown = f"{one.what}: got {one.got}   expected {one.expected}" if hidden else ""
        return [*lines, *(f"    staff: {text}" for text in (one.detail, shown) if text)]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone where it says everything."""
        if isinstance(excinfo.value, NotJudged):
            return f"{self.name}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the check is written."""
        return self.path, self.check.function.__code__.co_firstlineno - 1, self.name
