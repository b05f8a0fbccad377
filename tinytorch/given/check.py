"""Visible tests in notebooks: each helper is silent when all is well and else says what, got, expected, and a hint.

    from tinytorch.given import check as ck
    ck.close(norm, 11.18034, "returned norm", hint="return the norm before scaling")

`expected` is ours and must be a number or an array that is not empty and finite, or the check itself is wrong
(ValueError). The first difference is reported: kind, then shape, then NaN and inf, then value.
"""

from __future__ import annotations

import numpy as np

NUMBERS = "biuf"  # dtype kinds: bool, int, unsigned, float


def close(got, expected, what, *, rtol=1e-5, atol=1e-8, hint=""):
    """Every element must satisfy |got - expected| <= atol + rtol * |expected|; a scalar does not stretch."""
    __tracebackhide__ = True
    right = np.asarray(expected)
    if right.size == 0 or right.dtype.kind not in NUMBERS or not np.isfinite(right).all():
        raise ValueError(
            f"{what}: the expected value must be finite numbers and not empty, it is {expected!r}"
        )
    array = _numbers(got, right, what, hint)
    if not np.isfinite(array).all():
        _fail(what, show(array), show(right), hint or "NaN or inf came out of the calculation")
    gap = np.abs(array.astype(np.float64) - right) - (atol + rtol * np.abs(right))
    if (gap <= 0).all():
        return
    if array.ndim == 0:
        _fail(what, *_told_apart(array, right), hint)
    worst = tuple(map(int, np.unravel_index(gap.argmax(), gap.shape)))
    place = f"largest gap at {list(worst)}: {show(array[worst])}, not {show(right[worst])}"
    _fail(what, *_told_apart(array, right), hint, note=place if array.size > 1 else "")


def same(got, expected, what, *, hint=""):
    """Bit for bit: shape, dtype and every bit of the numbers, so -0.0 is not 0.0 and NaN equals itself.

    A list or number in `expected` takes the dtype of `got`. What is not made of numbers is compared by type and ==.
    """
    __tracebackhide__ = True
    if isinstance(expected, (str, bytes, bool, dict, set, type(None))):
        if type(got) is not type(expected) or got != expected:
            _fail(what, repr(got), repr(expected), hint)
        return
    right = np.asarray(expected)
    array = _numbers(got, right, what, hint)
    if not isinstance(expected, (np.ndarray, np.generic)) and not hasattr(expected, "data"):
        right = right.astype(array.dtype) if (right.astype(array.dtype) == right).all() else right
    if array.dtype != right.dtype:
        _fail(what, f"dtype {array.dtype}", f"dtype {right.dtype}", hint)
    if array.tobytes() != right.tobytes():
        _fail(what, *_told_apart(array, right), hint)


def shape(got, expected, what, *, hint=""):
    """The shape of an array, Tensor or number must be the tuple `expected`."""
    __tracebackhide__ = True
    found = np.shape(_array(got, expected, what, hint))
    if found != tuple(expected):
        _fail(what, f"shape {found}", f"shape {tuple(expected)}", hint)


def is_float(got, what, *, hint=""):
    """A Python float: not a numpy scalar, an array, a Tensor or an int."""
    __tracebackhide__ = True
    if type(got) is not float:
        _fail(what, f"{type(got).__name__} {show(got)}", "a Python float", hint or "float(...) makes one")


def true(condition, what, hint=""):
    """A property that has no better description than `what`."""
    __tracebackhide__ = True
    if not isinstance(condition, (bool, np.bool_)):
        _fail(what, f"{type(condition).__name__}", "True or False", hint)
    if not condition:
        _fail(what, "False", "True", hint)


