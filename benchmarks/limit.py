"""The limit: the cells of every hand-in, one after the other in one warm process, and nothing else.

Run as a program of its own: `python -m benchmarks.limit COURSE`. Prints processor seconds as JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


def cells_alone(course: Path) -> dict[str, float]:
    """Processor seconds of all cells, figures drawn as a kernel draws them, imports and warm-up apart."""
    started = time.process_time()
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import torch

    torch.set_num_threads(1)

    from course_tools.notebooks import read

    sys.path.insert(0, str(course))
    paths = sorted((course / "submitted").glob("*/*/*.ipynb"))
    _one(read(paths[0]), plt)
    warm = time.process_time()
    for path in paths:
        _one(read(path), plt)
    return {"start": warm - started, "cells": time.process_time() - warm, "n": len(paths)}


def _one(notebook: dict, plt: object) -> None:
    names: dict = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            try:
                exec(compile(cell["source"], cell["id"], "exec"), names)
            except Exception:  # noqa: BLE001 - a wrong hand-in raises; the next cell runs all the same
                continue
            finally:
                for number in plt.get_fignums():
                    plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
                    plt.close(number)


if __name__ == "__main__":
    print(json.dumps(cells_alone(Path(sys.argv[1]))))
