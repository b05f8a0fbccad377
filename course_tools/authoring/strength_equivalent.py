"""Mutants that are no mistakes: listed by hand in `graders/equivalent/NN_name.toml`, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Course, Module
from course_tools.files import UserError

KEYS = {"digest", "mutant", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """One listed mutant."""

    digest: str
    mutant: str  # its change, for people: "07.2 clip_grad_norm: - a + b"
    reason: str


def path_of(course: Course, module: Module) -> Path:
    """graders/equivalent/NN_name.toml."""
    return course.checks(module).parent / "equivalent" / f"{module.folder}.toml"


def load(path: Path) -> Mapping[str, Equivalent]:
    """The listed mutants by digest; an absent file lists none.

    Raises UserError when the file is not of its form, or lists one twice or without a reason.
    """
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}.\nRepair that line.") from error
    found: dict[str, Equivalent] = {}
    entries = data.get("equivalent", [])
    if set(data) - {"equivalent"} or not isinstance(entries, list):
        raise UserError(
            f"{path} must hold [[equivalent]] entries and nothing else.\nSee docs/reference/strength.md"
        )
    for number, one in enumerate(entries, start=1):
        where = f"{path}, entry {number}"
        if not isinstance(one, dict) or set(one) != KEYS or not all(isinstance(v, str) for v in one.values()):
            raise UserError(
                f"{where} must have the texts {', '.join(sorted(KEYS))}.\nSee docs/reference/strength.md"
            )
        if not one["reason"].strip():
            raise UserError(
                f"{where} ({one['mutant']}) has no reason.\nSay why nobody can tell it from the reference."
            )
        if one["digest"] in found:
            raise UserError(f"{where}: {one['digest']} is listed twice.\nTake one of them out.")
        found[one["digest"]] = Equivalent(**one)
    return found
