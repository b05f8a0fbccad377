"""After a change of checks, marks stay until somebody has seen old and new side by side and publishes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from course_tools.classroom import regrade, run
from course_tools.classroom.regrade import look, publish
from course_tools.classroom.run import grade_class
from course_tools.cli import main as door
from course_tools.course import Course
from course_tools.files import UserError
from course_tools.gradebook import settings
from course_tools.gradebook.table import standings

from .conftest import LENIENT

HandIn = Callable[..., Path]


@pytest.fixture
def graded(course: Course, hand_in: HandIn) -> Course:
    """Ada has everything right, bob all but one hidden check; both are graded."""
    hand_in("ada")
    hand_in("bob", mean=LENIENT)
    grade_class(course, course.find("01"), jobs=1)
    assert marks(course) == {"ada": 30.0, "bob": 27.0}
    return course


def marks(course: Course) -> dict[str, float]:
    rows = standings(settings.load(course.root).db_url, [course.find("01").folder])
    return {one.student: one.auto for one in rows if one.handed_in}


def everything(course: Course) -> dict[str, bytes]:
    """All that a mark is kept in: autograded/ and the rows of the gradebook."""
    files = {str(one): one.read_bytes() for one in (course.root / "autograded").rglob("*") if one.is_file()}
    with sqlite3.connect(course.root / "gradebook.db") as book:
        return files | {"gradebook": "\n".join(book.iterdump()).encode()}


def test_a_plain_run_changes_no_mark_and_names_the_command(
    graded: Course,
    soften: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = everything(graded)
    soften()
    monkeypatch.chdir(graded.root)
    assert door.run(["grade", "run", "01"]) == 0
    said = capsys.readouterr().out
    assert "2 marks were given with other checks; nothing of it was changed." in said
    assert "tito grade regrade 01" in said
    assert everything(graded) == before


def test_old_and_new_stand_side_by_side_and_nothing_is_written(
    graded: Course, soften: Callable[[], None]
) -> None:
    before = everything(graded)
    soften()
    seen = look(graded, graded.find("01"), jobs=1)
    assert everything(graded) == before
    assert (seen.ran, seen.current, seen.differs) == (2, 0, {"checks"})
    assert [(one.student, one.old, one.new) for one in seen.changes] == [("ada", 30, 30), ("bob", 27, 30)]
    (bob,) = seen.moved
    (task,) = bob.tasks
    assert (task.grade_id, task.old, task.new) == ("mean-test", 7.0, 10.0)
    (check,) = task.checks
    assert (check.name, check.old, check.new) == ("test_mean_of_nothing", "failed", "passed")
    again = grade_class(graded, graded.find("01"))
    assert (again.looked_at, again.would_change) == (2, 1)


def test_publishing_writes_what_was_seen_and_runs_nothing(
    graded: Course, soften: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    soften()
    look(graded, graded.find("01"), jobs=1)
    monkeypatch.setattr(run, "Workers", None)
    monkeypatch.setattr(regrade, "judge", None)
    done = publish(graded, graded.find("01"))
    assert marks(graded) == {"ada": 30.0, "bob": 30.0}
    assert done.published
    assert [one.student for one in done.moved] == ["bob"]
    after = grade_class(graded, graded.find("01"))
    assert (after.kept, after.stale, after.reports, after.recorded) == (2, [], [], 0)
    (line,) = regrade.history(graded.root, graded.find("01")).read_text().splitlines()
    assert (json.loads(line)["student"], json.loads(line)["old"], json.loads(line)["new"]) == ("bob", 27, 30)
    assert not list((graded.root / ".tito" / "regrade").glob("*/*")), "nothing is left aside"
    assert look(graded, graded.find("01")).changes == []


def test_a_second_look_runs_only_what_it_must(
    graded: Course, soften: Callable[[], None], hand_in: HandIn
) -> None:
    soften()
    assert look(graded, graded.find("01"), students=["bob"], jobs=1).ran == 1
    assert look(graded, graded.find("01"), jobs=1).ran == 1
    hand_in("ada", solved=False)
    hand_in("eve")
    seen = look(graded, graded.find("01"), jobs=1)
    assert (seen.ran, seen.unjudged) == (0, ["ada", "eve"]), "new work is for a plain run"
    assert [one.student for one in grade_class(graded, graded.find("01"), jobs=1).reports] == ["ada", "eve"]
    assert marks(graded) == {"ada": 3.0, "bob": 27.0, "eve": 30.0}  # 3: what the softened check gives


def test_what_nobody_has_looked_at_is_not_published(graded: Course, soften: Callable[[], None]) -> None:
    soften()
    before = everything(graded)
    with pytest.raises(UserError, match=r"2 of 2 have not been looked at.*\n.*tito grade regrade 01"):
        publish(graded, graded.find("01"))
    look(graded, graded.find("01"), jobs=1)
    checks = graded.checks(graded.find("01"))
    checks.write_text(checks.read_text() + "\n# once more\n")
    with pytest.raises(UserError, match="2 of 2 have not been looked at"):
        publish(graded, graded.find("01"))
    assert everything(graded) == before


def test_force_lets_the_new_marks_stand_at_once(graded: Course, soften: Callable[[], None]) -> None:
    soften()
    assert len(grade_class(graded, graded.find("01"), jobs=1, force=True).reports) == 2
    assert marks(graded) == {"ada": 30.0, "bob": 30.0}


def test_a_persons_mark_is_named_and_stays(graded: Course, soften: Callable[[], None]) -> None:
    with sqlite3.connect(graded.root / "gradebook.db") as book:
        book.execute("UPDATE grade SET manual_score = 1 WHERE auto_score = 7")
    soften()
    (bob,) = look(graded, graded.find("01"), jobs=1).moved
    assert [(one.grade_id, one.by_a_person) for one in bob.tasks] == [("mean-test", True)]
    publish(graded, graded.find("01"))
    with sqlite3.connect(graded.root / "gradebook.db") as book:
        assert book.execute(
            "SELECT auto_score, manual_score FROM grade WHERE manual_score = 1"
        ).fetchall() == [(10.0, 1.0)]


def test_a_broken_check_that_is_repaired_gives_marks_and_changes_none(
    graded: Course, soften: Callable[[], None]
) -> None:
    module, checks = graded.find("01"), graded.checks(graded.find("01"))
    sound = checks.read_text()
    checks.write_text(sound.replace("lengths = [np.sqrt", "lengths = nowhere or [np.sqrt"))
    broken = grade_class(graded, module, jobs=1, force=True)
    assert {one.state for one in broken.reports} == {"needs_person"}
    assert marks(graded) == {"ada": 20.0, "bob": 17.0}
    checks.write_text(sound)
    soften()  # and another check was changed in the same breath
    done = grade_class(graded, module, jobs=1)
    assert [one.student for one in done.reports] == ["ada"], "she only gains the mark that was open"
    assert (done.stale, done.would_change) == (["bob"], 1), "his mark of another task would change"
    assert marks(graded) == {"ada": 30.0, "bob": 17.0}
    assert look(graded, module, jobs=1).ran == 0
    publish(graded, module)
    assert marks(graded) == {"ada": 30.0, "bob": 30.0}


def test_the_command_shows_the_table_and_publishes(
    graded: Course,
    soften: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    soften()
    monkeypatch.chdir(graded.root)
    assert door.run(["grade", "regrade", "01", "--jobs", "1"]) == 0
    said = capsys.readouterr().out
    assert "1 of 2 marks would change, given with other checks" in said
    assert "bob      27 / 30  30 / 30  +3" in said
    assert "The mean of nothing raises ValueError: failed → passed" in said
    assert "1 up, 0 down, 1 the same; mean 28.5 → 30" in said
    assert "tito grade regrade 01 --publish" in said
    assert door.run(["grade", "regrade", "01", "--apply", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["published"]
    assert data["totals"] == {
        "judged_again": 2, "changed": 1, "up": 1, "down": 0, "old_sum": 57.0, "new_sum": 60.0,
    }  # fmt: skip
    assert marks(graded)["bob"] == 30.0
