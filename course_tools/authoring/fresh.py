"""Whether what is committed is what the author's text gives when it is built again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course_tools.authoring import release as releases
from course_tools.authoring import stage
from course_tools.authoring.leak import find_leaks
from course_tools.course import Course, Module
from course_tools.files import UserError
from course_tools.records import Finding


def rebuild(copy: Course, module: Module, text: str) -> tuple[Finding, ...]:
    """Release the module in the copy of the course, by nbgrader's own generator; findings when it refuses.

    Unlike a real release this one stays where it is when it gives answers away: nobody sees it, and what
    remains to be proved needs it.
    """
    stage.give_gradebook(copy)
    try:
        releases._generate(copy, module)
    except UserError as error:
        problem, _, repair = str(error).partition("\n")
        return (Finding(problem.rstrip("."), repair or "repair the text", text),)
    return ()


def notebook(course: Course, copy: Course, module: Module) -> Iterator[Finding]:
    """The notebook in source/ and the file in the library must be the ones its text makes."""
    for place in (Course.source_notebook, Course.reference):
        ours, made = place(course, module), place(copy, module)
        if not _same(ours, made):
            yield Finding(
                f"it is {_state(ours)}", f"tito author build {module.number}", stage.relative(ours, course)
            )


def release(course: Course, copy: Course, module: Module) -> Iterator[Finding]:
    """release/ must hold the files that releasing makes now, to the byte, and neither may give answers away."""
    yield from find_leaks(copy, module)
    ours, made = course.release_notebook(module).parent, copy.release_notebook(module).parent
    names = {
        path.relative_to(folder).as_posix()
        for folder in (ours, made)
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }
    stale = [name for name in sorted(names) if not _same(ours / name, made / name)]
    for name in stale:
        state = _state(ours / name) if (made / name).is_file() else "not part of what is released"
        yield Finding(
            f"it is {state}", f"tito author release {module.number}", stage.relative(ours / name, course)
        )
    if stale and ours.is_dir():
        yield from find_leaks(course, module)


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or not one.is_file() or not other.is_file():
        return False
    return one.read_bytes() == other.read_bytes()


def _state(path: Path) -> str:
    return "not what its text makes now" if path.is_file() else "missing"
