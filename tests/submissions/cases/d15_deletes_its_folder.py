"""Deletes its own folder, changes umask, priority and limits."""

ROW = "D15"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import os, resource, shutil
shutil.rmtree(os.getcwd(), ignore_errors=True)
os.umask(0o777)
os.nice(19)
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
