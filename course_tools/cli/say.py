"""Everything tito prints goes through here: colours, ticks, tables and JSON, for any terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import click

# What a terminal without Unicode sees instead; anything else it cannot show becomes "?".
PLAIN = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "–": "-",
        "—": "-",
        "·": "-",
        "→": "->",
        "…": "...",
        "×": "x",
        "“": '"',
        "”": '"',
        "’": "'",
        "≤": "<=",
        "≥": ">=",
        "•": "*",
    }
)
MARKS = {
    "passed": ("✓", "green"),
    "ok": ("✓", "green"),
    "failed": ("✗", "red"),
    "fail": ("✗", "red"),
    "skipped": ("–", "yellow"),
    "warn": ("!", "yellow"),
    "open": ("·", None),
}
# The door asks this: with --json an error is a JSON document too.
_wants_json = False


def line(text: str = "", *, colour: str | None = None, bold: bool = False) -> None:
    """One line (or several) of ordinary text on stdout."""
    _print(text, sys.stdout, colour=colour, bold=bold)


def marked(verdict: str, text: str) -> None:
    """A line led by a coloured tick, cross or dash; further lines of `text` are indented to match."""
    sign, colour = MARKS[verdict]
    sign = _fit(sign, sys.stdout)
    first, *rest = text.split("\n")
    if _colours(sys.stdout):
        sign = click.style(sign, fg=colour)
    _print("\n".join([f"{sign} {first}", *(f"  {one}" for one in rest)]), sys.stdout)


def error(text: str) -> None:
    """A message about something that went wrong, on stderr; its first line stands out."""
    first, _, rest = text.partition("\n")
    _print(first, sys.stderr, colour="red")
    if rest:
        _print(rest, sys.stderr)


def note(text: str) -> None:
    """A remark beside the answer, on stderr, so that stdout stays what was asked for."""
    _print(text, sys.stderr, colour="yellow")


def table(rows: Iterable[Sequence[str]], header: Sequence[str]) -> None:
    """Columns padded to their widest entry."""
    held = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(row[i]) for row in held) for i in range(len(header))]
    for number, row in enumerate(held):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        line(text, bold=number == 0)


def document(data: Any) -> None:
    """The one JSON document of a command called with --json."""
    # ASCII, so that no console encoding can spoil it.
    _print(json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False), sys.stdout)


def expect_json(wanted: bool) -> None:
    """Remember that this run answers in JSON."""
    global _wants_json
    _wants_json = wanted


def wants_json() -> bool:
    """Whether this run answers in JSON."""
    return _wants_json


class Progress:
    """A single line on stderr that is rewritten; silent where nobody watches."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.live = sys.stderr.isatty() and not _wants_json
        self.width = 0
        self._show(text)

    def step(self, done: int, total: int) -> None:
        """Say how far we are: cells done, cells in all."""
        self._show(f"{self.text} {done} of {total}")

    def _show(self, text: str) -> None:
        if self.live:
            text = _fit(text, sys.stderr)
            sys.stderr.write("\r" + text.ljust(self.width))
            sys.stderr.flush()
            self.width = len(text)

    def clear(self) -> None:
        """Leave an empty line behind."""
        if self.live:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()


@contextmanager
def progress(text: str) -> Iterator[Progress]:
    """Show that work is under way, at once; the line is gone afterwards."""
    shown = Progress(text)
    try:
        yield shown
    finally:
        shown.clear()


def confirm(question: str) -> bool:
    """Ask on the terminal; no answer at all counts as no."""
    try:
        return click.confirm(_fit(question, sys.stdout), default=False)
    except click.Abort:
        line()
        return False


def _colours(stream: TextIO) -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def _fit(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return text


def _print(text: str, stream: TextIO, *, colour: str | None = None, bold: bool = False) -> None:
    text = _fit(text, stream)
    coloured = _colours(stream)
    if coloured and (colour or bold):
        text = click.style(text, fg=colour, bold=bold or None)
    click.echo(text, file=stream, color=coloured)
