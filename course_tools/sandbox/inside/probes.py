# mypy: ignore-errors
# ruff: noqa: BLE001 - imports come after the copy of builtins; student code may raise anything at all
"""Probes: a few lines from outside that call the student's functions, and the plain answer or the trouble."""

import builtins

__builtins__ = dict(vars(builtins))

import marshal

from frozen import os
from wire import NotPlain, TooLarge, dumps, from_wire, safe_text, to_wire, type_name

NO_NETWORK = "There is no network here: programs that are graded cannot reach other computers."
NO_NETWORK_ERRNO = 97  # EAFNOSUPPORT, the answer of the system call filter to socket()
_loads_code = marshal.loads
_last = [None]  # the code object that came with the latest call; the next one may do without


class MissingName(BaseException):
    """A probe asked for a name the notebook does not define. Not an Exception: probes may catch those."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Names(dict):
    """The notebook's names, for probes."""

    def __missing__(self, key):
        raise MissingName(key)


def answer_call(wire, namespace, hidden, header, body, may_answer=lambda: True):
    """Run one probe and send what it returned, or why it did not.

    may_answer  False in a process that the student's code forked while it was asked: it ends without a word
    """
    size = header["code"]  # 0: the same code as before
    try:
        if size:
            _last[0] = _loads_code(body[:size])
        arguments = from_wire(header["arguments"], header["arrays"], body[size:])
        own = {"__name__": "probes", "__builtins__": dict(__builtins__)}
        exec(_last[0], own)
        names = Names((key, value) for key, value in namespace.items() if not is_ipythons(key, hidden))
        value = own[header["name"]](names, **arguments)
        form, arrays, data = to_wire(value, header["reply_bytes"])
        reply = {"t": "answer", "value": form, "arrays": arrays}
    except MissingName as missing:
        reply, data = trouble("missing", safe_text(missing.name, 200), "the notebook does not define it"), b""
    except NotPlain as refused:
        reply, data = trouble("not_plain", refused.name, f"{refused.message} is not plain data"), b""
    except TooLarge:
        limit = header["reply_bytes"] >> 20
        reply, data = trouble("too_large", "reply", f"the answer is larger than {limit} MB"), b""
    except BaseException as error:
        reply, data = trouble("raised", type_name(error), explained(error), *where(error)), b""
    if len(dumps(reply)) > header["header_bytes"]:
        limit = header["header_bytes"] >> 20
        reply, data = (
            trouble("too_large", "reply", f"the answer holds more than {limit} MB outside arrays"),
            b"",
        )
    if not may_answer():
        os._exit(0)
    wire.send(reply, data)


def explained(error):
    """What an exception says, in words a student understands where we have better ones."""
    message = safe_text(error)
    if type(error) is SystemExit:
        status = error.code if type(error.code) is int else 0 if error.code is None else 1
        return f"your code ended the program (exit status {status})"
    return f"{message} ({NO_NETWORK})" if reaches_for_network(error) else message


def is_ipythons(key, hidden):
    """Whether IPython put a name there: _, _3, _i3, In, get_ipython, ..."""
    return key in hidden or (type(key) is str and key[:1] == "_" and key.lstrip("_i").isdigit())


def trouble(kind, name, message, cell=None, line=None):
    return {"t": "trouble", "kind": kind, "name": name, "message": message, "cell": cell, "line": line}


def where(error):
    """(cell, line) of the innermost frame that is the student's; (None, None) if there is none."""
    found = None, None
    try:
        if (
            isinstance(error, SyntaxError)
            and type(error.filename) is str
            and error.filename.startswith("<cell ")
        ):
            return int(error.filename[6:-1]), error.lineno
        step = BaseException.__traceback__.__get__(error)
        for _ in range(100_000):
            if step is None:
                break
            name = step.tb_frame.f_code.co_filename
            if name.startswith("<cell "):
                found = int(name[6:-1]), step.tb_lineno
            step = step.tb_next
    except BaseException:
        return None, None
    return found


def reaches_for_network(error):
    """Whether this is what the closed network looks like from Python."""
    try:
        for _ in range(8):
            if not isinstance(error, BaseException):
                return False
            if isinstance(error, OSError) and error.errno == NO_NETWORK_ERRNO:
                return True
            if type_name(error) == "gaierror":
                return True
            error = getattr(error, "reason", None) or error.__cause__ or error.__context__
    except BaseException:  # an exception class of the student's, with attributes that raise
        pass
    return False
