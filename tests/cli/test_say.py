"""What tito prints fits the terminal it is printed on."""

from __future__ import annotations

import io
import sys

import pytest

from course_tools.cli import say


@pytest.fixture(autouse=True)
def no_json() -> None:
    """Whatever ran before: here nobody asked for JSON."""
    say.expect_json(False)


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    def put(encoding: str = "utf-8") -> Terminal:
        made = Terminal(encoding)
        monkeypatch.setattr(sys, "stdout", made)
        monkeypatch.setattr(sys, "stderr", made)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        return made

    return put


def test_a_terminal_gets_colour_and_ticks(terminal) -> None:
    screen = terminal()
    say.marked("passed", "07.2 clip")
    assert screen.text() == "\x1b[32m✓\x1b[0m 07.2 clip\n"


def test_no_color_is_obeyed(terminal, monkeypatch) -> None:
    screen = terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    say.marked("failed", "07.2 clip")
    say.error("Broken.\nTry:  again")
    assert screen.text() == "✗ 07.2 clip\nBroken.\nTry:  again\n"


def test_a_pipe_gets_no_colour(capsys) -> None:
    say.marked("failed", "x")
    say.error("Broken.")
    said = capsys.readouterr()
    assert said.out == "✗ x\n"
    assert said.err == "Broken.\n"


def test_an_ascii_terminal_gets_ascii(terminal, monkeypatch) -> None:
    screen = terminal("ascii")
    monkeypatch.setenv("NO_COLOR", "1")
    say.marked("passed", "a · b → η")
    say.marked("failed", "x")
    assert screen.text() == "+ a - b -> ?\nx x\n"


def test_further_lines_stand_under_the_first(capsys) -> None:
    say.marked("failed", "one\ntwo")
    assert capsys.readouterr().out == "✗ one\n  two\n"


def test_columns_line_up(capsys) -> None:
    say.table([("07", "Training"), ("8", "x")], ("no", "module"))
    assert capsys.readouterr().out == "no  module\n07  Training\n8   x\n"


def test_progress_is_rewritten_and_leaves_nothing(terminal) -> None:
    screen = terminal()
    with say.progress("Running") as shown:
        shown.step(3, 9)
    assert screen.text() == "\rRunning\rRunning 3 of 9\r" + " " * 14 + "\r"


def test_nobody_watching_means_no_progress(capsys) -> None:
    with say.progress("Running") as shown:
        shown.step(1, 2)
    assert capsys.readouterr().err == ""
