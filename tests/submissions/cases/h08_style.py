"""Helpers, hints, recursion, names that are not ASCII, tabs and Windows line ends."""

ROW = "H8"
HONEST = True
ANSWERS = {
    "norm": """from dataclasses import dataclass
def quadrat(größe: float) -> float:
	return größe * größe
@dataclass
class Länge:
	wert: float
def norm(pair: "Pair") -> float:
	summe = quadrat(pair.first) + quadrat(pair.second)
	return Länge(summe ** 0.5).wert
""",
}


def damage(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
