"""Outputs of code cells, for notebooks we executed ourselves: the well-formed ones, normalised."""

from __future__ import annotations

import re
from typing import Any

from course_tools.notebooks import plain

JSON_KIND = re.compile(r"^application/(.*\+)?json$")


def outputs_of(found: Any) -> list[dict[str, Any]]:
    """Valid nbformat-4 outputs in order; what is none is left out."""
    made = [_output(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in made if one is not None]


def _output(found: dict[str, Any]) -> dict[str, Any] | None:
    kind = found.get("output_type")
    if kind == "stream":
        text, name = _text(found.get("text")), found.get("name")
        if text is None or not isinstance(name, str):
            return None
        return {"output_type": kind, "name": plain.text(name), "text": text}
    if kind == "error":
        trace = found.get("traceback")
        lines = [one for one in trace if isinstance(one, str)] if isinstance(trace, list) else []
        said = {key: plain.text(str(found.get(key, ""))) for key in ("ename", "evalue")}
        return {"output_type": kind, **said, "traceback": [plain.text(line) for line in lines]}
    if kind in ("display_data", "execute_result"):
        made = {"output_type": kind, "data": _bundle(found.get("data")), "metadata": {}}
        if isinstance(found.get("metadata"), dict):
            made["metadata"] = plain.data(found["metadata"])
        if kind == "execute_result":
            count = found.get("execution_count")
            made["execution_count"] = count if type(count) is int and count >= 0 else None
        return made
    return None


def _bundle(found: Any) -> dict[str, Any]:
    bundle = {}
    for kind, value in found.items() if isinstance(found, dict) else ():
        if JSON_KIND.search(kind):
            bundle[plain.text(kind)] = plain.data(value)
        elif (text := _text(value)) is not None:
            bundle[plain.text(kind)] = text
    return bundle


def _text(value: Any) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    return plain.text(value) if isinstance(value, str) else None
