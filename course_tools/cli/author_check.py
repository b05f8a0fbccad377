"""`tito author check`: the proof that modules may be given to students."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.author_modules import chosen, modules_argument, show_findings
from course_tools.cli.bar import bar
from course_tools.cli.options import json_option

if TYPE_CHECKING:
    from course_tools.authoring.outcome import CheckOutcome


@click.command("check")
@modules_argument
@click.option(
    "--bank/--no-bank", default=True, help="Also grade the known mistakes and right variants.  [default: yes]"
)
@click.option(
    "--repeat",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    help="Fresh seeds for the inputs of hidden checks, asked of every right solution.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one per processor]")
@json_option
def check_command(
    name: str | None, every: bool, bank: bool, repeat: int, jobs: int | None, as_json: bool
) -> None:
    """Prove MODULE: solved has all points, untouched none, known mistakes are caught, nothing leaks.

    Everything is run in the sandbox by the engine that grades students. Changes nothing; ends with exit
    code 1 when something must be repaired.
    """
    from course_tools.authoring.check import check_module

    course, modules = chosen(name, every)
    outcomes = []
    for module in modules:
        with bar(f"Checking {module.folder}") as tell:
            outcomes.append(check_module(course, module, bank=bank, repeat=repeat, jobs=jobs, tell=tell))
        if not as_json:
            _show(outcomes[-1])
    if as_json:
        found = [_as_data(one) for one in outcomes]
        say.document({"modules": found} if every else found[0])
    if not all(one.ok for one in outcomes):
        click.get_current_context().exit(1)


def _show(outcome: CheckOutcome) -> None:
    for gate in outcome.gates:
        seen = f" ({gate.seen})" if gate.seen else ""
        say.marked(gate.verdict, f"{gate.name}{seen}")
    if any(row.mistakes for row in outcome.tasks):
        say.line()
        say.table(
            [
                (
                    row.grade_id,
                    f"{row.points:g}",
                    f"{row.visible} + {row.hidden}",
                    str(row.mistakes),
                    str(row.noticed),
                    str(row.by_visible),
                    str(len(row.idle)),
                )
                for row in outcome.tasks
            ],
            ("graded cell", "points", "checks", "mistakes", "noticed", "by visible", "idle checks"),
        )
        say.line("checks: visible + hidden; idle: no known mistake fails it (names with --json)")
    say.line()
    show_findings(outcome.findings)
    say.marked(
        "ok" if outcome.ok else "failed",
        f"{outcome.module}: {len(outcome.findings)} findings, {outcome.trials} notebooks graded "
        f"in {outcome.seconds:.0f} s, in {outcome.tier}.",
    )


def _as_data(outcome: CheckOutcome) -> dict[str, Any]:
    from course_tools.records import to_data

    return {
        "module": outcome.module,
        "ok": outcome.ok,
        "sandbox": outcome.tier,
        "seconds": round(outcome.seconds, 3),
        "notebooks_graded": outcome.trials,
        "gates": [
            {"name": one.name, "verdict": one.verdict, "seen": one.seen, "findings": len(one.findings)}
            for one in outcome.gates
        ],
        "tasks": to_data(outcome.tasks),
        "findings": to_data(outcome.findings),
    }
