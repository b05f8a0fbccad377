"""The file is cut off in the middle."""

ROW = "F5"
POINTS = {"norm-test": None, "centre-test": None, "mean-test": None}
NOTES = ["unreadable"]
SAYS = ["cannot be read"]


def raw(data):
    return data[: len(data) // 2]
