"""`pytest graders/` asks every check of the reference; see course_tools/grading/plugin.py for its options."""

from course_tools.grading.plugin import (  # noqa: F401  pytest finds the hooks here
    pytest_addoption,
    pytest_collection_finish,
    pytest_configure,
    pytest_pycollect_makemodule,
)
