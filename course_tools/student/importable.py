"""Whether an exported text comes to life as a module of its own, tried in the session that ran the notebook.

A second interpreter would cost as much again as everything else tito does.
"""

from __future__ import annotations

import builtins
import symtable

from course_tools.student.run import EXPORT, Run


def check(text: str, name: str) -> str:
    """Source of a cell that executes the text as the module `name` and complains when it is not whole."""
    return CHECK.format(text=text, name=name, used=sorted(_used(text)))


def trouble(done: Run, text: str) -> str:
    """Why the exported text would not work, from the run whose last cell was `check`; "" when it does."""
    ended, module = done.extra, done.homework.module
    if ended is not None and ended.status == "ok":
        return ""
    if ended is None:
        return (
            f"Every check passes, but the program ended before its last cell: {done.ending}.\n"
            f"Nothing was exported.\nTry:  tito module test {module.number}"
        )
    lines = text.split("\n")
    line = next((line for place, line in reversed(ended.trail) if place == EXPORT), None)
    shown = f"\n    {lines[line - 1].strip()}" if line and line <= len(lines) else ""
    said = ended.error_message if ended.error_name == "NotExported" else None
    return (
        f"Every check passes, but {module.export} would not work on its own.\n"
        f"{said or f'{ended.error_name}: {ended.error_message[:200]}'}{shown}\n"
        "What exported cells use must be made in exported cells: put #| export on top of the cell that makes it."
    )


def _used(text: str) -> set[str]:
    """Global names that code inside functions and classes of the text looks up only when it is called."""
    used: set[str] = set()
    open_ = [symtable.symtable(text, "<export>", "exec")]
    while open_:
        table = open_.pop()
        used |= {one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced()}
        open_ += table.get_children()
    return used - set(dir(builtins))


CHECK = """\
def _check_export():
    import sys, types
    class NotExported(Exception):
        pass
    name = {name!r}
    module = types.ModuleType(name)
    before = sys.modules.get(name)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(compile({text!r}, "<export>", "exec"), vars(module))
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
    absent = [one for one in {used!r} if one not in vars(module) and one in globals()]
    if absent:
        raise NotExported("Exported cells use " + ", ".join(absent) + ", made in a cell without #| export.")
_check_export()
"""