def raises(exception, message_part, function, *args, **keywords):
    """Calling function(*args, **keywords) must raise `exception` with `message_part` in its text ("" for any text).

    An unwritten cell's NotImplementedError passes through, so that it is seen as what it is.
    """
    __tracebackhide__ = True
    what = f"{getattr(function, '__name__', 'call')}({_arguments(args, keywords)})"
    wanted = exception.__name__ + (f' with "{message_part}" in its text' if message_part else "")
    try:
        result = function(*args, **keywords)
    except exception as error:
        if message_part.lower() not in str(error).lower():
            _fail(what, f'{type(error).__name__}: "{error}"', wanted, "")
        return
    except NotImplementedError:
        raise
    except Exception as error:
        text = f'{type(error).__name__}: "{error}"'
        raise AssertionError(_message(what, text, wanted, "")) from error
    _fail(what, f"no exception, the result {show(result)}", wanted, "")


def params(*grads):
    """Parameter-like objects with these gradients (float64 copies; None for no gradient) and zeros as data."""
    return [Held(grad) for grad in grads]


class Held:
    """A parameter reduced to what clipping and optimizers read: data, grad, requires_grad."""

    def __init__(self, grad):
        self.grad = None if grad is None else np.array(grad, dtype=np.float64)
        self.data = np.zeros(np.shape(self.grad) if grad is not None else (1,))
        self.requires_grad = True


def answered(answers, form):
    """The form of a quiz: every question has an answer of the right kind. Says nothing about right or wrong.

    form  {"question": float for a number, or a tuple of the choices}
    """
    __tracebackhide__ = True
    for question, kind in form.items():
        answer = answers.get(question)
        if kind is float:
            if isinstance(answer, bool) or not isinstance(answer, (int, float)) or not np.isfinite(answer):
                _fail(question, repr(answer), "a number", "")
        elif answer not in kind:
            _fail(question, repr(answer), "one of " + ", ".join(map(repr, kind)), "")


# -- wording ---------------------------------------------------------------------------------------------------


def show(value):
    """Numbers with six significant digits, long arrays shortened."""
    array = np.asarray(value) if not isinstance(value, (str, type(None))) else None
    if array is None or array.dtype.kind not in NUMBERS:
        return repr(value)
    form = {"float_kind": lambda number: f"{number:.6g}"}
    return np.array2string(
        array, separator=", ", formatter=form, threshold=12, edgeitems=3, max_line_width=100
    )


def _told_apart(got, expected):
    """Both as text; with all digits where six do not show the difference."""
    texts = show(got), show(expected)
    if texts[0] != texts[1] or got.size > 12:
        return texts
    return str(got.tolist()), str(expected.tolist())


def _array(got, expected, what, hint):
    """`got` as an array of numbers, or the failure that it is none."""
    try:
        array = np.asarray(got)
    except (TypeError, ValueError):  # ragged lists
        array = None
    if got is None or array is None or array.dtype.kind not in NUMBERS:
        kind = "None" if got is None else type(got).__name__
        text = f"{kind}: {got!r}"[:80] if got is not None else kind
        _fail(what, text, show(expected), hint or ("did you forget return?" if got is None else ""))
    return array


def _numbers(got, right, what, hint):
    """`got` as an array of the shape of `right`, bool only where bool is expected; or the failure."""
    array = _array(got, right, what, hint)
    if array.shape != right.shape:
        described = f"{show(array)} of shape {array.shape}"
        _fail(what, described, f"{show(right)} of shape {right.shape}", hint)
    if (array.dtype.kind == "b") != (right.dtype.kind == "b"):
        _fail(what, f"{show(array)} ({array.dtype})", f"{show(right)} ({right.dtype})", hint)
    return array


def _arguments(args, keywords):
    texts = [show(value) for value in args] + [f"{name}={show(value)}" for name, value in keywords.items()]
    return ", ".join(text if len(text) < 40 else "..." for text in texts)


def _message(what, got, expected, hint, note=""):
    lines = [
        what,
        f"  got {got}   expected {expected}",
        f"  {note}" if note else "",
        f"  {hint}" if hint else "",
    ]
    return "\n".join(line for line in lines if line)


def _fail(what, got, expected, hint, note=""):
    __tracebackhide__ = True
    raise AssertionError(_message(what, got, expected, hint, note))
