"""Plain values as they cross the wall: what we send in, and the strict reading of what comes out.

Nothing of a reply is trusted: tags, sizes, types and bytes are checked, and anything out of order is BadReply.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | NDArray[Any] | None"

MAX_DEPTH = 64
DTYPES = frozenset("|b1 |i1 |u1 <i2 <i4 <i8 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split())  # noqa: SIM905


class BadReply(ValueError):
    """What came out is not in the agreed form."""


def to_form(value: Plain) -> tuple[Any, list[list[Any]], bytes]:
    """(JSON form, [dtype, shape] of each array, their bytes) of a plain value of ours.

    Raises TypeError for anything that is not plain: our mistake, so it is loud.
    """
    import numpy as np  # here, because a student's own test run never sends or gets an array

    arrays: list[list[Any]] = []
    parts: list[bytes] = []

    def walk(one: Any) -> Any:
        if isinstance(one, np.generic):
            one = np.asarray(one)
        if isinstance(one, np.ndarray):
            fixed = one.astype(one.dtype.newbyteorder("<"), copy=False)
            if fixed.dtype.str not in DTYPES:
                raise TypeError(f"arrays of {one.dtype} cannot be sent")
            arrays.append([fixed.dtype.str, list(fixed.shape)])
            parts.append(fixed.tobytes())
            return {"a": len(arrays) - 1}
        if one is None or type(one) in (bool, int, str):
            return one
        if type(one) is float:
            return one if math.isfinite(one) else {"x": repr(one)}
        if type(one) in (list, tuple):
            return [walk(item) for item in one]
        if type(one) is dict and all(type(key) is str for key in one):
            return {"d": {key: walk(item) for key, item in one.items()}}
        raise TypeError(f"a {type(one).__name__} cannot be sent: it is not plain data")

    form = walk(value)
    return form, arrays, b"".join(parts)


def from_form(form: Any, arrays: Any, body: bytes) -> Plain:
    """The plain value of a reply. Raises BadReply for anything out of order."""
    values = _arrays(arrays, body)
    used: set[int] = set()

    def walk(one: Any, depth: int) -> Plain:
        if depth > MAX_DEPTH + 1:
            raise BadReply("nested too deep")
        if one is None or type(one) in (bool, int):
            return one  # type: ignore[no-any-return]
        if type(one) is str:
            return clean(one)
        if type(one) is float:
            if not math.isfinite(one):
                raise BadReply("a number too large for a float")
            return one
        if type(one) is list:
            return [walk(item, depth + 1) for item in one]
        if type(one) is not dict or len(one) != 1:
            raise BadReply("a value without a form")
        ((tag, inner),) = one.items()
        if tag == "d" and type(inner) is dict:
            return {clean(key): walk(item, depth + 1) for key, item in inner.items()}
        if tag == "x" and inner in ("nan", "inf", "-inf"):
            return float(inner)
        if tag == "a" and type(inner) is int and 0 <= inner < len(values) and inner not in used:
            used.add(inner)
            return values[inner]
        raise BadReply("a value of unknown form")

    value = walk(form, 0)
    if len(used) != len(values):
        raise BadReply("arrays that belong to nothing")
    return value


def _arrays(arrays: Any, body: bytes) -> list[NDArray[Any]]:
    import numpy as np

    if type(arrays) is not list:
        raise BadReply("no list of arrays")
    values, at = [], 0
    for one in arrays:
        if type(one) is not list or len(one) != 2 or type(one[0]) is not str or one[0] not in DTYPES:
            raise BadReply("an array of unknown type")
        dtype, shape = np.dtype(one[0]), one[1]
        if type(shape) is not list or len(shape) > 32:
            raise BadReply("an array without a shape")
        if not all(type(side) is int and 0 <= side < 2**31 for side in shape):
            raise BadReply("an array with an impossible shape")
        size = math.prod(shape) * dtype.itemsize
        if size > len(body) - at:
            raise BadReply("an array larger than its bytes")
        raw = body[at : at + size]
        if dtype.kind == "b" and raw.translate(None, b"\0\1"):
            raise BadReply("truth values other than 0 and 1")
        try:
            values.append(np.frombuffer(raw, dtype=dtype).reshape(shape).copy())
        except ValueError as error:  # sides whose product overflows although one of them is 0
            raise BadReply("an array with an impossible shape") from error
        at += size
    if at != len(body):
        raise BadReply("bytes that belong to nothing")
    return values


def clean(text: str) -> str:
    """Text that can be stored as UTF-8: lone surrogates become U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
