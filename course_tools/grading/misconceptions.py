"""Recognise a known wrong answer by the replies it gave.

The bank of mistakes is run once per version of the checks; what each mistake replied to each check is kept
as a fingerprint in `graders/fixtures/`. A submission whose replies to a failed check have the same fingerprint
made, as far as this check can see, the same mistake.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from course_tools.grading.checks import BrokenCheck

DIGITS = 6  # enough to tell formulas apart, few enough to forget the order of a sum


def fingerprint(replies: list[Any]) -> str:
    """A digest of everything the probes of one check returned; floats count to six digits.

    A reply is plain data, or a Trouble with `kind`, `name` and `message`.
    """
    return hashlib.sha256(json.dumps([_canonical(one) for one in replies]).encode()).hexdigest()[:24]


def load(path: Path) -> dict[str, dict[str, str]]:
    """{check name: {fingerprint: title of the mistake}}; an absent file is an empty bank.

    Raises BrokenCheck when the file is not of that form.
    """
    if not path.exists():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {str(c): {str(k): str(v) for k, v in row.items()} for c, row in table.items()}
    except (ValueError, AttributeError) as error:
        raise BrokenCheck(f"{path.name} is damaged ({error}); tito author build makes it anew") from error


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {"dict": sorted((str(key), _canonical(one)) for key, one in value.items())}
    if isinstance(value, list):
        return [_canonical(one) for one in value]
    if isinstance(value, np.ndarray):
        return [value.dtype.kind, list(value.shape), [_number(one) for one in value.ravel().tolist()]]
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, (bool, int, str)):
        return str(value) if isinstance(value, int) else value
    # A Trouble; addresses differ from run to run.
    message = re.sub(r"0x[0-9a-f]+", "0x", str(value.message))
    return {"trouble": [value.kind, value.name, message]}


def _number(value: Any) -> Any:
    return f"{value:.{DIGITS - 1}e}" if isinstance(value, float) else str(value)
