"""Every case of cases/ through the real sandbox and the real examiner."""

from __future__ import annotations

import pytest
from case import TASKS, load_all

from course_tools.grading import feedback

CASES = load_all()


@pytest.mark.parametrize("name", CASES)
def test_it_is_contained(name, request, reference, grade, secrets, student_reads):
    case = CASES[name]
    grader = request.getfixturevalue("fresh_grader" if case.alone else "grader")
    graded = grade(grader, case.hand_in(reference, grader.module.folder))
    report = graded.report
    got = {task.grade_id: task.points for task in report.tasks}
    said = student_reads(graded)
    assert got == dict.fromkeys(TASKS, 10.0) | case.points, said[:4000]
    assert {*case.notes} <= {note.code for note in report.notes}, report.notes
    assert report.state == ("needs_person" if None in got.values() else "graded")
    for task in report.tasks:
        assert (task.verdict == "passed") == (task.points == 10.0)
        assert (task.verdict == "broken") == (task.points is None)
    for words in case.says:
        assert words in said
    for words in (*secrets, *case.never):
        assert words not in said, f"{words!r} reached the student"
    for words in case.never_on_the_page:
        assert words not in feedback.feedback_page(report, graded.notebook)
