"""A second run sees that there is nothing to do, and is never deceived about it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime

from course_tools.gradebook import ledger
from course_tools.gradebook.writer import Entry, GradebookWriter
from course_tools.records import to_json


def record(root, *entries):
    with GradebookWriter(root) as book:
        book.record(entries)


def test_what_is_recorded_is_known(root, url, make_report):
    one = Entry(make_report("ann"), None, None)
    record(root, one)
    assert ledger.recorded(url, "07_training") == {"ann": one.digest}
    assert ledger.recorded(url, "08_other") == {}


def test_another_report_or_time_is_something_to_do(make_report):
    one = Entry(make_report("ann"), None, None)
    assert one.digest == Entry(make_report("ann"), None, None).digest
    assert one.digest != Entry(make_report("ann", sum_test=0.0), None, None).digest
    assert one.digest != Entry(make_report("ann"), None, datetime(2026, 1, 1)).digest


def test_a_deleted_gradebook_takes_its_ledger_along(root, url, make_report):
    record(root, Entry(make_report("ann"), None, None))
    (root / "gradebook.db").unlink()
    assert ledger.recorded(url, "07_training") == {}


def test_a_restored_older_gradebook_knows_only_what_it_holds(root, url, make_report):
    record(root, Entry(make_report("ann"), None, None))
    shutil.copy(root / "gradebook.db", root / "backup.db")
    record(root, Entry(make_report("bob"), None, None))
    shutil.copy(root / "backup.db", root / "gradebook.db")
    assert set(ledger.recorded(url, "07_training")) == {"ann"}


def test_a_submission_removed_through_nbgrader_is_not_counted(root, url, make_report, quietly):
    record(root, Entry(make_report("ann"), None, None))
    with quietly():
        from nbgrader.api import Gradebook

        with Gradebook(url) as theirs:
            theirs.remove_submission("07_training", "ann")
    assert ledger.recorded(url, "07_training") == {}


def test_a_gradebook_made_by_nbgrader_has_no_ledger_yet(root, url):
    with closing(sqlite3.connect(root / "gradebook.db")) as db:
        db.execute("DROP TABLE tito_recorded")
        db.commit()
    assert ledger.recorded(url, "07_training") == {}


def test_asking_loads_neither_nbgrader_nor_sqlalchemy(root, url, make_report):
    record(root, Entry(make_report("ann"), None, None))
    code = (
        "import sys\nfrom course_tools.gradebook import ledger\n"
        f"print(len(ledger.recorded({url!r}, '07_training')))\n"
        "print(sorted({'nbgrader', 'sqlalchemy', 'traitlets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["1", "[]"]


def test_the_digest_can_be_had_from_the_file_alone(make_report):
    text = to_json(make_report("ann")).encode()
    when = datetime(2026, 1, 1)
    assert Entry(make_report("ann"), None, when).digest == ledger.digest(text, when)
