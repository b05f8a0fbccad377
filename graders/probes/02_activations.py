"""Probes of module 02: run in the student's process, call the student's names, know no expected value."""

import warnings

import numpy as np


def call(names, function, arguments, keywords=None):
    """What one function returns."""
    return names[function](*arguments, **(keywords or {}))


def calls(names, function, cases):
    """What one function returns for each list of arguments."""
    return [names[function](*arguments) for arguments in cases]


def watched(names, function, arguments, keywords=None):
    """The result, the texts of all warnings on the way, and the arguments afterwards."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        result = names[function](*arguments, **(keywords or {}))
    return {"result": result, "warnings": [str(one.message) for one in caught], "arguments": arguments}


def gradient_along(names, g, s, axes):
    """The softmax gradient along each axis; s holds one array per axis."""
    return [names["softmax_backward"](g, one, axis=axis) for one, axis in zip(s, axes, strict=True)]


def gradient_of_many(names, g, s, rows, looked_at):
    """The softmax gradient of many rows, row k being g and s moved on by k places; some of its rows."""
    moved = (np.arange(s.size) - np.arange(rows)[:, None]) % s.size
    result = np.asarray(names["softmax_backward"](g[moved], s[moved]))
    return {"shape": list(result.shape), "rows": [result[row] for row in looked_at]}


def along(names, x, axes):
    return [names["softmax"](x, axis=axis) for axis in axes]
