"""Parsing text that may or may not be Python, without warnings and without surprises."""

from __future__ import annotations

import ast
import warnings

# What parsing raises besides SyntaxError: NUL signs, and code nested too deep for the compiler.
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


def tree(source: str) -> ast.Module | None:
    """The syntax tree, or None when the source is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is no reason to stop
            return ast.parse(source)
    except UNPARSABLE:
        return None
