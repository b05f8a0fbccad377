"""Notebook outputs of one cell, built from the events the inside sends; all of it checked and capped."""

from __future__ import annotations

import json
from typing import Any

from course_tools.sandbox.channel import BadFrame
from course_tools.sandbox.plain import clean

Output = dict[str, Any]
SLACK = 65536  # the error that ended a cell is kept beyond the limit


class Collector:
    """Outputs of one cell in order. `displays` maps display ids to earlier outputs, of all cells."""

    def __init__(self, limit: int, displays: dict[str, list[Output]]) -> None:
        self.outputs: list[Output] = []
        self._limit = limit
        self._left = limit + SLACK
        self._displays = displays
        self._clear_next = False
        self._cut = False

    @property
    def full(self) -> bool:
        """Whether more text would only be thrown away."""
        return self._cut

    def text(self, name: str, text: str) -> None:
        """Add to a stream, merged with the stream right before it."""
        if len(text) > self._left:
            text = text[: self._left]
            if not self._cut:
                self._cut = True
                text += f"\n[cut here: a cell may put out {self._limit // 1024} KB]\n"
                self._left = 0
        self._left -= min(len(text), self._left)
        if not text:
            return
        self._clear_if_waiting()
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def event(self, event: dict[str, Any], size: int) -> None:
        """Take one event. Raises BadFrame when it is not of a known form."""
        kind = event.get("t")
        if kind == "stream":
            if event.get("name") not in ("stdout", "stderr"):
                raise BadFrame("a stream without a name")
            self.text(event["name"], _text(event.get("text")))
        elif kind == "clear":
            self._clear_next = True
            if event.get("wait") is not True:
                self._clear_if_waiting()
        elif kind in ("output", "update"):
            if size > self._left:
                return
            self._left -= size
            output = _output(event)
            display_id = event.get("display_id")
            if display_id is not None and type(display_id) is not str:
                raise BadFrame("a display without an id")
            if kind == "update":
                for shown in self._displays.get(display_id or "", []):
                    shown["data"], shown["metadata"] = output["data"], output["metadata"]
                return
            self._clear_if_waiting()
            if display_id and len(self._displays) < 1000:
                self._displays.setdefault(display_id, []).append(output)
            self.outputs.append(output)
        else:
            raise BadFrame("an event of unknown kind")

    def error(self, name: str, message: str) -> None:
        """Add an error of our own: why a cell did not come to its end."""
        self.outputs.append(
            {"output_type": "error", "ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}
        )

    def _clear_if_waiting(self) -> None:
        if self._clear_next:
            self._clear_next = False
            self.outputs.clear()


def _output(event: dict[str, Any]) -> Output:
    kind = event.get("output_type")
    if kind == "error":
        lines = event.get("traceback")
        if type(lines) is not list:
            raise BadFrame("an error without a traceback")
        return {
            "output_type": "error",
            "ename": _text(event.get("ename")),
            "evalue": _text(event.get("evalue")),
            "traceback": [_text(line) for line in lines],
        }
    if kind not in ("display_data", "execute_result"):
        raise BadFrame("an output of unknown kind")
    data, metadata = event.get("data"), event.get("metadata")
    if type(data) is not dict or type(metadata) is not dict:
        raise BadFrame("an output without data")
    for key, value in data.items():
        if type(value) is not str and not key.endswith("json"):
            raise BadFrame("an output that is not text")
    output = {"output_type": kind, "data": _stored(data), "metadata": _stored(metadata)}
    if kind == "execute_result":
        count = event.get("execution_count")
        output["execution_count"] = count if type(count) is int else None
    return output


def _stored(value: dict[str, Any]) -> Any:
    """The same JSON with text that can be stored as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _cleaned(value)
    return value


def _cleaned(value: Any) -> Any:
    if type(value) is str:
        return clean(value)
    if type(value) is list:
        return [_cleaned(one) for one in value]
    if type(value) is dict:
        return {clean(key): _cleaned(one) for key, one in value.items()}
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise BadFrame("text that is not text")
    return clean(value)
