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

from course_tools.notebooks import read
from course_tools.notebooks.sanitise import sanitise


class SanitiseFeedback(NbGraderPreprocessor):  # type: ignore[misc]
    """Take out hidden tests, and all that could act in a reader's browser."""

    begin = Unicode("BEGIN HIDDEN TESTS", help="The mark ClearHiddenTests uses.").tag(config=True)
    end = Unicode("END HIDDEN TESTS", help="The mark ClearHiddenTests uses.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        notebook = read(json.dumps(nb).encode(), keep_outputs=True)
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
