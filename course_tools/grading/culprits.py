"""Which of several earlier modules a check fails for, found by exchanging them for the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence


def culprits(
    blamed: frozenset[str], suspects: Sequence[str], passing: Callable[[Iterable[str]], frozenset[str]]
) -> dict[str, tuple[str, ...]]:
    """{check: the modules whose exchange for the reference lets it pass}, none of them needless.

    suspects  the likeliest first
    passing   the checks that pass when these modules are exchanged; with all suspects every blamed one does
    """
    if not blamed:
        return {}
    if len(suspects) == 1:
        return dict.fromkeys(sorted(blamed), tuple(suspects))
    found: dict[str, tuple[str, ...]] = {}
    left = set(blamed)
    for one in suspects:
        # The last one is not known to be it: several may be wrong together.
        now_pass = left & passing([one])
        found |= dict.fromkeys(sorted(now_pass), (one,))
        left -= now_pass
        if not left:
            return found
    together = list(suspects)
    for one in reversed(suspects):
        fewer = [other for other in together if other != one]
        if len(fewer) > 1 and left <= passing(fewer):  # one alone has been tried
            together = fewer
    return found | dict.fromkeys(sorted(left), tuple(sorted(together)))
