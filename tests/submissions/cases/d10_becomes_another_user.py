"""Tries to become root, to mount, to trace and to make set-uid files."""

ROW = "D10"
TWIN = "h10_catches_and_cleans"
ANSWERS = {
    "norm": """import os, ctypes
libc = ctypes.CDLL(None, use_errno=True)
gained = []
for name, call in {
    "setuid": lambda: os.setuid(0),
    "setgroups": lambda: os.setgroups([0]),
    "chroot": lambda: os.chroot("/"),
    "unshare": lambda: libc.unshare(0x10000000) and 1 / 0,
    "mount": lambda: libc.mount(b"none", b"/mnt", b"tmpfs", 0, None) and 1 / 0,
    "ptrace": lambda: libc.ptrace(16, 1, 0, 0) and 1 / 0,
    "docker": lambda: open("/var/run/docker.sock"),
    "token": lambda: open("/var/run/secrets/kubernetes.io/serviceaccount/token"),
}.items():
    try:
        call()
        gained.append(name)
    except Exception:
        pass
print("gained:", gained)
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
SAYS = ["gained: []"]
