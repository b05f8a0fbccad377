"""Parsed JSON of unknown origin, made harmless: no lone surrogates, no NaN, no bottomless nesting."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 100  # levels of metadata or output; honest notebooks stay below 20


class TooDeep(ValueError):
    """The data is nested deeper than any notebook needs."""


def text(value: str) -> str:
    """The same text, able to be written as UTF-8: half a surrogate pair becomes the replacement sign."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def lines(value: str) -> str:
    """The text with line feeds only, whatever system it was saved on."""
    return text(value).replace("\r\n", "\n").replace("\r", "\n")


def data(value: Any) -> Any:
    """A copy of parsed JSON that any JSON writer takes: numbers that are not finite become null.

    Raises TooDeep below DEEPEST levels.
    """
    return _data(value, DEEPEST, cut=False)


def shallow(value: Any) -> Any:
    """The same for what must be written in any case: what is nested twice as deep becomes null."""
    return _data(value, 2 * DEEPEST, cut=True)


def _data(value: Any, levels: int, *, cut: bool) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dict, list, tuple)):
        if levels == 0:
            if cut:
                return None
            raise TooDeep(f"nested more than {DEEPEST} levels deep")
        if isinstance(value, dict):
            return {text(str(key)): _data(one, levels - 1, cut=cut) for key, one in value.items()}
        return [_data(one, levels - 1, cut=cut) for one in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return text(str(value))
