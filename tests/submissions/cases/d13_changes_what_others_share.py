"""Changes the warm parent's packages, caches and fonts: for itself alone."""

ROW = "D13"
TWIN = "h02_plots_and_magics"
ANSWERS = {
    "norm": """import os, sys, tinytorch, matplotlib, linecache
tinytorch.Pair.swapped = lambda self: None
tinytorch.poison = True
matplotlib.rcParams["font.size"] = 99
np.poison = True
sys.modules["poison"] = sys
os.environ["POISON"] = "1"
for folder in (os.path.dirname(np.__file__), matplotlib.get_cachedir(), os.path.dirname(tinytorch.__file__)):
    try:
        open(os.path.join(folder, "poison.pyc"), "w").write("x")
    except OSError:
        pass
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
