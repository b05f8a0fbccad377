"""Takes fixed names in the temporary folder and keeps a lock there."""

ROW = "D11"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import os, fcntl
lock = open("/tmp/course.lock", "x")
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.mkdir("/dev/shm/course")
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
