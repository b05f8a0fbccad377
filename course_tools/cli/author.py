"""`tito author`: build a module from its text, prove it, release it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from course_tools.cli import say
from course_tools.cli.author_check import check_command
from course_tools.cli.author_modules import show_findings
from course_tools.cli.author_strength import strength_command
from course_tools.cli.bar import bar
from course_tools.cli.options import json_option, module_argument

if TYPE_CHECKING:
    from course_tools.course import Course, Module


@click.group()
def author() -> None:
    """Write, check and release modules (teachers)."""


author.add_command(check_command)
author.add_command(strength_command)


@author.command("new")
@click.argument("number", metavar="NN")
@click.argument("name", metavar="NAME")
@click.option("--title", metavar="TEXT", default="", help="What students read.  [default: made from NAME]")
@click.option("--needs", metavar="MODULE", multiple=True, help="A module it builds on; may be repeated.")
@json_option
def new_command(number: str, name: str, title: str, needs: tuple[str, ...], as_json: bool) -> None:
    """Start module NN, called NAME: one small example task, complete and proved but for its TODOs.

    Makes the text, its notebook, checks, probes, an oracle, a known mistake, the release and the entry in
    course.toml; all of it or nothing.
    """
    from course_tools.authoring.new import new_module
    from course_tools.course import Course
    from course_tools.records import to_data

    with say.progress(f"Making module {number} …"):
        made = new_module(Course.load(), number, name, title=title, needs=needs)
    module = made.module
    following = [f"tito author {word} {module.number}" for word in ("build", "release", "check")]
    if as_json:
        say.document(
            {
                "module": module.folder,
                "title": module.title,
                "files": list(made.files),
                "todos": to_data(made.todos),
                "remark": made.remark,
                "next": following,
            }
        )
        return
    say.marked("ok", f"{module.folder}: {len(made.files)} files")
    for file in made.files:
        say.line(f"    {file}")
    if made.remark:
        say.note(f"Without a sandbox {made.remark}")
    say.line(f"{len(made.todos)} places say TODO; tito author check {module.number} lists them.")
    say.line(f"Write:  source/{module.folder}/{module.folder}.py")
    say.line(f"Then:   {'; '.join(following)}")


@author.command("build")
@module_argument
@click.option(
    "--bank/--no-bank", default=True, help="Also run the known mistakes, if their answers may have changed."
)
@json_option
def build_command(name: str, bank: bool, as_json: bool) -> None:
    """Make the notebook of MODULE from its text, its file in the library, and what known mistakes answer.

    The mistakes are run only when the text, the checks or the bank have changed since. Ends with exit code 1
    when the text must be repaired before it can be released.
    """
    from course_tools.authoring.build import build_module
    from course_tools.authoring.refresh import refresh_misconceptions
    from course_tools.records import to_data

    course, module = _here(name)
    built = build_module(course, module)
    path = built.path.relative_to(course.root)
    if not as_json:
        say.marked("ok", f"{path}{'' if built.changed else ' (unchanged)'}")
        if built.reference is not None:
            kept = "" if built.reference_changed else " (unchanged)"
            say.marked("ok", f"{built.reference.relative_to(course.root)}{kept}")
    refreshed = None
    if bank and not built.findings:
        with bar(f"Running the mistakes of {module.folder}") as tell:
            refreshed = refresh_misconceptions(course, module, tell=tell)
    if as_json:
        say.document(
            {
                "module": module.folder,
                "notebook": {"path": str(path), "changed": built.changed},
                "reference": None
                if built.reference is None
                else {
                    "path": str(built.reference.relative_to(course.root)),
                    "changed": built.reference_changed,
                },
                "misconceptions": None
                if refreshed is None or not refreshed.path.is_file()
                else {
                    "path": str(refreshed.path.relative_to(course.root)),
                    "ran": refreshed.ran,
                    "changed": refreshed.changed,
                },
                "findings": to_data(built.findings),
            }
        )
    else:
        if refreshed is not None and refreshed.path.is_file():
            ran = f": {refreshed.mistakes} mistakes, {refreshed.listed} answers" if refreshed.ran else ""
            kept = "" if refreshed.changed else " (unchanged)"
            say.marked("ok", f"{refreshed.path.relative_to(course.root)}{ran}{kept}")
        show_findings(built.findings)
    if built.findings:
        click.get_current_context().exit(1)


@author.command("release")
@module_argument
@json_option
def release_command(name: str, as_json: bool) -> None:
    """Make what students get of MODULE, with nbgrader's own generator, and search it for answers."""
    from course_tools.authoring.release import release_module
    from course_tools.authoring.todo import todos

    course, module = _here(name)
    with say.progress(f"Releasing {module.folder} …"):
        released = release_module(course, module)
    left = list(todos(course, module))
    folder = released.folder.relative_to(course.root)
    if as_json:
        say.document(
            {
                "module": module.folder,
                "folder": str(folder),
                "files": list(released.files),
                "changed": list(released.changed),
                "todos": [one.file for one in left],
            }
        )
        return
    say.marked("ok", f"{folder}: {len(released.files)} files, {len(released.changed)} changed")
    for changed in released.changed:
        say.line(f"    {changed}")
    if left:
        places = f"{len(left)} TODO{'s' if len(left) > 1 else ''} left, the first in {left[0].file}"
        say.note(f"{places}. Before students get it:  tito author check {module.number}")


def _here(name: str) -> tuple[Course, Module]:
    from course_tools.course import Course

    course = Course.load()
    return course, course.find(name)
