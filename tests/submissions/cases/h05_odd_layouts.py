"""Right answers with negative strides, in Fortran order, big-endian and read-only."""

ROW = "H5"
HONEST = True
ANSWERS = {
    "centre": """def centre(x):
    right = x - x.mean(axis=0)
    flipped = np.asfortranarray(right[::-1].astype(">f8"))[::-1]
    flipped.flags.writeable = False
    return flipped
""",
}
