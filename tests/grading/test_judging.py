"""What becomes of a check: passed, failed, skipped or broken, and what the student may read of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_tools.grading import BrokenCheck, render, scoring
from course_tools.grading.examiner import Examiner
from course_tools.grading.paper import GradedCell
from course_tools.records import TaskResult
from course_tools.sandbox import Answer, Trouble

CHECKS = '''
from course_tools.grading import BrokenCheck, check, expect

@check("t", visible=True, hint="look at the sign")
def test_value(student, rng):
    """The value."""
    expect(student.probe("value", x=1)["y"]).close(2.0, what="y")

@check("t", hint="other inputs")
def test_secret(student, rng):
    """The value for other inputs."""
    expect(student.probe("value", x=float(rng.normal()))["y"]).close(2.0, what="y")

@check("t", needs=("test_value",))
def test_rest(student, rng):
    """What rests on the value."""
    expect(student.probe("value", x=3)["y"]).close(2.0)
'''


class Says:
    """A submission that gives one reply to every probe."""

    def __init__(self, reply: Any) -> None:
        self.reply, self.arguments = reply, []

    def call(self, code: bytes, name: str, arguments: dict[str, Any]) -> Any:
        self.arguments.append(arguments)
        return self.reply if isinstance(self.reply, Trouble) else Answer(self.reply)


def examiner(folder: Path, checks: str = CHECKS) -> Examiner:
    (folder / "test_01_x.py").write_text(checks)
    (folder / "probes.py").write_text("def value(names, x):\n    return {'y': names['f'](x)}\n")
    return Examiner(folder / "test_01_x.py", folder / "probes.py", folder / "none.json", module="m", seed="s")


def judge(folder: Path, reply: Any, checks: str = CHECKS) -> TaskResult:
    cell = GradedCell("t", "1.1 Value", 10.0, "test", "", ())
    return scoring.score(cell, examiner(folder, checks).judge("t", Says(reply), export=""))


def verdicts(task: TaskResult) -> list[str]:
    return [one.verdict for one in task.checks]


def trouble(kind: str, name: str = "", message: str = "") -> Trouble:
    return Trouble(kind=kind, name=name, message=message, line=3, cell=1)  # type: ignore[arg-type]


def test_right_answers_earn_every_point(tmp_path: Path) -> None:
    task = judge(tmp_path, {"y": 2.0})
    assert (task.verdict, task.points, verdicts(task)) == ("passed", 10.0, ["passed"] * 3)


def test_a_wrong_answer_fails_and_what_rests_on_it_is_not_asked(tmp_path: Path) -> None:
    asked = Says({"y": 3.0})
    results = examiner(tmp_path).judge("t", asked, export="")
    assert [one.verdict for one in results] == ["failed", "failed", "skipped"]
    assert asked.arguments[0]["x"] == 1
    assert len(asked.arguments) == 2


@pytest.mark.parametrize("reply", [None, {}, [], "y", {"z": 1}, 7, np.zeros(3)], ids=repr)
def test_a_reply_of_the_wrong_form_is_the_students_never_a_crash(tmp_path: Path, reply: Any) -> None:
    checks = CHECKS.replace('student.probe("value", x=1)["y"]', 'student.probe("value", x=1)')
    assert judge(tmp_path, reply, checks).checks[0].verdict == "failed"


@pytest.mark.parametrize("reply", [{}, {"z": 1.0}])
def test_a_missing_part_of_a_reply_is_a_failed_check(tmp_path: Path, reply: Any) -> None:
    assert judge(tmp_path, reply).checks[0].verdict == "failed"


@pytest.mark.parametrize("crash", ["1 / 0", "raise BrokenCheck('no data')", "undefined_name"])
def test_our_own_crash_gives_neither_points_nor_a_zero(tmp_path: Path, crash: str) -> None:
    task = judge(tmp_path, {"y": 2.0}, CHECKS.replace('"""What rests on the value."""', crash))
    assert (task.verdict, task.points, task.checks[2].verdict) == ("broken", None, "broken")
    assert [one.verdict for one in task.checks[:2]] == ["passed", "passed"]


def test_no_check_at_all_is_broken_never_a_pass(tmp_path: Path) -> None:
    cell = GradedCell("other", "1.2", 5.0, "test", "", ())
    task = scoring.score(cell, examiner(tmp_path).judge("other", Says({}), export=""))
    assert (task.verdict, task.points) == ("broken", None)


def test_two_time_outs_are_enough_for_one_cell(tmp_path: Path) -> None:
    checks = CHECKS.replace(', needs=("test_value",)', "")
    asked = Says(trouble("timeout"))
    results = examiner(tmp_path, checks).judge("t", asked, export="")
    assert [one.verdict for one in results] == ["failed", "failed", "skipped"]
    assert len(asked.arguments) == 2


def test_a_hidden_check_repeats_nothing_the_students_code_said(tmp_path: Path) -> None:
    task = judge(tmp_path, trouble("raised", "ValueError", "the secret input was 0.123456"))
    text = render.task_text(task)
    hidden = text[text.index("other inputs") :]
    assert "0.123456" not in hidden
    assert "your code raised ValueError" in hidden
    assert "0.123456" in task.checks[1].detail  # staff may see it


def test_a_hidden_check_shows_neither_got_nor_expected(tmp_path: Path) -> None:
    task = judge(tmp_path, {"y": 987.25})
    visible, hidden = render.check_lines(task.checks[0]), render.check_lines(task.checks[1])
    assert "987.25" in "\n".join(visible)
    assert not any("987.25" in line or "2" in line for line in hidden)
    assert any("other inputs" in line for line in hidden)


def test_an_error_class_of_the_students_own_naming_carries_nothing_out(tmp_path: Path) -> None:
    task = judge(tmp_path, trouble("raised", "Input_was_0123", ""))
    assert task.checks[1].message.startswith("your code raised an error")


def test_a_forged_missing_name_carries_nothing_out(tmp_path: Path) -> None:
    assert "f is not defined" in judge(tmp_path, trouble("missing", "f")).checks[1].message
    assert "0123" not in judge(tmp_path, trouble("missing", "n0123")).checks[1].message


@pytest.mark.parametrize("status", ["exit status 77", "signal 7"])
def test_how_a_hidden_check_was_ended_carries_nothing_out(tmp_path: Path, status: str) -> None:
    task = judge(tmp_path, trouble("killed", "", f"your code ended the program ({status})"))
    assert (status in task.checks[0].message, task.checks[1].message) == (True, "your code ended the program")


def test_a_visible_check_may_not_wait_for_hidden_inputs(tmp_path: Path) -> None:
    checks = CHECKS.replace(
        '@check("t", needs=("test_value",))', '@check("t", visible=True, needs=("test_secret",))'
    )
    with pytest.raises(BrokenCheck, match="is visible and needs the hidden check test_secret"):
        examiner(tmp_path, checks)


def test_what_is_not_written_yet_is_called_so(tmp_path: Path) -> None:
    task = judge(tmp_path, trouble("raised", "NotImplementedError", "1.1 value: write this part"))
    assert [one.message for one in task.checks[:2]] == ["not written yet"] * 2


def test_inputs_are_drawn_the_same_for_everybody_and_differ_between_checks(tmp_path: Path) -> None:
    one, other = examiner(tmp_path), examiner(tmp_path)
    assert one.rng("a").normal() == other.rng("a").normal() != one.rng("b").normal()


def test_a_known_wrong_answer_is_named(tmp_path: Path) -> None:
    found: dict[str, str] = {}
    examiner(tmp_path).judge("t", Says({"y": 3.0}), export="", fingerprints=found)
    import json

    (tmp_path / "none.json").write_text(
        json.dumps({"test_value": {found["test_value"]: "added one too much"}})
    )
    again = examiner(tmp_path).judge("t", Says({"y": 3.0 + 1e-12}), export="")
    assert again[0].misconception == "added one too much"
    assert examiner(tmp_path).judge("t", Says({"y": 4.0}), export="")[0].misconception == ""


def test_a_task_is_not_tried_when_nothing_it_rests_on_works() -> None:
    def task(grade_id: str, *verdict: str) -> TaskResult:
        from course_tools.records import CheckResult

        checks = tuple(CheckResult(f"c{i}", grade_id, "", v, True, 50.0) for i, v in enumerate(verdict))  # type: ignore[arg-type]
        return TaskResult(grade_id, "1.1", "failed", 0.0, 10.0, "examined", "", checks)

    cell = GradedCell("b", "1.2", 5.0, "test", "", ("a",))
    assert scoring.unmet(cell, {"a": task("a", "failed", "failed")})
    assert scoring.unmet(cell, {"a": task("a", "failed", "passed")}) is None
    assert scoring.unmet(cell, {}) is None
