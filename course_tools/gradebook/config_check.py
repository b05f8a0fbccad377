"""Refuse a misspelt nbgrader configuration.

nbgrader says nothing at all about a class it does not know, and only warns about an unknown option: a
course would be graded with the defaults and nobody would notice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import Any

from course_tools.files import UserError, atomic_write
from course_tools.gradebook import settings

# Options nbgrader has but our folder handling does not follow.
UNSUPPORTED = {
    ("CourseDirectory", name): "course_tools looks for hand-ins in submitted/<student>/<assignment>"
    for name in ("directory_structure", "submitted_directory", "autograded_directory", "source_directory")
}


def check_course(root: Path) -> None:
    """Check every configuration file in force for this course; raises UserError naming all that is wrong.

    What was found right is remembered by its content in .tito/, because the check loads all of nbgrader.
    """
    files = settings.config_files(root.resolve())
    whole = hashlib.sha256(f"{version('nbgrader')}\n".encode())
    for file in files:
        whole.update(hashlib.sha256(str(file).encode()).digest() + hashlib.sha256(file.read_bytes()).digest())
    stamp = root / ".tito" / "config-checked"
    if stamp.is_file() and stamp.read_text() == whole.hexdigest():
        return
    for file in files:
        check_config(file)
    atomic_write(stamp, whole.hexdigest())


def check_config(path: Path) -> None:
    """Check one nbgrader_config file: every class and every option must exist.

    Raises UserError with a line for each that does not, naming the nearest that does.
    """
    config = settings.read_config([path])
    wrong = list(_wrong(config, _known_classes(config)))
    if wrong:
        listed = "\n".join(f"  {one}" for one in wrong)
        raise UserError(f"{path} does not say what it means to:\n{listed}\nMend these lines and try again.")


def _wrong(config: Any, known: dict[str, set[str]]) -> Iterator[str]:
    from traitlets.config import Config

    for name, section in config.items():
        if name not in known:
            yield f"c.{name}: there is no such class.{_near(name, known)}"
            continue
        for option, value in section.items():
            if isinstance(value, Config) and option[:1].isupper():  # c.Outer.Inner.option
                yield from _wrong(Config({option: value}), known)
            elif option not in known[name]:
                yield f"c.{name}.{option}: {name} has no such option.{_near(option, known[name])}"
            elif (name, option) in UNSUPPORTED:
                yield f"c.{name}.{option}: must stay as it is; {UNSUPPORTED[name, option]}."
            elif option.endswith("preprocessors"):
                for named in _dotted(value):
                    reason = _import(named)
                    if isinstance(reason, str):
                        yield f"c.{name}.{option}: {named} cannot be loaded ({reason})."


def _known_classes(config: Any) -> dict[str, set[str]]:
    """Class name -> options it accepts, for every configurable class nbgrader loads or the file names."""
    from nbgrader.apps import NbGraderApp
    from traitlets.config import Configurable

    waiting: list[Any] = [Configurable, *NbGraderApp().all_configurable_classes()]
    for named in _dotted(config):
        found = _import(named)
        if isinstance(found, type) and issubclass(found, Configurable):
            waiting.append(found)
    known: dict[str, set[str]] = {}
    seen: set[type] = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        waiting += one.__subclasses__()
        known.setdefault(one.__name__, set()).update(one.class_traits(config=True))
    return known


def _import(named: str) -> Any:
    """The thing of that dotted name, or a text that says why there is none."""
    from traitlets.utils.importstring import import_item

    try:
        return import_item(named)
    except Exception as error:  # noqa: BLE001  importing runs code: it may raise anything
        return f"{type(error).__name__}: {error}"


def _dotted(value: Any) -> Iterator[str]:
    """Every text in the configuration that may name a class."""
    if isinstance(value, str):
        if "." in value and value.replace(".", "").replace("_", "").isalnum():
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _dotted(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _dotted(one)


def _near(name: str, among: Any) -> str:
    near = get_close_matches(name, list(among), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(near)}?" if near else ""
