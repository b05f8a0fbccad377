"""Run a milestone on the student's own package, keep its figure and record that it was reached."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import course_tools
from course_tools.course import Milestone, Module
from course_tools.files import atomic_write
from course_tools.sandbox import processes
from course_tools.sandbox.view import ONE_THREAD
from course_tools.student import milestone as milestones
from course_tools.student import milestone_failure as failure
from course_tools.student import progress as records
from course_tools.student.progress import Reached, Tell
from course_tools.student.workspace import Workspace

Step = Callable[[int, int], None]
SECONDS = 300.0  # ten times what a milestone takes on two processors
KEPT = 4000  # bytes of what it printed last


@dataclass(frozen=True)
class Ran:
    """A milestone that ran to its end."""

    milestone: Milestone
    modules: tuple[Module, ...]  # the student's own modules it rests on
    table: tuple[tuple[str, ...], ...]  # header first
    what: str
    accuracy: float  # 0 to 1; the next two as well
    baseline: float
    goal: float
    baseline_is: str
    figure: Path
    describes: str  # what the figure shows, in words
    seconds: float

    @property
    def reached(self) -> bool:
        """Whether the goal was reached; only then it is recorded."""
        return self.accuracy >= self.goal


def run(
    workspace: Workspace,
    milestone: Milestone,
    *,
    step: Step = lambda done, total: None,
    tell: Tell = lambda text: None,
    seconds: float = SECONDS,
) -> Ran:
    """Run it in a program of its own; figure and record are written whole, and only when it came to its end.

    Raises MilestoneLocked when a module is not complete, UserError when the student's code raised (with the
    student's own line) or it was stopped after `seconds`.
    """
    milestones.require(workspace, milestone, records.load(workspace, tell))
    started = time.perf_counter()
    scratch = Path(processes.own_folder("milestone"))
    try:
        picture = scratch / "figure.png"
        told = _told(workspace, milestone, picture, step, seconds)
        made = picture.read_bytes()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    figure, measured = milestones.figure(workspace, milestone), told["measured"]
    ran = Ran(
        milestone=milestone,
        modules=workspace.course.behind(milestone),
        table=tuple(tuple(row) for row in told["table"]),
        what=measured["what"],
        accuracy=measured["accuracy"],
        baseline=measured["baseline"],
        goal=measured["goal"],
        baseline_is=measured["baseline_is"],
        figure=figure,
        describes=told["describes"],
        seconds=time.perf_counter() - started,
    )
    atomic_write(figure, made)
    if ran.reached:
        name = figure.relative_to(workspace.root).as_posix()
        record = Reached(milestone.name, records.now(), name, ran.accuracy, ran.baseline)
        # Read again: another terminal may have completed a module meanwhile.
        records.save(workspace, records.load(workspace, tell).with_reached(record))
    return ran


def _told(
    workspace: Workspace, milestone: Milestone, picture: Path, step: Step, seconds: float
) -> dict[str, Any]:
    """What the script reported. Raises UserError when it did not come to its end."""
    with _child(workspace) as (child, printed):
        assert child.stdin is not None
        assert child.stdout is not None
        # Not closed: its end tells the child that we are gone.
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(_task(workspace, milestone, picture)).encode() + b"\n")
            child.stdin.flush()
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            for line in child.stdout:
                message = json.loads(line)
                if "step" in message:
                    step(*message["step"])
                elif "done" in message:
                    return dict(message["done"])
                else:
                    raise failure.raised(workspace, milestone, message["raised"])
        finally:
            clock.cancel()
        child.wait()
        if late.is_set():
            raise failure.late(workspace, milestone, seconds)
        raise failure.ended(milestone, child.returncode, printed())


def _task(workspace: Workspace, milestone: Milestone, picture: Path) -> dict[str, Any]:
    behind = workspace.course.behind(milestone)
    return {
        "script": str(workspace.course.script(milestone)),
        "figure": str(picture),
        "own": {one.export: str(workspace.exported(one)) for one in behind},
        "others": [one.export for one in workspace.course.modules if one not in behind],
    }


@contextlib.contextmanager
def _child(workspace: Workspace) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """The program, in the workspace, and what it printed last; it is gone afterwards."""
    ours = str(Path(course_tools.__file__).resolve().parent.parent)  # tinytorch lies beside us
    path = [ours, *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | dict.fromkeys(ONE_THREAD, "1")
    env |= {
        "TINYTORCH_EARLIER": "own",
        "MPLBACKEND": "Agg",
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",  # the script lies in the course's folder, which is not ours to write in
        "PYTHONIOENCODING": "utf-8:backslashreplace",
    }
    child = subprocess.Popen(
        # -P: a student's own numpy.py in the workspace is not numpy.
        [sys.executable, "-P", "-m", "course_tools.student.milestone_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=workspace.root,
        env=env,
        start_new_session=True,  # Ctrl-C reaches us, and we end it
    )
    assert child.stderr is not None
    tail = bytearray()
    drain = threading.Thread(target=_keep_last, args=(child.stderr, tail), daemon=True)
    drain.start()

    def printed() -> str:
        drain.join(2)
        return bytes(tail).decode("utf-8", "replace").strip()

    try:
        yield child, printed
    finally:
        child.kill()
        child.wait()
        drain.join(2)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def _keep_last(stream: IO[bytes], tail: bytearray) -> None:
    while chunk := stream.read1(65536):  # type: ignore[attr-defined]  # a pipe is a BufferedReader
        tail += chunk
        del tail[:-KEPT]
