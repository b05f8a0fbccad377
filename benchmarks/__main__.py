"""`make bench`: measure, print one table, and keep it in benchmarks/results/.

nbgrader grades the same hand-ins one after the other, so its part takes minutes; --nbgrader N lets it grade
only the first N and says so in the table.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import course as courses
from benchmarks.measure import Cost, machine, medians, run
from course_tools.course import Course
from course_tools.notebooks import dump, read
from course_tools.notebooks.answer import answered

PROGRAMS = Path(sys.executable).parent
Row = tuple[str, str, str, str]  # what, n, median or total, target


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--nbgrader", type=int, default=None, help="let nbgrader grade only so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tito-bench-") as name:
        folder = Path(name)
        theirs = min(options.nbgrader or options.students, options.students)
        lines = [
            f"{datetime.date.today()} · {machine()}",
            f"{options.students} hand-ins of module 07 that import torch, half of them with a known mistake",
            "",
            "| what | n | median or total | target |",
            "|---|---|---|---|",
        ]
        print("\n".join(lines), flush=True)
        for row in itertools.chain(_student(folder), _class(folder, options.students, theirs)):
            lines.append(f"| {' | '.join(row)} |")
            print(lines[-1], flush=True)  # what was measured stays, whatever happens next
    text = "\n".join([*lines, ""])
    results = courses.ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / f"{datetime.date.today()}.md").write_text(text)


def _class(folder: Path, students: int, theirs: int) -> Iterator[Row]:
    tito, nbgrader = str(PROGRAMS / "tito"), str(PROGRAMS / "nbgrader")
    ours = folder / "ours"
    courses.make(ours, students=students)
    _progress(f"tito grade run 07, {students} hand-ins")
    # Exit code 1 would say that a hand-in needs a person; none of these does.
    graded = run([tito, "grade", "run", "07"], folder=ours, log=folder / "ours.log")
    rate = students / graded.wall
    yield _row(
        f"`tito grade run`, {students} hand-ins, cold, sandbox on", 1, f"{graded.wall:.1f} s, {rate:.2f}/s"
    )
    _progress("the same again: nothing to do")
    again = medians(
        lambda: run([tito, "grade", "run", "07"], folder=ours, log=folder / "again.log"), n=5, warm_up=1
    )
    yield _row(f"`tito grade run` again, {students} unchanged", 5, f"{again.wall:.2f} s", "under 1 s")
    _progress("the cells alone in one warm process")
    limit = json.loads(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.limit", str(ours)],
            cwd=courses.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    yield _row("cells alone, one warm process", 1, f"{limit['cells']:.1f} s processor", "the limit")
    _progress("a run of two: what every run costs")
    start = _start_cost(folder, tito)
    yield _row(
        "`tito grade run`, processor", 1, f"{graded.cpu:.1f} s, of which a run of two {start.cpu:.1f} s"
    )
    ratio = (graded.cpu - start.cpu) / (limit["cells"] * (students - 2) / students)
    yield _row(
        "processor of each further hand-in, against its cells alone", 1, f"{ratio:.2f} times", "at most 1.3"
    )
    _progress(f"nbgrader autograde, {theirs} hand-ins")
    stock = folder / "stock"
    courses.make(stock, students=theirs)
    # nbgrader as it comes: no configuration of ours, one kernel per notebook, no sandbox.
    (stock / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    for stray in (stock / "source").rglob("*.py"):
        stray.unlink()
    run([nbgrader, "generate_assignment", "07_training", "--force"], folder=stock, log=folder / "make.log")
    baseline = run([nbgrader, "autograde", "07_training"], folder=stock, log=folder / "stock.log", ok=(0, 1))
    their_rate = theirs / baseline.wall
    yield _row(
        f"`nbgrader autograde`, {theirs} hand-ins, cold", 1, f"{baseline.wall:.1f} s, {their_rate:.2f}/s"
    )
    yield _row("throughput against nbgrader", 1, f"{rate / their_rate:.1f} times", "at least 40")


def _start_cost(folder: Path, tito: str) -> Cost:
    """A cold run of two hand-ins, with the workers a class has: what every run costs, and these two."""
    two = folder / "two"
    courses.make(two, students=2)
    return run([tito, "grade", "run", "07"], folder=two, log=folder / "two.log")


def _student(folder: Path) -> Iterator[Row]:
    tito = str(PROGRAMS / "tito")
    _progress("tito --help")
    log = folder / "student.log"
    shown = medians(lambda: run([tito, "--help"], folder=folder, log=log), n=11)
    yield _row("`tito --help`", 11, f"{shown.wall:.3f} s", "under 0.2 s")
    _progress("tito module complete 07")
    home = folder / "home"
    course = Course.load(courses.ROOT)
    last = course.find("07")
    run([tito, "init", str(home), "--from", str(courses.ROOT)], folder=folder, log=log)
    for module in (*course.rests_on(last), last):
        run([tito, "module", "start", module.number], folder=home, log=log)
        solved = answered(read(course.release_notebook(module)), read(course.source_notebook(module)))
        (home / module.folder / f"{module.folder}.ipynb").write_bytes(dump(solved))
        if module != last:
            run([tito, "module", "complete", module.number], folder=home, log=log)
    progress = home / ".tito" / "progress.json"
    before = progress.read_bytes()
    own: list[float] = []

    def complete() -> Cost:
        (home / f"{last.export.replace('.', '/')}.py").unlink(missing_ok=True)
        progress.write_bytes(before)
        cost = run([tito, "module", "complete", "07", "--json"], folder=home, log=log)
        said = json.loads(log.read_text())
        own.append(cost.wall - float(said["student_seconds"]))
        return cost

    done = medians(complete, n=5)
    yield _row("`tito module complete 07`, cold", 5, f"{done.wall:.2f} s", "under 1.5 s")
    yield _row("of which tito's own part", 5, f"{sorted(own[1:])[2]:.2f} s", "under 0.6 s")


def _row(what: str, n: int, measured: str, target: str = "") -> Row:
    return what, str(n), measured, target


def _progress(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
