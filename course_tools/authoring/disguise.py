"""Texts that may hide in bytes: plain, packed in archives, or written in base64, in hexadecimal, backwards."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

MOST = 20_000_000  # unpacked bytes of one archive member that are looked at
DEEPEST = 4  # archive in base64 in archive ...
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
# The same over several lines, as mail and notebooks break it.
BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}={0,2}[\s\"',#]*){2,}")
URL_SAFE = bytes.maketrans(b"-_", b"+/")
HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2}){12,}")


def texts(content: bytes, way: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text in the bytes, with the way it was hidden ("" for plain, "base64, zip")."""
    views = [content]
    # JSON may write any letter as an escape, and breaks lines where their author did not.
    with contextlib.suppress(ValueError, RecursionError):
        views.append("\n".join(strings(json.loads(content))).encode("utf-8", "replace"))
    for view in views:
        yield way, view.decode("utf-8", "replace")
        for kind, inner in _unpacked(view) if depth < DEEPEST else ():
            yield from texts(inner, f"{way}, {kind}".lstrip(", "), depth + 1)


def strings(value: Any) -> Iterator[str]:
    """All texts in a JSON value, keys included; lists of texts joined, as notebooks write lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        if value and all(isinstance(one, str) for one in value):
            yield "".join(value)
        for one in value:
            yield from strings(one)


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    for pattern in (BASE64, BASE64_LINES):
        for run in pattern.finditer(content):
            letters = re.sub(rb"[^A-Za-z0-9+/_-]", b"", run.group()).translate(URL_SAFE)
            letters = letters[: len(letters) - (len(letters) % 4 == 1)]  # one letter alone encodes nothing
            yield "base64", base64.b64decode(letters + b"=" * (-len(letters) % 4))
    for found in HEXADECIMAL.finditer(content):
        yield "hexadecimal", bytes.fromhex(found.group().decode())
    if content.startswith(b"\x1f\x8b"):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.GzipFile(fileobj=io.BytesIO(content)).read(MOST)
    elif content[:1] == b"\x78":
        with contextlib.suppress(zlib.error):
            yield "zlib", zlib.decompressobj().decompress(content, MOST)
    elif content.startswith(b"PK"):
        unreadable = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error)
        with contextlib.suppress(*unreadable), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                yield "zip", member.filename.encode() + b"\n" + archive.open(member).read(MOST)
