"""Our step in nbgrader's own generator, named in nbgrader_config.py.

Only nbgrader loads this file, so it may import nbgrader at the top, which takes seconds.
"""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import ClearSolutions as StockClearSolutions

from course_tools.notebooks.cells import marks
from course_tools.notebooks.regions import SOLUTION, regions
from course_tools.notebooks.stubs import NoStub, stubbed


class ClearSolutions(StockClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """The course's stub rule in place of nbgrader's.

    A stub names its task and function and runs without raising until it is called. nbgrader's rule wipes a
    solution cell that has no region; here that is an error. Raises RuntimeError, as nbgrader's own step does.
    """

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        try:
            if marks(cell).get("solution"):
                cell.source = stubbed(cell)
            elif regions(cell.source, SOLUTION):
                raise ValueError(f"cell {cell.id} is no solution cell, but holds a solution region")
        except (NoStub, ValueError) as error:
            raise RuntimeError(str(error)) from error
        return cell, resources
