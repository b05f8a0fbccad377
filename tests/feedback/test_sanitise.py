"""Nothing a student wrote acts in a reader's browser, and what is honest stays readable."""

import base64
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.notebooks import sanitise as s

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 60).decode()


class Tags(HTMLParser):
    """Every tag with its attributes, as a browser would see them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def code(*outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": "x", "metadata": {}, "outputs": list(outputs), "id": "a"}


def shown(**data: str) -> dict[str, Any]:
    bundle = {kind.replace("__", "+").replace("_", "/"): value for kind, value in data.items()}
    notebook = {"cells": [code({"output_type": "display_data", "data": bundle, "metadata": {}})]}
    s.sanitise(notebook)
    return notebook["cells"][0]["outputs"][0]["data"]


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<form action=https://evil.example><input name=x></form>",
    "<style>body{display:none}</style>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<img src='https://evil.example/pixel.gif'>",
    "<p style='position:fixed;top:0'>covers the page</p>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_outputs_lose_whatever_acts(attack: str) -> None:
    for tag, attributes in Tags(shown(text_html=attack)["text/html"]).seen:
        assert tag not in {
            "script",
            "iframe",
            "form",
            "input",
            "style",
            "base",
            "meta",
            "svg",
            "object",
            "math",
        }
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        address = (attributes.get("href") or attributes.get("src") or "").lower()
        assert not address.startswith(("javascript", "data:text"))
        assert tag != "img" or not address.startswith("http")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_text_cells_start_no_tag(attack: str, kind: str) -> None:
    cell = {
        "cell_type": kind,
        "source": f"before {attack} after",
        "metadata": {"format": "text/html"},
        "id": "b",
    }
    s.sanitise({"cells": [cell]})
    assert Tags(cell["source"]).seen == []
    assert "format" not in cell["metadata"]
    assert "before" in cell["source"]
    assert "javascript:" not in cell["source"].lower()


@given(st.text(alphabet="<>/!?=\"' abscriptjx:&;#\n\t\x00\x1b\u202e", max_size=60))
def test_no_text_at_all_starts_a_tag(source: str) -> None:
    assert Tags(s.text(source)).seen == []


@pytest.mark.parametrize(
    "honest", ["a < b and c > d", "x<3", "`1 << 2`", "> quoted", "2 <= 3", "I ♥ π", "a & b"]
)
def test_ordinary_prose_is_not_touched(honest: str) -> None:
    assert s.text(honest) == honest


def test_a_table_stays_a_table() -> None:
    table = '<table border="1" class="dataframe"><thead><tr><th>a</th></tr></thead></table>'
    tags = [tag for tag, _ in Tags(shown(text_html=table)["text/html"]).seen]
    assert tags == ["table", "thead", "tr", "th"]


def test_plots_stay() -> None:
    assert shown(image_png=PNG, text_plain="<Figure>") == {"image/png": PNG, "text/plain": "<Figure>"}


@pytest.mark.parametrize("fake", ['x" onerror="alert(1)', "PHNjcmlwdD4=", "", PNG[:30] + '"><script>'])
def test_a_picture_that_is_none_is_left_out(fake: str) -> None:
    assert "image/png" not in shown(image_png=fake, text_plain="picture")


def test_a_drawing_becomes_a_picture_that_runs_nothing() -> None:
    made = shown(image_svg__xml="<svg onload='alert(1)'><script>alert(1)</script></svg>")
    assert [tag for tag, _ in Tags(made["text/html"]).seen] == ["img"]


def test_programs_are_left_out_and_that_is_said() -> None:
    assert shown(application_javascript="alert(1)") == {
        "text/plain": "[left out: application/javascript cannot be shown safely]"
    }


@pytest.mark.parametrize("formula", [r"\href{javascript:alert(1)}{x}", r"\style{x}{y}", r"\require{html}"])
def test_formulas_that_act_are_left_out(formula: str) -> None:
    assert "text/latex" not in shown(text_latex=formula, text_plain="x")
    assert shown(text_latex=r"$\frac{a}{b}$")["text/latex"] == r"$\frac{a}{b}$"


def test_terminal_codes_keep_colour_and_nothing_else() -> None:
    assert s.plain("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m"
    assert s.plain("a\x1b[2Jb\x1b]0;title\x07c\x1bcd\x1b[1;1H") == "abcd"
    assert s.plain("abc\u202edef") == "abc\\x202edef"


def test_cells_of_the_course_stay_as_they_are() -> None:
    ours = {"grade": False, "grade_id": "t", "locked": True, "schema_version": 3, "solution": False}
    cell = {
        "cell_type": "markdown",
        "source": "<details>hint</details>",
        "metadata": {"nbgrader": ours},
        "id": "c",
    }
    s.sanitise({"cells": [cell]})
    assert cell["source"] == "<details>hint</details>"


def test_streams_and_errors_are_text() -> None:
    notebook = {
        "cells": [
            code(
                {"output_type": "stream", "name": "<b>", "text": "\x1b[2Jx"},
                {
                    "output_type": "error",
                    "ename": "\x1b[2JE",
                    "evalue": "v",
                    "traceback": ["\x1b]0;t\x07line"],
                },
            )
        ]
    }
    s.sanitise(notebook)
    stream, error = notebook["cells"][0]["outputs"]
    assert (stream["name"], stream["text"]) == ("stdout", "x")
    assert (error["ename"], error["traceback"]) == ("E", ["line"])


def test_a_long_text_is_done_in_time_that_grows_with_its_length() -> None:
    started = time.process_time()
    s.text("<a" * 200_000 + "\x1b[" * 200_000)
    assert time.process_time() - started < 5  # quadratic work would take minutes
