"""Run the commands of a page and compare what it says they print with what they print.

A ```console block holds commands behind "$ " and below each the lines it prints, stdout and stderr together. A
line "…" stands for any number of lines. A block opened with ```console exit=1 says that its last command ends
so; every other command must end with 0. `<!-- meanwhile: command -->` is run at its place and not shown: what a
person does in an editor. Where the page shows what is typed there, `<!-- in FILE -->` above a block makes it the
whole file, and `<!-- in FILE, cell GRADE_ID -->` the text of one cell of a notebook or percent text ("after
GRADE_ID" is the cell below it). All commands of a page run in one shell, in one copy of the course.

What differs from run to run is put in the same words on both sides by RULES, and by nothing else.
"""

from __future__ import annotations

import base64
import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "source",
    "graders",
    "release",
    "milestones",
    "tinytorch",
    "course.toml",
    "nbgrader_config.py",
    "README.md",
)
SECONDS = 900
PUT = 'python "$DOCS/put_text.py"'

RULES = (
    (r"\b\d+(\.\d+)? s\b", "N s"),
    (r"\b\d+(\.\d+)? per (second|minute)\b", r"N per \2"),
    (r"\b\d+(\.\d+)? MB\b", "N MB"),
    (r"\b20\d\d-\d\d-\d\d(T[\d:]+(\+00:00|Z)?)?", "DATE"),
    (r"\b20\d{6}T\d{6}Z", "DATE"),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"bubblewrap\+\w+|namespaces|landlock", "TIER"),
    (r"\bon \d+ processors\b", "on N processors"),
    (r"  +", "  "),  # padding of columns
    (r"\s+$", ""),
)


@dataclass(frozen=True)
class Command:
    """One command of a page. `says` is None for what the page does not show."""

    line: int
    text: str
    says: list[str] | None
    code: int = 0


def commands(page: Path) -> list[Command]:
    """All commands of a page, in order.

    Raises ValueError for a block that begins with no command, and for a place that no block follows.
    """
    found: list[Command] = []
    fence: str | None = None
    place: list[str] | None = None  # file and cell that the next block is the text of
    typed: list[str] | None = None  # its lines so far
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        hidden = re.fullmatch(r"<!-- meanwhile: (.*) -->", line)
        if typed is not None and place is not None:
            if line != "```":
                typed.append(line)
                continue
            text = base64.b64encode("\n".join(typed).encode()).decode()
            found.append(Command(number, f"{PUT} {shlex.join([*place, text])}", None))
            place = typed = None
            continue
        if place is not None:
            if not re.fullmatch(r"```\w+", line) or line.startswith("```console"):
                raise ValueError(f"{page.name}, line {number}: no block follows the place it is for")
            typed = []
            continue
        if match := re.fullmatch(r"<!-- in (\S+?)(?:, cell (.+))? -->", line):
            place = [match[1], match[2] or ""]
            continue
        if fence is None and hidden:
            found.append(Command(number, hidden[1], None))
        elif fence is None and line.startswith("```console"):
            fence = line
            first = len(found)
        elif fence is not None and line == "```":
            if match := re.search(r"exit=(\d+)", fence):
                last = found[-1]
                found[-1] = Command(last.line, last.text, last.says, int(match[1]))
            fence = None
        elif fence is not None and line.startswith("$ "):
            found.append(Command(number, line[2:], []))
        elif fence is not None:
            if len(found) == first:
                raise ValueError(f"{page.name}, line {number}: a block begins with its output")
            says = found[-1].says
            assert says is not None
            says.append(line)
    return found


def copy_of_the_course(folder: Path) -> Path:
    """The parts of the repository that the commands of a page work on."""
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def differences(page: Path, folder: Path) -> list[str]:
    """Where the page and its commands, run in `folder`, do not agree; empty when it is true."""
    todo = commands(page)
    said = _run([one.text for one in todo], folder)
    wrong = []
    for command, (printed, code) in zip(todo, said, strict=True):
        where = f"{page.name}, line {command.line}: $ {command.text}"
        if code != command.code:
            wrong.append(f"{where}\n  ends with {code}, not {command.code}:\n{printed}")
        elif command.says is not None and not _agree(_plain("\n".join(command.says)), _plain(printed)):
            wrong.append(f"{where}\n  prints:\n{printed}")
    return wrong


def environment(folder: Path) -> dict[str, str]:
    """A new user's: our programs first, nothing of this machine's Jupyter or course."""
    home = folder.parent / f"{folder.name}-home"
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TITO", "JUPYTER", "PYTEST"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {
        "HOME": str(home),
        "PATH": path,
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "DOCS": str(Path(__file__).parent),
    }
    return kept | own | {"USER": getpass.getuser(), "JUPYTER_CONFIG_DIR": str(home / "jupyter")}


def _run(texts: list[str], folder: Path) -> list[tuple[str, int]]:
    mark = "=== 3f1c end of a command"
    script = "".join(f"{text}\ntito_code=$?; echo; echo '{mark}' $tito_code\n" for text in texts)
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1 </dev/null\n{script}"],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        timeout=SECONDS,
    )
    account = getpass.getuser()  # nbgrader's name for whoever runs this
    pieces = re.split(rf"\n?{mark} (\d+)\n", _neutral(done.stdout, folder, account))
    said = [(text, int(code)) for text, code in zip(pieces[0::2], pieces[1::2], strict=False)]
    assert len(said) == len(texts), f"the shell ended early:\n{done.stdout[-3000:]}"
    return said


def _neutral(text: str, folder: Path, account: str) -> str:
    """The copy's folder is the reader's ~/tito, and whoever runs the test is called student."""
    text = text.replace(str(folder), "~/tito")
    return re.sub(
        rf"(?<![\w/]){re.escape(account)}(?![\w])|(?<=feedback/){account}|(?<=-){account}(?=-20\d{{6}}T)",
        "student",
        text,
    )


def _plain(text: str) -> list[str]:
    lines = []
    for line in text.strip("\n").splitlines():
        for pattern, instead in RULES:
            line = re.sub(pattern, instead, line)
        lines.append(line)
    return lines


def _agree(says: list[str], printed: list[str]) -> bool:
    """Whether the lines are the same, "…" standing for any number of them."""
    pattern = "".join(r"(.*\n)*?" if one == "…" else re.escape(one) + r"\n" for one in says)
    return re.fullmatch(pattern, "".join(f"{one}\n" for one in printed)) is not None
