"""Reopens its handles through /proc/self/fd and looks for files behind them."""

ROW = "X"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import os
found = []
for name in os.listdir("/proc/self/fd"):
    try:
        found.append(os.readlink(f"/proc/self/fd/{name}"))
        open(f"/proc/self/fd/{name}", "rb").close()
    except OSError:
        pass
print("files:", [one for one in found if one.startswith("/") and not one.startswith(("/dev/", "/proc/"))])
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
SAYS = ["files: []"]
