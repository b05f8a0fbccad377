"""Starts thousands of threads."""

ROW = "D3"
TWIN = "h15_a_library_with_a_thread"
ANSWERS = {
    "norm": """import threading, time
def norm(pair):
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["your code raised RuntimeError"]
