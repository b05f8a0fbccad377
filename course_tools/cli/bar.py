"""A progress bar on stderr with count, rate and time left; silent where nobody watches or JSON is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course_tools.cli import say


@contextmanager
def bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """Yields what is told (done, total) after each step. Nothing is left behind on the terminal."""
    if say.wants_json() or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    # No refreshing thread: workers are forked from this process.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as shown:
        line = shown.add_task(text, total=None, rate="")
        shown.refresh()

        def tell(done: int, total: int) -> None:
            speed = shown.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            shown.update(line, total=total, completed=done, rate=rate, refresh=True)

        yield tell
