"""Run nbgrader's commands in one process and say how each ended: python drive.py COURSE < JSON list of commands."""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Each command is a list of words after `nbgrader`; prints a JSON list of exit codes."""
    os.chdir(sys.argv[1])
    sys.path.insert(0, sys.argv[1])
    from jupyter_core.application import NoStart
    from nbgrader.apps.nbgraderapp import NbGraderApp

    codes = []
    for words in json.load(sys.stdin):
        app = NbGraderApp.instance()
        try:
            app.initialize(words)
            app.start()
            codes.append(0)
        except NoStart:  # how a subcommand ends well
            codes.append(0)
        except SystemExit as end:
            codes.append(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)
        finally:
            app.reset()
            NbGraderApp.clear_instance()
    seam = sys.modules.get("course_tools.classroom.seam")
    print(json.dumps({"codes": codes, "calls": seam.Execute.calls if seam else 0}))


if __name__ == "__main__":
    main()
