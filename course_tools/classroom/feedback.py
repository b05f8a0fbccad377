"""Write feedback/ for a module: a page and a report a student may read, ready for nbgrader's release_feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.gradebook import attempts, folders, marks, settings, submissions
from course_tools.gradebook.attempts import Attempt
from course_tools.grading.feedback import Mark, feedback_page, for_student
from course_tools.notebooks import UnreadableNotebook, read
from course_tools.records import BadRecord, Note, Report, from_json, to_json

MODE = 0o644


@dataclass(frozen=True)
class Written:
    """What became of one student's feedback."""

    student: str
    changed: bool
    page: str  # path below the course root
    hidden_until: str = (
        ""  # hidden checks are only counted before this date; "" when they are told one by one
    )


def write_feedback(
    course: Course,
    module: Module,
    *,
    students: Sequence[str] | None = None,
    now: datetime | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> list[Written]:
    """Write the pages of everybody who has a report, or of these students; unchanged ones stay as they are.

    Before the module's due date, and a student's extension of it, hidden checks are only counted; written again
    afterwards, the page tells them one by one.

    now  with a time zone; None: the clock's

    Submissions that need a person are left out until somebody looked: no feedback on what was not judged.
    Raises UserError when there is no report at all, or a named student has none.
    """
    root = course.root
    names = _graded(course, module, students)
    book = settings.load(root)
    given = marks.given(book.db_url, module.folder)
    extensions = marks.extensions(book.db_url, module.folder)
    had = attempts.recorded(book.db_url, module.folder)
    done = []
    for number, name in enumerate(names, start=1):
        until = hidden_until(module, extensions.get(name), now)
        files = _files(course, module, name, given.get(name, {}), until, had.get(name, ()))
        if files is not None:
            folder = course.feedback(module, name)
            # nbgrader's release_feedback reads both receipts beside the page; without them it stops for everybody.
            handed_in = submissions.read(root / "submitted", module.folder, name).files
            files |= {one: handed_in[one] for one in submissions.RECEIPTS if one in handed_in}
            changed = any(_content(folder / file) != data for file, data in files.items())
            if changed:
                folders.replace(folder, files, mode=MODE)
            page = (folder / f"{module.folder}.html").relative_to(root).as_posix()
            done.append(Written(name, changed, page, until))
        tell(number, len(names))
    return done


def hidden_until(module: Module, extension: timedelta | None, now: datetime | None = None) -> str:
    """The date, in words, before which a student is told hidden checks by their number only; "" from then on."""
    if module.due is None:
        return ""
    due = module.due + (extension or timedelta())
    return f"{due:%Y-%m-%d %H:%M %Z}" if (now or datetime.now(UTC)) < due else ""


def _graded(course: Course, module: Module, students: Sequence[str] | None) -> list[str]:
    handed_in = submissions.students(course.root / "autograded", module.folder)
    found = [name for name in handed_in if (course.autograded(module, name) / folders.REPORT).is_file()]
    missing = sorted(set(students or ()) - set(found))
    if missing or not found:
        who = ", ".join(missing) if missing else "anybody"
        raise UserError(
            f"There is no report on {who} for {module.folder}.\nTry:  tito grade run {module.number}"
        )
    return found if students is None else sorted(set(students))


def _files(
    course: Course,
    module: Module,
    name: str,
    given: Mapping[str, marks.Given],
    until: str,
    had: Sequence[Attempt],
) -> dict[str, bytes] | None:
    folder = course.autograded(module, name)
    try:
        report = from_json(Report, (folder / folders.REPORT).read_bytes())
    except BadRecord as error:
        raise UserError(
            f"The report on {name} is damaged: {error}\n"
            f"Try:  tito grade run {module.number} --student {name} --force"
        ) from error
    if report.state == "needs_person" and not any(one.points is not None for one in report.tasks):
        return None
    try:
        notebook = read(folder / f"{module.folder}.ipynb", keep_outputs=True)
    except UnreadableNotebook:
        notebook = None
    if module.attempts is not None:
        judged = sum(one.judged for one in had)
        said = f"{judged} of {module.attempts} hand-ins that are judged are used"
        report = replace(report, notes=(*report.notes, Note("attempts", said)))
    person = {grade_id: Mark(one.points, one.extra, one.comment) for grade_id, one in given.items()}
    return {
        f"{module.folder}.html": feedback_page(report, notebook, person, hidden_until=until).encode(),
        folders.REPORT: to_json(for_student(report, until)).encode(),
    }


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
