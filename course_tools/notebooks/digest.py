"""Digests of notebooks: SHA-256 over what counts, so that equal work has equal digests."""

from __future__ import annotations

import hashlib

from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.dump import dump


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_work(nb: Notebook) -> str:
    """SHA-256 over cells and metadata, in hexadecimal. Running a notebook does not change it."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in nb["cells"]
    ]
    return digest(dump({**nb, "cells": cells}))
