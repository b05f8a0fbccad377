"""One answer is left as it was released."""

ROW = "H16"
ANSWERS = {
    "norm": '''def norm(pair):
    """The length of a Pair."""
    # YOUR CODE HERE
    raise NotImplementedError("01.1 norm: write this part, then delete this line")
''',
}
POINTS = {"norm-test": 0.0}
SAYS = ["not written yet"]
