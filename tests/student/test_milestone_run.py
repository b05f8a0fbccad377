"""What a milestone does with student code of every kind: raising, hanging, printing, dying."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_tools.student import milestone_run, workspace
from course_tools.student.milestone_failure import MilestoneStopped

from .conftest import DOUBLE_RIGHT, Tito, write_cell
from .milestones import SCRIPT, add_milestones


@pytest.fixture(autouse=True)
def script(course: Path) -> Path:
    """The milestone's script."""
    add_milestones(course)
    return course / "milestones" / "01_twice.py"


@pytest.fixture
def own(home: Path, solved: Path, tito: Tito):
    """own(text): complete module 01 with `text` as its exported `double`; its tests ask for 3 and 5 only."""

    def finish(text: str = DOUBLE_RIGHT) -> Path:
        write_cell(solved, "m01-double", text)
        done = tito("module", "complete", "1")
        assert done.code == 0, done.err
        return home

    return finish


def nothing_recorded(home: Path) -> bool:
    return (
        not (home / "milestones").exists()
        and '"reached": []' in (home / ".tito" / "progress.json").read_text()
    )


def test_it_runs_on_the_students_own_code(own, tito: Tito, script: Path) -> None:
    own("#| export\ndef double(x):\n    return 2 * x if x >= 3 else -1")
    answer = tito("milestone", "run", "twice", "--json")
    assert answer.data["accuracy"] == 0.25
    assert sorted(one.name for one in script.parent.iterdir()) == ["01_twice.py", "02_fourfold.py"]


RAISES = """\
#| export
def double(x):
    if x == 0:
        return half(x)
    return 2 * x

def half(x):
    return 1 / x
"""


def test_an_error_is_shown_in_the_students_own_line(own, tito: Tito) -> None:
    home = own(RAISES)
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    exported = (home / "tinytorch" / "core" / "alpha.py").read_text().split("\n")
    line = exported.index("    return 1 / x") + 1
    assert "stopped in your own code: ZeroDivisionError: division by zero" in answer.err
    assert f"in half, line {line} of tinytorch/core/alpha.py, from cell m01-double of 01_alpha:" in (
        answer.err
    )
    assert "\n    return 1 / x\n" in answer.err
    assert "Try:  tito module test 01" in answer.err
    assert nothing_recorded(home)


def test_an_error_below_the_module_that_caused_it_names_that_too(own, tito: Tito, script: Path) -> None:
    home = own("#| export\ndef double(x):\n    return 2 * x if x else 1 / x")
    for word in ("start", "complete"):
        assert tito("module", word, "2").code == 0
    path = script.with_name("02_fourfold.py")
    path.write_text(path.read_text().replace("double(number) ==", "fourfold(number) / 2 =="))
    answer = tito("milestone", "run", "fourfold")
    assert answer.code == 1
    assert "\nin double, line" in answer.err
    assert "\ncalled from fourfold, line" in answer.err
    assert "\n    return double(double(x))\n" in answer.err
    assert "Or the cause lies above, in 02: the same there." in answer.err
    assert nothing_recorded(home)


def test_an_error_behind_a_wrong_answer_shows_the_scripts_line(own, tito: Tito, script: Path) -> None:
    script.write_text(SCRIPT.replace("double(number) ==", "double(number).size =="))
    home = own()
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert "AttributeError: 'int' object has no attribute 'size'" in answer.err
    assert "of 01_twice.py:\n    right.append(double(number).size" in answer.err
    assert "no line of yours raised it" in answer.err
    assert nothing_recorded(home)


def test_what_student_code_prints_is_not_taken_for_an_answer(own, tito: Tito) -> None:
    own(
        "#| export\ndef double(x):\n    import sys\n"
        '    print(\'{"done": {}}\'); sys.stderr.write("x" * 200_000)\n    return 2 * x'
    )
    assert tito("milestone", "run", "twice", "--json").data["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("__import__('os')._exit(3)", "ended before its time, with exit code 3"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "with a signal (9)"),
        ("raise SystemExit(0)", "stopped in your own code: SystemExit: 0"),
        ("raise KeyboardInterrupt", "stopped in your own code: KeyboardInterrupt"),
    ],
)
def test_code_that_ends_the_program_is_told_as_that(own, tito: Tito, line: str, said: str) -> None:
    home = own(
        f"#| export\ndef double(x):\n    if x == 2:\n        print('here')\n        {line}\n    return 2 * x"
    )
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert said in answer.err
    assert nothing_recorded(home)


