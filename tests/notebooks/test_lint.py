from __future__ import annotations

import pytest

from course_tools.notebooks import build, lint

FLAGS = '"grade": false, "grade_id": "m07-clip", "locked": false, "schema_version": 3, "solution": true, "task": false'
WRITTEN = "# ### BEGIN SOLUTION\n# Fixed cost against cost per batch.\n# ### END SOLUTION"
SCHEME = "# === BEGIN MARK SCHEME ===\n# a\n# === END MARK SCHEME ==="
IN_A_LITERAL = (
    "    limits = {\n        ### BEGIN SOLUTION\n        'a': 1,\n        ### END SOLUTION\n    }\n"
)
TEST_FLAGS = '"grade": true, "grade_id": "m07-clip-test", "locked": true, "points": 10'
REGION = (
    "    ### BEGIN SOLUTION\n    return math.copysign(min(abs(value), limit), value)\n    ### END SOLUTION\n"
)


def test_a_notebook_in_order_has_no_findings(paper):
    assert lint(paper) == []


@pytest.mark.parametrize(
    ("before", "after", "cell", "said"),
    [
        (REGION, "    return value\n", "m07-clip", "whole cell would be wiped"),
        (WRITTEN, "# Text.", "m07-q1", "wiped"),
        (REGION, REGION.replace("END", "FIN"), "m07-clip", "not closed"),
        (REGION, REGION.replace("BEGIN", "START"), "m07-clip", "was not opened"),
        (REGION, "    ### BEGIN SOLUTION\n" + REGION, "m07-clip", "inside the one"),
        (REGION, "    ### BEGIN SOLUTION\n    # todo\n    ### END SOLUTION\n", "m07-clip", "holds no code"),
        (
            'def clip(value, limit=1.0):\n    """The value, no farther from 0 than limit."""\n    ### BEGIN SOLUTION',
            "### BEGIN SOLUTION\ndef clip(value, limit=1.0):\n    pass",
            "m07-clip",
            "swallows the line of clip",
        ),
        (
            "    def step(self):\n        ### BEGIN SOLUTION",
            "    ### BEGIN SOLUTION\n    def step(self):\n        pass",
            "m07-module",
            "swallows the line of step",
        ),
        (
            "        ### END SOLUTION\n\n# %% nbgrader={\"grade\": true, \"grade_id\": \"m07-module-test\"",
            "def free(): pass\n### END SOLUTION\n\n# %% nbgrader={\"grade\": true, \"grade_id\": \"m07-module-test\"",
            "m07-module",
            "swallows the line of free",
        ),
        (FLAGS, FLAGS.replace('"schema_version": 3, ', ""), "m07-clip", "no schema 3"),
        (FLAGS, FLAGS.replace('"schema_version": 3', '"schema_version": 2'), "m07-clip", "no schema 3"),
        (FLAGS, FLAGS + ', "minutes": 20', "m07-clip", "key 'minutes'"),
        (FLAGS, FLAGS.replace('"grade": false, ', ""), "m07-clip", "flag 'grade' is not given"),
        (FLAGS, FLAGS.replace("m07-clip", "m07 clip"), "07_training-003", "no valid name"),
        (FLAGS, FLAGS + ', "points": 3', "m07-clip", "not graded"),
        (FLAGS, FLAGS.replace('"locked": false', '"locked": true'), "m07-clip", "nobody can write it"),
        (FLAGS, FLAGS.replace('"grade": false', '"grade": true, "points": 1'), "m07-clip", "either the answer or"),
        (TEST_FLAGS, TEST_FLAGS.replace(', "points": 10', ""), "m07-clip-test", "has no points"),
        (TEST_FLAGS, TEST_FLAGS.replace("10", "-1"), "m07-clip-test", "points are -1"),
        (TEST_FLAGS, TEST_FLAGS.replace("10", "true"), "m07-clip-test", "points are True"),
        (TEST_FLAGS, TEST_FLAGS.replace('"locked": true', '"locked": false'), "m07-clip-test", "not locked"),
        ('"grade_id": "m07-module-test"', '"grade_id": "m07-clip-test"', "m07-clip-test", "2 cells have the grade_id"),
        ("\ntest_unit_clip()", "", "m07-clip-test", "not a call"),
        ("\ntest_unit_clip()", "\nassert True", "m07-clip-test", "not a call"),
        ('course={"task": "07.2"}', "", "m07-clip", "which task"),
        ("def test_unit_clip", "### BEGIN HIDDEN TESTS\ndef test_unit_clip", "m07-clip-test", "hidden tests"),
        ("# You should see", WRITTEN, "07_training-005", "outside a solution cell"),
        ("# You should see", SCHEME, "07_training-005", "outside a manual"),
        ("print([clip", "print([clip(", "07_training-006", "not Python"),
        ("# You should see", "# See /home/ada/plots for", "07_training-005", "/home/ada"),
        ("# You should see", "# See C:\\Users\\ada for", "07_training-005", "C:\\U"),
        ("    return math", "    open('/tmp/x')\n    return math", "m07-clip", "/tmp/x"),
        (REGION, IN_A_LITERAL, "m07-clip", "without its solution is not Python"),
        ("# You should see", "# Gr\u00c3\u00b6\u00c3\u0178e", "07_training-005", "garbled"),
        ("# You should see", "# Gr\ufffd\ufffde", "07_training-005", "garbled"),
    ],
)  # fmt: skip
def test_each_fault_is_found_in_its_cell(percent, before, after, cell, said):
    assert before in percent
    found = lint(build(percent.replace(before, after, 1), stem="07_training"), file="07_training.py")
    assert any(said in one.problem and one.cell == cell for one in found), found
    assert all(one.repair and one.file == "07_training.py" for one in found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    return math", "    def helper(x):\n        return x\n    return math"),
        ("# You should see", "# Ratio 1/2, see https://example.org/tmp/x and ./tmp/x:"),
        ("print([clip", "%matplotlib inline\nprint([clip"),
        ("# You should see", "# Größe, naïve, Ångström, 3 × 4, “quoted” – see"),
    ],
)
def test_what_is_in_order_is_not_found(percent, before, after):
    assert before in percent
    assert lint(build(percent.replace(before, after, 1), stem="07_training")) == []
