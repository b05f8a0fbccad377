"""The file is empty: a person looks, and nobody gets a zero."""

ROW = "F5"
POINTS = {"norm-test": None, "centre-test": None, "mean-test": None}
NOTES = ["unreadable"]
SAYS = ["it is empty"]


def raw(data):
    return b""
