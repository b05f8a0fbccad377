# mypy: ignore-errors
# ruff: noqa: BLE001 - imports come after the copy of builtins; student code may raise anything at all
"""Frames and plain values, as the inside of the sandbox writes and reads them.

A frame is the length of a JSON header (4 bytes, big-endian), the length of a body (8 bytes), the header and the
body. The outside, `course_tools.sandbox.channel` and `course_tools.sandbox.plain`, trusts nothing of it.

Runs next to student code, so everything it needs is bound here, before that code exists: C functions of json
and socket, and a private copy of the builtins for every function of this file.
"""

import builtins

__builtins__ = dict(
    vars(builtins)
)  # functions defined below look their builtins up here, not in the patched ones

import _socket
import _struct
import json
import sys

_PREFIX = _struct.Struct(">IQ")
_INTS = _struct.Struct("i")
_encode = json.encoder.c_make_encoder(
    None, None, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
)
_decode = json.JSONDecoder().scan_once  # the scanner written in C
_join = "".join
_modules = sys.modules

MAX_DEPTH = 64
MAX_INT_BITS = 4096
_FDS = 16


class Closed(BaseException):
    """The other end is gone: nobody is left to work for."""


class NotPlain(Exception):
    """A value that cannot leave: `name` is its type."""

    def __init__(self, name, message):
        self.name, self.message = name, message


class TooLarge(Exception):
    """More than the agreed number of bytes."""


class Wire:
    """One end of a stream socket that carries frames, and file descriptors with them."""

    def __init__(self, sock):
        self.sock = sock
        self._send = sock.sendall
        self._recv_into, self._recvmsg = sock.recv_into, getattr(sock, "recvmsg", None)

    def send(self, header, body=b""):
        text = dumps(header)
        try:
            self._send(_PREFIX.pack(len(text), len(body)) + text)
            if body:
                self._send(body)
        except OSError:
            raise Closed from None

    def receive(self):
        """(header, body, file descriptors). Raises Closed at the end of the stream."""
        prefix, fds = b"", []
        while len(prefix) < _PREFIX.size:
            chunk, more = self._some(_PREFIX.size - len(prefix))
            prefix += chunk
            fds += more
        lengths = _PREFIX.unpack(prefix)
        header = loads(self._exactly(lengths[0]))
        return header, self._exactly(lengths[1]), fds

    def _some(self, size):
        if self._recvmsg is None:
            chunk, found = self.sock.recv(size), []
        else:
            chunk, extra, _, _ = self._recvmsg(size, _socket.CMSG_SPACE(_FDS * _INTS.size))
            found = []
            for level, kind, data in extra:
                if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                    found += [
                        _INTS.unpack(data[i : i + _INTS.size])[0]
                        for i in range(0, len(data) - _INTS.size + 1, _INTS.size)
                    ]
        if not chunk:
            raise Closed
        return chunk, found

    def _exactly(self, size):
        data = bytearray(size)
        view, done = memoryview(data), 0
        while done < size:
            count = self._recv_into(view[done:])
            if not count:
                raise Closed
            done += count
        return bytes(data)

    def close(self):
        self.sock.close()


def dumps(value):
    return _join(_encode(value, 0)).encode("ascii")


def loads(data):
    return _decode(data.decode("utf-8"), 0)[0]


def safe_text(value, limit=2000):
    """str(value), cut, and without an exception whatever the value's class does."""
    try:
        text = str(value)
        if type(text) is not str:
            text = str.__str__(text)
    except BaseException:
        return "(no text: its __str__ raised)"
    return text if len(text) <= limit else text[:limit] + " ..."


def type_name(value):
    return safe_text(type.__dict__["__name__"].__get__(type(value)), 100)


