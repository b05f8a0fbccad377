"""What an author writes: `@check`, and the list of checks a module has."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course_tools.files import UserError

VISIBLE_SHARE = 40.0  # of a cell's points, in percent; the rest is for hidden checks


class BrokenCheck(UserError):
    """Our fault: nobody gains or loses points, a person looks; before a class run it stops the run."""


class Failed(Exception):
    """The student's answer is wrong; carries what the report shows."""

    def __init__(self, message: str, *, what: str = "", got: str = "", expected: str = "") -> None:
        super().__init__(message)
        self.message, self.what, self.got, self.expected = message, what, got, expected


@dataclass(frozen=True)
class Check:
    """One check as its author declared it, with its weight worked out."""

    function: Callable[..., None]
    name: str
    grade_id: str
    title: str
    visible: bool
    weight: float | None
    hint: str
    needs: tuple[str, ...]


def check(
    grade_id: str,
    *,
    visible: bool = False,
    weight: float | None = None,
    hint: str = "",
    needs: Iterable[str] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a function a check of one graded cell.

    grade_id  the graded cell whose points it shares
    visible   it repeats a case the student sees; then feedback shows got and expected
    weight    percent of the cell's points; None shares what is left: 40 among visible, 60 among hidden checks,
              100 if the cell has only one kind
    hint      what to try next, shown to the student when it fails
    needs     names of checks in the same file that must pass, else this one is skipped

    The function takes `student` and `rng`; its docstring's first line is the title a student reads.
    """

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        text = (function.__doc__ or "").strip()
        title = text.splitlines()[0].rstrip(".") if text else function.__name__
        one = Check(function, function.__name__, grade_id, title, visible, weight, hint, tuple(needs))
        function.__check__ = one  # type: ignore[attr-defined]
        return function

    return declare


def load_checks(path: Path) -> tuple[Check, ...]:
    """The checks of one graders file in the order they are written, weights worked out.

    Raises BrokenCheck when the file cannot be imported, a need is unknown or weights do not add up.
    """
    module = import_file(path)
    found = [value.__check__ for value in vars(module).values() if hasattr(value, "__check__")]
    names = {one.name for one in found}
    if len(names) != len(found):
        raise BrokenCheck(f"{path.name}: two checks share a name")
    for one in found:
        unknown = [need for need in one.needs if need not in names]
        if unknown:
            raise BrokenCheck(
                f"{path.name}: {one.name} needs {unknown[0]}, which is not a check of this file"
            )
        hidden = [other.name for other in found if other.name in one.needs and not other.visible]
        if one.visible and hidden:  # it would have to be asked after hidden inputs are out
            raise BrokenCheck(f"{path.name}: {one.name} is visible and needs the hidden check {hidden[0]}")
    return _with_weights(found, path.name)


def import_file(path: Path) -> Any:
    """Import a Python file of ours by path under a name of its own; its folder is importable meanwhile."""
    name = f"_tito_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BrokenCheck(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise BrokenCheck(f"{path.name} cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def _with_weights(found: list[Check], file: str) -> tuple[Check, ...]:
    weighted = {}
    for grade_id in {one.grade_id for one in found}:
        group = [one for one in found if one.grade_id == grade_id]
        kinds = {one.visible for one in group}
        for visible in kinds:
            part = [one for one in group if one.visible is visible]
            share = 100.0 if len(kinds) == 1 else VISIBLE_SHARE if visible else 100.0 - VISIBLE_SHARE
            open_ones = [one for one in part if one.weight is None]
            left = share - sum(one.weight for one in part if one.weight is not None)
            if left < -1e-9 or (open_ones and left <= 0) or (not open_ones and abs(left) > 1e-9):
                kind = "visible" if visible else "hidden"
                raise BrokenCheck(f"{file}: the {kind} weights of {grade_id} must add up to {share:g}")
            for one in part:
                weight = one.weight if one.weight is not None else left / len(open_ones)
                weighted[one.name] = replace(one, weight=weight)
    return tuple(weighted[one.name] for one in found)
