"""An answer cell ends the whole program; the cells before and after it are judged all the same."""

ROW = "A9"
TWIN = "h14_main_guard"
ANSWERS = {"centre": "import os\nos._exit(0)"}
POINTS = {"centre-test": 0.0}
SAYS = ["your code ended the program"]
