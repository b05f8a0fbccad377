"""nbgrader's Autograde, also behind formgrader's button, through our engine.

Named in nbgrader_config.py. RestoreCells stands for DeduplicateIds, Execute and SaveAutoGrades for nbgrader's
own steps of these names. What passes from Execute to SaveAutoGrades is a report of ours in `resources`, never
the notebook: outputs carry no points. This module imports nbgrader and is loaded only by it.
"""

from __future__ import annotations

import atexit
import json
from typing import Any, ClassVar

import nbformat
from nbgrader.preprocessors import Execute as TheirExecute
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer, List, Unicode

from course_tools.classroom import absent, engine, in_process, kernels
from course_tools.classroom.plain_paper import paper_of
from course_tools.classroom.where import Where
from course_tools.gradebook import attempts, folders, ledger, rows, scores
from course_tools.gradebook.assignment import find_notebook
from course_tools.gradebook.database import connect, transaction
from course_tools.gradebook.submissions import RECEIPTS, Caps, read_tree
from course_tools.notebooks import read, restore
from course_tools.records import Note, Report, to_data, to_json
from course_tools.sandbox import Limits, Nursery, SandboxLost, choose_tier

OURS = "course_tools"  # our key in nbgrader's resources and in the metadata between its two passes
NEVER = 7 * 24 * 3600.0  # seconds; what "no timeout" means

_nursery: tuple[tuple[Any, ...], Nursery] | None = None


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Put the course's cells back by our rules before nbgrader looks at them.

    Copied, deleted, foreign and retyped cells, wrong flags and metadata of old versions are repaired and noted;
    nbgrader would stop the batch, fail the submission or leave it "needs manual grade" for ever.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        where = Where(self, resources)
        row = where.notebook_row()
        given = read(json.dumps(nb).encode(), keep_outputs=True)
        repaired = restore(given, paper_of(row, where.source, given["metadata"]))
        outputs = {cell["id"]: cell for cell in given["cells"] if cell["cell_type"] == "code"}
        for cell in repaired.notebook["cells"]:
            # emptied by nbgrader's step before this one, unless it was told to keep them (--no-execute)
            if cell["cell_type"] == "code" and cell["id"] in outputs:
                cell["outputs"] = outputs[cell["id"]]["outputs"]
                cell["execution_count"] = outputs[cell["id"]]["execution_count"]
        for note in repaired.notes:
            self.log.warning("%s/%s: %s", where.student, where.notebook, note.message)
        repaired.notebook["metadata"][OURS] = {"notes": to_data(repaired.notes)}
        return nbformat.from_dict(repaired.notebook), resources


