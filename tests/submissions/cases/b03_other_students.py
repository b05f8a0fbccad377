"""Looks for other students' folders and for what earlier sessions left."""

ROW = "B3"
TWIN = "h09_temporary_files"
ANSWERS = {
    "norm": """import glob, os
found = glob.glob("/**/submitted/*", recursive=False) + glob.glob("/tmp/*") + glob.glob("/dev/shm/*") + glob.glob("../*")
import sys
here = os.getcwd()
own = {"/tmp/home", here, "../home", "../" + os.path.basename(here)}  # and the way to the interpreter, where that lies below /tmp
way = [one for one in found if sys.prefix.startswith(os.path.abspath(one) + "/")]
print("others:", sorted(set(found) - own - set(way)))
def norm(pair):
    return math.sqrt(pair.first**2 + pair.second**2)
""",
}
SAYS = ["others: []"]
