"""The only place where nbgrader is configured for this course. Every line says why it is there.

nbgrader ignores a misspelt class without a word; `tito system doctor` and every class run refuse it.
"""

import os
import tomllib
from pathlib import Path

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821  nbgrader supplies it

# One name for the course, kept in course.toml. It is the folder in the exchange and the hub's group suffix.
c.CourseDirectory.course_id = tomllib.loads((here / "course.toml").read_text(encoding="utf-8"))["name"]

# So that commands work from every folder, and formgrader, which is started elsewhere, finds the same course.
c.CourseDirectory.root = str(here)

# One machine needs no server: gradebook.db beside this file. A shared one is named in the environment, because
# its address holds a password.
if os.environ.get("TITO_DATABASE_URL"):
    c.CourseDirectory.db_url = os.environ["TITO_DATABASE_URL"]

# nbgrader copies everything beside a notebook into the release. NN_name.py beside it is the author's text, with
# all answers, and ABOUT.md is for authors. Reports name what hidden checks expect: they stay in autograded/ and
# must not be copied on into feedback/. The first four are nbgrader's own.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "[0-9][0-9]_*.py",
    "ABOUT.md",
    "report.json",
    "*.report.json",
]

# A hand-in is text and small pictures. nbgrader's 100 MB each (these are kilobytes) would fill the disk of a class.
c.CourseDirectory.max_file_size = 10_000
c.CourseDirectory.max_dir_size = 50_000

# Making the release. nbgrader's own list, with its rule for stubs replaced by the course's.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "course_tools.authoring.preprocessors.ClearSolutions",  # stubs that name their task
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# nbgrader's Autograde, also from formgrader's button, through our engine: repair by our rules instead of the one
# that lets a copied cell stop the batch ...
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "course_tools.classroom.seam.RestoreCells",  # in place of DeduplicateIds
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# ... run in the sandbox, and score by verdict instead of by the absence of error output.
c.Autograde.autograde_preprocessors = [
    "course_tools.classroom.seam.Execute",  # in place of Execute; same class name, so c.Execute.* reaches it
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",  # stays switched off: the scorer reads what it removes
    "nbgrader.preprocessors.LimitOutput",
    "course_tools.classroom.seam.SaveAutoGrades",  # in place of SaveAutoGrades
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# nbgrader's feedback pages show all that the graded notebook holds. `tito grade feedback` makes its own pages.
c.GenerateFeedback.preprocessors = [
    "course_tools.classroom.stock_feedback.SanitiseFeedback",  # no hidden tests, nothing that acts in a browser
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# Seconds of processor time per cell, for plain nbgrader assignments; modules with checks have theirs in course.toml.
c.Execute.timeout = 30

# Where one machine hands in. It must exist and be writable by all (mode 777, see the hub's how-to). The collector
# is ours: it refuses a folder that belongs to somebody else and follows no links.
c.Exchange.root = os.environ.get("TITO_EXCHANGE", "/usr/local/share/nbgrader/exchange")
c.ExchangeFactory.collect = "course_tools.gradebook.exchange.ExchangeCollect"

# The Validate button and `nbgrader validate` cannot be given our list of steps: they run the student's cells in
# the student's own kernel and say "Success" for the absence of errors. Students are told to use `tito` instead.
