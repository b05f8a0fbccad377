"""docs/reference/cli.md, made from the commands themselves: `python tests/docs/cli_page.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from course_tools.cli.main import CONTEXT, tito

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"
HEAD = """\
# Every command

Made from the commands' own help by `python tests/docs/cli_page.py`; a test compares.

Every command ends with 0 only when what was asked for is done: 1 not done, 2 not understood, 70 our own fault,
130 stopped. With `--json` the answer, an error too, is one JSON document on stdout.
"""


def commands(group: click.Group = tito, path: str = "tito") -> Iterator[tuple[str, click.Command]]:
    """Every command and group with the words to type, in the order of the help."""
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        assert one is not None
        if isinstance(one, click.Group):
            yield from commands(one, f"{path} {name}")
        else:
            yield f"{path} {name}", one


def text() -> str:
    """The whole page."""
    parts = [HEAD]
    for path, one in commands():
        context = click.Context(one, info_name=path, terminal_width=100, **CONTEXT)
        parts.append(f"## `{path}`\n\n```text\n{one.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
