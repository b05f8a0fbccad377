"""The function calls sys.exit(0) when it is asked."""

ROW = "A9"
TWIN = "h14_main_guard"
ANSWERS = {"norm": "import sys\ndef norm(pair):\n    sys.exit(0)"}
POINTS = {"norm-test": 0.0}
SAYS = ["your code ended the program"]
