"""What the class looks like afterwards, for the terminal and as a page."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from course_tools.demo.students import Student
from course_tools.records import Report

Row = tuple[str, str, str, str]
HEADER: Row = ("student", "handed in", "points", "verdict")
STORY = 52  # characters of a story that fit a line


def rows(students: Sequence[Student], reports: Mapping[str, Report]) -> list[Row]:
    """One row per student, in the order they came."""
    return [
        (one.name, _short(one.story), _points(reports[one.name]), verdict(reports[one.name]))
        for one in students
    ]


def verdict(report: Report) -> str:
    """The tasks counted by verdict; for a report that needs a person, why."""
    if report.state == "needs_person":
        broken = next((one.message for one in report.tasks if one.verdict == "broken"), "")
        note = next((one.message for one in report.notes), "")
        return f"needs a person: {broken or note}"
    counts = Counter(one.verdict or "to be read" for one in report.tasks)
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def page(rows: Sequence[Row], reports: Sequence[Report], remarks: Sequence[str]) -> str:
    """One self-contained HTML page: the score histogram, the table, and how it came about."""
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in HEADER)
    said = "".join(f"<li>{html.escape(one)}</li>\n" for one in remarks)
    return PAGE.format(figure=_histogram(reports), head=head, lines=lines, said=said)


def _short(story: str) -> str:
    return story if len(story) <= STORY else story[: STORY - 1] + "…"


def _points(report: Report) -> str:
    return f"{round(report.points, 1):g} / {report.max_points:g}"


def _histogram(reports: Sequence[Report]) -> str:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    matplotlib.rcParams["svg.hashsalt"] = "demo"  # the same picture twice is the same file
    most = max(one.max_points for one in reports)
    figure = Figure(figsize=(6, 2.6))
    axes = figure.subplots()
    counts, edges, _ = axes.hist([one.points for one in reports], bins=10, range=(0, most), edgecolor="white")
    axes.set(xlabel="automatic points", ylabel="students")
    figure.tight_layout()
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    spoken = "; ".join(
        f"{low:g} to {high:g} points: {int(count)}"
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
        if count
    )
    described = f'<svg role="img" aria-label="{html.escape(f"Students by points. {spoken}")}"'
    return re.sub(r"^.*?<svg", lambda _: described, text.getvalue(), count=1, flags=re.DOTALL)


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The demo class</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; vertical-align: top }}
td:nth-child(3) {{ white-space: nowrap; font-variant-numeric: tabular-nums }}
svg {{ max-width: 100%; height: auto }}
</style>
</head>
<body>
<h1>The demo class</h1>
{figure}
<ul>
{said}</ul>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{lines}</tbody>
</table>
</body>
</html>
"""