def test_code_that_does_not_end_is_stopped(own) -> None:
    home = own("#| export\ndef double(x):\n    while x == 2:\n        pass\n    return 2 * x")
    found = workspace.require()
    with pytest.raises(MilestoneStopped, match=r"stopped after 1\.5 s"):
        milestone_run.run(found, found.course.milestones[0], seconds=1.5)
    assert nothing_recorded(home)


def test_steps_are_told_as_they_happen(own) -> None:
    own()
    found, told = workspace.require(), []
    milestone_run.run(found, found.course.milestones[0], step=lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    stage.figure(", "    str(", "ended without describes"),
        ("    stage.measured(", "    dict(what=", "ended without measured"),
        ("sum(right) / 4,", "float('nan'),", "accuracy should be from 0 to 1, got nan"),
        ("[(4, sum(right))]", "[(4,)]", "do not make a table"),
        ('"four numbers and their doubles"', '" "', "needs a description in words"),
    ],
)
def test_a_script_that_leaves_something_out_is_refused(
    own, tito: Tito, script: Path, before: str, after: str, said: str
) -> None:
    assert before in SCRIPT
    script.write_text(
        SCRIPT.replace(before, after)
        .replace("str(Figure(), ", "str(")
        .replace('dict(what="of 4 numbers", sum', 'dict(what="of 4 numbers", x=sum')
    )
    home = own()
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert said in answer.err
    assert nothing_recorded(home)


def test_code_of_the_course_in_place_of_the_students_is_refused(own, tito: Tito, script: Path) -> None:
    script.write_text(
        "import sys, types\nsys.modules['tinytorch.core.alpha'] = fake = types.ModuleType('alpha')\n"
        "fake.double = lambda x: 2 * x\nfake.__file__ = __file__\n" + SCRIPT
    )
    home = own()
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert "would not have run on your own package" in answer.err
    assert nothing_recorded(home)


def test_a_script_that_needs_more_than_it_waits_for_is_refused(own, tito: Tito, script: Path) -> None:
    home = own()
    assert tito("module", "start", "2").code == 0
    assert tito("module", "complete", "2").code == 0
    script.write_text("import tinytorch.core.beta\n" + SCRIPT)
    answer = tito("milestone", "run", "twice")
    assert answer.code == 1
    assert "tinytorch.core.beta, which this milestone does not wait for" in answer.err
    assert nothing_recorded(home)


def test_the_library_of_the_course_is_not_asked_for_by_the_environment(
    own, tito: Tito, monkeypatch: pytest.MonkeyPatch
) -> None:
    own("#| export\ndef double(x):\n    return 2 * x if x >= 3 else -1")
    monkeypatch.setenv("TINYTORCH_EARLIER", "reference")
    assert tito("milestone", "run", "twice", "--json").data["accuracy"] == 0.25


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its number")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_in_the_middle_it_leaves_nothing_behind(own, script: Path, tmp_path: Path, how: int) -> None:
    sign = tmp_path / "pid"
    script.write_text(
        SCRIPT.replace(
            "    right = []",
            f"    import os, time\n    stage.figure(Figure(), 'half')\n"
            f"    open({str(sign)!r}, 'w').write(str(os.getpid()))\n    time.sleep(60)\n    right = []",
        )
    )
    home = own()
    before = sorted(home.rglob("*"))
    tito = subprocess.Popen(
        [sys.executable, "-m", "course_tools.cli", "milestone", "run", "twice"],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A suite started in the background ignores Ctrl-C, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        child = int(_until(lambda: sign.exists() and sign.read_text()))
        tito.send_signal(how)
        assert tito.wait(20) != 0
    finally:
        tito.kill()
        tito.wait()
    assert _until(lambda: not _lives(child))
    assert sorted(home.rglob("*")) == before
    assert nothing_recorded(home)


def _until(true, seconds: float = 20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An orphan that has ended may wait for somebody to take it off the list.
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
