"""What nobody has to write: `check` for notebooks, `pack` for files, small `data`, `grads` of any kind."""

from __future__ import annotations

from tinytorch.given.grads import accumulate, grad_array, to_numpy

__all__ = ["accumulate", "grad_array", "to_numpy"]
