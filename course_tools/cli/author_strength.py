"""`tito author strength`: how well the tests of modules notice wrong code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from course_tools.cli import say
from course_tools.cli.author_modules import chosen, modules_argument, show_findings
from course_tools.cli.bar import bar
from course_tools.cli.options import json_option

if TYPE_CHECKING:
    from course_tools.authoring.strength_result import Strength


@click.command("strength")
@modules_argument
@click.option(
    "--mutants/--no-mutants", default=True, help="Also try mutants, not only the bank.  [default: yes]"
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one per processor]")
@json_option
def strength_command(name: str | None, every: bool, mutants: bool, jobs: int | None, as_json: bool) -> None:
    """Measure how well the tests of MODULE notice wrong code: known mistakes, and mutants made by rule.

    Changes nothing. Ends with exit code 1 below the gate: every known mistake costs points in its own task,
    90 % of a module's mutants and 85 % of a task's do, and every other right solution keeps all points.
    """
    from course_tools.authoring.strength import measure

    course, modules = chosen(name, every)
    outcomes = []
    for module in modules:
        with bar(f"Trying the tests of {module.folder}") as tell:
            outcomes.append(measure(course, module, mutants=mutants, jobs=jobs, tell=tell))
        if not as_json:
            _show(outcomes[-1])
    if as_json:
        found = [_as_data(one) for one in outcomes]
        say.document({"modules": found} if every else found[0])
    elif every:
        _show_together(outcomes)
    if not all(one.ok for one in outcomes):
        click.get_current_context().exit(1)


def _show(outcome: Strength) -> None:
    for one in outcome.survivors:
        place = f" in {one.place}" if one.place else ""
        say.line(f"{one.name}{place} [{one.digest}]{'  the visible test raises' if one.seen else ''}")
        for changed in one.diff:
            say.line(f"    {changed}")
        for crashed in one.broken:
            say.line(f"    crashed: {crashed}")
    if outcome.survivors:
        say.line()
    say.table(
        [
            (
                row.task,
                f"{row.mistakes_caught}/{row.mistakes}",
                str(row.mistakes_seen),
                f"{row.right_kept}/{row.right}",
                str(row.mutants),
                str(row.seen),
                str(row.caught),
                str(row.elsewhere),
                str(row.mutants - row.caught),
                str(row.equivalent),
                f"{row.score:.1%}",
            )
            for row in outcome.tasks
        ],
        (
            "task",
            "mistakes",
            "visible",
            "right",
            "mutants",
            "visible",
            "caught",
            "elsewhere",
            "survive",
            "equivalent",
            "score",
        ),
    )
    say.line()
    show_findings(outcome.findings)
    known = (
        f"{sum(row.mistakes_caught for row in outcome.tasks)} of {sum(row.mistakes for row in outcome.tasks)}"
    )
    mutants = f" and {outcome.score:.1%} of the mutants" if _has_mutants(outcome) else ""
    say.marked(
        "ok" if outcome.ok else "failed",
        f"{outcome.module}: {known} known mistakes{mutants} are caught, {len(outcome.findings)} findings, "
        f"{outcome.tried} notebooks tried in {outcome.seconds:.0f} s, in {outcome.tier}.",
    )


def _show_together(outcomes: list[Strength]) -> None:
    say.line()
    say.table(
        [
            (
                one.module,
                str(sum(row.mistakes for row in one.tasks)),
                str(sum(row.mutants for row in one.tasks)),
                str(len(one.survivors)),
                f"{one.score:.1%}" if _has_mutants(one) else "–",
                str(len(one.findings)),
                f"{one.seconds:.0f} s",
            )
            for one in outcomes
        ],
        ("module", "mistakes", "mutants", "survive", "score", "findings", "time"),
    )


def _has_mutants(outcome: Strength) -> bool:
    return any(row.mutants for row in outcome.tasks)


def _as_data(outcome: Strength) -> dict[str, Any]:
    from course_tools.records import to_data

    return {
        "module": outcome.module,
        "ok": outcome.ok,
        "sandbox": outcome.tier,
        "seconds": round(outcome.seconds, 3),
        "cpu_seconds": round(outcome.cpu_seconds, 3),
        "notebooks_tried": outcome.tried,
        "score": round(outcome.score, 4),
        "tasks": [to_data(one) | {"score": round(one.score, 4)} for one in outcome.tasks],
        "operators": {
            name: {"mutants": made, "caught": caught} for name, (made, caught) in outcome.operators.items()
        },
        "survivors": to_data(outcome.survivors),
        "findings": to_data(outcome.findings),
    }
