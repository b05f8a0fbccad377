"""Fills the working folder, the temporary folder and shared memory."""

ROW = "D5"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """for folder in (".", "/tmp", "/dev/shm"):
    for number in range(100):
        try:
            with open(f"{folder}/full{number}", "wb") as file:
                file.write(bytes(1 << 20))
        except OSError:
            break
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
