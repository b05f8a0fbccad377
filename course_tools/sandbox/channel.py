"""Our end of the socket to a process we do not trust: frames with sizes checked before they are read."""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import socket
import struct
import time
from typing import Any, NoReturn

PREFIX = struct.Struct(">IQ")
CREDENTIALS = struct.Struct("3i")
CHUNK = 1 << 18
SEND_SECONDS = 30.0


class BadFrame(ValueError):
    """What arrived is not a frame of ours."""


class Hungup(Exception):
    """The other end is gone or does not read."""


class Channel:
    """Frames over one end of a socket pair. Never blocks except in `send`."""

    def __init__(self, sock: socket.socket, *, max_header: int, max_body: int) -> None:
        self.sock = sock
        self.max_header, self.max_body = max_header, max_body
        self.received = 0
        self.peer: int | None = None  # process id of who sent the first bytes, told by the kernel
        self._buffer = bytearray()
        self._ended = False
        sock.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, header: dict[str, Any], body: bytes = b"", fds: tuple[int, ...] = ()) -> None:
        """Send one frame, descriptors with its first byte. Raises Hungup."""
        text = json.dumps(header, ensure_ascii=True, allow_nan=False).encode()
        data = memoryview(PREFIX.pack(len(text), len(body)) + text + body)
        deadline = time.monotonic() + SEND_SECONDS
        try:
            while data:
                try:
                    if fds:
                        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
                        sent = self.sock.sendmsg([data[:CHUNK]], [rights])
                        fds = ()
                    else:
                        sent = self.sock.send(data[:CHUNK])
                    data = data[sent:]
                except BlockingIOError:
                    _, ready, _ = select.select([], [self.sock], [], max(0.0, deadline - time.monotonic()))
                    if not ready:
                        raise Hungup("it does not read") from None
        except OSError as error:
            raise Hungup(str(error)) from error

    def next(self) -> tuple[dict[str, Any], bytes] | None:
        """The next frame if all of it is here, else None. Raises BadFrame, and Hungup at the end."""
        while True:
            frame = self._cut()
            if frame is not None:
                return frame
            if self._ended:
                raise Hungup("the connection was closed")
            if not self._fill():
                return None

    def _fill(self) -> bool:
        try:
            ask = self.peer is None and hasattr(socket, "SO_PASSCRED")
            data = self._first() if ask else self.sock.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._ended = True
        self.received += len(data)
        self._buffer += data
        return True

    def _first(self) -> bytes:
        space = socket.CMSG_SPACE(CREDENTIALS.size)
        data, extra, _, _ = self.sock.recvmsg(CHUNK, space)
        for level, kind, content in extra:
            if level != socket.SOL_SOCKET:
                continue
            if kind == socket.SCM_CREDENTIALS:
                self.peer = CREDENTIALS.unpack(content[: CREDENTIALS.size])[0]
            elif kind == socket.SCM_RIGHTS:  # nobody asked for descriptors
                for (fd,) in struct.iter_unpack("i", content[: len(content) // 4 * 4]):
                    os.close(fd)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        self.peer = self.peer or 0
        return data

    def _cut(self) -> tuple[dict[str, Any], bytes] | None:
        if len(self._buffer) < PREFIX.size:
            return None
        head, body = PREFIX.unpack_from(self._buffer)
        if head > self.max_header or body > self.max_body:
            raise BadFrame(f"a frame of {head + body} bytes")
        total = PREFIX.size + head + body
        if len(self._buffer) < total:
            return None
        text = bytes(self._buffer[PREFIX.size : PREFIX.size + head])
        data = bytes(self._buffer[PREFIX.size + head : total])
        del self._buffer[:total]
        return _header(text), data

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(
            text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_number
        )
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"a header that is not JSON ({type(error).__name__})") from error
    if type(header) is not dict:
        raise BadFrame("a header that is not an object")
    return header


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number too large for a float")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
