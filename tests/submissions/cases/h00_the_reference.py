"""Nothing is wrong: the reference itself."""

ROW = "H3"
HONEST = True
