"""Any bytes on earth, read as a notebook or refused with a plain reason."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from course_tools.files import UserError
from course_tools.notebooks import plain
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.dump import dump
from course_tools.notebooks.shape import WrongShape, shaped

MEGABYTE = 1_000_000
# Outputs may be this many times the limit: they are dropped before the notebook is sized.
RAW_FACTOR = 4
# Parsed, an empty list of two bytes takes 64: these bounds keep a small file from becoming gigabytes.
MOST_CONTAINERS = 2_000_000
MOST_ITEMS = 10_000_000

ADVICE = {
    "no-file": "Check the name and the folder.",
    "empty": "Open it in Jupyter, save it and hand it in again; if it stays empty, take an earlier copy.",
    "cut-off": "Open it in Jupyter, save it and hand it in again; if it does not open, take an earlier copy.",
    "not-json": "Open it in Jupyter, save it and hand it in again; if it does not open, take an earlier copy.",
    "not-a-notebook": "Hand in the .ipynb file itself.",
    "too-large": "Clear all outputs, save and hand it in again.",
    "too-deep": "Start from a fresh copy of the notebook and paste your answers into it.",
    "wrong-types": "Start from a fresh copy of the notebook and paste your answers into it.",
    "bad-encoding": "Open it in Jupyter, save it and hand it in again.",
    "old-format": "Open it in Jupyter and save it: that brings it up to date.",
    "new-format": "Save it with the course's version of Jupyter.",
}


class UnreadableNotebook(UserError, ValueError):
    """Not a notebook, or not one that can be read.

    code    stable and kebab-case, a key of ADVICE
    reason  one plain sentence without a full stop, safe to show
    """

    def __init__(self, code: str, reason: str, name: str = "The file"):
        super().__init__(f"{name} cannot be read as a notebook: {reason}.\n{ADVICE[code]}")
        self.code, self.reason = code, reason


def read(source: Path | bytes, *, max_mb: float = 64, keep_outputs: bool = False) -> Notebook:
    """The notebook in a file or in bytes, normalised to nbformat 4.5.

    max_mb        largest size in megabytes once outputs are dropped; with them, RAW_FACTOR times as much
    keep_outputs  keep well-formed outputs and run counts (for notebooks we executed ourselves)

    Texts are joined and get plain line feeds, cells get valid and unique ids, older formats from 3 on are
    brought up to date, metadata that no reader would accept is left out. A path is opened only if it is a
    regular file and no link. Raises UnreadableNotebook, and nothing else.
    """
    name = source.name if isinstance(source, Path) else "The file"
    try:
        raw = _bytes(source, max_mb) if isinstance(source, Path) else source
        nb = shaped(_parsed(raw, max_mb), keep_outputs=keep_outputs)
    except _Refused as error:
        raise UnreadableNotebook(error.code, error.reason, name) from error.__cause__
    except WrongShape as error:
        raise UnreadableNotebook(error.code, str(error), name) from None
    except (plain.TooDeep, RecursionError):
        reason = "its contents are nested deeper than in any notebook"
        raise UnreadableNotebook("too-deep", reason, name) from None
    except MemoryError:
        raise UnreadableNotebook("too-large", "it needs more memory than there is", name) from None
    # What was small with its outputs is small without them.
    if len(raw) > max_mb * MEGABYTE and not keep_outputs:
        size = len(dump(nb))
        if size > max_mb * MEGABYTE:
            reason = f"without outputs it is {_mb(size)}, and the limit is {max_mb:g} MB"
            raise UnreadableNotebook("too-large", reason, name)
    return nb


class _Refused(Exception):
    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code, self.reason = code, reason


def _bytes(path: Path, max_mb: float) -> bytes:
    # By handle: what was checked is what is read, and a pipe or a device cannot make us wait.
    flags = os.O_RDONLY
    for optional in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # not every system has each
        flags |= getattr(os, optional, 0)
    try:
        if path.is_symlink():
            raise _Refused("no-file", "it is a link and not a file of its own")
        handle = os.open(path, flags)
        try:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                kind = "a folder" if stat.S_ISDIR(state.st_mode) else "not an ordinary file"
                raise _Refused("no-file", f"it is {kind}")
            _sized(state.st_size, max_mb)
            with os.fdopen(handle, "rb", closefd=False) as stream:
                return stream.read(int(max_mb * RAW_FACTOR * MEGABYTE) + 1)
        finally:
            os.close(handle)
    except FileNotFoundError as error:
        raise _Refused("no-file", "there is no such file") from error
    except OSError as error:
        raise _Refused("no-file", f"it cannot be opened ({error.strerror})") from error
    except ValueError as error:  # a NUL in the path
        raise _Refused("no-file", "there can be no file of that name") from error


def _sized(size: int, max_mb: float) -> None:
    if size > max_mb * RAW_FACTOR * MEGABYTE:
        reason = f"it is {_mb(size)}, and the limit with outputs is {max_mb * RAW_FACTOR:g} MB"
        raise _Refused("too-large", reason)


def _parsed(raw: bytes, max_mb: float) -> Any:
    _sized(len(raw), max_mb)
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise _Refused("empty", "it is empty" if not raw else "it holds nothing but blanks")
    if raw.count(b"{") + raw.count(b"[") > MOST_CONTAINERS or raw.count(b",") > MOST_ITEMS:
        raise _Refused("too-large", f"its {_mb(len(raw))} hold more single pieces than any notebook")
    try:
        text = raw.decode(_encoding(raw))
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is not valid {error.encoding.upper()} text"
        raise _Refused(*_known_kind(raw) or ("bad-encoding", reason)) from error
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise _Refused(*_known_kind(raw) or _where(error)) from error
    except ValueError as error:  # CPython refuses to read a whole number of more than 4300 digits
        raise _Refused("wrong-types", "it holds a number of thousands of digits") from error


def _encoding(raw: bytes) -> str:
    # The standard library knows JSON's encodings by their first bytes: UTF-8, -16 and -32, marked or not.
    return json.detect_encoding(raw)


def _where(error: json.JSONDecodeError) -> tuple[str, str]:
    rest = error.doc[error.pos :].strip()
    if not rest or error.msg.startswith("Unterminated string"):
        return "cut-off", f"it is cut off at line {error.lineno}"
    return "not-json", f"it is damaged at line {error.lineno}, column {error.colno}"


def _known_kind(raw: bytes) -> tuple[str, str] | None:
    start = raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"\n<<<<<<< " in raw and b"\n>>>>>>> " in raw:
        return "not-json", "it holds the marks of an unfinished merge (<<<<<<<)"
    if start.startswith(b"PK\x03\x04"):
        return "not-a-notebook", "it is a zip archive"
    if start.startswith(b"%PDF"):
        return "not-a-notebook", "it is a PDF"
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "not-a-notebook", "it is a web page, as one gets by saving the page instead of the file"
    if not start.startswith((b"{", b"[")) and b"\x00" not in start:
        return "not-a-notebook", "it is not JSON, which every notebook is"
    return None


def _mb(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB"
