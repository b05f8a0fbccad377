"""`tito grade similar`: which hand-ins are alike."""

from __future__ import annotations

import click

from course_tools.cli import say
from course_tools.cli.grade import here
from course_tools.cli.options import json_option, module_argument


@click.command()
@module_argument
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.7,
    show_default=True,
    help="Share of the smaller answer that must be in the other, from 0 to 1.",
)
@json_option
def similar(name: str, threshold: float, as_json: bool) -> None:
    """List hand-ins of MODULE that are alike, for a person to look at.

    Names, comments and layout do not count; what was given out, what the course's own solution has and what
    many have is left out. Being alike is a reason to read both, never a verdict: no mark changes.
    """
    from course_tools.classroom.similar import similar as compare
    from course_tools.records import to_data

    course, module = here(name)
    with say.progress(f"Comparing {module.folder} …"):
        found = compare(course, module, threshold=threshold)
    if as_json:
        say.document(to_data(found))
        return
    say.line(
        f"{found.module}: {len(found.pairs)} pairs alike among {found.compared} hand-ins, "
        f"compared in {found.seconds:.1f} s.",
        bold=True,
    )
    for pair in found.pairs:
        say.line(f"{pair.first} · {pair.second}   {pair.share:.0%} of all")
        for one in pair.cells:
            say.line(f"  {one.cell}: {one.share:.0%}, {one.shared} places")
    for student in found.unread:
        say.note(f"{student} could not be read and was not compared.")
    if found.pairs:
        say.line("Read both before you speak to anybody; no mark was changed.")
