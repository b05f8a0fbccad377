"""Hands in numpy.py, a torch folder, sitecustomize, a .pth and an IPython configuration."""

ROW = "A13"
TWIN = "h00_the_reference"
FILES = dict.fromkeys(
    (
        "numpy.py",
        "torch/__init__.py",
        "sitecustomize.py",
        "usercustomize.py",
        "ipython_config.py",
        "math.py",
        "tinytorch.py",
        "tinytorch/core/small.py",
        "probes.py",
        "serve.py",
        "marshal.py",
        "evil.pth",
        "startup/00.py",
    ),
    b"raise SystemExit('taken over')",
)
