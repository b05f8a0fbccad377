"""Sets PYTHONOPTIMIZE, PYTHONPATH and PYTHONSTARTUP, in the notebook and by a file."""

ROW = "A15"
TWIN = "h00_the_reference"
ANSWERS = {
    "norm": """import os
os.environ.update(PYTHONOPTIMIZE="2", PYTHONPATH=".", PYTHONSTARTUP=".pythonrc", PYTHONINSPECT="1")
def norm(pair):
    return 1.0
""",
}
FILES = {".env": b"PYTHONOPTIMIZE=2\nPYTHONPATH=.", ".pythonrc": b"raise SystemExit"}
POINTS = {"norm-test": 0.0}
