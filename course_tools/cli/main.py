"""The front door: which commands there are, and what happens to their errors."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from course_tools import __version__
from course_tools.cli import say
from course_tools.cli.lazy import Door, LazyGroup
from course_tools.files import UserError

DOORS = {
    "init": Door("course_tools.cli.init:init", "Make a folder for your course work."),
    "module": Door("course_tools.cli.module:module", "Start, test, complete and hand in modules."),
    "milestone": Door(
        "course_tools.cli.milestone:milestone", "See what your package can do once modules are complete."
    ),
    "system": Door("course_tools.cli.system:system", "Look after this installation."),
    "author": Door("course_tools.cli.author:author", "Write, check and release modules (teachers).", "teach"),
    "grade": Door("course_tools.cli.grade:grade", "Grade a class and return feedback (teachers).", "teach"),
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(
    cls=LazyGroup, doors=DOORS, invoke_without_command=True, no_args_is_help=False, context_settings=CONTEXT
)
@click.option("--json", "as_json", is_flag=True, help="Where you stand, as one JSON document.")
@click.version_option(__version__, "-V", "--version", prog_name="tito")
@click.pass_context
def tito(ctx: click.Context, as_json: bool) -> None:
    """Deep learning from scratch: write it, run it, see what now works.

    `tito` alone says where you stand and what the next command is.
    """
    if ctx.invoked_subcommand is None:
        from course_tools.cli.resume import resume

        say.expect_json(as_json)
        resume(as_json)
    elif as_json:
        raise click.UsageError("--json belongs behind the command it is meant for.", ctx)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run tito and end the process. The exit code is 0 only when what was asked for is done."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run tito and return the exit code: 1 not done, 2 not understood, 70 our own fault, 130 stopped."""
    say.expect_json(False)
    try:
        code = tito.main(args=arguments, prog_name="tito", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except UserError as error:
        return _tell(str(error), error.exit_code, getattr(error, "data", {}))
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "tito"
        return _tell(f"{error.format_message()}\nTry:  {path} --help", error.exit_code)
    except click.ClickException as error:
        return _tell(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _tell("\nStopped, as you asked. What was saved before is still saved.", 130)
    except BrokenPipeError:
        # Whoever read us has left; without this Python complains once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the last door: a traceback helps no student
        if os.environ.get("TITO_DEBUG"):
            raise
        return _tell(OUR_FAULT.format(name=type(error).__name__, error=str(error)[:300]), 70)


def _tell(message: str, code: int, data: dict[str, Any] | None = None) -> int:
    if say.wants_json():
        say.document({"error": message.strip(), "exit_code": code, **(data or {})})
    say.error(message)
    return code


OUR_FAULT = """\
tito itself has stumbled; this is not your mistake, and your work is untouched.
What it saw: {name}: {error}
Try:  tito system doctor
For the full story, run the same command with TITO_DEBUG=1 and send it to your course's teachers."""
