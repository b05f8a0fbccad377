"""The notebook of a module and its file in the library, built from its author's text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_tools.course import Course, Module
from course_tools.files import UserError, atomic_write
from course_tools.notebooks import build, dump, export, lint
from course_tools.records import Finding


@dataclass(frozen=True)
class Built:
    """A notebook as it now lies in source/."""

    path: Path
    changed: bool  # False: the file held these very bytes already
    reference: Path | None  # the library's file with what the notebook exports; None: it has findings
    reference_changed: bool
    findings: tuple[Finding, ...]  # what must be repaired before it may be released


def build_module(course: Course, module: Module) -> Built:
    """Write source/NN_name/NN_name.ipynb from the text beside it, and what it exports into the library.

    A notebook with findings is written too, so that its author can open it; only releasing refuses it.
    Raises UserError when there is no text or it is no percent text.
    """
    text = course.source_text(module)
    if not text.is_file():
        raise UserError(
            f"There is no {text}.\nWrite module {module.number} there as percent text, then build again."
        )
    try:
        written = text.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{text} is not UTF-8 (byte {error.start + 1}).\nSave it as UTF-8, then build again."
        ) from error
    nb = build(written, stem=module.folder)
    path = course.source_notebook(module)
    changed = _write(path, dump(nb))
    findings = tuple(lint(nb, file=text.name))
    if findings:
        return Built(path, changed, None, False, findings)
    try:
        exported = export(nb, module=module.export).encode()
    except UserError as error:
        problem, _, repair = str(error).partition("\n")
        return Built(path, changed, None, False, (Finding(problem, repair, text.name),))
    reference = course.reference(module)
    return Built(path, changed, reference, _write(reference, exported), ())


def _write(path: Path, content: bytes) -> bool:
    """Whether the file did not hold these very bytes already."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, content)
    return True