class Numpy:
    """What is needed of numpy, bound once: `bind()` is called before student code wherever numpy is preloaded."""

    ndarray = asarray = frombuffer = None
    scalars = frozenset()

    @classmethod
    def bind(cls, load=False):
        if cls.ndarray is None and (load or "numpy" in _modules):
            import numpy

            cls.ndarray, cls.asarray, cls.frombuffer = numpy.ndarray, numpy.asarray, numpy.frombuffer
            cls.scalars = frozenset(numpy.dtype(code).type for code in "?bhilqBHILQefdFD")


DTYPES = frozenset(
    [
        "|b1",
        "|i1",
        "|u1",
        *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)),
        "<f2",
        "<f4",
        "<f8",
        "<c8",
        "<c16",
    ]
)


def to_wire(value, max_bytes):
    """(JSON form, list of [dtype, shape], body) of a plain value. Raises NotPlain, TooLarge."""
    Numpy.bind()
    arrays, parts, used = [], [], [0]

    def spend(size):
        used[0] += size
        if used[0] > max_bytes:
            raise TooLarge

    def array(one, where):
        dtype = one.dtype
        if dtype.kind not in "biufc" or dtype.hasobject:
            raise NotPlain(f"array of {safe_text(dtype, 60)}", f"an array of {safe_text(dtype, 60)}{where}")
        spend(one.nbytes + 40)
        one = one.astype(dtype.newbyteorder("<"), copy=False)
        if one.dtype.str not in DTYPES:
            raise NotPlain(f"array of {safe_text(dtype, 60)}", f"an array of {safe_text(dtype, 60)}{where}")
        arrays.append([one.dtype.str, list(one.shape)])
        parts.append(one.tobytes())
        return {"a": len(arrays) - 1}

    def walk(one, where, depth):
        kind = type(one)
        if one is None or kind is bool:
            spend(6)
            return one
        if kind is int:
            if one.bit_length() > MAX_INT_BITS:
                raise NotPlain("int", f"an int of {one.bit_length()} bits{where}; {MAX_INT_BITS} is the most")
            spend(one.bit_length() // 3 + 2)
            return one
        if kind is float:
            spend(20)
            if one != one:
                return {"x": "nan"}
            if one in (_INF, -_INF):
                return {"x": "inf" if one > 0 else "-inf"}
            return one
        if kind is str:
            spend(len(one) + 2)
            return one
        if depth > MAX_DEPTH:
            raise NotPlain(type_name(one), f"more than {MAX_DEPTH} levels of nesting")
        if kind is list or kind is tuple:
            return [walk(item, where or " in a list", depth + 1) for item in list(one)]
        if kind is dict:
            out = {}
            for key, item in list(one.items()):
                if type(key) is not str:
                    raise NotPlain(
                        "dict", f"a dict with a key of type {type_name(key)}{where}; keys must be str"
                    )
                spend(len(key) + 4)
                out[key] = walk(item, f" under {key[:60]!r}", depth + 1)
            return {"d": out}
        if kind is Numpy.ndarray:
            return array(one, where)
        if kind in Numpy.scalars:
            return array(Numpy.asarray(one), where)
        raise NotPlain(type_name(one), f"a value of type {type_name(one)}{where}")

    form = walk(value, "", 0)
    return form, arrays, b"".join(parts)


_INF = float("inf")


def from_wire(form, arrays, body):
    """The plain value the outside sent; its frames are trusted."""
    if arrays:
        Numpy.bind(load=True)
    values, at = [], 0
    for dtype, shape in arrays:
        count = 1
        for side in shape:
            count *= side
        size = count * int(dtype[2:])
        flat = Numpy.frombuffer(body[at : at + size], dtype=dtype)
        values.append(flat.reshape(shape).copy())
        at += size

    def build(one):
        if type(one) is list:
            return [build(item) for item in one]
        if type(one) is dict:
            ((tag, inner),) = one.items()
            if tag == "d":
                return {key: build(item) for key, item in inner.items()}
            return values[inner] if tag == "a" else float(inner)
        return one

    return build(form)
