"""The inside of a milestone: a program of its own that runs one script on the student's package.

Started by milestone_run with `-m`. It is told its task in one line on stdin and answers in lines of JSON on what
was its stdout; from then on stdout is stderr, so that nothing the student prints is taken for an answer. Nothing
but the standard library is imported before the script asks for it.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FRAMES = 200  # of a traceback that are told, the innermost


class NotYourOwn(Exception):
    """The script runs on the course's code where the student's was meant: the course's own mistake."""


class Stage:
    """What a milestone's script is given: `main(stage)` reports here and nowhere else."""

    def __init__(self, figure: str, answer: Answer) -> None:
        self._path, self._answer = figure, answer
        self._told: dict[str, Any] = {"table": None, "describes": "", "measured": None}

    def step(self, done: int, total: int) -> None:
        """Say how far the work is; moves the progress bar."""
        self._answer.send({"step": [int(done), int(total)]})

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """The measured numbers, for the terminal: every row as long as the header."""
        held = [[str(cell) for cell in row] for row in (header, *rows)]
        if len({len(row) for row in held}) != 1:
            raise ValueError(f"rows of {sorted({len(row) for row in held})} cells do not make a table")
        self._told["table"] = held

    def figure(self, figure: Any, describes: str) -> None:
        """Keep a matplotlib figure; `describes` is read by those who do not see it, and goes into the file."""
        if not describes.strip():
            raise ValueError("a figure needs a description in words")
        figure.savefig(self._path, format="png", dpi=100, metadata={"Description": describes})
        self._told["describes"] = describes

    def measured(self, what: str, accuracy: float, *, baseline: float, baseline_is: str, goal: float) -> None:
        """The one number the milestone is about; it is reached when accuracy is at least `goal`.

        what         what was counted: "of 200 test points on the right side"
        accuracy     0 to 1; baseline and goal too
        baseline_is  what the baseline does: "always the commoner class"
        """
        numbers = {"accuracy": float(accuracy), "baseline": float(baseline), "goal": float(goal)}
        for name, value in numbers.items():
            if not (math.isfinite(value) and 0 <= value <= 1):
                raise ValueError(f"{name} should be from 0 to 1, got {value}")
        self._told["measured"] = {"what": what, "baseline_is": baseline_is, **numbers}

    def finish(self) -> None:
        """Send what was told. Raises ValueError when something is missing."""
        lacking = [name for name, value in self._told.items() if not value]
        if lacking:
            raise ValueError(f"the script ended without {', '.join(lacking)}")
        self._answer.send({"done": self._told})


class Answer:
    """The line back to tito."""

    def __init__(self, descriptor: int) -> None:
        self._stream = os.fdopen(descriptor, "wb")

    def send(self, message: Mapping[str, Any]) -> None:
        """One message, at once."""
        self._stream.write(json.dumps(message).encode() + b"\n")
        self._stream.flush()


def main() -> None:
    """Run the script and end the process; threads of the student's do not keep it alive."""
    task, answer = json.loads(_first_line()), Answer(os.dup(1))
    os.dup2(2, 1)
    watched, empty = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    threading.Thread(target=_leave_with, args=(watched,), daemon=True).start()
    try:
        stage = Stage(task["figure"], answer)
        script = _load(Path(task["script"]))
        _require_own(task["own"], task["others"])
        script.main(stage)
        _require_own(task["own"], task["others"])
        stage.finish()
    except BaseException as error:  # noqa: BLE001  whatever ends the script is told, an exit() too
        answer.send({"raised": _told_of(error)})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _first_line() -> bytes:
    # Byte by byte and without Python's buffer: the rest of stdin is only watched for its end.
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _leave_with(descriptor: int) -> None:
    """End when tito has ended, however it ended: then nobody reads the answer."""
    while os.read(descriptor, 4096):
        pass
    os._exit(1)


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"milestone_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def _require_own(own: Mapping[str, str], others: Sequence[str]) -> None:
    """Modules the milestone rests on came from the student's files, and no other one of the course came at all."""
    for name, path in own.items():
        loaded = sys.modules.get(name)
        if loaded is not None and os.path.realpath(loaded.__file__ or "") != os.path.realpath(path):
            raise NotYourOwn(f"{name} came from {loaded.__file__}, not from {path}")
    for name in others:
        if name in sys.modules:
            raise NotYourOwn(f"the script uses {name}, which this milestone does not wait for")


def _told_of(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "name": type(error).__name__,
        "message": _said(error),
        "frames": [[one.filename, one.lineno or 0, one.name, one.line or ""] for one in frames],
    }


def _said(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:  # noqa: BLE001  a student's own exception class may not be able to tell
        return ""


if __name__ == "__main__":
    main()