class Execute(TheirExecute):  # type: ignore[misc]
    """Run the notebook in the sandbox and judge it; nbgrader's name, so that c.Execute and --no-execute reach it."""

    calls: ClassVar[int] = 0  # so that a test can prove this class, not nbgrader's, was at work

    total_seconds = Integer(600, help="Processor seconds of one notebook without checks of ours.").tag(
        config=True
    )
    memory_mb = Integer(2048, help="Memory of one notebook without checks of ours, in MB.").tag(config=True)
    preload = List(
        Unicode(), ["numpy"], help="Modules imported once for all notebooks without checks of ours."
    ).tag(config=True)
    minimum_tier = Unicode("landlock", help="The weakest sandbox that will do.").tag(config=True)
    unsafe = Bool(
        False, help="Run code without any walls where there is no sandbox: only code you trust."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Executed notebook, and in resources the report SaveAutoGrades saves."""
        Execute.calls += 1
        where = Where(self, resources)
        metadata = nb.metadata.pop(OURS, {})
        kernels.check(nb.metadata)
        if engine.has_checks(where.root, where.assignment, where.notebook):
            graded = engine.grade_one()(where.root, where.assignment, where.student)
            report, made, files = graded.report, graded.notebook, graded.files
        else:
            notes = tuple(Note(**one) for one in metadata.get("notes", []))
            report, made, files = self._plain(nb, where, notes)
        for name, data in files.items():
            reserved = name in (*RECEIPTS, folders.REPORT) or name.endswith(".ipynb")
            if reserved or not folders.put(where.autograded, name, data):
                self.log.warning("%s: a file written by the notebook was not kept: %r", where.student, name)
        name = folders.REPORT if where.notebook == where.assignment else f"{where.notebook}.{folders.REPORT}"
        folders.put(where.autograded, name, to_json(report).encode())
        resources[OURS] = report
        return (nb if made is None else nbformat.from_dict(made)), resources

    def _plain(
        self, nb: Any, where: Where, notes: tuple[Note, ...]
    ) -> tuple[Report, dict[str, Any], dict[str, bytes]]:
        notebook = read(json.dumps(nb).encode())
        notebook["metadata"].setdefault("language_info", {"name": "python", "pygments_lexer": "ipython3"})
        files, _ = read_tree(
            where.autograded.parent, where.autograded.name, caps=Caps(file_mb=500, total_mb=500)
        )
        shown = {
            name: data
            for name, data in files.items()
            # the restored notebook on disk holds the hidden tests
            if not name.endswith(".ipynb") and name not in RECEIPTS and folders.usable(name)
        }
        size = sum(len(data) for data in shown.values()) >> 20
        seconds = float(self.timeout) if self.timeout and self.timeout > 0 else NEVER
        limits = Limits(
            cell_seconds=seconds,
            total_seconds=max(float(self.total_seconds), seconds),
            memory_mb=self.memory_mb,
            disk_mb=Limits().disk_mb + size,
        )
        row = where.notebook_row()
        names = (where.course, where.assignment, where.student)
        for attempt in (1, 2):
            nursery = self._warm(limits)
            try:
                report, done = in_process.grade(
                    notebook, row, nursery, limits, names=names, files=shown, notes=notes
                )
                return report, done.notebook, done.files
            except SandboxLost:
                close_nursery()
                if attempt == 2:
                    raise
        raise AssertionError("not reached")

    def _warm(self, limits: Limits) -> Nursery:
        """The one nursery of this process, started anew when its settings change."""
        global _nursery
        wanted = (limits, tuple(self.preload), choose_tier(self.minimum_tier, self.unsafe))
        if _nursery is None or _nursery[0] != wanted:
            close_nursery()
            # nbgrader says so, and tests of plain courses ask for it. Modules with checks are told nothing.
            says = {"NBGRADER_EXECUTION": "autograde"}
            made = Nursery(wanted[2], limits=limits, preload=self.preload, extra=says)
            _nursery = (wanted, made.start())
        return _nursery[1]


class SaveAutoGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """Save the report's points; a notebook that was not executed here (--no-execute) earns none: a person must look."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        where = Where(self, resources)
        report: Report | None = resources.get(OURS)
        db_engine = connect(where.db_url)
        try:
            with transaction(db_engine) as db:
                row = find_notebook(db, where.assignment, where.notebook)
                assert row is not None, "nbgrader skips notebooks its database does not know"
                if report is None:
                    same = scores.untouched(nb, row)
                    auto = {name: 0.0 if name in same else None for name in row.grades}
                    marks = scores.Marks(auto, same)
                else:
                    marks = scores.from_report(report, row, nb)
                submission, notebook, stored = rows.of(db, where.assignment, where.notebook, where.student)
                scores.save(db, row, {notebook: marks})
                when = where.timestamp()
                if stored is not None and when is None:  # nbgrader keeps the time of an earlier hand-in
                    rows.set_time(db, submission, None)
                whole = report is not None and where.notebook == where.assignment
                text = to_json(report).encode() if whole else b""
                rows.remember(db, {submission: ledger.digest(text, when) if text else ""})
                absent.save_absent(db, where)
                if whole and report is not None:
                    attempts.add(db, {submission: attempts.of_report(report, when)})
        finally:
            db_engine.dispose()
        return nb, resources


def close_nursery() -> None:
    """End the warm process, if there is one."""
    global _nursery
    if _nursery is not None:
        _nursery[1].close()
        _nursery = None


atexit.register(close_nursery)
