"""Writes outside its folder and over the course's library and companion files."""

ROW = "D9"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import os, tinytorch
written = []
for path in ("/etc/owned", "/usr/owned", "/opt/course/tinytorch/owned.py", tinytorch.__file__, np.__file__, "../../owned", "/owned"):
    try:
        open(path, "a").write("# owned")
        written.append(path)
    except OSError:
        pass
print("written:", written)
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
SAYS = ["written: []"]
