"""Judge submissions: checks outside, probes inside, one report each.

Authors of `graders/test_NN_name.py` need two names from here: `check` and `expect`.
"""

from course_tools.grading.checks import BrokenCheck, check
from course_tools.grading.expect import expect

__all__ = ["BrokenCheck", "check", "expect"]
