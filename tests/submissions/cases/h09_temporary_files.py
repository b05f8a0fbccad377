"""Temporary files, threads and an unseeded generator where they are allowed."""

ROW = "H9"
HONEST = True
ANSWERS = {
    "norm": """import tempfile, threading, random
def norm(pair):
    with tempfile.TemporaryFile() as file:
        file.write(np.array([pair.first, pair.second]).tobytes())
        file.seek(0)
        first, second = np.frombuffer(file.read())
    found = []
    thread = threading.Thread(target=lambda: found.append(first**2 + second**2))
    thread.start()
    thread.join()
    random.random()
    np.random.default_rng().normal()
    return float(found[0]) ** 0.5
"""
}
