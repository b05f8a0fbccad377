"""The course: its modules, and where everything of theirs lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import catalogue
from course_tools.course.catalogue import CATALOGUE, CourseError, Earlier
from course_tools.course.milestone import Milestone
from course_tools.course.module import Module
from course_tools.files import UserError


class UnknownModule(UserError):
    """No module of the course goes by that name."""


class UnknownMilestone(UserError):
    """No milestone of the course goes by that name."""


@dataclass(frozen=True)
class Course:
    """A course folder. Paths are where things belong; whether they exist is for the caller to ask."""

    root: Path
    name: str
    title: str
    modules: tuple[Module, ...]  # in order of their numbers
    milestones: tuple[Milestone, ...] = ()  # in order of the modules they follow
    earlier: Earlier = "reference"  # whose earlier modules a hand-in is judged on

    @classmethod
    def load(cls, root: Path | None = None) -> Course:
        """The course at `root`, or the one the working folder lies in.

        Raises CourseError when there is none and when course.toml is not one, naming the entry.
        """
        found = _root(root)
        return cls(found, *catalogue.read(found / CATALOGUE))

    def find(self, text: str) -> Module:
        """The module called "7", "07", "training" or "07_training", in either case of letters.

        Raises UnknownModule with the nearest names.
        """
        wanted = text.strip().lower().replace("-", "_")
        for module in self.modules:
            if wanted in (module.number, module.name, module.folder):
                return module
            if wanted.isdecimal() and int(wanted) == int(module.number):
                return module
        raise UnknownModule(self._unknown(text, wanted))

    def _unknown(self, text: str, wanted: str) -> str:
        import difflib

        names = {key: one.folder for one in self.modules for key in (one.number, one.name, one.folder)}
        near = dict.fromkeys(names[key] for key in difflib.get_close_matches(wanted, names, n=3, cutoff=0.5))
        offered = ", ".join(near or (one.folder for one in self.modules)) or "none yet"
        lead = "Did you mean" if near else "There is"
        return f"This course has no module {text!r}.\n{lead}: {offered}"

    def needed(self, module: Module) -> tuple[Module, ...]:
        """The modules `module` builds on that students of this course write themselves, in order."""
        return tuple(one for one in self.modules if one.number in module.needs)

    def find_milestone(self, text: str) -> Milestone:
        """The milestone called "perceptron" or "03_perceptron", in either case of letters.

        The number of the module it follows is enough where it is the only one.
        Raises UnknownMilestone with the names there are.
        """
        wanted = text.strip().lower().replace("-", "_")
        found = [one for one in self.milestones if wanted in (one.name, one.stem)]
        if wanted.isdecimal():
            found = [one for one in self.milestones if int(one.after) == int(wanted)]
        if len(found) == 1:
            return found[0]
        names = ", ".join(one.name for one in found or self.milestones) or "none"
        raise UnknownMilestone(
            f"This course has {'several milestones' if found else 'no milestone'} {text!r}.\nThere is: {names}"
        )

    def behind(self, milestone: Milestone) -> tuple[Module, ...]:
        """The modules `milestone` rests on: the one it follows and all that one builds on, in order.

        What a module of the library builds on nobody has written down, so all modules before it count.
        """
        return self._closed({milestone.after})

    def rests_on(self, module: Module) -> tuple[Module, ...]:
        """All modules `module` builds on, however indirectly, in order; counted as in `behind`."""
        return tuple(one for one in self._closed({module.number}) if one != module)

    def _closed(self, wanted: set[str]) -> tuple[Module, ...]:
        wanted, last = set(wanted), ""
        for module in reversed(self.modules):  # needs name earlier modules only
            if module.number in wanted or module.number < last:
                wanted |= {module.number, *module.needs}
                last = max(last, *self.supplied(module), "")
        return tuple(one for one in self.modules if one.number in wanted)

    def script(self, milestone: Milestone) -> Path:
        """What a milestone runs."""
        return self.root / milestone.script

    def exports_needed(self, module: Module) -> tuple[str, ...]:
        """Import names of the needed modules' reference builds, as far as they are built."""
        return tuple(one.export for one in self.needed(module) if self.reference(one).is_file())

    def supplied(self, module: Module) -> tuple[str, ...]:
        """Numbers of needed modules the course does not hold: the library's reference stands in for them."""
        held = {one.number for one in self.modules}
        return tuple(number for number in module.needs if number not in held)

    def strays(self) -> tuple[str, ...]:
        """Module folders under source/ or release/ that course.toml does not name, sorted."""
        known = {one.folder for one in self.modules}
        found = {
            path.name
            for parent in ("source", "release")
            for path in (self.root / parent).glob("[0-9][0-9]_*")
            if path.is_dir()
        }
        return tuple(sorted(found - known))

    @property
    def library(self) -> Path:
        """The course's own package: what is given, and the reference of earlier modules."""
        return self.root / "tinytorch"

    def reference(self, module: Module) -> Path:
        """The reference build: what the solved notebook exports, importable by the modules after it."""
        return self.root / _file_of(module.export)

    def unseen(self, module: Module) -> tuple[str, ...]:
        """Files of the library a hand-in of `module` must not find: its own reference and those of later modules."""
        return tuple(_file_of(one.export) for one in self.modules if one.number >= module.number)

    def source_text(self, module: Module) -> Path:
        """What authors keep: percent text, solutions inside."""
        return self.root / "source" / module.folder / f"{module.folder}.py"

    def source_notebook(self, module: Module) -> Path:
        """The notebook built from the text, solutions inside."""
        return self.root / "source" / module.folder / f"{module.folder}.ipynb"

    def release_notebook(self, module: Module) -> Path:
        """What students get."""
        return self.root / "release" / module.folder / f"{module.folder}.ipynb"

    def checks(self, module: Module) -> Path:
        """The pytest file the examiner runs."""
        return self.root / "graders" / f"test_{module.folder}.py"

    def probes(self, module: Module) -> Path:
        """The lines that are sent to the student's process."""
        return self.root / "graders" / "probes" / f"{module.folder}.py"

    def mistakes(self, module: Module) -> Path:
        """Known wrong solutions and known right variants."""
        return self.root / "graders" / "mistakes" / f"{module.folder}.py"

    def misconceptions(self, module: Module) -> Path:
        """Fingerprints of what the known wrong solutions answer."""
        return self.root / "graders" / "fixtures" / f"{module.folder}.misconceptions.json"

    def submitted(self, module: Module, student: str) -> Path:
        """Folder of one student's hand-in; so for `autograded` and `feedback`.

        Raises ValueError for a student's name that is not a plain folder name.
        """
        return self._of_student("submitted", module, student)

    def autograded(self, module: Module, student: str) -> Path:
        """Folder of the executed notebook and its report."""
        return self._of_student("autograded", module, student)

    def feedback(self, module: Module, student: str) -> Path:
        """Folder of the pages a student gets back."""
        return self._of_student("feedback", module, student)

    def _of_student(self, step: str, module: Module, student: str) -> Path:
        if student in ("", ".", "..") or re.search(r"[/\\\x00]", student):
            raise ValueError(f"{student!r} cannot be a student's name: it is no plain folder name")
        return self.root / step / student / module.folder


def _file_of(export: str) -> str:
    return export.replace(".", "/") + ".py"


def _root(root: Path | None) -> Path:
    start = (root or Path.cwd()).resolve()
    # A folder that was named must be the course itself; from the working folder we look upwards.
    for folder in (start,) if root else (start, *start.parents):
        if (folder / CATALOGUE).is_file():
            return folder
    raise CourseError(
        f"There is no course in {start}: no {CATALOGUE} there{'' if root else ' or in a folder above'}.\n"
        "Try:  cd into the course's folder and run this again"
    )
