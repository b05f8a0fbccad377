"""Writing without half-written files, and the error a user is meant to read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class UserError(Exception):
    """Ends a command: the message says what happened, what was seen and what to do next."""

    exit_code = 1


def atomic_write(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Write the whole file or nothing: a temporary file in the same folder, then a rename.

    Parent folders are made. An old file stays whole until the new one is complete; its rights do not carry over.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
