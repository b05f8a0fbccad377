"""The search for answers in what students are about to get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from course_tools.authoring import disguise
from course_tools.authoring.secrets import RUN, WORDS, Secret, Secrets, code_lines, gather, squash, tells
from course_tools.course import Course, Module
from course_tools.notebooks import Notebook, UnreadableNotebook, build, read
from course_tools.notebooks.cells import label
from course_tools.records import Finding

MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
SHORT = 20  # letters; a shorter phrase says nothing
LONGEST = 60  # signs of a secret that are shown to its author


def find_leaks(course: Course, module: Module) -> list[Finding]:
    """Everything in release/NN_name that gives answers away, the worst first; an empty list is what we want.

    Searched are the released notebook (texts, comments, outputs, attachments, metadata) and every file beside
    it, also inside archives and written in base64, in hexadecimal or backwards, for solution lines, model
    answers, marking points, quiz answers, lines of graders/ and the seed of the hidden inputs.

    A line that the notebook gives students openly as code is no secret, but RUN of them in a row are.
    Raises UserError when there is no author's text.
    """
    text = course.source_text(module)
    source = build(text.read_text(encoding="utf-8"), stem=module.folder)
    folder = course.release_notebook(module).parent
    links = [path for path in sorted(folder.rglob("*")) if path.is_symlink()]
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in links
    }
    found = [_finding("it is a link and would lead out of the release", path.name) for path in links]
    return found + leaks(files, gather(course, module, source), notebook=course.release_notebook(module).name)


def leaks(files: Mapping[str, bytes], secrets: Secrets, *, notebook: str) -> list[Finding]:
    """Findings in these files of a release.

    files     by relative name, the notebook among them
    secrets   what to search for
    notebook  the name of the released notebook
    """
    found: list[Finding] = []
    if notebook not in files:
        found.append(Finding("there is no released notebook", "release the module again", notebook))
    for name, content in files.items():
        if name == notebook:
            try:
                paper = read(content, keep_outputs=True)
            except UnreadableNotebook as error:
                found.append(Finding(f"it cannot be read: {error.reason}", "release the module again", name))
            else:
                found += _in_cells(paper, secrets, name)
        else:
            found += _by_name(name, content, secrets)
        found += _in_texts(name, content, secrets)
    return list({(one.problem, one.file, one.cell): one for one in found}.values())


def _in_cells(paper: Notebook, secrets: Secrets, file: str) -> Iterator[Finding]:
    """What only the notebook can give away."""
    cells = {cell["id"]: cell for cell in paper["cells"]}
    for name, stub in secrets.stubs.items():
        if name not in cells:
            yield Finding("the answer cell is missing", "release the module again", file, name)
        elif cells[name]["source"] != stub:
            yield _finding("the answer cell is not the stub of its source", file, name)
    for cell in paper["cells"]:
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield _finding("the cell was run, and its outputs are there", file, label(cell))
        if cell["cell_type"] == "code":
            shown = [squash(line) for line in code_lines(cell["source"])]
            for block in secrets.blocks:
                run = _run(block, shown)
                if run:
                    yield _finding(
                        f"{len(run)} lines of the solution of {run[0].origin} stand here as code: {_short(run[0])}",
                        file,
                        label(cell),
                    )


def _run(block: tuple[Secret, ...], shown: list[str]) -> tuple[Secret, ...]:
    """RUN lines of the region that follow each other here, if one of them tells something."""
    for start in range(len(block) - RUN + 1):
        lines = block[start : start + RUN]
        wanted = [squash(one.text) for one in lines]
        together = any(shown[at : at + RUN] == wanted for at in range(len(shown) - RUN + 1))
        if together and any(tells(one.text) for one in lines):
            return lines
    return ()


def _by_name(name: str, content: bytes, secrets: Secrets) -> Iterator[Finding]:
    """Files that have no business beside the notebook, whatever is in them."""
    plain = Path(name).name
    if name.endswith(".ipynb"):
        yield _finding("it is a second notebook", name)
    for theirs, text in secrets.files:
        if plain == theirs:
            yield _finding("it has the name of an author's file", name)
        elif content.strip() == text.strip():
            yield _finding(f"it is a copy of {theirs}", name)


def _in_texts(file: str, content: bytes, secrets: Secrets) -> Iterator[Finding]:
    for way, text in disguise.texts(content):
        how = f" (in {way})" if way else ""
        for marker in MARKERS:
            if marker in text:
                yield _finding(f"it holds the marker {marker}{how}", file)
        squashed = squash(text)
        for secret in secrets.lines:
            wanted = _squashed(secret.text)
            if wanted in squashed:
                yield _given_away(secret, how, file)
            elif wanted[::-1] in squashed:
                yield _given_away(secret, f"{how} (backwards)", file)
        words = _words(text)
        for secret in secrets.phrases:
            if any(run in words for run in _runs(secret.text)):
                yield _given_away(secret, how, file)
            elif any(run in words for run in _runs(secret.text[::-1])):
                yield _given_away(secret, f"{how} (backwards)", file)
        for key, secret in secrets.quiz:
            if _answered(key, secret.text).search(text):
                yield _given_away(Secret(secret.kind, f"{key}: {secret.text}", secret.origin), how, file)
        for secret in secrets.words:
            if secret.text.casefold() in text.casefold():
                yield _given_away(secret, how, file)


_squashed = cache(squash)  # the secrets are the same for every text


def _words(text: str) -> str:
    """The words of the text in one case of letters, one blank between them and at both ends."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(words)} "


@cache
def _runs(phrase: str) -> tuple[str, ...]:
    """Runs of WORDS words of the phrase; a short one counts as a whole, a very short one says nothing."""
    words = _words(phrase).split()
    if len(words) < WORDS:
        return (f" {' '.join(words)} ",) if len("".join(words)) >= SHORT else ()
    return tuple(f" {' '.join(words[at : at + WORDS])} " for at in range(len(words) - WORDS + 1))


@cache
def _answered(key: str, value: str) -> re.Pattern[str]:
    """A key and its answer with nothing but a sign or "is" between them, however both are quoted."""
    gap = r"[\s\"'`*]*"
    answer = gap.join(re.escape(part) for part in re.sub(r"[\"'`]", "", value).split())
    says = rf"(?:(?:=|:|->|→|\||\bis\b){gap})+"
    return re.compile(rf"(?<!\w){re.escape(key)}{gap}[\])]*{gap}{says}{answer}(?!\w|\.\d)", re.IGNORECASE)


def _given_away(secret: Secret, how: str, file: str) -> Finding:
    return _finding(f"{secret.kind} of {secret.origin} is given away{how}: {_short(secret)}", file)


def _short(secret: Secret) -> str:
    return secret.text if len(secret.text) <= LONGEST else f"{secret.text[: LONGEST - 3]}..."


def _finding(problem: str, file: str, cell: str = "") -> Finding:
    return Finding(problem, "take it out of what is released, then release again", file, cell)
