"""A thread writes forged answers to every handle there is."""

ROW = "X"
TWIN = "h15_a_library_with_a_thread"
ANSWERS = {
    "norm": """import os, json, struct, threading
# What it forges it could also have returned: only the right answer to a visible case earns anything.
head = json.dumps({"t": "answer", "value": [5.0], "arrays": []}).encode()
frame = struct.pack(">IQ", len(head), 0) + head
def flood():
    for fd in range(3, 256):
        try:
            os.write(fd, frame)
        except OSError:
            pass
def norm(pair):
    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()
    return 5.0
""",
}
POINTS = {"norm-test": 2.0}
