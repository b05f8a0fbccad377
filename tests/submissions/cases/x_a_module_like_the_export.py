"""Hands in a file named like the exported module and imports the answer from there: it is the student's own work."""

ROW = "X"
HONEST = True
ANSWERS = {
    "norm": """from small import norm
""",
}
FILES = {"small.py": b"import math\ndef norm(pair):\n    return math.sqrt(pair.first**2 + pair.second**2)\n"}
