"""A new module that stands from the first minute: complete, proved but for its TODOs, and the course's own."""

from __future__ import annotations

import json
import keyword
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course_tools.authoring import new_files, release, stage
from course_tools.authoring.build import build_module
from course_tools.authoring.leak import find_leaks
from course_tools.authoring.new_entry import with_entry
from course_tools.authoring.refresh import refresh_misconceptions
from course_tools.authoring.todo import todos
from course_tools.course import CATALOGUE, Course, Module
from course_tools.files import UserError
from course_tools.records import Finding
from course_tools.sandbox import SandboxUnavailable

TEMPLATES = Path(__file__).parent / "templates"
PACKAGE = "tinytorch.core"  # of a course that has no module yet
MINUTES = 45  # until its author knows better
TAKEN = frozenset({"conftest", "checks", "fixtures", "mistakes", "oracles", "probes"})  # names in graders/


@dataclass(frozen=True)
class NewModule:
    """A module that has just been made."""

    module: Module
    files: tuple[str, ...]  # relative to the course, sorted
    todos: tuple[Finding, ...]
    remark: str  # why its known mistakes have not been run, "" when they have


def new_module(
    course: Course,
    number: str,
    name: str,
    *,
    title: str = "",
    needs: Sequence[str] = (),
) -> NewModule:
    """Make module `number` with one small example task: text, notebook, checks, bank, release and course.toml entry.

    number  "21", or "9" for "09"
    title   what students read; made from the name when empty
    needs   modules it builds on, as `Course.find` knows them

    The course is changed at the very end, all at once. Raises UserError when number or name is taken or cannot
    be used, and when nbgrader does not release the module; then nothing has changed.
    """
    with new_files.alone(course):
        course = Course.load(course.root)
        folder = _folder(course, number, name)
        values = _values(course, folder, title, needs)
        catalogue = with_entry(
            (course.root / CATALOGUE).read_text(encoding="utf-8"),
            _filled("entry", values["entry"]),
            folder[:2],
        )
        with _copy(course, catalogue) as copy:
            module = copy.find(folder)
            files = {
                copy.source_text(module): "source",
                copy.checks(module): "checks",
                copy.probes(module): "probes",
                copy.mistakes(module): "mistakes",
                copy.checks(module).parent / "oracles" / f"{module.name}.py": "oracle",
            }
            for path, template in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_filled(template, values["text"]), encoding="utf-8")
            _released(copy, module)
            remark = _misconceptions(copy, module)
            made = {
                one.relative_to(copy.root).as_posix(): one.read_bytes()
                for one in [*files, *_made(copy, module)]
                if one.is_file()
            }
            left = tuple(todos(copy, module))
        new_files.place(course, folder, made, catalogue)
        return NewModule(module, tuple(sorted([*made, CATALOGUE])), left, remark)


def _folder(course: Course, number: str, name: str) -> str:
    """The module's folder. Raises UserError when it cannot be that."""
    if not re.fullmatch(r"\d{1,2}", number, re.ASCII) or int(number) == 0:
        raise UserError(f"{number!r} cannot be a module's number.\nGive one from 1 to 99 that is free.")
    number = number.zfill(2)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name, re.ASCII) or keyword.iskeyword(name) or name in TAKEN:
        raise UserError(
            f"{name!r} cannot be a module's name: it becomes a file that is imported.\n"
            "Use small letters, digits and _, beginning with a letter, and no word of Python's own."
        )
    taken = next((one for one in course.modules if number == one.number or name == one.name), None)
    if taken is not None:
        what = f"number {number}" if taken.number == number else f"a module called {name}"
        free = next(
            (f"{n:02d}" for n in range(1, 100) if f"{n:02d}" not in {m.number for m in course.modules}), ""
        )
        raise UserError(
            f"The course has {what} already: {taken.folder}.\n"
            f"Try:  tito author new {free if taken.number == number else number} "
            f"{name if taken.name != name else f'{name}_2'}"
        )
    stray = next((one for one in course.strays() if one.startswith(f"{number}_")), None)
    if stray is not None:
        raise UserError(
            f"There is a folder {stray} that {CATALOGUE} does not name.\nMove it away or choose another number."
        )
    return f"{number}_{name}"


def _values(course: Course, folder: str, title: str, needs: Sequence[str]) -> dict[str, dict[str, str]]:
    """What stands in the templates' gaps: in the entry, and in all other texts."""
    number, name = folder.split("_", 1)
    title = " ".join(title.split()) or name.replace("_", " ").capitalize()
    if not title.isprintable() or len(title) > 100:
        raise UserError(
            "The title is too long or holds signs that cannot be printed.\nGive at most 100 letters."
        )
    needed = sorted((course.find(one) for one in needs), key=lambda one: one.number)
    late = next((one for one in needed if one.number >= number), None)
    if late is not None:
        raise UserError(
            f"Module {number} cannot need {late.folder}: it comes later.\nName earlier modules only."
        )
    package = course.modules[-1].export.rpartition(".")[0] if course.modules else PACKAGE
    shared = {"number": number, "name": name, "export": f"{package}.{name}", "minutes": str(MINUTES)}
    words = ", ".join(f"{one.number} {one.title}" for one in needed) or "no other module"
    return {
        # JSON's strings are TOML's, too.
        "entry": {
            **shared,
            "title": json.dumps(title, ensure_ascii=False)[1:-1],
            "needs": ", ".join(f'"{one.number}"' for one in needed),
        },
        "text": {**shared, "title": title, "needs": words, "target": f"{package}.{name}".split(".", 1)[-1]},
    }


def _filled(template: str, values: dict[str, str]) -> str:
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda gap: values[gap[1]], text)


@contextmanager
def _copy(course: Course, catalogue: str) -> Iterator[Course]:
    """The course with the new entry, and of the other modules their files in library and graders; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tito-new-") as name:
        root = Path(name)
        root.chmod(0o711)  # sandboxes that share the file tree read the library as another user
        if (course.root / "nbgrader_config.py").is_file():
            shutil.copyfile(course.root / "nbgrader_config.py", root / "nbgrader_config.py")
        # With all that checks of other modules share: what a mistake answers is kept with a digest of it.
        for folder in (course.library, course.root / "graders"):
            if folder.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(folder, root / folder.name, symlinks=True, ignore=ignored)
        for private in ("source", "graders", "release"):
            (root / private).mkdir(exist_ok=True)
            (root / private).chmod(0o700)
        (root / CATALOGUE).write_text(catalogue, encoding="utf-8")
        made = Course.load(root)
        stage.give_gradebook(made)
        yield made


def _released(copy: Course, module: Module) -> None:
    built = build_module(copy, module)
    if not built.findings:
        release._generate(copy, module)
        built_wrong = find_leaks(copy, module)
    else:
        built_wrong = list(built.findings)
    if built_wrong:  # a title can spoil the text
        raise UserError(f"The module is not made:\n{release.listed(tuple(built_wrong))}\nTry another title.")


def _misconceptions(copy: Course, module: Module) -> str:
    try:
        refresh_misconceptions(copy, module)
    except SandboxUnavailable as error:
        return f"its mistake was not run: {str(error).splitlines()[0]}"
    return ""


def _made(copy: Course, module: Module) -> list[Path]:
    """What tools made of the texts."""
    released = copy.release_notebook(module).parent
    return [
        copy.source_notebook(module),
        copy.reference(module),
        copy.misconceptions(module),
        *(one for one in sorted(released.rglob("*")) if one.is_file()),
    ]
