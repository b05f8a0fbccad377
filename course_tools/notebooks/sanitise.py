"""Make an executed notebook safe to open: nothing a student put into it may act in a reader's browser.

nbgrader's pages show outputs and text cells as HTML. Text that would start a tag is defused by a space behind
its "<", which reads the same in prose and in code; HTML outputs keep their tables and lose their scripts;
pictures stay pictures.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from course_tools.notebooks.cells import Cell, Notebook

# Colour is all a terminal code may do; moving the cursor or setting a title rewrites what staff read.
ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;:]*(?P<sgr>m)|\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_a-z])"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
SCRIPT_LINK = re.compile(
    r"(?i)\b(javascript|vbscript|livescript)(?=\s*(?::|&colon|&#))|\bdata(?=\s*:\s*text/)"
)
ACTING_LATEX = re.compile(r"\\(href|url|class|cssId|style|require|unicode|html\w*)\b")
PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
LEFT_OUT = "[left out: {kind} cannot be shown safely]"


def sanitise(notebook: Notebook) -> None:
    """Change outputs, and text cells a student may write, in place. Cells of the course stay as they are."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [_output(one) for one in cell.get("outputs", [])]
        elif not _is_ours(cell):
            cell["source"] = text(cell["source"])
            cell["metadata"] = {
                key: value
                for key, value in cell["metadata"].items()
                if key not in ("format", "raw_mimetype")  # raw HTML, passed on as it is
            }
            _attachments(cell)


def text(source: str) -> str:
    """Prose or Markdown that starts no tag and no script link, and reads as before."""
    return SCRIPT_LINK.sub(lambda found: f"{found.group()} ", TAG.sub("< ", plain(source)))


def plain(source: str) -> str:
    """Text without terminal codes other than colour; invisible controls become visible."""
    kept = ESCAPES.sub(lambda found: found.group() if found["sgr"] else "", source)
    kept = re.sub(r"\x1b(?!\[[0-9;:]*m)", "", kept)
    return CONTROLS.sub(lambda found: f"\\x{ord(found.group()):02x}", kept)


def html(source: str) -> str:
    """HTML with tables, text and embedded pictures, without scripts, handlers, styles, frames and outside addresses."""
    import nh3

    return nh3.clean(
        source,
        attributes={
            **nh3.ALLOWED_ATTRIBUTES,
            "*": {"class", "title", "lang", "dir"},
            "img": {"src", "alt", "width", "height"},
            "table": {"border", "class"},
        },
        url_schemes={"http", "https", "mailto", "data"},
        attribute_filter=_attribute,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("src", "href") and tag == "img":
        return value if re.match(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*$", value) else None
    if name in ("href", "cite", "src"):
        return None if value.strip().lower().startswith("data:") else value
    return value


def _is_ours(cell: Cell) -> bool:
    ours = cell["metadata"].get("nbgrader", {})
    return bool(ours.get("locked")) and not ours.get("solution")


def _output(output: dict[str, Any]) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        name = output["name"] if output["name"] in ("stdout", "stderr") else "stdout"
        return {**output, "name": name, "text": plain(output["text"])}
    if kind == "error":
        return {
            **output,
            "ename": plain(output["ename"]),
            "evalue": plain(output["evalue"]),
            "traceback": [plain(line) for line in output["traceback"]],
        }
    return {**output, "data": _bundle(output.get("data", {})), "metadata": _metadata(output)}


def _metadata(output: dict[str, Any]) -> dict[str, Any]:
    kept = output.get("metadata", {})
    # nbconvert writes sizes into attributes; ours tells which output is the verdict.
    return {key: kept[key] for key in ("tito",) if isinstance(kept.get(key), dict)}


def _bundle(data: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    left_out = []
    for kind, value in data.items():
        value = (
            "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        )
        if not isinstance(value, str):
            left_out.append(kind)
        elif kind == "text/plain":
            made[kind] = plain(value)
        elif kind == "text/html":
            made[kind] = html(plain(value))
        elif kind == "text/markdown" or (kind == "text/latex" and not ACTING_LATEX.search(value)):
            made[kind] = text(value)
        elif kind in PICTURES and _is_picture(kind, value):
            made[kind] = value
        elif kind == "image/svg+xml" and "text/html" not in data:
            # As a picture: a browser runs no script of an SVG behind <img>.
            code = base64.b64encode(value.encode("utf-8", "replace")).decode()
            made["text/html"] = f'<img alt="drawing" src="data:image/svg+xml;base64,{code}">'
        else:
            left_out.append(kind)
    if left_out and not made:
        made["text/plain"] = LEFT_OUT.format(kind=", ".join(sorted(plain(kind) for kind in left_out)))
    return made


def _is_picture(kind: str, value: str) -> bool:
    try:
        head = base64.b64decode(re.sub(r"\s", "", value)[:24], validate=True)
        return head.startswith(PICTURES[kind]) and re.fullmatch(r"[A-Za-z0-9+/=\s]+", value) is not None
    except (binascii.Error, ValueError):
        return False


def _attachments(cell: Cell) -> None:
    kept = {}
    for name, bundle in cell.get("attachments", {}).items():
        pictures = {
            kind: value
            for kind, value in bundle.items()
            if kind in PICTURES and isinstance(value, str) and _is_picture(kind, value)
        }
        if pictures and not TAG.search(name) and '"' not in name:
            kept[name] = pictures
    if "attachments" in cell:
        cell["attachments"] = kept
