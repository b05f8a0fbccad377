"""The feedback page: safe, deterministic, and silent about what is hidden."""

import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from course_tools.grading.feedback import Mark, feedback_page, for_student
from course_tools.records import CheckResult, Digests, Note, Report, TaskResult

# Without the switches a browser looks for its maker's servers at every start.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def check(name: str, verdict: Any, visible: bool, **more: str) -> CheckResult:
    return CheckResult(name, "t1", f"Title of {name}", verdict, visible, 50.0, **more)


def report(**more: Any) -> Report:
    checks = (
        check("seen", "passed", True),
        check(
            "open", "failed", True, what="norm", got="3", expected="5", message="another number", detail="D1"
        ),
        check("shut", "failed", False, what="W2", got="G2", expected="E2", detail="D2", hint="try this"),
        check("ours", "broken", False, message="crashed at /secret/path", detail="D3"),
    )
    tasks = (
        TaskResult("t1", "1.1 First", "failed", 2.5, 10.0, "examined", "M", checks),
        TaskResult("q1", "1.2 Why", None, None, 5.0, "manual", "waits for a person"),
    )
    notes = (Note("n", "a cell was put back", "t1"), Note("s", "staff only", None, "staff"))
    digests = Digests("a", "b", "c", "d")
    made = Report(
        course="c",
        module="01_x",
        student="ada",
        state="graded",
        points=2.5,
        max_points=15.0,
        tasks=tasks,
        cells=(),
        notes=notes,
        digests=digests,
        sandbox="bubblewrap",
        engine="0",
        graded_at="now",
        seconds=1.0,
        cpu_seconds=1.0,
        peak_memory_mb=1.0,
    )
    return replace(made, **more)


def notebook(source: str = "x = 1", output: str = "hello") -> dict[str, Any]:
    stream = {"output_type": "stream", "name": "stdout", "text": output}
    return {
        "cells": [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [stream], "id": "a"}]
    }


def test_hidden_values_details_and_staff_notes_are_not_in_it() -> None:
    page = feedback_page(report(), notebook())
    for secret in ("W2", "G2", "E2", "D1", "D2", "D3", "/secret/path", "staff only"):
        assert secret not in page
    for told in ("got 3", "expected 5", "try this", "a cell was put back", "Title of shut", "2.5 of 15"):
        assert told in page


def test_the_students_report_holds_no_secret_either() -> None:
    from course_tools.records import from_json, to_json

    text = to_json(for_student(report()))
    assert not any(secret in text for secret in ("G2", "E2", "D1", "D2", "/secret/path", "staff only"))
    assert from_json(Report, text).points == 2.5


def test_the_same_work_gives_the_same_bytes() -> None:
    later = replace(report(), graded_at="later", seconds=9.0, cpu_seconds=8.0)
    assert feedback_page(report(), notebook()) == feedback_page(later, notebook())


def test_a_persons_marks_and_words_are_shown() -> None:
    page = feedback_page(report(), None, {"q1": Mark(4.0, 1.0, "well argued <3")})
    assert "7.5 of 15 points" in page
    assert "well argued &lt;3" in page
    assert "wait for a person" not in page


def test_what_failed_stands_before_what_passed() -> None:
    page = feedback_page(report(), None)
    body = page[page.index("What was checked") :]
    assert body.index("Title of open") < body.index("Title of seen")


class Page(HTMLParser):
    """Collects what a reader of the page meets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_pictures_have_words_and_links_lead_somewhere() -> None:
    picture = {
        "output_type": "display_data",
        "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure 5x3>"},
    }
    work = notebook()
    work["cells"][0]["outputs"] = [{**picture, "metadata": {}}]
    page = Page(feedback_page(report(), work))
    assert all(attributes.get("alt") for tag, attributes in page.tags if tag == "img")
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links
    assert all(link is not None and link[1:] in ids for link in links)


def test_nothing_a_student_wrote_runs_in_a_real_browser(tmp_path: Path) -> None:
    tasks = (replace(report().tasks[0], title=EVIL), *report().tasks[1:])
    hostile = replace(report(student=EVIL), tasks=tasks, notes=(Note("n", EVIL, EVIL),))
    page = tmp_path / "page.html"
    page.write_text(
        feedback_page(hostile, notebook(EVIL, EVIL), {"q1": Mark(1.0, None, EVIL)}), encoding="utf-8"
    )
    done = subprocess.run(
        ["chromium", *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "What was checked" in done.stdout
    assert "<title>owned" not in done.stdout
    assert "<script" not in done.stdout
