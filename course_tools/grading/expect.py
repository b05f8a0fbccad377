"""Compare a reply with what we expect: type, shape, dtype, size, finiteness, then value.

A wrong answer raises Failed with what, got and expected; an expectation of ours that makes no sense
raises BrokenCheck, so nobody loses points for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_tools.grading.checks import BrokenCheck, Failed

FLOAT32_RTOL = 1e-5  # what a float32 answer may be off where a task leaves the precision open
SHOWN_CHARACTERS = 300


class Expectation:
    """One value of a reply, waiting to be compared."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def close(
        self, expected: ArrayLike, *, rtol: float = 1e-9, atol: float = 0.0, what: str = "value"
    ) -> Expectation:
        """A number or array within |got - expected| <= atol + rtol * |expected|, as numpy.isclose.

        A list of numbers is taken for an array, a 0-d array for a number; nothing broadcasts. An answer in
        float32 is held to 1e-5 instead, because that is what its digits carry.
        """
        right = np.asarray(expected, dtype=np.float64)
        if right.size == 0 or not np.isfinite(right).all():
            raise BrokenCheck(f"{what}: expected must be finite and not empty, its shape is {right.shape}")
        got = self._numbers(right.shape, what, lambda: show(right))  # printing costs more than comparing
        if not np.isfinite(got).all():
            raise Failed("not finite", what=what, got=show(self.value), expected=show(right))
        if got.dtype == np.float32:
            rtol = max(rtol, FLOAT32_RTOL)
        over = np.abs(got - right) - (atol + rtol * np.abs(right))
        if (over <= 0).all():
            return self
        worst = tuple(int(i) for i in np.unravel_index(int(over.argmax()), over.shape))
        where = f"element {list(worst)} is off: {show(got[worst])} instead of {show(right[worst])}"
        raise Failed(
            where if right.ndim else "another number", what=what, got=show(self.value), expected=show(right)
        )

    def equal(self, expected: Any, *, what: str = "value") -> Expectation:
        """The same type and value: text, truth values, whole numbers, None, lists and dicts, arrays bit for bit."""
        if not _equal(self.value, expected):
            raise Failed("not the same", what=what, got=show(self.value), expected=show(expected))
        return self

    def one_of(self, choices: Sequence[ArrayLike], *, rtol: float = 1e-9, what: str = "value") -> int:
        """Close to one of several right answers; returns the position of the first that fits."""
        for position, choice in enumerate(choices):
            try:
                self.close(choice, rtol=rtol, what=what)
            except Failed:
                continue
            return position
        raise Failed(
            "none of the accepted answers",
            what=what,
            got=show(self.value),
            expected=" or ".join(show(np.asarray(one)) for one in choices),
        )

    def not_finite(self, expected: float, *, what: str = "value") -> Expectation:
        """Exactly NaN, inf or -inf."""
        got = float(self._numbers((), what, lambda: str(expected)))
        if not (got == expected or (np.isnan(got) and np.isnan(expected))):
            raise Failed("another number", what=what, got=str(got), expected=str(expected))
        return self

    def below(self, limit: float, *, what: str = "value") -> Expectation:
        """A finite number smaller than limit."""
        return self._ordered(lambda got: got < limit, f"below {limit:g}", what)

    def at_most(self, limit: float, *, what: str = "value") -> Expectation:
        """A finite number not larger than limit."""
        return self._ordered(lambda got: got <= limit, f"at most {limit:g}", what)

    def above(self, limit: float, *, what: str = "value") -> Expectation:
        """A finite number larger than limit."""
        return self._ordered(lambda got: got > limit, f"above {limit:g}", what)

    def at_least(self, limit: float, *, what: str = "value") -> Expectation:
        """A finite number not smaller than limit."""
        return self._ordered(lambda got: got >= limit, f"at least {limit:g}", what)

    def true(self, condition: Callable[[Any], bool], message: str, *, what: str = "value") -> Expectation:
        """Any further property; `message` says what should hold. The condition may not raise."""
        if not condition(self.value):
            raise Failed(message, what=what, got=show(self.value))
        return self

    def shape(self, expected: Sequence[int], *, what: str = "value") -> Expectation:
        """An array (or list of numbers) of exactly this shape, whatever its values."""
        self._numbers(tuple(expected), what, lambda: f"shape {tuple(expected)}")
        return self

    def length(self, expected: int, *, what: str = "value") -> Expectation:
        """A list of so many items."""
        if not isinstance(self.value, list):
            raise Failed("not a list", what=what, got=show(self.value), expected=f"{expected} items")
        if len(self.value) != expected:
            raise Failed(
                "another length", what=what, got=f"{len(self.value)} items", expected=f"{expected} items"
            )
        return self

    def raises(self, name: str | Sequence[str], match: str = "", *, what: str = "error") -> Expectation:
        """A reply {"raised": class name, "message": text} as probes give it for an exception they caught."""
        names = [name] if isinstance(name, str) else list(name)
        wanted = " or ".join(names) + (f" saying “{match}”" if match else "")
        value = self.value
        if not isinstance(value, dict) or not isinstance(value.get("raised"), str):
            raise Failed("no error was raised", what=what, got=show(value), expected=wanted)
        message = value.get("message")
        shown = f"{value['raised']}: {message}"
        if value["raised"] not in names:
            raise Failed("another error", what=what, got=shown, expected=wanted)
        if match and not (isinstance(message, str) and re.search(match, message, re.IGNORECASE)):
            raise Failed("the message does not say why", what=what, got=shown, expected=wanted)
        return self

    def _ordered(self, holds: Callable[[float], bool], wanted: str, what: str) -> Expectation:
        got = float(self._numbers((), what, lambda: wanted))
        if not np.isfinite(got) or not holds(got):
            raise Failed("out of range", what=what, got=show(self.value), expected=wanted)
        return self

    def _numbers(self, shape: tuple[int, ...], what: str, wanted: Callable[[], str]) -> NDArray[Any]:
        """The value as an array of real numbers of this shape, or Failed. float16 and bool are not numbers here."""
        value = self.value
        if type(value) in (int, float) or (isinstance(value, list) and shape):
            try:
                value = np.array(value)
            except (ValueError, OverflowError):
                value = None
        if not isinstance(value, np.ndarray):
            kind = "an array" if shape else "a number"
            raise Failed(f"not {kind}", what=what, got=show(self.value), expected=wanted())
        if value.shape != shape:
            raise Failed(
                f"the shape is {value.shape} instead of {shape}",
                what=what,
                got=show(value),
                expected=wanted(),
            )
        if value.dtype.kind not in "iuf" or (value.dtype.itemsize < 4 and value.dtype.kind == "f"):
            raise Failed(f"the type is {value.dtype}", what=what, got=show(value), expected=wanted())
        return value if value.dtype == np.float32 else value.astype(np.float64)


