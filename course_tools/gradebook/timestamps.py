"""Hand-in times, read as nbgrader reads them."""

from __future__ import annotations

import contextlib
from datetime import datetime

# What nbgrader's exchange writes. Other forms are left to nbgrader's own reader, even where it errs ("+0200" is
# two hundred seconds to it): formgrader reads the same file and compares with what we store.
FORMATS = ("%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%d %H:%M:%S UTC")


def parse(text: str) -> datetime | None:
    """The time in UTC without a zone, as nbgrader stores it; None when the text holds none."""
    text = text.strip()
    if not text or len(text) > 200:
        return None
    for form in FORMATS:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form)
    from nbgrader.utils import parse_utc  # slow to load, so only for these

    try:
        found = parse_utc(text)
    except Exception:  # noqa: BLE001  the text is a student's; dateutil raises more than it documents
        return None
    return found if isinstance(found, datetime) else None


def write(moment: datetime) -> str:
    """The text nbgrader's exchange would write for this UTC time."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
