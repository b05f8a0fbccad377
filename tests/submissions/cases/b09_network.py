"""Opens connections, looks names up and tries a reverse shell."""

ROW = "B9"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """import socket
def norm(pair):
    return float(len(socket.create_connection(("192.0.2.1", 80), timeout=30).recv(10)))
""",
}
POINTS = {"norm-test": 0.0}
SAYS = ["no network"]
