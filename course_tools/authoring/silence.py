"""Importing what students export must say nothing."""

from __future__ import annotations

from collections.abc import Iterator

from course_tools.authoring.proof import Files
from course_tools.course import Course, Module
from course_tools.grading import batch
from course_tools.notebooks import ExportError, Notebook, export, exported_names
from course_tools.records import Finding

FILE = "exported.py"
# Under its real name, so that relative imports and pickled names would mean the same as in the package.
IMPORT = """\
import importlib.util, sys
spec = importlib.util.spec_from_file_location({module!r}, {file!r})
sys.modules[{module!r}] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""


def heard(course: Course, module: Module, reference: Notebook, tier: str, files: Files) -> Iterator[Finding]:
    """Findings when the reference cannot be exported, or importing it prints, warns, shows or fails."""
    try:
        source = export(reference, module=module.export)
    except ExportError as error:
        problem, _, repair = str(error).partition("\n")
        yield Finding(problem, repair, files.text)
        return
    if not exported_names(source):
        yield Finding(f"{module.export} would define nothing", "mark its cells with #| export", files.text)
    with batch.open_nursery(course, module, tier) as nursery:
        session = nursery.open({FILE: source.encode()})
        try:
            outcome = session.run_cell(IMPORT.format(module=module.export, file=FILE))
        finally:
            session.close()
    if outcome.status != "ok":
        said = f"{outcome.error_name}: {outcome.error_message}" if outcome.error_name else outcome.status
        yield Finding(
            f"importing {module.export} fails: {said}",
            "let exported cells use nothing but what is exported or imported in them",
            files.text,
        )
    elif outcome.outputs:
        text = str(outcome.outputs[0].get("text") or outcome.outputs[0].get("data"))
        yield Finding(
            f"importing {module.export} is not silent: {text[:120].strip()}",
            "move what prints to a cell without #| export",
            files.text,
        )
