"""Acts at exit, when objects die and from a thread in the background."""

ROW = "A10"
TWIN = "h15_a_library_with_a_thread"
ANSWERS = {
    "norm": """import atexit, threading, time, os
atexit.register(lambda: open("report.json", "w").write("{}"))
class Last:
    def __del__(self):
        open("verdict.json", "w").write("{}")
kept = Last()
def later():
    while True:
        time.sleep(0.01)
        for name in ("points", "score"):
            globals()[name] = 10
threading.Thread(target=later, daemon=True).start()
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