def expect(value: Any) -> Expectation:
    """Start a comparison: `expect(reply["norm"]).close(5.0, what="returned norm")`."""
    return Expectation(value)


def show(value: Any) -> str:
    """A value as short text with six significant digits, at most 300 characters."""
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, separator=", ", threshold=24, suppress_small=False)
        if value.dtype.kind not in "f" or value.dtype != np.float64:
            text += f" ({value.dtype})"
        text = " ".join(text.split())
    elif isinstance(value, (float, np.floating)):
        text = f"{value:.6g}"
    else:
        text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _equal(got: Any, expected: Any) -> bool:
    if isinstance(expected, np.ndarray):
        return (
            isinstance(got, np.ndarray)
            and got.shape == expected.shape
            and got.dtype == expected.dtype
            and np.array_equal(got, expected, equal_nan=expected.dtype.kind == "f")
        )
    if isinstance(got, np.ndarray) and got.ndim == 0:  # numpy scalars arrive so
        got = got.item()
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(got, list)
            and len(got) == len(expected)
            and all(_equal(a, b) for a, b in zip(got, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and set(got) == set(expected)
            and all(_equal(got[key], expected[key]) for key in expected)
        )
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return type(got) is type(expected) and bool(got == expected)
    return type(got) in (int, float) and bool(got == expected)
