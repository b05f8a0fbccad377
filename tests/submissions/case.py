"""One trouble, as its file in cases/ declares it.

A case file is plain Python with a docstring (the story, one sentence) and some of these names:

    ROW       "A9": the kind of trouble; "X" for one that stands on no list
    HONEST    True: it must keep all points; a defence that costs an honest student is none
    TWIN      stem of the honest case that looks like this one
    ANSWERS   {answer cell: source} in place of the reference's
    damage    function(notebook): changes the handed-in notebook in place
    raw       function(bytes) -> bytes | None: changes its file; None: no notebook is handed in
    FILES     {name: bytes} handed in beside it
    POINTS    {graded cell: points}; what is not named must have all 10, None stands for broken
    NOTES     codes of notes that must be there
    SAYS      what the student must be able to read
    NEVER     what must not be there, besides the secrets of the graders
    NEVERPAGE what must not be on the page, where it would act
    ALONE     True: it gets a nursery of its own, because it may take its nursery down
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
TASKS = ("norm-test", "centre-test", "mean-test")
KNOWN = "ROW HONEST TWIN ANSWERS damage raw FILES POINTS NOTES SAYS NEVER NEVERPAGE ALONE".split()  # noqa: SIM905


@dataclass(frozen=True)
class Case:
    """A case file, read."""

    name: str
    story: str
    row: str
    honest: bool
    twin: str | None
    answers: dict[str, str]
    damage: Callable[[dict[str, Any]], None] | None
    raw: Callable[[bytes], bytes | None] | None
    files: dict[str, bytes]
    points: dict[str, float | None]
    notes: tuple[str, ...]
    says: tuple[str, ...]
    never: tuple[str, ...]
    never_on_the_page: tuple[str, ...]
    alone: bool

    def hand_in(self, reference: dict[str, Any], stem: str) -> dict[str, bytes]:
        """The files of this submission, made from the solved release."""
        made = json.loads(json.dumps(reference))
        cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in made["cells"]}
        for name, source in self.answers.items():
            cells[name]["source"] = source
        if self.damage is not None:
            self.damage(made)
        data: bytes | None = json.dumps(made).encode()
        if self.raw is not None:
            data = self.raw(data or b"")
        return self.files | ({f"{stem}.ipynb": data} if data is not None else {})


def load(path: Path) -> Case:
    """The case in a file. Raises ValueError when it declares a name nobody reads."""
    spec = importlib.util.spec_from_file_location(f"case_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said = {key: value for key, value in vars(module).items() if re.fullmatch(r"[A-Z]+|damage|raw", key)}
    unknown = sorted(set(said) - set(KNOWN))
    if unknown or not module.__doc__:
        raise ValueError(f"{path.name}: {unknown or 'no story'}")
    return Case(
        path.stem,
        " ".join(module.__doc__.split()),
        said["ROW"],
        said.get("HONEST", False),
        said.get("TWIN"),
        said.get("ANSWERS", {}),
        said.get("damage"),
        said.get("raw"),
        said.get("FILES", {}),
        said.get("POINTS", {}),
        tuple(said.get("NOTES", ())),
        tuple(said.get("SAYS", ())),
        tuple(said.get("NEVER", ())),
        tuple(said.get("NEVERPAGE", ())),
        said.get("ALONE", False),
    )


def load_all() -> dict[str, Case]:
    """All cases by name, in order."""
    return {path.stem: load(path) for path in sorted(CASES.glob("*.py"))}
