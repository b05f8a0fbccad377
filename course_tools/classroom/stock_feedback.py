"""Steps for nbgrader's own generate_feedback, named in nbgrader_config.py.

nbgrader's page shows whatever the graded notebook holds. Ours has no hidden tests in it, but notebooks of plain
nbgrader courses do, and any of them may hold what a student wrote to act in a browser.
"""

from __future__ import annotations

import json
import re
from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from course_tools.classroom import absent, engine
from course_tools.classroom.feedback import hidden_until
from course_tools.classroom.where import Where
from course_tools.course import Course
from course_tools.gradebook import folders, marks
from course_tools.grading import render
from course_tools.grading.feedback import for_student
from course_tools.notebooks import read
from course_tools.notebooks.sanitise import sanitise
from course_tools.records import BadRecord, Report, from_json


def _count_hidden(notebook: dict[str, Any], where: Where) -> None:
    """Before the due date, the verdicts below a module's cells tell hidden checks by their number only."""
    if not engine.has_checks(where.root, where.assignment, where.notebook):
        return
    module = Course.load(where.root).find(where.assignment)
    until = hidden_until(module, marks.extensions(where.db_url, where.assignment).get(where.student))
    if not until:
        return
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = [one for one in cell["outputs"] if "tito" not in one.get("metadata", {})]
    try:
        report = from_json(Report, (where.autograded / folders.REPORT).read_bytes())
    except (OSError, BadRecord):
        return  # without it, no verdict is shown rather than a fine one
    render.into_notebook(notebook, for_student(report, until).tasks)


class SanitiseFeedback(NbGraderPreprocessor):  # type: ignore[misc]
    """Take out hidden tests, and all that could act in a reader's browser."""

    begin = Unicode("BEGIN HIDDEN TESTS", help="The mark ClearHiddenTests uses.").tag(config=True)
    end = Unicode("END HIDDEN TESTS", help="The mark ClearHiddenTests uses.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        notebook = read(json.dumps(nb).encode(), keep_outputs=True)
        where = Where(self, resources)
        _count_hidden(notebook, where)
        for number, said in enumerate(absent.told(where)):
            text = {
                "cell_type": "markdown",
                "id": f"absent-{number}",
                "metadata": {},
                "source": f"**{said}**",
            }
            notebook["cells"].insert(number, text)
        region = re.compile(
            rf"^[^\n]*{re.escape(self.begin)}.*?(?:^[^\n]*{re.escape(self.end)}[^\n]*$|\Z)",
            re.MULTILINE | re.DOTALL,
        )
        for cell in notebook["cells"]:
            hidden = region.search(cell["source"])
            if hidden is None:
                continue
            cell["source"] = region.sub("# Hidden tests are not shown.", cell["source"])
            # A traceback quotes the line that failed, and an error's text may hold the expected value.
            outputs = [one for one in cell.get("outputs", []) if one["output_type"] != "error"]
            if len(outputs) != len(cell.get("outputs", [])):
                said = "A test of this cell did not pass. What hidden tests say is not shown.\n"
                outputs = [{"output_type": "stream", "name": "stdout", "text": said}]
            if "outputs" in cell:
                cell["outputs"] = outputs
        sanitise(notebook)
        return nbformat.from_dict(notebook), resources
