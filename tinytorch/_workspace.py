"""Where a student's own exports are, when Python runs inside their workspace."""

from __future__ import annotations

import os


def student_folders(package: str = "") -> list[str]:
    """Folders of the student's own `tinytorch` (or of one package in it) to look in: one, or none.

    package  "" or the name of a package inside tinytorch, such as "core"

    A workspace is the nearest folder, from the working folder (or TINYTORCH_WORKSPACE) upwards, that holds
    `.tito/workspace.json`; a folder that is merely called tinytorch is not asked. With TINYTORCH_EARLIER=reference
    there is no such folder, so that grading one module never depends on how another one was solved.
    """
    if os.environ.get("TINYTORCH_EARLIER") == "reference":
        return []
    try:
        folder = os.environ.get("TINYTORCH_WORKSPACE") or os.getcwd()
    except OSError:  # the working folder was deleted under us
        return []
    while not os.path.isfile(os.path.join(folder, ".tito", "workspace.json")):
        above = os.path.dirname(folder)
        if above == folder:
            return []
        folder = above
    exports = os.path.join(folder, "tinytorch", package) if package else os.path.join(folder, "tinytorch")
    library = os.path.join(os.path.dirname(os.path.abspath(__file__)), package)
    if not os.path.isdir(exports) or os.path.samefile(exports, library):
        return []
    return [exports]
