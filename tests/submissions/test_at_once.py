"""Hostile and honest submissions at the same time, on two workers: nobody harms anybody, and nothing is left."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from case import load_all

from course_tools.grading import batch
from course_tools.grading.batch import Lost, Task, Workers
from course_tools.grading.runner import Graded, Submission
from course_tools.records import to_data

HONEST = ("h00_the_reference", "h05_other_types", "h07_own_tensor_class", "h13_words_of_the_grader")
HOSTILE = """a09_exits_in_a_cell a10_acts_afterwards b06_inputs_by_shared_memory d03_a_fork_bomb d03_threads d04_grows
d05_fills_the_disk d06_floods_stdout d07_huge_things d11_fixed_names d12_signals_to_everything
d13_changes_what_others_share x_frames_to_every_handle x_writes_memory""".split()  # noqa: SIM905


def lasting(graded):
    """A report without what may differ from run to run: times, memory, the hour."""
    assert isinstance(graded, Graded), graded
    data = to_data(graded.report)
    for name in ("graded_at", "seconds", "cpu_seconds", "peak_memory_mb"):
        del data[name]
    for one in [*data["cells"], *(check for task in data["tasks"] for check in task["checks"])]:
        del one["seconds"]
    return data


def left_over():
    """Processes of sandboxes of ours and their folders, by what names them."""
    mine = {str(os.getpid())}
    folders = {one.name for one in Path(tempfile.gettempdir()).glob("tito-nursery-*")}
    processes = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[1] in mine and fields[0] != "Z":
                processes.add(stat.parent.name)
        except OSError:
            continue
    return folders, processes


def test_all_at_once_and_nothing_is_left(course, module, tier, digests, reference, grader, grade):
    cases = load_all()
    quiet = {
        name: lasting(grade(grader, cases[name].hand_in(reference, module.folder), name)) for name in HONEST
    }
    folders, processes = left_over()
    order = [name for i, hostile in enumerate(HOSTILE) for name in (hostile, HONEST[i % len(HONEST)])]
    tasks = [Task(Submission(name, cases[name].hand_in(reference, module.folder)), digests) for name in order]
    with Workers(course, module, jobs=2, tier=tier) as workers:
        done = [(task.submission.student, result) for task, result in workers.run(tasks)]
    assert sorted(name for name, _ in done) == sorted(order)
    for name, result in done:
        if name in HONEST:
            assert lasting(result) == quiet[name]
        else:
            got = {task.grade_id: task.points for task in result.report.tasks}
            assert got == dict.fromkeys(got, 10.0) | cases[name].points, name
    after_folders, after_processes = left_over()
    assert after_processes <= processes
    assert not {one for one in after_folders - folders if not Path(f"/proc/{one.split('-')[2]}").exists()}


@pytest.mark.parametrize("kills", [1, 99], ids=["once", "always"])
def test_a_worker_killed_from_outside_costs_one_more_try(
    kills, course, module, tier, digests, reference, monkeypatch
):
    case = load_all()["h11_slow_within_the_limit"]
    files = case.hand_in(reference, module.folder)
    tasks = [Task(Submission(name, files), replace(digests, submission=name)) for name in ("victim", "other")]
    started = []
    real = batch._hand_out

    def hand_out(worker, task, attempt):
        real(worker, task, attempt)
        if task is not None and task.submission.student == "victim" and len(started) < kills:
            started.append(attempt)
            threading.Thread(target=lambda: (time.sleep(0.2), os.kill(worker.process.pid, 9))).start()

    monkeypatch.setattr(batch, "_hand_out", hand_out)
    with Workers(course, module, jobs=1, tier=tier) as workers:
        results = {task.submission.student: result for task, result in workers.run(tasks)}
    assert results["other"].report.points == 30.0
    if kills == 1:
        assert results["victim"].report.points == 30.0
    else:
        assert isinstance(results["victim"], Lost)
        assert started == [1, 2]


def test_a_lost_submission_is_broken_and_needs_a_person(course, module, digests):
    from course_tools.grading.runner import lost

    report = lost(course, module, Submission("victim", {}), digests, "its worker ended, 2 times", "x").report
    assert report.state == "needs_person"
    assert {(task.verdict, task.points) for task in report.tasks} == {("broken", None)}
    assert json.dumps(dataclasses.asdict(report))
