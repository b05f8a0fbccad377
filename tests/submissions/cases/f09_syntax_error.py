"""A syntax error in one answer costs that answer; the line is shown."""

ROW = "F9"
ANSWERS = {"norm": "def norm(pair):\n    return (pair.first"}
POINTS = {"norm-test": 0.0}
SAYS = ["norm is not defined", "SyntaxError"]
