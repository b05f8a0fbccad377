"""Groups that are imported only when one of their commands is asked for, so that `tito --help` stays quick."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from course_tools.files import UserError


@dataclass(frozen=True)
class Door:
    """Where a command lives and what `--help` says of it without opening it."""

    target: str  # "course_tools.cli.module:module"
    summary: str
    needs: str = ""  # the extra that brings what it imports: "teach"


class NearGroup(click.Group):
    """A group that answers a mistyped command with the nearest ones."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command called `args[0]`; UsageError with near names when there is none."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = self.list_commands(ctx)
            near = difflib.get_close_matches(args[0].lower(), known, n=2, cutoff=0.5)
            lead = "Did you mean" if near else "There is"
            raise click.UsageError(
                f"There is no command {args[0]!r} in `{ctx.command_path}`.\n{lead}: {', '.join(near or known)}",
                ctx,
            )
        return super().resolve_command(ctx, args)


class LazyGroup(NearGroup):
    """A group whose members are named by Doors and opened on demand."""

    def __init__(self, *args: Any, doors: Mapping[str, Door], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doors = doors

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every door's name, in the order they were given."""
        return [*self.doors, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module now. Raises UserError when this installation does not hold it."""
        if cmd_name in self.doors:
            return self._open(cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and summaries, without opening a door."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, door.summary) for name, door in self.doors.items()])

    def _open(self, name: str) -> click.Command:
        door = self.doors[name]
        module, _, attribute = door.target.partition(":")
        try:
            command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name == module:
                raise UserError(
                    f"This installation has no `tito {name}`.\n"
                    "The students' installation leaves it out.\n"
                    "Try:  pip install 'tito-course[teach]'"
                ) from error
            if door.needs:
                raise UserError(
                    f"`tito {name}` needs the package {error.name!r}, which is not installed.\n"
                    f"Try:  pip install 'tito-course[{door.needs}]'"
                ) from error
            raise
        assert isinstance(command, click.Command)
        return command
