"""Ten digits drawn with 6x4 pixels, at random places of small noisy images."""

from __future__ import annotations

import numpy as np

SIZE, ROWS, COLUMNS = 8, 6, 4  # of the image, of a glyph
NOISE = 0.2

DRAWN = """
.##. ..#. .##. ###. #..# #### .##. #### .##. .##.
#..# .##. #..# ...# #..# #... #... ...# #..# #..#
#..# ..#. ...# .##. #### ###. ###. ..#. .##. #..#
#..# ..#. ..#. ...# ...# ...# #..# ..#. #..# .###
#..# ..#. .#.. ...# ...# ...# #..# .#.. #..# ...#
.##. .### #### ###. ...# ###. .##. .#.. .##. .##.
"""
GLYPHS = np.array([[list(part) for part in row.split()] for row in DRAWN.split("\n") if row]) == "#"
GLYPHS = GLYPHS.transpose(1, 0, 2).astype(np.float64)  # (10, ROWS, COLUMNS)


def glyph_digits(n, rng, place=None):
    """Images of digits: X (n, 1, 8, 8) float, y (n,) int from 0 to 9.

    place    (row, column) of the upper left corner of every glyph, up to (2, 4); None: a random one for each

    Each glyph has a brightness from 0.7 to 1, and every pixel normal noise of deviation 0.2.
    Raises ValueError for a place where a glyph would not fit.
    """
    y = rng.integers(0, 10, size=n)
    if place is None:
        rows = rng.integers(0, SIZE - ROWS + 1, size=n)
        columns = rng.integers(0, SIZE - COLUMNS + 1, size=n)
    elif not (0 <= place[0] <= SIZE - ROWS and 0 <= place[1] <= SIZE - COLUMNS):
        raise ValueError(f"a glyph of {ROWS} x {COLUMNS} does not fit at {place} of {SIZE} x {SIZE}")
    else:
        rows, columns = np.full(n, place[0]), np.full(n, place[1])
    X = rng.normal(0.0, NOISE, size=(n, 1, SIZE, SIZE))
    bright = rng.uniform(0.7, 1.0, size=(n, 1, 1)) * GLYPHS[y]
    down, right = np.arange(ROWS)[:, None], np.arange(COLUMNS)
    image = np.arange(n)[:, None, None]
    X[image, 0, rows[:, None, None] + down, columns[:, None, None] + right] += bright
    return X, y
