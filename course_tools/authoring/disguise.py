"""Texts that may hide in bytes: plain, packed in archives, or written in base64, in hexadecimal, backwards."""

from __future__ import annotations

import base64
import binascii
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
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}[ \t\r\n\"',\\]*){5,}[A-Za-z0-9+/_-]*={0,2}")
HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2}){12,}")


def texts(content: bytes, way: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text in the bytes, with the way it was hidden ("" for plain, "base64, zip")."""
    text = content.decode("utf-8", "replace")
    yield way, text
    # JSON may write any letter as an escape.
    with contextlib.suppress(ValueError, RecursionError):
        yield way, "\n".join(strings(json.loads(content)))
    if depth >= DEEPEST:
        return
    for kind, inner in _unpacked(content):
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
    for found in BASE64.finditer(content):
        packed = re.sub(rb"[^A-Za-z0-9+/_-]", b"", found.group()).translate(bytes.maketrans(b"-_", b"+/"))
        with contextlib.suppress(binascii.Error):
            yield "base64", base64.b64decode(packed[: len(packed) // 4 * 4])
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
