# mypy: ignore-errors
"""Sent as text into a copy of a notebook's process: runs cells there. Imports nothing of the platform."""

import gc
import os
import shutil
import sys
import tempfile

OWN = "of-this-copy-"


def settle(names, keep):
    """Move into a folder of this copy's own, with the files that are here; what earlier copies left is removed.

    keep     names in the folder for temporary files that are the notebook's; None: all that are there
    returns  these names
    """
    gc.freeze()  # a collection would write to every object, and so copy the memory that is shared
    shared = tempfile.gettempdir()
    present = os.listdir(shared)
    keep = present if keep is None else keep
    for name in set(present) - set(keep):
        path = os.path.join(shared, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)
    folder = os.path.join(shared, f"{OWN}{os.getpid()}")
    os.mkdir(folder, 0o700)
    if os.listdir():
        shutil.copytree(os.getcwd(), folder, symlinks=True, dirs_exist_ok=True)
    os.chdir(folder)
    return [one for one in keep if not one.startswith(OWN)]


def run(names, source, number):
    """Run one cell as the notebook does, without showing anything; what it raised, or None."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell._instance
    try:
        shell.compile.current = number
        text = shell.transform_cell(source)
        name = shell.compile.cache(text, number, raw_code=source)
        code = shell.compile(shell.compile.ast_parse(text, filename=name), name, "exec")
        exec(code, shell.user_ns)
    except BaseException as error:  # noqa: BLE001 - a wrong solution may raise anything
        return {"raised": type(error).__name__, "message": str(error)[:500]}
    finally:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")  # as the notebook does after each cell
    return None
