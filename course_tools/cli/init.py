"""`tito init`: make a folder for course work."""

from __future__ import annotations

from pathlib import Path

import click

from course_tools.cli import say
from course_tools.cli.options import json_option


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "release",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The course's folder or .zip.  [default: the course around DIR, else the installed one]",
)
@click.option(
    "--update", is_flag=True, help="Point an existing workspace at new releases; nothing else changes."
)
@click.option("--student", metavar="NAME", help="The name your course knows you by, if it is not your login.")
@json_option
def init(folder: Path, release: Path | None, update: bool, student: str | None, as_json: bool) -> None:
    """Make DIR (default: this folder) a workspace for the course.

    Files that are there already stay as they are.
    """
    from course_tools.student import workspace

    made = workspace.create(folder, release=release, update=update, student=student)
    course = made.course
    released = [one for one in course.modules if course.release_notebook(one).is_file()]
    if as_json:
        say.document(
            {
                "workspace": str(made.root),
                "course": course.name,
                "releases": str(course.root),
                "released": [one.number for one in released],
                "updated": update,
            }
        )
        return
    say.line(f"{'Updated' if update else 'Made'} the workspace {made.root} for {course.title!r}.")
    say.line(f"{len(released)} of {len(course.modules)} modules are released.")
    inside = made.root == Path.cwd()
    say.line(f"Next:  {'' if inside else f'cd {folder}  and then  '}tito")
