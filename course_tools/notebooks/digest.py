"""Digests of work: SHA-256 over what counts, so that equal work has equal digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """SHA-256 over a hand-in: the student's receipt and the grading report show the same one.

    files  contents by relative name, without what the exchange adds

    Sorted by name, for each file: the name's length and bytes (UTF-8), then the SHA-256 of its content.
    """
    whole = hashlib.sha256()
    for name in sorted(files):
        raw = name.encode()
        whole.update(len(raw).to_bytes(8, "big") + raw + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()
