"""A teacher takes a class from release to marks: by tito, and by nbgrader's own commands and pages."""

from __future__ import annotations

import csv
import io
import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

STEM = "07_training"
FIRST = ["m07-cosine", "m07-clip"]  # 10 points each


@pytest.fixture(scope="module")
def collected(make_place, solve, tmp_path_factory):
    """A class of one whose hand-in has been collected; the course is copied for each test."""
    place = make_place(tmp_path_factory.mktemp("class"))
    place.run("tito", "author", "release", "07")
    place.run("nbgrader", "release_assignment", STEM)
    place.run("tito", "init", "desk")
    desk = place.root / "desk"
    place.run("tito", "module", "start", "07", "--earlier", "reference", cwd=desk)
    solve(desk / STEM / f"{STEM}.ipynb", only=FIRST)
    receipt = json.loads(place.run("tito", "module", "submit", "07", "--exchange", "--json", cwd=desk))
    return place, desk, receipt["digest"]


def test_by_tito(collected):
    place, desk, receipt = collected
    assert "1 new" in place.run("tito", "grade", "collect", "07")
    run = json.loads(place.run("tito", "grade", "run", "07", "--json"))
    assert [(one["student"], one["points"]) for one in run["submissions"]] == [(place.me, 20.0)]
    report = json.loads((place.root / "autograded" / place.me / STEM / "report.json").read_text())
    assert report["digests"]["submission"] == receipt
    again = json.loads(place.run("tito", "grade", "run", "07", "--json"))
    assert (again["graded"], again["kept"]) == (0, 1)

    (row,) = json.loads(place.run("tito", "grade", "table", "07", "--json"))
    (exported,) = csv.DictReader(io.StringIO(place.run("tito", "grade", "export")))
    assert row["score"] == float(exported["score"]) == 20.0
    place.run("tito", "grade", "feedback", "07")
    place.run("nbgrader", "release_feedback", STEM)
    seen = json.loads(place.run("tito", "module", "feedback", "07", "--json", cwd=desk))
    assert seen["pages"]
    assert all("CosineSchedule" in Path(one).read_text() for one in seen["pages"])


@pytest.fixture
def server(place_of_nbgrader) -> Iterator[tuple[str, str]]:
    """Address and token of a Jupyter server on the course, formgrader switched on."""
    place = place_of_nbgrader
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = place.root.parent / "server.log"
    with log.open("wb") as stream:
        program = Path(shutil.which("jupyter-server", path=place.env["PATH"]) or "")
        running = subprocess.Popen(
            [
                str(program),
                "--allow-root",
                "--no-browser",
                f"--port={port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={token}",
                "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
            ],
            cwd=place.root,
            env=place.env,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={token}", running, log)
        yield address, token
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@pytest.fixture(scope="module")
def place_of_nbgrader(collected, tmp_path_factory):
    """Another copy of the same class, not collected yet."""
    place, _, _ = collected
    root = tmp_path_factory.mktemp("nbgrader") / "course"
    ignored = shutil.ignore_patterns("submitted", "autograded", "feedback", "gradebook.db*", "desk", ".tito")
    shutil.copytree(place.root, root, ignore=ignored)
    return type(place)(root, place.env)


def test_by_nbgraders_own_commands_and_pages(place_of_nbgrader, request):
    place = place_of_nbgrader
    place.run("nbgrader", "generate_assignment", STEM, "--force")
    place.run("nbgrader", "collect", STEM)
    place.run("nbgrader", "autograde", STEM)
    place.run("nbgrader", "generate_feedback", STEM)
    place.run("nbgrader", "release_feedback", STEM)
    place.run("nbgrader", "export", "--to", "grades.csv")
    (row,) = csv.DictReader(io.StringIO((place.root / "grades.csv").read_text()))
    assert (row["student_id"], float(row["score"])) == (place.me, 20.0)
    page = next((place.root / "feedback" / place.me / STEM).glob("*.html")).read_text()
    assert "CosineSchedule" in page

    address, token = request.getfixturevalue("server")
    for path in (
        "/formgrader",
        "/formgrader/manage_assignments",
        f"/formgrader/manage_submissions/{STEM}",
        f"/formgrader/gradebook/{STEM}",
        "/formgrader/manage_students",
    ):
        page = _get(f"{address}{path}", token)
        assert "<title>nbgrader formgrade" in page, path
        assert "formgrader/static" in page, path
    assert STEM in _get(f"{address}/formgrader/api/assignments", token)
    assert STEM not in _get(f"{address}/formgrader/api/assignments", "not the token")

    report = place.root / "autograded" / place.me / STEM / "report.json"
    before = json.loads(report.read_text())
    work = place.root / "submitted" / place.me / STEM / f"{STEM}.ipynb"
    changed = work.read_text().replace("norm > max_norm", "norm < max_norm")
    assert changed != work.read_text()
    work.write_text(changed)
    answer = json.loads(_post(f"{address}/formgrader/api/submission/{STEM}/{place.me}/autograde", token))
    assert answer["success"], answer["log"]
    after = json.loads(report.read_text())
    assert after["points"] < before["points"] == 20.0
    assert after["sandbox"] != "unsafe"
    submission = json.loads(_get(f"{address}/formgrader/api/submission/{STEM}/{place.me}", token))
    assert submission["score"] == after["points"]


def _wait_for(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert running.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer:\n{log.read_text()}")


def _get(url: str, token: str, **extra: object) -> str:
    asked = urllib.request.Request(url, headers={"Authorization": f"token {token}"}, **extra)  # type: ignore[arg-type]
    try:
        with urllib.request.urlopen(asked, timeout=180) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.code}\n{error.read().decode()[:2000]}") from error


def _post(url: str, token: str) -> str:
    return _get(url, token, data=b"", method="POST")
