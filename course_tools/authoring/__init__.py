"""For authors: text to notebook, notebook to release, and the proof that nothing leaks.

`preprocessors` is loaded by nbgrader itself and imports it at the top; nothing else here does.
"""

from __future__ import annotations

from course_tools.authoring.build import Built, build_module
from course_tools.authoring.leak import find_leaks
from course_tools.authoring.release import LeakFound, Released, release_module

__all__ = ["Built", "LeakFound", "Released", "build_module", "find_leaks", "release_module"]
